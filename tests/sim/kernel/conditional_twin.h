// A naive twin of the conditional kernel in double precision: path by path, formula by formula.
#ifndef JALON_TESTS_SIM_KERNEL_CONDITIONAL_TWIN_H_
#define JALON_TESTS_SIM_KERNEL_CONDITIONAL_TWIN_H_

#include <cstdint>
#include <vector>

#include "sim/kernel/conditional.h"
#include "sim/kernel/factor_points.h"
#include "sim/kernel/lognormal.h"
#include "tests/sim/kernel/lognormal_twin.h"

namespace jalon::sim {

// Autoregressions of coefficient 0.8 from 0, shocks of variance 0.36 correlated by 0.3.
FactorLaw MakeFactorLaw(int periods, int factors);

// A network of `shape` (its paths are not read) on `points` Sobol points.
TwinCase MakePointCase(const TwinShape& shape, int64_t points, uint64_t seed);

// A row given the factors of one path: moments of the year and whether own noise is a law.
struct TwinLaw {
  double mean = 0.0;
  double variance = 0.0;
  double third = 0.0;
  OwnNoise own_noise = OwnNoise::kNone;
  double constant = 0.0;
};

// [row][path]: series, tiles, totals.
std::vector<std::vector<TwinLaw>> TwinLaws(const TwinCase& twin, uint64_t seed);

// P(year >= threshold) of a law.
double TwinAttained(const TwinLaw& law, double threshold);

// The smallest value whose mean probability over the laws is at least `level`.
double TwinQuantile(const std::vector<TwinLaw>& laws, double level);

}  // namespace jalon::sim

#endif  // JALON_TESTS_SIM_KERNEL_CONDITIONAL_TWIN_H_
