#include "tests/sim/engine/tiny_bank.h"

#include <cmath>
#include <limits>
#include <random>
#include <utility>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "sim/engine/sampled.h"
#include "sim/objective/objective.h"

namespace jalon::sim {
namespace {

NetworkSpec SpecOf(const TinyShape& shape) {
  NetworkSpec spec{.id = "tiny", .label = "Tiny", .frequency = shape.frequency};
  spec.units.push_back({.id = "bank", .label_en = "Bank", .level = "network"});
  for (int r = 1; r <= shape.region_count; ++r) {
    const std::string region = absl::StrCat("r", r);
    spec.units.push_back({.id = region, .parent = "bank", .level = "region"});
    for (int b = 1; b <= shape.branches_per_region; ++b) {
      spec.units.push_back(
          {.id = absl::StrCat(region, "-b", b), .parent = region, .level = "branch"});
    }
  }
  for (size_t k = 0; k < shape.kinds.size(); ++k) {
    Indicator indicator{.id = absl::StrCat("k", k + 1), .kind = shape.kinds[k]};
    if (shape.kinds[k] != IndicatorKind::kCount) indicator.measure = Measure::kMoney;
    spec.indicators.push_back(indicator);
  }
  spec.indicators.insert(spec.indicators.end(), shape.others.begin(), shape.others.end());
  return spec;
}

Realisations HistoryOf(const Network& network, const TinyShape& shape) {
  const bool monthly = shape.frequency == Frequency::kMonth;
  const Period first = monthly ? Period::Month(2024, 1) : Period::Quarter(2024, 1);
  const int period_count = 2 * PeriodsPerYear(shape.frequency);
  std::vector<SeriesKey> keys;
  std::vector<double> values;
  for (int k = 0; k < network.indicator_count(); ++k) {
    const bool stock = network.indicator(k).kind == IndicatorKind::kStock;
    for (int u = 0; network.HasSeries(k) && u < network.unit_count(); ++u) {
      if (!network.is_leaf(u)) continue;
      keys.push_back({.indicator = k, .unit = u, .segment = 0});
      values.insert(values.end(), period_count, stock ? shape.stock : std::round(shape.mean));
    }
  }
  return Realisations::Create(network, first, std::move(keys), std::move(values)).value();
}

ParameterBlock Block(std::vector<double> mean) {
  ParameterBlock block;
  block.own_variance.assign(mean.size(), 0.0);
  block.mean = std::move(mean);
  return block;
}

LatentBlock NoLatents(int indicator_count, int row_count) {
  LatentBlock block;
  block.laws.resize(indicator_count);
  block.state_mean.assign(row_count, 0.0);
  block.state_sd.assign(row_count, 0.0);
  return block;
}

ModelSeries SeriesOfKind(IndicatorKind kind) {
  switch (kind) {
    case IndicatorKind::kCount:
      return {.link = Link::kLog, .law = Law::kNegativeBinomial, .dispersion = 1.0};
    case IndicatorKind::kAmount:
      return {.link = Link::kLog, .law = Law::kGamma, .dispersion = 2.0};
    case IndicatorKind::kNetFlow:
      return {.link = Link::kIdentity, .law = Law::kStudentT, .dispersion = 3.0, .shape = 5.0};
    case IndicatorKind::kStock:
      return {.link = Link::kIdentity, .law = Law::kStock, .dispersion = 0.0, .shape = 5.0};
    case IndicatorKind::kRatio:
    case IndicatorKind::kDerived:
      break;  // no series of their own
  }
  return {};
}

// Ids, regions, groups and series of a model over a whole network.
Model SkeletonOf(const Revision& revision) {
  const Network& network = revision.network;
  Model model;
  model.network_id = network.id();
  model.as_of = revision.realisations.last();
  model.fit_period_count = revision.realisations.period_count();
  for (int u = 0; u < network.unit_count(); ++u) {
    model.unit_ids.push_back(network.unit(u).id);
    if (network.unit_depth(u) == 1) model.region_units.push_back(u);
  }
  for (int s = 0; s < network.segment_count(); ++s) {
    model.segment_ids.push_back(network.segment(s).id);
  }
  for (int k = 0; k < network.indicator_count(); ++k) {
    model.indicator_ids.push_back(network.indicator(k).id);
    for (int region : model.region_units) {
      model.groups.push_back({.region = region, .segment = 0, .indicator = k});
    }
  }
  return model;
}

// Level of eta of a series.
double EtaOf(IndicatorKind kind, double mean) {
  if (kind == IndicatorKind::kStock) return 0.0;
  return kind == IndicatorKind::kNetFlow ? mean : std::log(mean);
}

void AddSeries(Model& model, const Revision& revision, const TinyShape& shape) {
  const Network& network = revision.network;
  for (const SeriesKey& key : revision.realisations.keys()) {
    const IndicatorKind kind = network.indicator(key.indicator).kind;
    ModelSeries series = SeriesOfKind(kind);
    series.unit = key.unit;
    series.segment = key.segment;
    series.indicator = key.indicator;
    while (model.groups[series.group].indicator != key.indicator ||
           model.groups[series.group].region != network.RegionOf(key.unit)) {
      ++series.group;
    }
    if (kind == IndicatorKind::kStock) {
      series.unit_scale = shape.stock > 0.0 ? shape.stock : 1.0;
      series.opening_stock = shape.stock;
    }
    model.series.push_back(series);
    model.level.mean.push_back(EtaOf(kind, shape.mean));
  }
}

Model ModelOf(const Revision& revision, const TinyShape& shape) {
  Model model = SkeletonOf(revision);
  AddSeries(model, revision, shape);
  const int indicator_count = static_cast<int>(model.indicator_ids.size());
  const int region_count = static_cast<int>(model.region_units.size());
  model.level = Block(std::move(model.level.mean));
  model.trend = Block(std::vector<double>(model.groups.size(), 0.0));
  model.season =
      Block(std::vector<double>(model.groups.size() * PeriodsPerYear(shape.frequency), 0.0));
  model.national = NoLatents(indicator_count, indicator_count);
  model.regional = NoLatents(indicator_count, indicator_count * region_count);
  model.branch_loading.assign(indicator_count, 0.0);
  model.diagnostics.resize(indicator_count);
  model.drivers.last = model.as_of;
  return model;
}

// Random numbers for random banks; tests may use the standard library's.
class Dice {
 public:
  explicit Dice(uint64_t seed) : engine_(seed) {}
  double Between(double low, double high) {
    return low + (high - low) * (engine_() >> 11) * 0x1p-53;
  }
  int Int(int low, int high) { return low + static_cast<int>(engine_() % (high - low + 1)); }
  bool Coin() { return engine_() & 1; }

