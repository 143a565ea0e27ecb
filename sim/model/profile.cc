#include "sim/model/profile.h"

#include <algorithm>
#include <utility>

#include "sim/base/math.h"
#include "sim/base/missing.h"

namespace jalon::sim {
namespace {

// The two-way fit converges geometrically; holes are few.
constexpr int kTwoWayRounds = 5;

// One two-way fit of an indicator.
class TwoWay {
 public:
  TwoWay(const FitPanel& panel, int indicator)
      : panel_(panel),
        first_(panel.indicator_rows[indicator].first),
        end_(panel.indicator_rows[indicator].second),
        additive_(panel.indicator_link(indicator) == Link::kIdentity),
        size_(end_ - first_, 0.0),
        path_(panel.period_count, additive_ ? 0.0 : 1.0) {}

  // The path: log, or additive.
  std::vector<double> Run() {
    for (int round = 0; round < kTwoWayRounds; ++round) {
      for (int i = first_; i < end_; ++i) FitSize(i);
      for (int t = 0; t < panel_.period_count; ++t) FitPeriod(t);
    }
    if (additive_) return path_;
    for (double& value : path_) value = Log(std::max(value, kLeastRatio));
    return path_;
  }

 private:
  // A period in which nothing was sold, against a usual one of 1.
  static constexpr double kLeastRatio = 1e-3;

  void FitSize(int i) {
    double observed = 0.0, expected = 0.0;
    for (int t = 0; t < panel_.period_count; ++t) {
      const double y = panel_.value(i, t);
      if (std::isnan(y)) continue;
      observed += additive_ ? y / panel_.series[i].scale - path_[t] : y;
      expected += additive_ ? 1.0 : path_[t] * panel_.exposure(i, t);
    }
    size_[i - first_] = expected > 0 ? observed / expected : 0.0;
  }

  void FitPeriod(int t) {
    double observed = 0.0, expected = 0.0;
    for (int i = first_; i < end_; ++i) {
      const double y = panel_.value(i, t);
      if (std::isnan(y)) continue;
      const double scale = panel_.series[i].scale;
      observed += additive_ ? y - scale * size_[i - first_] : y;
      expected += additive_ ? scale : size_[i - first_] * panel_.exposure(i, t);
    }
    if (expected > 0) path_[t] = observed / expected;
  }

  const FitPanel& panel_;
  const int first_;
  const int end_;
  const bool additive_;
  std::vector<double> size_;
  std::vector<double> path_;
};

}  // namespace

std::vector<double> CommonPath(const FitPanel& panel, int indicator) {
  return TwoWay(panel, indicator).Run();
}

void FitSizes(const FitPanel& panel, int indicator, IndicatorProfile& profile) {
  const auto [first, end] = panel.indicator_rows[indicator];
  profile.size.assign(end - first, 0.0);
  for (int i = first; i < end; ++i) {
    const PanelSeries& series = panel.series[i];
    const bool additive = series.link == Link::kIdentity;
    double observed = 0.0, expected = 0.0;
    for (int t = 0; t < panel.period_count; ++t) {
      const double y = panel.value(i, t);
      if (std::isnan(y)) continue;
      observed += additive ? y / series.scale - profile.path[series.group][t] : y;
      expected += additive ? 1.0 : profile.factor[series.group][t] * panel.exposure(i, t);
    }
    if (expected > 0) profile.size[i - first] = observed / expected;
  }
}

Aggregate AggregateOf(const FitPanel& panel, int indicator, const IndicatorProfile& profile,
                      std::span<const int> rows, std::span<const double> dispersion) {
  const int first = panel.indicator_rows[indicator].first;
  const bool additive = panel.indicator_link(indicator) == Link::kIdentity;
  Aggregate aggregate;
  for (int t = 0; t < panel.period_count; ++t) {
    double observed = 0.0, expected = 0.0, variance = 0.0, scales = 0.0;
    bool any = false;
    for (int i : rows) {
      const double y = panel.value(i, t);
      if (std::isnan(y)) continue;
      any = true;
      const PanelSeries& series = panel.series[i];
      const double size = profile.size[i - first];
      const double phi = dispersion[i - first];
      if (additive) {
        observed += y - series.scale * (size + profile.path[series.group][t]);
        scales += series.scale;
        variance += phi * phi;
      } else {
        const double mean = size * profile.factor[series.group][t] * panel.exposure(i, t);
        observed += y;
        expected += mean;
        variance += phi * mean;
      }
    }
    if (!any || (!additive && !(expected > 0))) {
      aggregate.z.push_back(kMissing);
      aggregate.noise_variance.push_back(0.0);
    } else if (additive) {
      aggregate.z.push_back(observed / scales);
      aggregate.noise_variance.push_back(variance / (scales * scales));
    } else {
      // Half a unit of noise added to both sides: log without its bias at small numbers.
      const double half = 0.5 * variance / expected;
      aggregate.z.push_back(Log((observed + half) / (expected + half)));
      aggregate.noise_variance.push_back(variance / ((expected + half) * (expected + half)));
    }
  }
  return aggregate;
}

void SetPath(const FitPanel& panel, int group, std::vector<double> path,
             IndicatorProfile& profile) {
  const int indicator = panel.groups[group].indicator;
  std::vector<double> factor(path.size(), 1.0);
  if (panel.indicator_link(indicator) == Link::kLog) {
    for (size_t t = 0; t < path.size(); ++t) factor[t] = Exp(path[t]);
  }
  profile.path[group] = std::move(path);
  profile.factor[group] = std::move(factor);
}

}  // namespace jalon::sim
