// What a ConditionalPlan holds. Internal to sim/engine/conditional.
#ifndef JALON_SIM_ENGINE_CONDITIONAL_PLAN_STATE_H_
#define JALON_SIM_ENGINE_CONDITIONAL_PLAN_STATE_H_

#include <cstdint>
#include <vector>

#include "sim/engine/conditional/conditional.h"
#include "sim/engine/conditional/path_means.h"
#include "sim/engine/conditional/shared_basis.h"
#include "sim/engine/conditional/target_law.h"
#include "sim/random/sobol.h"

namespace jalon::sim {

struct ConditionalPlanState {
  ConditionalPlanState(const Plan& plan, std::vector<double> quantile_levels);

  // Means of every series on path point x 16 + scramble.
  PathMeans MeansOn(uint32_t point, int scramble) const;

  const Plan& plan;
  std::vector<double> quantile_levels;
  SharedStage stage;
  MeansMaker means;
  SharedBasis basis;
  // [scramble]
  std::vector<ScrambledSobol> scrambles;
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
