// What of a variant is computed: its targets that something moves. The others say what they said
// in the baseline. Internal to sim/engine/conditional.
#ifndef JALON_SIM_ENGINE_CONDITIONAL_MOVED_TARGETS_H_
#define JALON_SIM_ENGINE_CONDITIONAL_MOVED_TARGETS_H_

#include <vector>

#include "sim/engine/conditional/path_inputs.h"
#include "sim/engine/plan.h"

namespace jalon::sim {

struct ChosenLaws;

struct MovedTargets {
  // [target]: whether it is computed. Sampled ones always are.
  std::vector<char> targets;
  // [atom]: whether a computed target is made of it.
  std::vector<char> atoms;
};

// Those of a plan that takes over `chosen`. 10 ns for each use of a series by a target.
MovedTargets MovedTargetsOf(const Plan& plan, const FirstMoves& first, const ChosenLaws& chosen);

}  // namespace jalon::sim

#endif  // JALON_SIM_ENGINE_CONDITIONAL_MOVED_TARGETS_H_
