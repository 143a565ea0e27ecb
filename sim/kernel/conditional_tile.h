// One tile of the conditional estimator, from its first path to its statistics. Internal to
// sim/kernel.
#ifndef JALON_SIM_KERNEL_CONDITIONAL_TILE_H_
#define JALON_SIM_KERNEL_CONDITIONAL_TILE_H_

#include <cstdint>
#include <vector>

#include "absl/functional/function_ref.h"
#include "sim/base/stop_token.h"
#include "sim/kernel/aligned.h"
#include "sim/kernel/conditional_terms.h"
#include "sim/kernel/law_row.h"
#include "sim/kernel/mixture.h"
#include "sim/kernel/reduce.h"
#include "sim/kernel/tile.h"

namespace jalon::sim {

// Paths between two looks at the stop token, and of one pass over the series of a tile.
inline constexpr int64_t kConditionalChunk = 16 * kLanes;

// What is known of one row when its paths are done.
struct RowStatistics {
  double probability = 0.0;
  double standard_error = 0.0;
  double mean = 0.0;
  double variance = 0.0;
  std::vector<float> quantiles;
};

// A row as its paths come in. Reused from row to row.
class RowEstimate {
 public:
  void Start(const ConditionalRow& row, bool with_quantiles);
  void Add(const RowPowers& powers, const TileMoments* tile);
  // After `paths` paths: with quantiles at `levels` unless they were not asked.
  RowStatistics Finish(int64_t paths, const std::vector<double>& levels) const;

 private:
  ConditionalRow row_;
  bool with_quantiles_ = false;
  bool is_empty_ = true;
  RowSums sums_;
  Mixture mixture_;
};

// What a thread needs to estimate tiles one after the other.
class TileEstimator {
 public:
  // `largest`: series of the largest tile. Borrowed arguments outlive it.
  TileEstimator(const ConditionalRows& rows, const LognormalOptions& options, int largest,
                int64_t paths);

  // Estimates a tile whose first series is `first`; hands row by row to `result` (number of the
  // series in the tile, or its size for the tile itself) and writes the tile's moments on each path
  // to `moments`, three rows of `paths`. False when told to stop.
  bool Run(const TileInput& input, int first, int tile,
           absl::FunctionRef<void(int, RowStatistics)> result, float* moments);

 private:
  bool DrawSampled(const TileInput& input);
  void RunChunk(const TileInput& input, int64_t path, float* moments);
  RowPowers Powers(int s, int64_t count) const;
  void Start(int first, int series, int tile);

  const ConditionalRows& rows_;
  const LognormalOptions& options_;
  int64_t paths_;
  std::vector<int64_t> ranks_;
  // [power x series x path of the chunk]
  AlignedFloats powers_;
  int64_t power_size_;
  // [moment x path of the chunk]
  AlignedFloats tile_;
  std::vector<RowEstimate> estimates_;
  RowEstimate tile_estimate_;
  // Of the tile at work: which series are sampled, and their years, [sampled series x path].
  std::vector<int> sampled_;
  std::vector<AlignedFloats> years_;
  AlignedFloats unused_;
  RowReducer reducer_;
};

}  // namespace jalon::sim

#endif  // JALON_SIM_KERNEL_CONDITIONAL_TILE_H_
