#include "sim/model/assemble.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "sim/base/square.h"
#include "sim/model/correlation.h"

namespace jalon::sim {
namespace {

// Share of a variance that is kept when all of it could be something else.
constexpr double kLeastKept = 0.25;
// Factors a block may have in the engine.
constexpr int kMostFactors = 16;

class Assembler {
 public:
  explicit Assembler(const FitParts& parts) : parts_(parts), panel_(parts.panel) {}

  Model Run() {
    AddHeader();
    for (int k = 0; k < panel_.indicator_count(); ++k) AddSeries(k);
    AddGroups();
    AddElasticities();
    model_.mean_effects = parts_.means.effects;
    model_.drivers = parts_.terms.model;
    model_.derived_drivers = parts_.terms.derived;
    for (int k = 0; k < panel_.indicator_count(); ++k) {
      model_.branch_loading.push_back(EtaUnit(k) * parts_.effects.branch_sd[k]);
    }
    AddLatents();
    return std::move(model_);
  }

 private:
  void AddHeader() {
    const Network& network = *panel_.network;
    model_.network_id = network.id();
    model_.as_of = panel_.as_of;
    model_.fit_period_count = panel_.period_count;
    model_.trend_damping = parts_.options.trend_damping;
    for (const Unit& unit : network.spec().units) model_.unit_ids.push_back(unit.id);
    for (const Segment& segment : network.spec().segments) model_.segment_ids.push_back(segment.id);
    for (const Indicator& indicator : network.spec().indicators) {
      model_.indicator_ids.push_back(indicator.id);
    }
    for (int k = 0; k < network.indicator_count() && panel_.has_opening_days; ++k) {
      if (network.indicator(k).exposure == Exposure::kOpeningDays) {
        model_.exposed_indicators.push_back(k);
      }
    }
    model_.region_units = panel_.region_units;
    model_.groups = panel_.groups;
  }

  void AddSeries(int k) {
    const auto [first, end] = panel_.indicator_rows[k];
    const CellLaw& law = parts_.laws[k];
    for (int i = first; i < end; ++i) {
      const PanelSeries& from = panel_.series[i];
      ModelSeries series;
      series.unit = from.key.unit;
      series.segment = from.key.segment;
      series.indicator = k;
      series.group = from.group;
      series.link = from.link;
      series.law = law.law;
      series.dispersion = IsExact(k) ? 0.0 : parts_.shared[k].noise.dispersion[i - first];
      series.shape = law.shape;
      series.unit_scale = from.scale / panel_.eta_unit[k];
      series.series_effect_sd = EtaUnit(k) * parts_.effects.series_sd[k];
      series.opening_stock = from.last_level;
      series.ended = from.ended;
      model_.series.push_back(series);
      model_.level.mean.push_back(EtaUnit(k) * parts_.levels[k].mean[i - first]);
      model_.level.own_variance.push_back(Square(EtaUnit(k)) *
                                          parts_.levels[k].variance[i - first]);
    }
  }

  bool IsExact(int k) const { return panel_.stock_kinds[k] == StockKind::kExact; }

  // What the panel's eta is multiplied by: an exact stock has no eta at all.
  double EtaUnit(int k) const { return IsExact(k) ? 0.0 : panel_.eta_unit[k]; }

  int RegionIndex(const ModelGroup& group) const {
    const auto it = std::find(panel_.region_units.begin(), panel_.region_units.end(), group.region);
    return static_cast<int>(it - panel_.region_units.begin());
  }

  // Nation's, segment's and region's fits of a group; the latter two may be absent.
  std::vector<const LatentFit*> FitsOf(const ModelGroup& group) const {
    const SharedFit& shared = parts_.shared[group.indicator];
    std::vector<const LatentFit*> fits = {&shared.national};
    if (!shared.segments.empty()) fits.push_back(&shared.segments[group.segment]);
    if (!shared.regions.empty()) fits.push_back(&shared.regions[RegionIndex(group)]);
    return fits;
  }

