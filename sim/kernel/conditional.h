// The conditional estimator on lognormal cells: the network of sim/kernel/lognormal.h with own
// noise integrated in closed form instead of drawn, on scrambled Sobol points of the common factors
// (sim/kernel/factor_points.h).
//
// Given the factors of a path, the sum of a series has a mean, a variance and a third central
// moment that follow from the sums of e, e^2 and e^3 over its cells, e = 2^(base + loadings .
// factors). Its law is then taken to be
//   - lognormal of that mean and variance ([Fenton1960]) up to sigma = 0.4,
//   - lognormal, shifted, of all three moments up to 0.5,
//   - beyond, not a law at all: own noise is drawn, as by SimulateLognormal at the same paths;
// sigma being the standard deviation of a cell's natural logarithm. docs/model/kernel.md has what
// this does to probabilities: at most 0.1 points where common factors carry a quarter of
// the variance, 0.2 points where they carry little and months are uneven.
#ifndef JALON_SIM_KERNEL_CONDITIONAL_H_
#define JALON_SIM_KERNEL_CONDITIONAL_H_

#include <cstdint>
#include <vector>

#include "absl/status/statusor.h"
#include "sim/kernel/lognormal.h"

namespace jalon::sim {

class Executor;

// How the own noise of a series was treated.
enum class OwnNoise { kNone, kTwoMoments, kThreeMoments, kSampled };

// The largest sigma, of natural logarithms, for the first two laws.
inline constexpr double kTwoMomentsSigma = 0.4;
inline constexpr double kThreeMomentsSigma = 0.5;

// `sigma` of binary logarithms, as in LognormalNetwork.
OwnNoise OwnNoiseOf(float sigma);

// Statistics by row: the series, then the tiles, then the totals.
struct ConditionalSummary {
  int64_t paths = 0;
  // [series]: P(year >= threshold), and its standard error from the scrambles, sd / sqrt(kLanes);
  // for t intervals of kLanes - 1 degrees. Says nothing of the bias of the law.
  std::vector<double> probability;
  std::vector<double> standard_error;
  std::vector<OwnNoise> own_noise;
  // [row]: of the year; the variance is the one within paths plus the one between them.
  std::vector<double> mean;
  std::vector<double> variance;
  // [row x level]: of the mixture of the paths' laws (sim/kernel/mixture.h), which moves by far
  // less than an order statistic; for sampled series, exact order statistics. Levels within 1e-6 of
  // 0 and 1 count as those.
  std::vector<float> quantiles;
};

// Estimates every row. `points` from DrawFactorPoints: a number of paths that is a multiple of
// kLanes, scramble s in lane s. Options as for SimulateLognormal.
//
// Tiles and totals have the three-moment law of the sum of their series given the factors, sampled
// series counting what was drawn. Means are sums: that of a tile is the sum of its series' but for
// rounding (1e-6).
//
// The same bits for any executor, tiles in any order, and on AVX2 and AVX-512; without fused
// multiply-add within 1e-4 of them. A cell without own noise above 2^100, or above 2^36 times the
// largest base of its series, counts as that much: results are finite whatever the parameters.
//
// About 0.8 ns a cell and core with AVX-512 and 16 active factors, 0.3 more with quantiles
// (bench/BASELINE.md). Memory besides the arguments and the result: 12 bytes a path for each of 64
// tiles and 24 for each total; 3 KB per thread and series of the largest tile; 4 bytes per path
// and sampled series of a tile. A stop request is seen within 1 ms of work.
//
// Errors: as SimulateLognormal, and kInvalidArgument when paths are not a multiple of kLanes.
absl::StatusOr<ConditionalSummary> EstimateLognormal(const LognormalNetwork& network,
                                                     const FactorPaths& points,
                                                     const LognormalOptions& options,
                                                     Executor& executor);

}  // namespace jalon::sim

#endif  // JALON_SIM_KERNEL_CONDITIONAL_H_
