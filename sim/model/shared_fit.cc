#include "sim/model/shared_fit.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <utility>

namespace jalon::sim {
namespace {

// What is believed of an indicator's variances before the data, in logs, or in units of scale (a
// period's noise of one series) on the identity link.
struct Beliefs {
  LatentHyperPrior national;
  LatentHyperPrior deviation;
  double national_slope_sd;
  double deviation_slope_sd;
  double deviation_level_sd;
};

Beliefs BeliefsFor(Link link) {
  const Beliefs logs{{.innovation_median = 0.02,
                      .innovation_log_sd = 0.8,
                      .yearly_median = 0.04,
                      .yearly_log_sd = 0.7,
                      .season_median = 0.3},
                     {.innovation_median = 0.015,
                      .innovation_log_sd = 0.8,
                      .yearly_median = 0.02,
                      .yearly_log_sd = 0.7,
                      .season_median = 0.04},
                     0.06,
                     0.01,
                     1.0};
  if (link == Link::kLog) return logs;
  Beliefs scaled = logs;
  for (LatentHyperPrior* prior : {&scaled.national, &scaled.deviation}) {
    prior->innovation_median *= 3;
    prior->yearly_median *= 3;
    prior->season_median *= 3;
    prior->innovation_log_sd = prior->yearly_log_sd = prior->season_log_sd = 1.0;
  }
  scaled.national_slope_sd *= 3;
  scaled.deviation_slope_sd *= 3;
  return scaled;
}

// Season, trend, drivers and latents at a period, without the level.
double PathAt(const FitPanel& panel, const LatentFit& fit, int t) {
  const int per_year = panel.periods_per_year;
  const double years = static_cast<double>(t - (panel.period_count - 1)) / per_year;
  return fit.slope * years + fit.season[(panel.first + t).season()] + fit.walk[t];
}

class SharedFitter {
 public:
  SharedFitter(const FitPanel& panel, const DriverTerms& terms, int indicator)
      : panel_(panel),
        terms_(terms),
        indicator_(indicator),
        first_(panel.indicator_rows[indicator].first),
        end_(panel.indicator_rows[indicator].second),
        beliefs_(BeliefsFor(panel.indicator_link(indicator))),
        path_(panel.groups.size()) {
    fit_.profile.path.resize(panel.groups.size());
    fit_.profile.factor.resize(panel.groups.size());
    for (size_t g = 0; g < panel.groups.size(); ++g) {
      if (panel.groups[g].indicator == indicator) groups_.push_back(static_cast<int>(g));
    }
  }

  SharedFit Run() {
    StartFromCommonPath();
    FitNation();
    FitSegments();
    FitRegions();
    FitSizes(panel_, indicator_, fit_.profile);
    fit_.noise = FitNoise(panel_, indicator_, fit_.profile);
    return std::move(fit_);
  }

 private:
  // Paths of all groups at once; sizes and noise around them.
  void StartFromCommonPath() {
    const std::vector<double> common = CommonPath(panel_, indicator_);
    for (int g : groups_) SetPath(panel_, g, common, fit_.profile);
    FitSizes(panel_, indicator_, fit_.profile);
    fit_.noise = FitNoise(panel_, indicator_, fit_.profile);
  }

  LatentData DataOf(const std::vector<int>& rows) const {
    Aggregate aggregate =
        AggregateOf(panel_, indicator_, fit_.profile, rows, fit_.noise.dispersion);
    LatentData data;
    data.period_count = panel_.period_count;
    data.periods_per_year = panel_.periods_per_year;
    data.first_season = panel_.first.season();
    data.z = std::move(aggregate.z);
    data.noise_variance = std::move(aggregate.noise_variance);
    return data;
  }

  std::vector<int> RowsWhere(const std::function<bool(const PanelSeries&)>& is_in) const {
    std::vector<int> rows;
    for (int i = first_; i < end_; ++i) {
      if (is_in(panel_.series[i])) rows.push_back(i);
    }
    return rows;
  }