  // National uncertainty of a trend is one factor per indicator (indicators 16 apart share one); of
  // a season, one factor per place in the year, shared by the indicators (their correlation is not
  // known; their own spread is).
  void AddGroups() {
    model_.trend.rank = std::min(panel_.indicator_count(), kMostFactors);
    model_.season.rank = panel_.periods_per_year;
    for (const ModelGroup& group : panel_.groups) {
      AddTrend(group);
      AddSeason(group);
    }
  }

  void AddTrend(const ModelGroup& group) {
    const std::vector<const LatentFit*> fits = FitsOf(group);
    const double per_period = EtaUnit(group.indicator) / panel_.periods_per_year;
    double slope = 0.0, own = 0.0;
    for (const LatentFit* fit : fits) {
      slope += per_period * fit->slope;
      if (fit != fits[0]) own += Square(per_period * fit->slope_sd);
    }
    model_.trend.mean.push_back(slope);
    model_.trend.own_variance.push_back(own);
    for (int j = 0; j < model_.trend.rank; ++j) {
      const bool own_factor = j == group.indicator % kMostFactors;
      model_.trend.shared_factor.push_back(own_factor ? per_period * fits[0]->slope_sd : 0.0);
    }
  }

  void AddSeason(const ModelGroup& group) {
    const std::vector<const LatentFit*> fits = FitsOf(group);
    const int count = panel_.periods_per_year;
    const double unit = EtaUnit(group.indicator);
    double average = 0.0;
    const size_t row = model_.season.mean.size();
    for (int m = 0; m < count; ++m) {
      double mean = 0.0, own = 0.0;
      for (const LatentFit* fit : fits) {
        mean += unit * fit->season[m];
        if (fit != fits[0]) own += Square(unit) * fit->season_variance[m];
      }
      average += mean / count;
      model_.season.mean.push_back(mean);
      model_.season.own_variance.push_back(own);
      for (int j = 0; j < count; ++j) {
        const double sd = unit * std::sqrt(fits[0]->season_variance[j]);
        model_.season.shared_factor.push_back(sd * ((m == j ? 1.0 : 0.0) - 1.0 / count));
      }
    }
    for (int m = 0; m < count; ++m) model_.season.mean[row + m] -= average;
  }

  // Elasticities of one indicator are correlated by the regression that found them: the lower
  // triangle of their covariance, each column but the last a factor. Past 16 factors the
  // elasticities of an indicator are independent.
  void AddElasticities() {
    const int count = static_cast<int>(parts_.terms.elasticities.size());
    model_.elasticities = parts_.terms.elasticities;
    ParameterBlock& block = model_.elasticity;
    int factors = 0;
    for (const SharedFit& shared : parts_.shared) {
      factors += std::max(0, static_cast<int>(shared.elasticities.size()) - 1);
    }
    block.rank = std::min(factors, kMostFactors);
    block.mean.assign(count, 0.0);
    block.own_variance.assign(count, 0.0);
    block.shared_factor.assign(static_cast<size_t>(count) * block.rank, 0.0);
    int next = 0;
    for (size_t k = 0; k < parts_.shared.size(); ++k) {
      next += AddTriangle(static_cast<int>(k), next);
    }
  }

  // Writes an indicator's elasticities on factors from `first` on; returns how many it took.
  int AddTriangle(int k, int first) {
    const LatentFit& fit = parts_.shared[k].national;
    const std::vector<int>& ids = parts_.shared[k].elasticities;
    const double unit = EtaUnit(k);
    const int n = static_cast<int>(ids.size());
    ParameterBlock& block = model_.elasticity;
    const bool fits = first + n - 1 <= block.rank;
    for (int a = 0; a < n; ++a) {
      const double variance = Square(unit) * std::max(0.0, fit.beta_covariance[a * n + a]);
      const double prior = Square(model_.elasticities[ids[a]].prior.sd);
      model_.elasticities[ids[a]].information_share = std::clamp(1.0 - variance / prior, 0.0, 1.0);
      block.mean[ids[a]] = unit * fit.beta[a];
      double left = variance;
      for (int b = 0; fits && b < a; ++b) {
        double value = Square(unit) * fit.beta_covariance[a * n + b];
        for (int c = 0; c < b; ++c) {
          value -= At(ids[a], first + c) * At(ids[b], first + c);
        }
        // A variance of nothing leaves nothing to share.
        const double pivot = At(ids[b], first + b);
        value = pivot > 0 ? value / pivot : 0.0;
        At(ids[a], first + b) = value;
        left -= Square(value);
      }
      const double own = std::max(0.0, left);
      if (fits && a < n - 1) {
        At(ids[a], first + a) = std::sqrt(own);
      } else {
        block.own_variance[ids[a]] = own;
      }
    }
    return fits ? std::max(0, n - 1) : 0;
  }