 private:
  std::mt19937_64 engine_;
};

void Randomise(Dice& dice, ParameterBlock& block, double spread, double sd, int rank) {
  block.rank = rank;
  block.shared_factor.clear();
  for (size_t i = 0; i < block.mean.size(); ++i) {
    block.mean[i] += dice.Between(-spread, spread);
    const double own = dice.Between(0.0, sd);
    block.own_variance[i] = own * own;
    for (int j = 0; j < rank; ++j) block.shared_factor.push_back(dice.Between(-sd, sd));
  }
}

void Randomise(Dice& dice, LatentBlock& block) {
  block.rank = dice.Int(0, 2);
  for (LatentLaw& law : block.laws) {
    law = {.autoregression = dice.Between(0.0, 0.95),
           .innovation_sd = dice.Between(0.0, 0.05),
           .persistent_sd = dice.Between(0.0, 0.08)};
    for (int j = 0; j < block.rank; ++j) block.loadings.push_back(dice.Between(-0.6, 0.6));
  }
  for (double& mean : block.state_mean) mean = dice.Between(-0.05, 0.05);
  for (double& sd : block.state_sd) sd = dice.Between(0.0, 0.05);
}

Event RandomEvent(Dice& dice, const TinyBank& bank, int number) {
  const Network& network = bank.revision.network;
  Event event = FixedEvent(absl::StrCat("event-", number), dice.Between(-0.4, 0.3));
  event.effect = {.kind = EffectLaw::Kind::kTriangular,
                  .low = event.effect.mode - dice.Between(0.0, 0.2),
                  .mode = event.effect.mode,
                  .high = event.effect.mode + dice.Between(0.0, 0.2)};
  event.start = Period::Month(2026, dice.Int(1, 12));
  event.ramp_periods = dice.Int(0, 4);
  event.anticipation_periods = dice.Int(0, 2);
  event.anticipation_share = dice.Between(0.0, 0.5);
  if (dice.Coin()) event.units = {network.unit(dice.Int(1, network.unit_count() - 1)).id};
  if (dice.Coin()) {
    event.indicators = {network.indicator(dice.Int(0, network.indicator_count() - 1)).id};
  }
  return event;
}

void AddRandomTargets(Dice& dice, TinyBank& bank) {
  const Network& network = bank.revision.network;
  for (int u = 0; u < network.unit_count(); ++u) {
    for (int k = 0; k < network.indicator_count(); ++k) {
      Target target = bank.YearOf(network.unit(u).id, k);
      target.thresholds = {dice.Between(0.0, 300.0), dice.Between(300.0, 2000.0)};
      if (dice.Coin()) target.direction = Direction::kLowerIsBetter;
      bank.targets.push_back(target);
    }
  }
}

}  // namespace

TinyBank MakeTinyBank(const TinyShape& shape) {
  Network network = Network::Create(SpecOf(shape)).value();
  Realisations history = HistoryOf(network, shape);
  TinyBank bank{.revision = {.network = std::move(network), .realisations = std::move(history)}};
  bank.model = ModelOf(bank.revision, shape);
  bank.scenario = {.id = "base", .label = "Base"};
  bank.as_of = bank.revision.realisations.last();
  return bank;
}

Plan TinyBank::plan() const {
  absl::StatusOr<Plan> plan = BuildPlan(input());
  EXPECT_TRUE(plan.ok()) << plan.status();
  return std::move(plan).value();
}

Target TinyBank::On(const std::string& unit, const Window& window, int indicator) const {
  const Network& network = revision.network;
  return {.range = RangeOf(network, indicator, network.FindUnit(unit).value(), 0),
          .window = window};
}

Target TinyBank::For(const std::string& unit, const std::string& indicator,
                     const Window& window) const {
  const int k = revision.network.FindIndicator(indicator).value();
  Target target = On(unit, window, k);
  target.aggregation = revision.network.indicator(k).aggregation;
  target.direction = revision.network.indicator(k).direction;
  return target;
}

int TinyBank::SeriesIndex(const std::string& unit, const std::string& indicator) const {
  for (size_t i = 0; i < model.series.size(); ++i) {
    const ModelSeries& series = model.series[i];
    if (model.unit_ids[series.unit] == unit && model.indicator_ids[series.indicator] == indicator) {
      return static_cast<int>(i);
    }
  }
  ADD_FAILURE() << unit << " " << indicator;
  return 0;
}

ModelSeries& TinyBank::Series(const std::string& unit, const std::string& indicator) {
  return model.series[SeriesIndex(unit, indicator)];
}

void TinyBank::SetRealised(const std::string& unit, const std::string& indicator, Period period,
                           double value) {
  const Realisations& before = revision.realisations;
  std::vector<double> values;
  for (int i = 0; i < before.series_count(); ++i) {
    values.insert(values.end(), before.row(i).begin(), before.row(i).end());
  }
  const int row = before
                      .Find({.indicator = revision.network.FindIndicator(indicator).value(),
                             .unit = revision.network.FindUnit(unit).value(),
                             .segment = 0})
                      .value();
  values[static_cast<size_t>(row) * before.period_count() + (period - before.first())] = value;
  revision.realisations =
      Realisations::Create(revision.network, before.first(), before.keys(), values).value();
}

Target TinyBank::YearOf(const std::string& unit, int indicator) const {
  return On(unit, Year(2026), indicator);
}

void AddDriver(TinyBank& bank, const TinyDriver& driver) {
  Driver series{.id = driver.id, .unit = "%", .first = Period::Month(2024, 1)};
  series.values.assign(24, driver.value);
  bank.revision.drivers.drivers.push_back(series);
  ElasticityPrior prior{.driver = driver.id,
                        .indicator = bank.model.indicator_ids[driver.indicator],
                        .lag = driver.lag,
                        .mean = driver.beta,
                        .sd = 1.0,
                        .source = "test"};
  bank.revision.drivers.priors.push_back(prior);

  VarModel& var = bank.model.drivers;
  const int n = var.driver_count();
  VarModel wider{.driver_ids = var.driver_ids,
                 .intercept = var.intercept,
                 .last = var.last,
                 .last_values = var.last_values};
  wider.driver_ids.push_back(driver.id);
  wider.intercept.push_back(0.0);
  wider.last_values.push_back(driver.value);
  wider.coefficients.assign((n + 1) * (n + 1), 0.0);
  wider.innovation_factor.assign((n + 1) * (n + 1), 0.0);
  for (int i = 0; i < n; ++i) {
    for (int j = 0; j < n; ++j) {
      wider.coefficients[i * (n + 1) + j] = var.coefficients[i * n + j];
      wider.innovation_factor[i * (n + 1) + j] = var.innovation_factor[i * n + j];
    }
  }
  wider.coefficients.back() = 1.0;
  wider.innovation_factor.back() = driver.sd;
  var = wider;

  bank.model.elasticities.push_back(
      {.prior = prior, .driver = n, .indicator = driver.indicator, .reference = driver.value});
  bank.model.elasticity.mean.push_back(driver.beta);
  bank.model.elasticity.own_variance.push_back(driver.beta_sd * driver.beta_sd);
}

Indicator StockOf(const std::string& id, Measure measure, std::vector<std::string> inflows,
                  std::vector<std::string> outflows) {
  return {.id = id,
          .measure = measure,
          .kind = IndicatorKind::kStock,
          .aggregation = Aggregation::kLast,
          .basis = AttainmentBasis::kVariation,
          .inflows = std::move(inflows),
          .outflows = std::move(outflows)};
}

Indicator RatioOf(const std::string& id, const std::string& numerator,
                  const std::string& denominator) {
  return {.id = id,
          .measure = Measure::kRatio,
          .kind = IndicatorKind::kRatio,
          .aggregation = Aggregation::kRatio,
          .basis = AttainmentBasis::kVariation,
          .rounding_step = 0.001,
          .numerator = numerator,
          .denominator = denominator};
}

Indicator DerivedOf(const std::string& id, const std::string& expression) {
  return {.id = id,
          .measure = Measure::kMoney,
          .kind = IndicatorKind::kDerived,
          .expression = expression};
}

void AddRate(TinyBank& bank, const std::string& id, double value, double sd) {
  AddDriver(bank, {.id = id, .value = value, .sd = sd});
  bank.revision.drivers.priors.pop_back();
  bank.model.elasticities.pop_back();
  bank.model.elasticity.mean.pop_back();
  bank.model.elasticity.own_variance.pop_back();
}

Target OnVariation(const Revision& revision, Target target, double objective,
                   const std::vector<double>& ratios) {
  const int k = target.range.indicator;
  target.opening = TargetOpening{.window = OpeningWindow(revision.network, k, target.window),
                                 .objective = objective};
  for (const double ratio : ratios) {
    const RatioThreshold threshold =
        ThresholdAtRatio(revision.network.indicator(k), objective, ratio).value();
    target.thresholds.push_back(threshold.value);
    target.opening->weights.push_back(threshold.opening_weight);
  }
  return target;
}

Event FixedEvent(const std::string& id, double effect) {
  return {
      .id = id,
      .start = Period::Month(2026, 1),
      .effect = {.kind = EffectLaw::Kind::kFixed, .low = effect, .mode = effect, .high = effect},
      .source = "test"};
}

TinyBank MakeRandomBank(uint64_t seed) {
  Dice dice(seed);
  TinyShape shape{.region_count = dice.Int(1, 3), .branches_per_region = dice.Int(1, 3)};
  shape.kinds.assign(dice.Int(1, 3), IndicatorKind::kCount);
  for (IndicatorKind& kind : shape.kinds) kind = static_cast<IndicatorKind>(dice.Int(0, 2));
  shape.mean = dice.Between(0.5, 60.0);
  TinyBank bank = MakeTinyBank(shape);
  bank.seed = seed;
  Model& model = bank.model;
  Randomise(dice, model.level, 0.5, 0.1, dice.Int(0, 2));
  Randomise(dice, model.trend, 0.01, 0.005, dice.Int(0, 1));
  Randomise(dice, model.season, 0.0, 0.02, dice.Int(0, 1));
  Randomise(dice, model.national);
  Randomise(dice, model.regional);
  for (double& loading : model.branch_loading) loading = dice.Between(0.0, 0.1);
  for (ModelSeries& series : model.series) series.series_effect_sd = dice.Between(0.0, 0.1);
  AddDriver(bank, {.id = "rate", .beta_sd = 0.02});
  AddDriver(bank, {.id = "unemployment", .value = 7.0, .sd = 0.2, .beta = 0.03, .lag = 2});
  for (int e = 0; e < 3; ++e) bank.scenario.events.push_back(RandomEvent(dice, bank, e));
  AddRandomTargets(dice, bank);
  return bank;
}

std::vector<std::vector<double>> TargetPaths(const Plan& plan, int path_count) {
  std::vector<std::vector<double>> values(plan.target_count());
  for (int block = 0; block * kPathsPerBlock < path_count; ++block) {
    const BlockOutcome outcome = SimulateBlock(plan, block, StopToken()).value();
    for (int target = 0; target < plan.target_count(); ++target) {
      const double* row = outcome.values.data() + target * kPathsPerBlock;
      values[target].insert(values[target].end(), row, row + kPathsPerBlock);
    }
  }
  return values;
}

double Mean(const std::vector<double>& values) {
  double sum = 0.0;
  for (double value : values) sum += value;
  return sum / values.size();
}

double StandardError(const std::vector<double>& values) {
  const double mean = Mean(values);
  double sum = 0.0;
  for (double value : values) sum += (value - mean) * (value - mean);
  return std::sqrt(sum / (values.size() - 1.0) / values.size());
}

}  // namespace jalon::sim
