// What a ConditionalPlan holds. Internal to sim/engine/conditional.
#ifndef JALON_SIM_ENGINE_CONDITIONAL_PLAN_STATE_H_
#define JALON_SIM_ENGINE_CONDITIONAL_PLAN_STATE_H_

#include <cstdint>
#include <vector>

#include "sim/engine/conditional/conditional.h"
#include "sim/engine/conditional/path_means.h"
#include "sim/engine/conditional/sobol_states.h"
#include "sim/engine/conditional/target_law.h"

namespace jalon::sim {

struct ConditionalPlanState {
  ConditionalPlanState(const Plan& plan, std::vector<double> quantile_levels);

  const Plan& plan;
  std::vector<double> quantile_levels;
  SobolStates states;
  MeansMaker means;
  // [target]
  std::vector<TargetLaw> laws;
  // [target + 1]: first threshold, and first place of a grid, among those of all targets.
  std::vector<size_t> first_threshold;
  std::vector<size_t> first_place;
  // [target]: a value near the middle, for sums of squares.
  std::vector<double> center;
};

}  // namespace jalon::sim

#endif  // JALON_SIM_ENGINE_CONDITIONAL_PLAN_STATE_H_
