// What of a variant is computed: its targets that something moves. The others say what they said
// in the baseline. Internal to sim/engine/conditional.
#ifndef JALON_SIM_ENGINE_CONDITIONAL_MOVED_TARGETS_H_
#define JALON_SIM_ENGINE_CONDITIONAL_MOVED_TARGETS_H_

#include <vector>

#include "sim/engine/conditional/path_inputs.h"
#include "sim/engine/plan.h"

namespace jalon::sim {

struct ChosenLaws;

// Where the numbers of a target come from.
enum class TargetSource : char {
  kBaseline,
  // Its law; nothing where it has none.
  kLaw,
  // Whole paths, though the baseline has a law for it: the variant's means refuse it.
  kWholePaths,
};

struct MovedTargets {
  // [target]
  std::vector<TargetSource> targets;
  // [atom]: whether a target that is computed by its law is made of it.
  std::vector<char> atoms;

  bool IsComputed(int target) const { return targets[target] == TargetSource::kLaw; }
};

// Laws of a baseline, and its targets, ascending, whose law a variant refuses.
struct LawsTakenOver {
  const ChosenLaws& chosen;
  const std::vector<int>& refused;
};

// Those of a plan that takes over laws. `first`: null where nothing is said again. 10 ns for each
// use of a series by a target.
MovedTargets MovedTargetsOf(const Plan& plan, const FirstMoves* first, const LawsTakenOver& laws);

}  // namespace jalon::sim

#endif  // JALON_SIM_ENGINE_CONDITIONAL_MOVED_TARGETS_H_
