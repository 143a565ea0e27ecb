// Random lognormal networks, and a naive twin of the kernel in double precision.
#ifndef JALON_TESTS_SIM_KERNEL_LOGNORMAL_TWIN_H_
#define JALON_TESTS_SIM_KERNEL_LOGNORMAL_TWIN_H_

#include <cstdint>
#include <vector>

#include "sim/kernel/lognormal.h"

namespace jalon::sim {

struct TwinShape {
  std::vector<int> tiles;  // series of each
  int periods = 12;
  int factors = 3;
  int64_t paths = 61;
  Period first = Period::Month(2027, 1);
  // Binary logarithms.
  float base = 6.6f;
  float sigma = 0.4f;
};

struct TwinCase {
  LognormalNetwork network;
  FactorPaths factors;
};

// Parameters around those of `shape`; tiles count in two totals by turns.
TwinCase MakeTwinCase(const TwinShape& shape);

// Rows of a LognormalSummary (series, tiles, totals), the value on each path.
std::vector<std::vector<double>> TwinRows(const TwinCase& twin, uint64_t seed);

}  // namespace jalon::sim

#endif  // JALON_TESTS_SIM_KERNEL_LOGNORMAL_TWIN_H_
