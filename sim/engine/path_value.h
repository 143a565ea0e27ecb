// What a target says on one path, and what that says about its thresholds.
#ifndef JALON_SIM_ENGINE_PATH_VALUE_H_
#define JALON_SIM_ENGINE_PATH_VALUE_H_

#include <cstddef>
#include <vector>

#include "sim/engine/plan.h"
#include "sim/engine/sampled.h"
#include "sim/engine/target.h"

namespace jalon::sim {

// Every target of a plan, as lists of some of them.
std::vector<int> AllTargets(const Plan& plan);

// What a target says on one path.
struct PathValue {
  // NaN for a ratio whose denominator is 0.
  double value = 0.0;
  // The value itself over 1, but for ratios.
  double numerator = 0.0;
  double denominator = 1.0;
  // Y0; NaN without.
  double opening = 0.0;
};

// Whether a path's value reaches `threshold` in the target's direction, ties included; for ratios
// by numerator and denominator (sim/engine/target.h).
bool Reaches(const Target& target, double threshold, const PathValue& path);

// Whether a path attains threshold j of a target. Where a threshold depends on what the variation
// starts from, it is brought to the decimal it was meant to be before it is compared, so that a tie
// of whole numbers is one; so is threshold x denominator.
bool Attains(const Target& target, size_t j, const PathValue& path);

// Whether R/O has a meaning on a path: its opening value exists and lies short of the objective.
bool HasMeaning(const Target& target, double opening);

// Lane `lane` of a block, 0 <= lane < kPathsPerBlock.
PathValue PathValueOf(const Plan& plan, const BlockOutcome& outcome, int target, int lane);

}  // namespace jalon::sim

#endif  // JALON_SIM_ENGINE_PATH_VALUE_H_