  void FitNation() {
    for (int g : groups_) {
      SetPath(panel_, g, std::vector<double>(panel_.period_count, 0.0), fit_.profile);
    }
    LatentData data = DataOf(RowsWhere([](const PanelSeries&) { return true; }));
    const double unit = panel_.eta_unit[indicator_];
    data.slope_sd = beliefs_.national_slope_sd;
    for (size_t e = 0; e < terms_.elasticities.size(); ++e) {
      const Elasticity& elasticity = terms_.elasticities[e];
      if (elasticity.indicator != indicator_) continue;
      fit_.elasticities.push_back(static_cast<int>(e));
      data.drivers.push_back(terms_.values[e]);
      data.driver_mean.push_back(elasticity.prior.mean / unit);
      data.driver_sd.push_back(elasticity.prior.sd / unit);
    }
    fit_.national = FitAveraged(data, beliefs_.national);
    for (int g : groups_) AddNation(data, g);
    Refresh();
  }

  void AddNation(const LatentData& data, int g) {
    path_[g].assign(panel_.period_count, 0.0);
    for (int t = 0; t < panel_.period_count; ++t) {
      double path = PathAt(panel_, fit_.national, t) + fit_.national.state[t];
      for (size_t d = 0; d < data.drivers.size(); ++d) {
        path += fit_.national.beta[d] * data.drivers[d][t];
      }
      path_[g][t] = path;
    }
  }

  // Sets the profile to the paths found so far, with sizes that go with them.
  void Refresh() {
    for (int g : groups_) SetPath(panel_, g, path_[g], fit_.profile);
    FitSizes(panel_, indicator_, fit_.profile);
  }

  std::vector<LatentFit> FitDeviations(const std::vector<std::vector<int>>& rows) const {
    std::vector<LatentData> units;
    for (const std::vector<int>& unit_rows : rows) {
      units.push_back(DataOf(unit_rows));
      units.back().slope_sd = beliefs_.deviation_slope_sd;
      units.back().level_sd = beliefs_.deviation_level_sd;
    }
    return FitPooled(units, beliefs_.deviation);
  }

  // A segment's latents are not in the model: what is left of them at as_of stays in the levels, so
  // their path is counted from there.
  void FitSegments() {
    const int count = panel_.network->segment_count();
    std::vector<std::vector<int>> rows;
    int used = 0;
    for (int s = 0; s < count; ++s) {
      rows.push_back(RowsWhere([s](const PanelSeries& i) { return i.key.segment == s; }));
      used += rows.back().empty() ? 0 : 1;
    }
    if (used < 2) return;
    fit_.segments = FitDeviations(rows);
    for (int g : groups_) {
      const LatentFit& fit = fit_.segments[panel_.groups[g].segment];
      for (int t = 0; t < panel_.period_count; ++t) {
        path_[g][t] += PathAt(panel_, fit, t) + fit.state[t] - fit.state.back();
      }
    }
    Refresh();
  }

  void FitRegions() {
    if (panel_.region_count() < 2) return;
    std::vector<std::vector<int>> rows(panel_.region_count());
    for (int r = 0; r < panel_.region_count(); ++r) {
      rows[r] = RowsWhere([r](const PanelSeries& i) { return i.region == r; });
    }
    fit_.regions = FitDeviations(rows);
    for (int g : groups_) {
      const auto region = std::find(panel_.region_units.begin(), panel_.region_units.end(),
                                    panel_.groups[g].region);
      const LatentFit& fit = fit_.regions[region - panel_.region_units.begin()];
      for (int t = 0; t < panel_.period_count; ++t) {
        path_[g][t] += PathAt(panel_, fit, t) + fit.state[t];
      }
    }
    Refresh();
  }

  const FitPanel& panel_;
  const DriverTerms& terms_;
  const int indicator_;
  const int first_;
  const int end_;
  const Beliefs beliefs_;
  std::vector<int> groups_;
  // [group][period]
  std::vector<std::vector<double>> path_;
  SharedFit fit_;
};

}  // namespace

SharedFit FitShared(const FitPanel& panel, const DriverTerms& terms, int indicator) {
  return SharedFitter(panel, terms, indicator).Run();
}

}  // namespace jalon::sim