  double& At(int elasticity, int factor) {
    ParameterBlock& block = model_.elasticity;
    return block.shared_factor[static_cast<size_t>(elasticity) * block.rank + factor];
  }

  // Yearly variance of the branches' and series' own changes that the aggregate of `rows` keeps.
  double OwnLeak(int k, int region) const {
    const auto [first, end] = panel_.indicator_rows[k];
    const bool additive = panel_.indicator_link(k) == Link::kIdentity;
    double total = 0.0, series_squares = 0.0, branch_squares = 0.0, branch = 0.0;
    for (int i = first; i < end; ++i) {
      if (region >= 0 && panel_.series[i].region != region) continue;
      const double weight =
          additive ? panel_.series[i].scale : parts_.shared[k].profile.size[i - first];
      total += weight;
      series_squares += weight * weight;
      branch += weight;
      const bool last = i + 1 == end || panel_.series[i + 1].key.unit != panel_.series[i].key.unit;
      if (!last) continue;
      branch_squares += branch * branch;
      branch = 0.0;
    }
    if (!(total > 0)) return 0.0;
    return (series_squares * Square(parts_.effects.series_sd[k]) +
            branch_squares * Square(parts_.effects.branch_sd[k])) /
           (total * total);
  }

  // Squares of the regions' weights in the nation.
  double RegionLeak(int k) const {
    const auto [first, end] = panel_.indicator_rows[k];
    std::vector<double> weights(panel_.region_count(), 0.0);
    double total = 0.0, squares = 0.0;
    for (int i = first; i < end; ++i) {
      const double weight = panel_.indicator_link(k) == Link::kIdentity
                                ? panel_.series[i].scale
                                : parts_.shared[k].profile.size[i - first];
      weights[panel_.series[i].region] += weight;
      total += weight;
    }
    for (double weight : weights) squares += weight * weight;
    return total > 0 ? squares / (total * total) : 0.0;
  }

  static double Reduced(double variance, double by) {
    return std::max(variance - by, kLeastKept * variance);
  }

  // The level now is known up to level_sd, of which at most half a year's change is not already in
  // the series' own levels: it goes where it acts, in the first year's shock.
  static double LevelDoubt(const LatentFit& fit) {
    return std::min(Square(fit.level_sd), 0.5 * Square(fit.hyper.yearly_sd));
  }

  LatentLaw RegionalLaw(int k) const {
    const std::vector<LatentFit>& fits = parts_.shared[k].regions;
    if (fits.empty()) return {};
    const double count = static_cast<double>(fits.size());
    // Deviations from the mean of a few regions are smaller than the regions' own.
    const double inflation = count / (count - 1);
    double leak = 0.0, doubt = 0.0;
    for (size_t r = 0; r < fits.size(); ++r) {
      leak += OwnLeak(k, static_cast<int>(r)) / count;
      doubt += LevelDoubt(fits[r]) / count;
    }
    const LatentHyper& hyper = fits[0].hyper;
    return {hyper.autoregression, hyper.innovation_sd * std::sqrt(inflation),
            std::sqrt(Reduced(Square(hyper.yearly_sd) * inflation, leak) + doubt)};
  }

  LatentLaw NationalLaw(int k, const LatentLaw& regional) const {
    const LatentFit& fit = parts_.shared[k].national;
    const double share = RegionLeak(k);
    const double yearly = Reduced(Square(fit.hyper.yearly_sd),
                                  share * Square(regional.persistent_sd) + OwnLeak(k, -1));
    return {
        fit.hyper.autoregression,
        std::sqrt(Reduced(Square(fit.hyper.innovation_sd), share * Square(regional.innovation_sd))),
        std::sqrt(yearly + LevelDoubt(fit))};
  }

