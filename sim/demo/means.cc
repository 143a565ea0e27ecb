#include "sim/demo/means.h"

#include <algorithm>
#include <cmath>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "sim/base/math.h"
#include "sim/demo/demo_network.h"
#include "sim/network/mean_ratios.h"

namespace jalon::sim {
namespace {

constexpr char kAdvisers[] = "advisers";
constexpr char kAppointments[] = "appointments";
constexpr double kTrueElasticity = 0.6;
constexpr double kMoveChance = 1.0 / 40;
constexpr double kPresence = 0.92;
constexpr double kPresenceSd = 0.05;
constexpr int kPlanYear = 2027;

bool IsOpen(const Unit& unit, Period period) {
  if (unit.opened && period < *unit.opened) return false;
  return !unit.closed || period < *unit.closed;
}

double ToTenth(double value) { return std::floor(value * 10.0 + 0.5) / 10.0; }

// Staff of one branch, month by month, from its end backwards.
class Branch {
 public:
  Branch(const Unit& unit, const DemoDraws& draws)
      : unit_(unit), draws_(draws), topic_(absl::StrCat("means/", unit.id)) {}

  MeanSeries Series(const Window& history) const {
    MeanSeries series{.mean = kAdvisers, .unit = unit_.id, .first = history.first};
    double staff = unit_.attributes.at(kAdvisers);
    for (Period p = history.last; history.first <= p; p = p - 1) {
      series.values.push_back(Present(staff, p));
      staff = std::max(1.0, staff - Move(p));
    }
    std::reverse(series.values.begin(), series.values.end());
    series.planned.assign(series.values.size(), false);
    AddPlan(history.last + 1, series);
    return series;
  }

 private:
  // Advisers won in a month.
  double Move(Period period) const {
    const double u = draws_.Uniform(absl::StrCat(topic_, "/move"), period.index);
    return u < kMoveChance / 2 ? 1.0 : u < kMoveChance ? -1.0 : 0.0;
  }

  double Present(double staff, Period period) const {
    const double sick = draws_.Normal(absl::StrCat(topic_, "/presence"), period.index);
    return std::max(0.5, ToTenth(staff * std::min(1.0, kPresence + kPresenceSd * sick)));
  }

  void AddPlan(Period first, MeanSeries& series) const {
    if (draws_.Happens(0.02, absl::StrCat(topic_, "/unplanned"), 0)) return;
    const double u = draws_.Uniform(absl::StrCat(topic_, "/plan"), 0);
    const double change = u < 0.10 ? 1.0 : u < 0.15 ? -1.0 : 0.0;
    for (Period p = first; p <= Period::Month(kPlanYear, 12); p = p + 1) {
      const double staff = unit_.attributes.at(kAdvisers) + (p.year() == kPlanYear ? change : 0.0);
      series.values.push_back(ToTenth(staff * kPresence));
      series.planned.push_back(true);
    }
  }

  const Unit& unit_;
  const DemoDraws& draws_;
  const std::string topic_;
};

// The months of `series` in which its branch is open.
MeanSeries KeepOpen(const Unit& unit, const MeanSeries& series) {
  MeanSeries open{.mean = series.mean, .unit = series.unit, .first = series.first};
  for (size_t t = 0; t < series.values.size(); ++t) {
    const Period period = series.first + static_cast<int>(t);
    if (!IsOpen(unit, period)) continue;
    if (open.values.empty()) open.first = period;
    open.values.push_back(series.values[t]);
    open.planned.push_back(series.planned[t]);
  }
  return open;
}

}  // namespace

MeansTable MakeDemoMeans(const Network& network, const DemoOptions& options,
                         const DemoDraws& draws) {
  MeansTable table;
  for (int u = 0; u < network.unit_count(); ++u) {
    if (!network.is_leaf(u)) continue;
    table.series.push_back(Branch(network.unit(u), draws).Series(DemoHistory(options)));
  }
  table.effects = {{kAdvisers, kAppointments, 0.5, 0.25, "demo: assumption"}};
  return table;
}

MeansTable OpenMeans(const Network& network, MeansTable means) {
  for (MeanSeries& series : means.series) {
    series = KeepOpen(network.unit(*network.FindUnit(series.unit)), series);
  }
  return means;
}

std::vector<MeanEffect> DemoMeanEffects(const Network& network) {
  return {{.mean = kAdvisers,
           .indicator = *network.FindIndicator(kAppointments),
           .beta_mean = kTrueElasticity,
           .source = "demo: truth",
           .information_share = 1.0,
           .prior_mean = kTrueElasticity}};
}

std::vector<double> DemoMeanEta(const Network& network, const MeansTable& means, int indicator,
                                const Window& history) {
  std::vector<double> eta;
  for (const MeanEffect& effect : DemoMeanEffects(network)) {
    if (effect.indicator != indicator) continue;
    const MeanRatios ratios(network, means, {effect.mean, history.last, history.last, history});
    for (int u = 0; u < network.unit_count(); ++u) {
      for (int t = 0; t < history.size(); ++t) {
        eta.push_back(effect.beta_mean * Log(ratios.ratio(u, history.first + t)));
      }
    }
  }
  return eta;
}

}  // namespace jalon::sim
