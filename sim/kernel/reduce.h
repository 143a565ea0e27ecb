// From the values of one row on all paths to its statistics. Internal to sim/kernel.
#ifndef JALON_SIM_KERNEL_REDUCE_H_
#define JALON_SIM_KERNEL_REDUCE_H_

#include <cstdint>
#include <vector>

#include "absl/types/span.h"

namespace jalon::sim {

// Statistics of a row.
struct RowSummary {
  // Paths at or above the threshold.
  int64_t attained = 0;
  double mean = 0.0;
  // Of a path, with the divisor n - 1; 0 for one path.
  double variance = 0.0;
};

// What is asked of rows; borrowed arrays stay alive as long as the reducer.
//
// Sums are doubles in 16 lanes, path p in lane p % 16, folded in lane order: no threads, no vector
// width and, as nothing is fused, no instruction set changes a bit.
class RowReducer {
 public:
  // Ranks, 0-based, of the quantiles wanted: each in [0, count).
  RowReducer(int64_t count, std::vector<int64_t> ranks);

  // `row` has `count` finite values and is aligned to 64 bytes; memory up to the next multiple of
  // 16 values is readable. `threshold` may be infinite. Quantiles, exact order statistics, go to
  // quantiles[rank], in the order of the ranks given. 0.1 to 0.2 ns per value, and 1 ns more when
  // quantiles are wanted.
  RowSummary Reduce(const float* row, float threshold, float* quantiles);

 private:
  void Select(const float* row, float* quantiles);

  int64_t count_;
  // Ascending, with where each was in the order given.
  std::vector<int64_t> ranks_;
  std::vector<int> order_;
  // Bin of each value, then counters of the bins, four of each so that equal neighbours do not
  // wait for each other.
  std::vector<uint16_t> bins_;
  std::vector<uint32_t> counts_;
  std::vector<float> candidates_;
};

// The rank of the quantile of `level` among `count` values: the smallest value with at least that
// share at or below it, as the engine's QuantileSketch. 0 <= level <= 1.
int64_t QuantileRank(double level, int64_t count);

// The smallest float that is >= x: row >= x exactly where row >= FloatAtLeast(x).
float FloatAtLeast(double x);

}  // namespace jalon::sim

#endif  // JALON_SIM_KERNEL_REDUCE_H_
