#include "sim/engine/block_states.h"

namespace jalon::sim {
namespace {

void SetLane(const std::vector<double>& from, int lane, std::vector<PathRow>& to) {
  for (size_t k = 0; k < to.size(); ++k) to[k].x[lane] = from[k];
}

}  // namespace

BlockStates::BlockStates(const Plan& plan)
    : profile(plan.groups.size() * plan.period_count()),
      event_factor(profile.size()),
      event_size(plan.events.size() * plan.period_count()),
      event_log_size(event_size.size()),
      level_factors(plan.level_rank),
      rates(plan.rates.size() * plan.period_count()) {}

void BlockStates::Set(int lane, const SharedState& state) {
  SetLane(state.profile, lane, profile);
  SetLane(state.event_factor, lane, event_factor);
  SetLane(state.event_size, lane, event_size);
  SetLane(state.event_log_size, lane, event_log_size);
  SetLane(state.level_factors, lane, level_factors);
  SetLane(state.rates, lane, rates);
}

}  // namespace jalon::sim