  // A state cannot be less certain than the law it comes from.
  static double StateSd(const LatentFit& fit, const LatentLaw& law) {
    const double stationary = law.innovation_sd / std::sqrt(1 - Square(law.autoregression));
    return std::min(fit.state_sd, stationary);
  }

  static LatentLaw InUnits(LatentLaw law, double unit) {
    law.innovation_sd *= unit;
    law.persistent_sd *= unit;
    return law;
  }

  void AddLatents() {
    const int count = panel_.indicator_count();
    std::vector<LatentLaw> regional_laws;
    for (int k = 0; k < count; ++k) {
      const LatentLaw regional = regional_laws.emplace_back(RegionalLaw(k));
      const LatentLaw national = NationalLaw(k, regional);
      const LatentFit& fit = parts_.shared[k].national;
      model_.regional.laws.push_back(InUnits(regional, EtaUnit(k)));
      model_.national.laws.push_back(InUnits(national, EtaUnit(k)));
      model_.national.state_mean.push_back(EtaUnit(k) * fit.state.back());
      model_.national.state_sd.push_back(EtaUnit(k) * StateSd(fit, national));
    }
    for (int r = 0; r < panel_.region_count(); ++r) {
      for (int k = 0; k < count; ++k) AddRegionalState(r, k, regional_laws[k]);
    }
    AddCorrelations();
  }

  // `law` in the panel's unit.
  void AddRegionalState(int r, int k, const LatentLaw& law) {
    const std::vector<LatentFit>& fits = parts_.shared[k].regions;
    const bool known = !fits.empty();
    model_.regional.state_mean.push_back(known ? EtaUnit(k) * fits[r].state.back() : 0.0);
    model_.regional.state_sd.push_back(known ? EtaUnit(k) * StateSd(fits[r], law) : 0.0);
  }

  // Indicators whose shocks can go with others': those with series that move.
  std::vector<int> MovingIndicators() const {
    std::vector<int> moving;
    for (int k = 0; k < panel_.indicator_count(); ++k) {
      const auto [first, end] = panel_.indicator_rows[k];
      if (first < end && !IsExact(k)) moving.push_back(k);
    }
    return moving;
  }

  void AddCorrelations() {
    const std::vector<int> moving = MovingIndicators();
    std::vector<std::vector<double>> national, regional;
    for (const int k : moving) {
      const SharedFit& shared = parts_.shared[k];
      national.push_back(shared.national.innovations);
      std::vector<double> all;
      for (const LatentFit& fit : shared.regions) {
        all.insert(all.end(), fit.innovations.begin(), fit.innovations.end());
      }
      regional.push_back(std::move(all));
    }
    SetCorrelation(FitCorrelation(national), moving, model_.national);
    if (panel_.region_count() > 1) {
      SetCorrelation(FitCorrelation(regional), moving, model_.regional);
    }
  }

  // Rows of indicators that are not among `moving` are 0.
  static void SetCorrelation(const LowRankCorrelation& correlation, const std::vector<int>& moving,
                             LatentBlock& block) {
    block.rank = correlation.rank;
    block.loadings.assign(block.laws.size() * correlation.rank, 0.0);
    for (size_t row = 0; row < moving.size(); ++row) {
      std::copy_n(correlation.loadings.begin() + row * correlation.rank, correlation.rank,
                  block.loadings.begin() + moving[row] * correlation.rank);
    }
  }

  const FitParts& parts_;
  const FitPanel& panel_;
  Model model_;
};

}  // namespace

double MeanVariance(const LatentLaw& law, int count) {
  const double stationary = Square(law.innovation_sd) / (1 - Square(law.autoregression));
  double sum = count;
  double power = 1.0;
  for (int lag = 1; lag < count; ++lag) {
    power *= law.autoregression;
    sum += 2.0 * (count - lag) * power;
  }
  return stationary * sum / (static_cast<double>(count) * count);
}

Model AssembleModel(const FitParts& parts) {
  Model model = Assembler(parts).Run();
  AddDiagnostics(parts, model);
  return model;
}

}  // namespace jalon::sim
