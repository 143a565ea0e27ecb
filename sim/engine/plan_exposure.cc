#include <algorithm>
#include <cmath>

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
  for (size_t i = 0; i < plan.series.size(); ++i) {
    if (!is_exposed(plan.series[i])) continue;
    const int unit = input.revision.realisations.key(plan.series[i].row).unit;
    for (int t = 0; t < plan.period_count(); ++t) {
      const size_t cell = i * plan.period_count() + t;
      const double exposure = days.exposure(unit, plan.horizon.first + t);
      if (exposure > 0) {
        plan.base[cell] += Log(exposure);
      } else if (std::isnan(plan.realised[cell])) {
        plan.realised[cell] = 0.0;
      }
    }
  }
  return violations;
}

}  // namespace jalon::sim
