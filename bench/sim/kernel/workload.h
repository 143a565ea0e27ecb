// W, the workload figures are compared on: branches x 12 indicators x 12 months of lognormal sales
// under 16 common factors.
//
//   F[t] = 0.8 F[t-1] + 0.6 L e[t], F[0] = 0, L L' = 0.3 + 0.7 I
//   month[s,t] = exp(a[s,t] + B[s].F[t] + sigma[s] z), year = sum of 12, objective 1260
//   a ~ N(log 100, 0.1), B ~ N(0, 0.05), sigma ~ U(0.05, 0.40)
#ifndef JALON_BENCH_SIM_KERNEL_WORKLOAD_H_
#define JALON_BENCH_SIM_KERNEL_WORKLOAD_H_

#include <cstdint>
#include <string>
#include <vector>

#include "sim/engine/executor.h"
#include "sim/kernel/lognormal.h"

namespace jalon::bench {

inline constexpr int kPeriods = 12;
inline constexpr int kFactors = 16;
inline constexpr double kObjective = 1260.0;
// Series of a region and indicator, and indicators.
inline constexpr int kTileSize = 20;
inline constexpr int kIndicators = 12;

// Parameters in natural logarithms. Series i is the same in a workload of any size.
struct Workload {
  int series = 0;
  std::vector<float> a;      // [series x period]
  std::vector<float> b;      // [series x factor]
  std::vector<float> sigma;  // [series]
};

// Each tile of kTileSize series depends on `active` factors, 1 to kFactors, from one further on
// than the tile before; loadings of the others are 0.
Workload MakeWorkload(int series, int active = kFactors);

// Writes the parameters as the peers read them: int32 series, periods, factors; float a, b, sigma.
bool WriteWorkload(const Workload& workload, const std::string& file);

sim::LognormalNetwork NetworkOf(const Workload& workload);

// Independent paths of the factors.
sim::FactorPaths DrawFactors(int64_t paths, uint64_t seed, sim::Executor& executor);

// The same law on scrambled Sobol points; `paths`, 16 to a point, is rounded up.
sim::FactorPaths DrawPoints(int64_t paths, uint64_t seed, sim::Executor& executor);

}  // namespace jalon::bench

#endif  // JALON_BENCH_SIM_KERNEL_WORKLOAD_H_
