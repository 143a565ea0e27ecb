// The shared states of one point under its 16 scrambles, side by side. Internal to
// sim/engine/conditional.
#ifndef JALON_SIM_ENGINE_CONDITIONAL_SHARED_LANES_H_
#define JALON_SIM_ENGINE_CONDITIONAL_SHARED_LANES_H_

#include <vector>

#include "sim/engine/conditional/lane_array.h"
#include "sim/engine/plan.h"
#include "sim/engine/shared_stage.h"

namespace jalon::sim {

struct SharedLanes {
  explicit SharedLanes(const Plan& plan);

  // Takes the state of one scramble.
  void Set(int lane, const SharedState& state);
  // Once all sixteen are in: profiles on the log link become factors.
  void Finish(const Plan& plan);

  // [group x period]: exp(profile) on the log link, else the profile.
  LaneArray factor;
  // [group x period] and [event x period], as in SharedState.
  LaneArray event_factor;
  LaneArray event_size;
  // [group]: whether an event acts on all of it; without, its event_factor is 1.
  std::vector<char> has_events;
  // [level_rank] and [rate x period].
  LaneArray level_factors;
  LaneArray rates;
};

}  // namespace jalon::sim

#endif  // JALON_SIM_ENGINE_CONDITIONAL_SHARED_LANES_H_
