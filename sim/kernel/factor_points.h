// Common factors on scrambled Sobol points, for the conditional estimator.
#ifndef JALON_SIM_KERNEL_FACTOR_POINTS_H_
#define JALON_SIM_KERNEL_FACTOR_POINTS_H_

#include <cstdint>
#include <vector>

#include "absl/status/statusor.h"
#include "sim/kernel/lognormal.h"

namespace jalon::sim {

class Executor;

// Factors jointly normal with mean 0 whose covariance is a product:
//   Cov(F[t,k], F[u,l]) = period_covariance[t,u] factor_covariance[k,l].
// For instance autoregressions of one coefficient whose shocks are correlated.
struct FactorLaw {
  int periods = 0;  // 1 to 60
  int factors = 0;  // 1 to 256
  // [period x period] and [factor x factor]; symmetric, no negative eigenvalue.
  std::vector<double> period_covariance;
  std::vector<double> factor_covariance;
};

// kLanes independent scrambles of the first `points` Sobol points (sim/random/sobol.h): path
// point x kLanes + scramble holds the factors of a point under a scramble (DECISIONS D4), so that
// scramble s is lane s of every block. Randomised quasi-Monte Carlo: each scramble alone is
// unbiased.
//
// A dimension is a principal component in time of a principal component of the factors; the more
// variance it carries, the earlier its dimension. The first kSobolDimensions are Sobol's; the rest,
// of least variance, are independent draws (Purpose::kNationalFactor, the dimension as identity).
// Normals as in sim/kernel/normal_table.h.
//
// More points begin with the same points. The same bits for any executor, and on AVX2 and AVX-512.
// About 0.5 us a path for 16 factors and 12 periods with AVX-512; 4 bytes a path, period (padded to
// a multiple of 4) and factor.
//
// Errors: kInvalidArgument for sizes that disagree, values that are not finite or beyond 1e10 in
// size, a matrix that is not symmetric, points outside 1 to 2^27.
absl::StatusOr<FactorPaths> DrawFactorPoints(const FactorLaw& law, int64_t points, uint64_t seed,
                                             Executor& executor);

}  // namespace jalon::sim

#endif  // JALON_SIM_KERNEL_FACTOR_POINTS_H_
