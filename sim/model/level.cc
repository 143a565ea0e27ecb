#include "sim/model/level.h"

#include <algorithm>
#include <cmath>

#include "sim/base/math.h"
#include "sim/base/square.h"

namespace jalon::sim {
namespace {

// Relative variance of sizes inside a group of one, and the least of any group.
constexpr double kLoneVariance = 1.0;
constexpr double kLeastVariance = 0.05;

// Mean and variance of a group's sizes: relative variance on the log link.
struct GroupPrior {
  double mean = 0.0;
  double variance = kLoneVariance;
};

// Recent and aged evidence on one series: sums weighted by w and by 1 - w.
struct Evidence {
  double recent_observed = 0.0, recent_expected = 0.0;
  double aged_observed = 0.0, aged_expected = 0.0;
  // Weighted mean ages in periods.
  double recent_age = 0.0, aged_age = 0.0;
};

// Levels of one indicator.
class Levels {
 public:
  Levels(const FitPanel& panel, int indicator, const IndicatorProfile& profile,
         const IndicatorNoise& noise, const LevelOptions& options)
      : panel_(panel),
        first_(panel.indicator_rows[indicator].first),
        end_(panel.indicator_rows[indicator].second),
        additive_(panel.indicator_link(indicator) == Link::kIdentity),
        profile_(profile),
        noise_(noise),
        options_(options) {
    const double decay = Exp2(-1.0 / options.half_life_periods);
    weights_.assign(panel.period_count, 1.0);
    for (int t = panel.period_count - 2; t >= 0; --t) weights_[t] = weights_[t + 1] * decay;
  }

  IndicatorLevels Run() {
    const std::vector<GroupPrior> priors = Priors();
    IndicatorLevels levels;
    for (int i = first_; i < end_; ++i) {
      const GroupPrior& prior = priors[panel_.series[i].group];
      const Evidence evidence = Gather(i);
      additive_ ? AddNormal(i, prior, evidence, levels) : AddGamma(i, prior, evidence, levels);
    }
    return levels;
  }

 private:
  Evidence Gather(int i) const {
    const PanelSeries& series = panel_.series[i];
    Evidence evidence;
    double recent_weight = 0.0, aged_weight = 0.0;
    for (int t = 0; t < panel_.period_count; ++t) {
      const double y = panel_.value(i, t);
      if (std::isnan(y)) continue;
      const double observed = additive_ ? y / series.scale - profile_.path[series.group][t] : y;
      const double expected =
          additive_ ? 1.0 : profile_.factor[series.group][t] * panel_.exposure(i, t);
      const double w = weights_[t];
      const int age = panel_.period_count - 1 - t;
      evidence.recent_observed += w * observed;
      evidence.recent_expected += w * expected;
      evidence.aged_observed += (1 - w) * observed;
      evidence.aged_expected += (1 - w) * expected;
      evidence.recent_age += w * age;
      evidence.aged_age += (1 - w) * age;
      recent_weight += w;
      aged_weight += 1 - w;
    }
    if (recent_weight > 0) evidence.recent_age /= recent_weight;
    if (aged_weight > 0) evidence.aged_age /= aged_weight;
    return evidence;
  }

  // Variance of the drift between the two ages.
  double Drift(const Evidence& evidence) const {
    const double years =
        std::max(0.0, evidence.aged_age - evidence.recent_age) / panel_.periods_per_year;
    return options_.yearly_variance * years;
  }

  void AddGamma(int i, const GroupPrior& prior, const Evidence& evidence,
                IndicatorLevels& levels) const {
    const double phi = noise_.dispersion[i - first_];
    double shape = 1.0 / prior.variance;
    double rate = shape / prior.mean;
    shape += evidence.aged_observed / phi;
    rate += evidence.aged_expected / phi;
    const double aged_mean = shape / rate;
    shape = 1.0 / (1.0 / shape + Drift(evidence));
    rate = shape / aged_mean;
    shape += evidence.recent_observed / phi;
    rate += evidence.recent_expected / phi;
    levels.mean.push_back(Log(shape / rate));
    levels.variance.push_back(1.0 / shape);
  }

