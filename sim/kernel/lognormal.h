// The vectorised sampled estimator on lognormal cells: a network of series whose logarithms share
// common factors, every cell drawn, in single precision.
//
//   cell[i,t,p] = 2^(base[i,t] + sum over k of loading[i,k] factor[p,t,k] + sigma[i] z[i,t,p])
//   year[i,p]   = constant[i] + sum over t of cell[i,t,p]
//
// with z standard normals, independent, at the addresses of Purpose::kSeriesNoise (sim/random):
// the draws that the scalar engine uses for own noise, each through a table
// (sim/kernel/normal_table.h). This is library code: plans (sim/engine/plan.h) are not run on it.
#ifndef JALON_SIM_KERNEL_LOGNORMAL_H_
#define JALON_SIM_KERNEL_LOGNORMAL_H_

#include <cstdint>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "sim/base/period.h"
#include "sim/base/stop_token.h"
#include "sim/kernel/lanes.h"

namespace jalon::sim {

class Executor;

// Series in tiles: a tile is the series of one region and indicator. 20 to 60 series to a tile run
// fastest; any number works. Plain values; all logarithms are binary.
struct LognormalNetwork {
  Window window;  // 1 to 60 periods
  int factors = 0;
  // [series x period]. -infinity: no cell, that is 0 (a period that is missing or realised).
  std::vector<float> base;
  // [series x factor]
  std::vector<float> loading;
  // [series]: >= 0
  std::vector<float> sigma;
  // [series]: what is known of the year, in the indicator's unit.
  std::vector<float> constant;
  // [series]: identity of the draws (SeriesId64).
  std::vector<uint64_t> id;
  // [series]: value to reach; may be infinite.
  std::vector<double> threshold;
  // [tile + 1], from 0 to the number of series, strictly increasing: series tile_begin[g] ..
  // tile_begin[g + 1] - 1 are tile g.
  std::vector<int> tile_begin;
  // [tile]: the total, 0 to totals - 1, that a tile counts in.
  std::vector<int> tile_total;
  int totals = 0;

  int series() const { return static_cast<int>(id.size()); }
  int tiles() const { return static_cast<int>(tile_total.size()); }
};

// Factors of all paths, in the order the kernel reads them. 64 bytes a path, period and 16th factor
// at least.
class FactorPaths {
 public:
  FactorPaths(int64_t paths, int periods, int factors);
  // Moves only: the values are found by address.
  FactorPaths(FactorPaths&&) = default;
  FactorPaths& operator=(FactorPaths&&) = default;

  // Finite, at most 1e6 in size.
  void Set(int64_t path, int period, int factor, float value) {
    values_[Index(path, period, factor)] = value;
  }
  float At(int64_t path, int period, int factor) const {
    return values_[Index(path, period, factor)];
  }

  int64_t paths() const { return paths_; }
  int periods() const { return periods_; }
  int factors() const { return factors_; }
  // [block of 16 paths x factor x period padded to a multiple of 4 x lane], aligned to 64 bytes.
  const float* data() const { return values_; }
  // The factors of 16 paths: [factor x padded period x lane].
  float* block(int64_t block) { return values_ + block * factors_ * padded_periods_ * kLanes; }

 private:
  int64_t Index(int64_t path, int period, int factor) const;

  int64_t paths_;
  int periods_;
  int padded_periods_;
  int factors_;
  std::vector<float> storage_;
  float* values_;
};

struct LognormalOptions {
  uint64_t seed = 0;
  // Levels in [0, 1] of the quantiles wanted of every row.
  std::vector<double> quantile_levels;
  StopToken stop;
};

// Statistics by row: the series, then the tiles, then the totals.
struct LognormalSummary {
  int64_t paths = 0;
  // [row]: paths at or above the threshold; for tiles and totals, which have none, 0.
  std::vector<int64_t> attained;
  // [row]
  std::vector<double> mean;
  std::vector<double> variance;
  // [row x level]: smallest value with at least that share of the paths at or below it; exact.
  std::vector<float> quantiles;
};

// Simulates all paths of `factors` and sums them up.
//
// The same bits for any executor, tiles in any order, and on AVX2 and AVX-512; on machines without
// fused multiply-add within a relative 1e-5 of them. Tiles are summed in float over their series,
// totals in double over their tiles, then rounded. A cell above 2^100 counts 2^100, one below
// 2^-126 falls to 0 at 2^-127: results are finite whatever the parameters.
//
// About 1.5 ns a cell and core with AVX-512 and 16 factors (bench/BASELINE.md). Memory besides the
// arguments and the result: per thread the paths of the largest tile, and those of 128 tile totals
// and of all totals, 4 or 8 bytes each. A stop request is seen within 0.1 ms of work.
//
// Errors: kInvalidArgument, naming the array, for sizes that disagree and values out of range
// (logarithms beyond 1e6 in size, constants beyond 2^100, NaN); kCancelled when told to stop.
absl::StatusOr<LognormalSummary> SimulateLognormal(const LognormalNetwork& network,
                                                   const FactorPaths& factors,
                                                   const LognormalOptions& options,
                                                   Executor& executor);

}  // namespace jalon::sim

#endif  // JALON_SIM_KERNEL_LOGNORMAL_H_
