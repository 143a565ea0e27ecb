// Functions of the conditional estimator in vectors, on the best instruction set of the machine.
// Internal to sim/engine/conditional.
#ifndef JALON_SIM_ENGINE_CONDITIONAL_LANE_FUNCTIONS_H_
#define JALON_SIM_ENGINE_CONDITIONAL_LANE_FUNCTIONS_H_

#include <array>
#include <span>

#include "sim/engine/conditional/lane_laws.h"
#include "sim/engine/conditional/moment_law.h"
#include "sim/engine/conditional/score_curve.h"

namespace jalon::sim {

// Each z replaced by P(Z <= z). Absolute error 1e-14; 2 ns each.
void LaneNormalCdfs(std::span<double> z);

// Each x replaced by its exponential. Relative error 4e-16; 1 ns each.
void LaneExponentials(std::span<double> x);

// The score of a chance as a polynomial of t, straight on beyond -holds and holds.
struct LaneCurve {
  std::array<double, kCurveTerms> coefficients{};
  double holds = 1.0;
  double low_slope = 0.0;
  double high_slope = 0.0;

  // Sum of weight x Phi(score at t + offset). Whole lanes of offsets and weights; 35 ns each.
  double ExpectedChance(double t, std::span<const double> offsets,
                        std::span<const double> weights) const;
};

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
