// Weights of the regimes of a mixture that are themselves uncertain: one set of them for each draw
// of the knowledge interval. Internal to sim/engine/conditional.
#ifndef JALON_SIM_ENGINE_CONDITIONAL_REGIME_WEIGHTS_H_
#define JALON_SIM_ENGINE_CONDITIONAL_REGIME_WEIGHTS_H_

#include <vector>

#include "sim/engine/plan.h"

namespace jalon::sim {

// [draw x regime], each row of sum 1: `draw_count` draws of a Dirichlet law of parameters
// Plan::weight_confidence x weight ([Ferguson1973]); the weights themselves where they are known.
//
// The first weight is a beta draw, the second a beta share of what is left, and so on: one uniform
// for all regimes but the last, by the inverse distribution function. Uniforms are the points of
// the scramble that draws parameters: on it the regime's own dimension (0) is free, and so are the
// dimensions after the `leading_count` ones of parameters (SharedBasis). 64 draws hit each 64th of
// every coordinate once, so that quantiles over them are near exact. Deterministic; 10 us a number.
std::vector<double> DrawRegimeWeights(const Plan& plan, int leading_count, int draw_count);

}  // namespace jalon::sim

#endif  // JALON_SIM_ENGINE_CONDITIONAL_REGIME_WEIGHTS_H_
