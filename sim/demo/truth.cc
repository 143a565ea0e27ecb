#include "sim/demo/truth.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "sim/base/math.h"
#include "sim/demo/catalogue.h"
#include "sim/demo/demo_network.h"

namespace jalon::sim {
namespace {

constexpr int kMonths = 12;
// Spread of a series around what its branch's size says, in logs.
constexpr double kTasteSd = 0.2;
constexpr double kRegionSeasonSd = 0.03;
constexpr double kRegionTrendSdPerYear = 0.006;
// Latents start here whatever the length of history, so that the last months do not depend on it.
constexpr Period kLatentStart = {Frequency::kMonth, 1320};  // 2010-01

const IndicatorShape& ShapeOf(const Network& network, int indicator) {
  const auto shapes = DemoIndicators();
  return *std::find_if(shapes.begin(), shapes.end(), [&](const IndicatorShape& shape) {
    return network.indicator(indicator).id == shape.id;
  });
}

const KindShape& KindOf(const Unit& unit) {
  const auto kinds = DemoKinds();
  return *std::find_if(kinds.begin(), kinds.end(),
                       [&](const KindShape& kind) { return unit.kind == kind.kind; });
}

double KindRatio(const KindShape& kind, const IndicatorShape& shape) {
  const absl::string_view family = shape.family;
  if (family == "lending") return kind.lending_ratio / kind.customer_ratio;
  if (family == "protection") return kind.protection_ratio / kind.customer_ratio;
  if (family == "savings") return kind.savings_ratio / kind.customer_ratio;
  return 1.0;
}

double SegmentShare(const Network& network, const SeriesKey& key, const IndicatorShape& shape) {
  for (const SegmentShape& segment : DemoSegments()) {
    if (network.segment(key.segment).id != segment.id) continue;
    const absl::string_view id = shape.id;
    if (id == "customers-won") return segment.share_won;
    if (id == "customers") return segment.share_customers;
    return segment.share_other;
  }
  return 1.0;
}

// Expected month of a series at the last period, before season and drivers: in the indicator's
// unit, or one unit of scale for a net flow; the level of a stock.
double SeriesSize(const Network& network, const SeriesKey& key, const DemoDraws& draws) {
  const IndicatorShape& shape = ShapeOf(network, key.indicator);
  const Unit& unit = network.unit(key.unit);
  const double customers = unit.attributes.at("customers") / 5000;
  const std::string topic = absl::StrCat("taste/", unit.id, "/", shape.id);
  return shape.monthly_mean * customers * KindRatio(KindOf(unit), shape) *
         SegmentShare(network, key, shape) * Exp(kTasteSd * draws.Normal(topic, key.segment));
}

// Minus the attrition of a series: that of its segment, and a taste of its own.
double StockRate(const Network& network, const SeriesKey& key, const DemoDraws& draws) {
  const IndicatorShape& shape = ShapeOf(network, key.indicator);
  double ratio = 1.0;
  for (const SegmentShape& segment : DemoSegments()) {
    if (network.segment(key.segment).id != segment.id) continue;
    ratio = segment.share_lost / segment.share_customers;
  }
  const std::string topic = absl::StrCat("attrition/", network.unit(key.unit).id);
  return -shape.attrition_rate * ratio * Exp(kTasteSd * draws.Normal(topic, key.segment));
}

// What the catalogue's shares are of, in eta: attrition takes away from a stock.
double EtaUnit(const IndicatorShape& shape) {
  return shape.kind == IndicatorKind::kStock ? -shape.attrition_rate : 1.0;
}

LatentLaw InUnits(LatentLaw law, double unit) {
  law.innovation_sd *= unit;
  law.persistent_sd *= unit;
  return law;
}

ModelSeries MakeSeries(const TruthInput& input, const SeriesKey& key, const DemoDraws& draws) {
  const IndicatorShape& shape = ShapeOf(input.network, key.indicator);
  ModelSeries series;
  series.unit = key.unit;
  series.segment = key.segment;
  series.indicator = key.indicator;
  series.law = shape.law;
  series.dispersion = shape.dispersion;
  series.shape = shape.shape;
  series.series_effect_sd = std::fabs(EtaUnit(shape)) * shape.series_effect_sd;
  if (shape.kind == IndicatorKind::kNetFlow) {
    series.link = Link::kIdentity;
    series.unit_scale = SeriesSize(input.network, key, draws);
    series.dispersion = series.unit_scale;
  }
  if (shape.kind == IndicatorKind::kStock) {
    series.link = Link::kIdentity;
    series.opening_stock = std::floor(SeriesSize(input.network, key, draws) + 0.5);
    series.unit_scale = std::max(1.0, series.opening_stock);
    series.dispersion = std::sqrt(shape.dispersion * shape.attrition_rate * series.unit_scale);
  }
  const std::optional<Period> closed = input.network.unit(key.unit).closed;
  series.ended = closed.has_value() && *closed <= DemoLastPeriod();
  return series;
}

double SeriesLevel(const TruthInput& input, const SeriesKey& key, const DemoDraws& draws) {
  const IndicatorShape& shape = ShapeOf(input.network, key.indicator);
  if (shape.kind == IndicatorKind::kStock) return StockRate(input.network, key, draws);
  if (shape.kind != IndicatorKind::kNetFlow) return Log(SeriesSize(input.network, key, draws));
  const std::string topic = absl::StrCat("level/", input.network.unit(key.unit).id);
  return 0.3 + 0.15 * draws.Normal(topic, key.segment);
}

void AddSeason(const IndicatorShape& shape, const std::string& topic, const DemoDraws& draws,
               std::vector<double>& season) {
  std::array<double, kMonths> row;
  double sum = 0.0;
  for (int m = 0; m < kMonths; ++m) {
    row[m] =
        EtaUnit(shape) * (shape.season_percent[m] / 100 + kRegionSeasonSd * draws.Normal(topic, m));
    sum += row[m];
  }
  for (double value : row) season.push_back(value - sum / kMonths);
}

void AddGroup(const TruthInput& input, const ModelGroup& group, const DemoDraws& draws,
              Model& model) {
  const IndicatorShape& shape = ShapeOf(input.network, group.indicator);
  const std::string name = absl::StrCat(input.network.unit(group.region).id, "/", shape.id);
  model.groups.push_back(group);
  const double yearly =
      EtaUnit(shape) * (shape.trend_per_year +
                        kRegionTrendSdPerYear * draws.Normal(absl::StrCat("trend/", name), 0));
  model.trend.mean.push_back(yearly / kMonths);
  AddSeason(shape, absl::StrCat("season/", name), draws, model.season.mean);
}

void FillOwnVariance(ParameterBlock& block) { block.own_variance.assign(block.mean.size(), 0.0); }

void AddSeriesAndGroups(const TruthInput& input, const DemoDraws& draws, Model& model) {
  std::map<std::array<int, 3>, int> group_of;
  for (const SeriesKey& key : input.keys) {
    const int region = input.network.RegionOf(key.unit);
    const auto [it, is_new] = group_of.try_emplace({key.indicator, region, key.segment},
                                                   static_cast<int>(model.groups.size()));
    if (is_new) AddGroup(input, {region, key.segment, key.indicator}, draws, model);
    model.series.push_back(MakeSeries(input, key, draws));
    model.series.back().group = it->second;
    model.level.mean.push_back(SeriesLevel(input, key, draws));
  }
  FillOwnVariance(model.level);
  FillOwnVariance(model.trend);
  FillOwnVariance(model.season);
}

void AddIds(const Network& network, Model& model) {
  for (int u = 0; u < network.unit_count(); ++u) {
    model.unit_ids.push_back(network.unit(u).id);
    if (network.unit_depth(u) == 1) model.region_units.push_back(u);
  }
  for (int s = 0; s < network.segment_count(); ++s) {
    model.segment_ids.push_back(network.segment(s).id);
  }
  for (int k = 0; k < network.indicator_count(); ++k) {
    model.indicator_ids.push_back(network.indicator(k).id);
    if (network.indicator(k).exposure == Exposure::kOpeningDays) {
      model.exposed_indicators.push_back(k);
    }
  }
}

double Transformed(ElasticityPrior::Transform transform, double value) {
  return transform == ElasticityPrior::Transform::kLog ? Log(value) : value;
}

// Transformed driver of an elasticity at `period`, lag included.
double DriverTerm(const DriverTable& drivers, const Elasticity& elasticity, Period period) {
  const Driver& driver = drivers.drivers[*drivers.Find(elasticity.prior.driver)];
  const int at = period - elasticity.prior.lag - driver.first;
  return Transformed(elasticity.prior.transform, driver.values[at]);
}

// Elasticity::driver: free drivers first, then derived ones.
int DriverRow(const Model& model, const std::string& id) {
  const std::vector<std::string>& free = model.drivers.driver_ids;
  const auto place = std::find(free.begin(), free.end(), id);
  if (place != free.end()) return static_cast<int>(place - free.begin());
  const auto derived = std::find_if(model.derived_drivers.begin(), model.derived_drivers.end(),
                                    [&](const DerivedDriver& driver) { return driver.id == id; });
  return static_cast<int>(free.size() + (derived - model.derived_drivers.begin()));
}

void AddElasticities(const TruthInput& input, Model& model) {
  for (size_t e = 0; e < DemoElasticities().size(); ++e) {
    Elasticity elasticity;
    elasticity.prior = input.drivers.priors[e];
    elasticity.driver = DriverRow(model, elasticity.prior.driver);
    elasticity.indicator = *input.network.FindIndicator(elasticity.prior.indicator);
    elasticity.reference = DriverTerm(input.drivers, elasticity, model.as_of);
    elasticity.information_share = 1.0;
    model.elasticities.push_back(elasticity);
    model.elasticity.mean.push_back(DemoElasticities()[e].truth);
  }
  FillOwnVariance(model.elasticity);
}

void AddDrivers(const DriverTable& table, Model& model) {
  VarModel& var = model.drivers;
  std::vector<const DriverShape*> free;
  for (size_t d = 0; d < table.drivers.size(); ++d) {
    const Driver& driver = table.drivers[d];
    if (driver.derived) {
      model.derived_drivers.push_back({driver.id, *driver.derived, driver.values.back()});
      continue;
    }
    free.push_back(&DemoDrivers()[d]);
    var.driver_ids.push_back(driver.id);
    var.last_values.push_back(driver.values.back());
  }
  const int count = static_cast<int>(free.size());
  var.coefficients.assign(count * count, 0.0);
  var.innovation_factor.assign(count * count, 0.0);
  var.last = model.as_of;
  for (int d = 0; d < count; ++d) {
    var.intercept.push_back(free[d]->pull * free[d]->mean);
    var.coefficients[d * count + d] = 1 - free[d]->pull;
    var.innovation_factor[d * count + d] = free[d]->innovation_sd;
  }
}

void AddLatents(const Network& network, Model& model) {
  model.national.rank = model.regional.rank = 2;
  for (int k = 0; k < network.indicator_count(); ++k) {
    const IndicatorShape& shape = ShapeOf(network, k);
    const double unit = std::fabs(EtaUnit(shape));
    model.national.laws.push_back(InUnits(shape.national, unit));
    model.regional.laws.push_back(InUnits(shape.regional, unit));
    for (LatentBlock* block : {&model.national, &model.regional}) {
      block->loadings.insert(block->loadings.end(), shape.loadings.begin(), shape.loadings.end());
    }
    model.branch_loading.push_back(unit * shape.branch_loading);
    model.diagnostics.emplace_back();
  }
  const size_t count = network.indicator_count();
  model.national.state_mean.assign(count, 0.0);
  model.national.state_sd.assign(count, 0.0);
  model.regional.state_mean.assign(count * model.region_units.size(), 0.0);
  model.regional.state_sd.assign(count * model.region_units.size(), 0.0);
}

// A standard normal of indicator k, correlated with the others' through the block's loadings.
double CorrelatedNormal(const LatentBlock& block, const std::string& topic, int k, int index,
                        const DemoDraws& draws) {
  double value = 0.0;
  double own = 1.0;
  for (int j = 0; j < block.rank; ++j) {
    const double loading = block.loadings[k * block.rank + j];
    value += loading * draws.Normal(absl::StrCat(topic, "/factor", j), index);
    own -= loading * loading;
  }
  return value + std::sqrt(own) * draws.Normal(absl::StrCat(topic, "/own", k), index);
}

// A latent's path over the history, yearly shocks of the years to come taken away; its AR state at
// the end.
struct LatentPast {
  std::vector<double> values;
  double state = 0.0;
};

LatentPast MakeLatentPast(const LatentBlock& block, const std::string& topic, int k,
                          const Window& history, const DemoDraws& draws) {
  const LatentLaw& law = block.laws[k];
  LatentPast past;
  past.values.resize(history.size());
  for (Period p = kLatentStart; p <= history.last; p = p + 1) {
    past.state = law.autoregression * past.state +
                 law.innovation_sd * CorrelatedNormal(block, topic + "/month", k, p.index, draws);
    if (history.first <= p) past.values[p - history.first] = past.state;
  }
  double gap = 0.0;
  for (int t = history.size() - 1; t >= 0; --t) {
    past.values[t] -= gap;
    const int back = history.size() - 1 - t;
    if (back % kMonths == kMonths - 1) {
      gap += law.persistent_sd * CorrelatedNormal(block, topic + "/year", k, back / kMonths, draws);
    }
  }
  return past;
}

// Latents of one block and unit ("" for the nation): [indicator x period], and states into `state`.
std::vector<double> MakeLatents(const LatentBlock& block, const std::string& topic,
                                const Window& history, const DemoDraws& draws,
                                std::span<double> state) {
  std::vector<double> values;
  for (size_t k = 0; k < block.laws.size(); ++k) {
    LatentPast past = MakeLatentPast(block, topic, static_cast<int>(k), history, draws);
    values.insert(values.end(), past.values.begin(), past.values.end());
    state[k] = past.state;
  }
  return values;
}

// Elasticity terms of an indicator at a period.
double ElasticityEta(const TruthInput& input, const Model& truth, int indicator, Period period) {
  double eta = 0.0;
  for (size_t e = 0; e < truth.elasticities.size(); ++e) {
    const Elasticity& elasticity = truth.elasticities[e];
    if (elasticity.indicator != indicator) continue;
    eta += truth.elasticity.mean[e] *
           (DriverTerm(input.drivers, elasticity, period) - elasticity.reference);
  }
  return eta;
}

void AddGroupPast(const TruthInput& input, const Model& truth, TruthPast& past) {
  const int periods = past.history.size();
  past.group_eta.assign(truth.groups.size() * periods, 0.0);
  for (size_t g = 0; g < truth.groups.size(); ++g) {
    for (int t = 0; t < periods; ++t) {
      const Period period = past.history.first + t;
      past.group_eta[g * periods + t] =
          truth.trend.mean[g] * (t - (periods - 1)) +
          truth.season.mean[g * kMonths + period.season()] +
          ElasticityEta(input, truth, truth.groups[g].indicator, period);
    }
  }
}

// Adds latents [indicator x period] to the groups of `region`, or to all when it is -1.
void AddLatentPast(const Model& truth, std::span<const double> latents, int region,
                   TruthPast& past) {
  const int periods = past.history.size();
  for (size_t g = 0; g < truth.groups.size(); ++g) {
    if (region >= 0 && truth.groups[g].region != region) continue;
    for (int t = 0; t < periods; ++t) {
      past.group_eta[g * periods + t] += latents[truth.groups[g].indicator * periods + t];
    }
  }
}

void AddSeriesPast(const TruthInput& input, const Model& truth, const DemoDraws& draws,
                   TruthPast& past) {
  past.year_count = (past.history.size() + kMonths - 1) / kMonths;
  for (const ModelSeries& series : truth.series) {
    const std::string& unit = input.network.unit(series.unit).id;
    const std::string topic = absl::StrCat("series/", unit, "/", series.indicator);
    double gap = 0.0;
    for (int year = 0; year < past.year_count; ++year) {
      past.series_eta.push_back(-gap);
      gap += truth.branch_loading[series.indicator] *
                 draws.Normal(absl::StrCat("branch/", unit), year) +
             series.series_effect_sd * draws.Normal(topic, series.segment * 64 + year);
    }
  }
}

}  // namespace

Model MakeTruth(const TruthInput& input, const DemoDraws& draws) {
  Model model;
  model.network_id = input.network.id();
  model.as_of = DemoLastPeriod();
  model.fit_period_count = input.options.month_count;
  AddIds(input.network, model);
  AddSeriesAndGroups(input, draws, model);
  AddDrivers(input.drivers, model);
  AddElasticities(input, model);
  AddLatents(input.network, model);
  model.notes.push_back("True parameters of a generated network, not a fit.");
  return model;
}

TruthPast MakePast(const TruthInput& input, const DemoDraws& draws, Model& truth) {
  TruthPast past;
  past.history = DemoHistory(input.options);
  AddGroupPast(input, truth, past);
  AddLatentPast(
      truth,
      MakeLatents(truth.national, "national", past.history, draws, truth.national.state_mean), -1,
      past);
  const size_t count = truth.indicator_ids.size();
  for (size_t r = 0; r < truth.region_units.size(); ++r) {
    const int unit = truth.region_units[r];
    const std::span<double> state =
        std::span<double>(truth.regional.state_mean).subspan(r * count, count);
    AddLatentPast(
        truth,
        MakeLatents(truth.regional, "regional/" + truth.unit_ids[unit], past.history, draws, state),
        unit, past);
  }
  AddSeriesPast(input, truth, draws, past);
  return past;
}

}  // namespace jalon::sim
