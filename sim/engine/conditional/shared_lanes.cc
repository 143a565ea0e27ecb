#include "sim/engine/conditional/shared_lanes.h"

#include "sim/engine/conditional/lane_functions.h"

namespace jalon::sim {
namespace {

size_t Rows(size_t count, const Plan& plan) { return count * plan.period_count(); }

void SetLane(const std::vector<double>& from, int lane, LaneArray& to) {
  for (size_t k = 0; k < from.size(); ++k) to.row(k)[lane] = from[k];
}

bool HasOtherLinks(const Plan& plan) {
  return std::any_of(plan.groups.begin(), plan.groups.end(),
                     [](const PlanGroup& group) { return group.link != Link::kLog; });
}

}  // namespace

SharedLanes::SharedLanes(const Plan& plan)
    : factor(Rows(plan.groups.size(), plan)),
      event_factor(HasOtherLinks(plan) ? Rows(plan.groups.size(), plan) : 0),
      event_size(Rows(plan.events.size(), plan)),
      has_events(plan.groups.size(), 0),
      level_factors(plan.level_rank),
      rates(Rows(plan.rates.size(), plan)) {
  for (const PlanEvent& event : plan.events) {
    for (const int g : event.groups) has_events[g] = 1;
  }
}

void SharedLanes::Set(int lane, const SharedState& state) {
  SetLane(state.profile, lane, factor);
  if (event_factor.size() > 0) SetLane(state.event_factor, lane, event_factor);
  SetLane(state.event_size, lane, event_size);
  SetLane(state.level_factors, lane, level_factors);
  SetLane(state.rates, lane, rates);
}

void SharedLanes::Finish(const Plan& plan) {
  const size_t period_count = plan.period_count();
  for (size_t g = 0; g < plan.groups.size(); ++g) {
    if (plan.groups[g].link != Link::kLog) continue;
    LaneExponentials({factor.row(g * period_count), period_count * kLaneCount});
  }
}

}  // namespace jalon::sim
