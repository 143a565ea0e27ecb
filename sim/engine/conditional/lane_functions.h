// Functions of the conditional estimator in vectors, on the best instruction set of the machine.
// Internal to sim/engine/conditional.
#ifndef JALON_SIM_ENGINE_CONDITIONAL_LANE_FUNCTIONS_H_
#define JALON_SIM_ENGINE_CONDITIONAL_LANE_FUNCTIONS_H_

#include <span>

#include "sim/engine/conditional/lane_laws.h"
#include "sim/engine/conditional/moment_law.h"

namespace jalon::sim {

// Each z replaced by P(Z <= z). Absolute error 1e-14; 2 ns each.
void LaneNormalCdfs(std::span<double> z);

// Each x replaced by its exponential. Relative error 4e-16; 1 ns each.
void LaneExponentials(std::span<double> x);

// Sixteen laws by three moments with weights.
struct LaneMixture {
  alignas(64) double mean[kLaneCount];
  alignas(64) double variance[kLaneCount];
  alignas(64) double third[kLaneCount];
  alignas(64) double weight[kLaneCount];

  // P(Y > x): error 2e-6 for skewnesses up to 1. Variances above 0. 100 ns.
  double UpperTail(double x) const;
};

}  // namespace jalon::sim

#endif  // JALON_SIM_ENGINE_CONDITIONAL_LANE_FUNCTIONS_H_