  void AddNormal(int i, const GroupPrior& prior, const Evidence& evidence,
                 IndicatorLevels& levels) const {
    const double noise = Square(noise_.dispersion[i - first_] / panel_.series[i].scale);
    double precision = 1.0 / prior.variance;
    double sum = precision * prior.mean;
    precision += evidence.aged_expected / noise;
    sum += evidence.aged_observed / noise;
    const double aged_mean = sum / precision;
    precision = 1.0 / (1.0 / precision + Drift(evidence));
    sum = precision * aged_mean + evidence.recent_observed / noise;
    precision += evidence.recent_expected / noise;
    levels.mean.push_back(sum / precision);
    levels.variance.push_back(1.0 / precision);
  }

  // [group]: mean and spread of sizes, sampling noise taken away.
  std::vector<GroupPrior> Priors() const {
    std::vector<GroupPrior> priors(panel_.groups.size());
    std::vector<std::vector<int>> members(panel_.groups.size());
    for (int i = first_; i < end_; ++i) {
      if (panel_.series[i].present_count > 0) members[panel_.series[i].group].push_back(i);
    }
    const GroupPrior all = PriorOf(AllSeen(), {});
    for (int i = first_; i < end_; ++i) {
      const int group = panel_.series[i].group;
      priors[group] = PriorOf(members[group], all);
    }
    return priors;
  }

  std::vector<int> AllSeen() const {
    std::vector<int> rows;
    for (int i = first_; i < end_; ++i) {
      if (panel_.series[i].present_count > 0) rows.push_back(i);
    }
    return rows;
  }

  // Sampling variance of a size: relative on the log link.
  double SamplingVariance(int i, double mean) const {
    const double phi = noise_.dispersion[i - first_];
    const int count = panel_.series[i].present_count;
    if (additive_) return Square(phi / panel_.series[i].scale) / count;
    return phi / (mean * count);
  }

  // The smallest mean worth writing: half a unit of noise over the whole history of a series.
  double LeastMean(int i) const {
    return 0.5 * noise_.dispersion[i - first_] / std::max(1, panel_.series[i].present_count);
  }

  GroupPrior PriorOf(const std::vector<int>& rows, const GroupPrior& fallback) const {
    GroupPrior prior = fallback;
    if (rows.empty()) {
      if (!additive_ && !(prior.mean > 0)) prior.mean = 1.0;
      return prior;
    }
    double sum = 0.0, least = 0.0;
    for (int i : rows) {
      sum += profile_.size[i - first_];
      least += LeastMean(i);
    }
    const double n = static_cast<double>(rows.size());
    prior.mean = additive_ ? sum / n : std::max(sum, least / n) / n;
    if (rows.size() < 2) return {prior.mean, kLoneVariance};
    double squares = 0.0;
    const double unit = additive_ ? 1.0 : prior.mean;
    for (int i : rows) {
      squares += Square((profile_.size[i - first_] - prior.mean) / unit) / (n - 1) -
                 SamplingVariance(i, prior.mean) / n;
    }
    prior.variance = std::max(squares, kLeastVariance);
    return prior;
  }

  const FitPanel& panel_;
  const int first_;
  const int end_;
  const bool additive_;
  const IndicatorProfile& profile_;
  const IndicatorNoise& noise_;
  const LevelOptions& options_;
  // [period]
  std::vector<double> weights_;
};

}  // namespace

IndicatorLevels FitLevels(const FitPanel& panel, int indicator, const IndicatorProfile& profile,
                          const IndicatorNoise& noise, const LevelOptions& options) {
  return Levels(panel, indicator, profile, noise, options).Run();
}

}  // namespace jalon::sim
