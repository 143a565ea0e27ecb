#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "sim/base/math.h"
#include "sim/calendar/opening_days.h"
#include "sim/engine/plan_parts.h"

namespace jalon::sim {
namespace {

// [model indicator]: whether its cells are proportional to opening days.
std::vector<bool> ExposedOf(const Model& model) {
  std::vector<bool> exposed(model.indicator_ids.size(), false);
  for (const int k : model.exposed_indicators) exposed[k] = true;
  return exposed;
}

// Logarithms of exposures: those of a unit serve all its series.
class LogExposures {
 public:
  LogExposures(const OpeningDays& days, int unit_count)
      : days_(days),
        logs_(static_cast<size_t>(unit_count) * days.window().size(),
              std::numeric_limits<double>::quiet_NaN()) {}

  // Minus infinity without an opening day. `t`: period of the window.
  double At(int unit, int t) {
    double& log = logs_[static_cast<size_t>(unit) * days_.window().size() + t];
    if (!std::isnan(log)) return log;
    const double exposure = days_.exposure(unit, days_.window().first + t);
    log = exposure > 0 ? Log(exposure) : kNone;
    return log;
  }

  static constexpr double kNone = -std::numeric_limits<double>::infinity();

 private:
  const OpeningDays& days_;
  // [unit x period]: NaN until it is asked for.
  std::vector<double> logs_;
};

}  // namespace

Violations AddExposure(const PlanInput& input, Plan& plan) {
  Violations violations;
  const std::vector<bool> exposed = ExposedOf(input.model);
  const auto is_exposed = [&](const PlanSeries& series) {
    return series.group >= 0 && series.link == Link::kLog &&
           exposed[plan.groups[series.group].indicator];
  };
  if (std::none_of(plan.series.begin(), plan.series.end(), is_exposed)) return violations;
  const OpeningDays days(input.revision.network, input.revision.calendars, plan.horizon);
  if (days.empty()) {
    violations.Add({.field = "revision.calendars",
                    .rule = "must have opening days: the model was fitted with them",
                    .reason = "CALENDAR_MISSING"});
    return violations;
  }
  LogExposures logs(days, input.revision.network.unit_count());
  for (size_t i = 0; i < plan.series.size(); ++i) {
    if (!is_exposed(plan.series[i])) continue;
    const int unit = input.revision.realisations.key(plan.series[i].row).unit;
    for (int t = 0; t < plan.period_count(); ++t) {
      const size_t cell = i * plan.period_count() + t;
      const double log = logs.At(unit, t);
      if (log != LogExposures::kNone) {
        plan.base[cell] += log;
      } else if (std::isnan(plan.realised[cell])) {
        plan.realised[cell] = 0.0;
      }
    }
  }
  return violations;
}

}  // namespace jalon::sim
