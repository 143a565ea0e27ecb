#include "sim/kernel/conditional.h"

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <utility>

#include "absl/status/status.h"
#include "sim/base/status_macros.h"
#include "sim/engine/executor.h"
#include "sim/kernel/aligned.h"
#include "sim/kernel/conditional_terms.h"
#include "sim/kernel/conditional_tile.h"
#include "sim/kernel/lanes.h"
#include "sim/kernel/lognormal_check.h"
#include "sim/kernel/tiles.h"

namespace jalon::sim {
namespace {

// Tiles whose moments are kept until they are added up, in order.
constexpr int kWave = 64;

// One estimation: tiles in waves, their moments folded after each wave in the order of the tiles.
class Estimation {
 public:
  Estimation(const LognormalNetwork& network, const FactorPaths& points,
             const LognormalOptions& options)
      : network_(network),
        options_(options),
        rows_(MakeConditionalRows(network)),
        tiles_(network, points, options.seed, rows_.SeriesExponents()),
        paths_(points.paths()),
        wave_(3 * std::min(kWave, network.tiles()) * paths_),
        totals_(static_cast<size_t>(network.totals) * 3 * paths_) {
    const size_t rows = static_cast<size_t>(network.series()) + network.tiles() + network.totals;
    summary_.paths = paths_;
    summary_.own_noise = rows_.own_noise;
    summary_.probability.resize(network.series());
    summary_.standard_error.resize(network.series());
    summary_.mean.resize(rows);
    summary_.variance.resize(rows);
    summary_.quantiles.resize(rows * options.quantile_levels.size());
  }

  absl::StatusOr<ConditionalSummary> Run(Executor& executor) {
    for (int first = 0; first < network_.tiles(); first += kWave) {
      RunWave(first, std::min(first + kWave, network_.tiles()), executor);
      if (stopped_) return absl::CancelledError("told to stop");
    }
    for (int total = 0; total < network_.totals; ++total) FinishTotal(total);
    return std::move(summary_);
  }

 private:
  void RunWave(int first, int last, Executor& executor) {
    std::atomic<int> next = first;
    executor.ParallelFor(executor.concurrency(), [&](int64_t) {
      TileEstimator estimator(rows_, options_, tiles_.largest(), paths_);
      for (int tile = next++; tile < last && !stopped_; tile = next++) {
        RunTile(tile, wave_.data() + 3 * (tile - first) * paths_, estimator);
      }
    });
    if (stopped_) return;
    for (int tile = first; tile < last; ++tile) {
      FoldTile(tile, wave_.data() + 3 * (tile - first) * paths_);
    }
  }

  void RunTile(int tile, float* moments, TileEstimator& estimator) {
    const int first = network_.tile_begin[tile];
    const int size = tiles_.size(tile);
    const auto store = [&](int s, RowStatistics statistics) {
      Store(s < size ? first + s : network_.series() + tile, std::move(statistics));
    };
    if (!estimator.Run(tiles_.Input(tile), first, tile, store, moments)) stopped_ = true;
  }

  void Store(int row, RowStatistics statistics) {
    if (row < network_.series()) {
      summary_.probability[row] = statistics.probability;
      summary_.standard_error[row] = statistics.standard_error;
    }
    summary_.mean[row] = statistics.mean;
    summary_.variance[row] = statistics.variance;
    std::copy(
        statistics.quantiles.begin(), statistics.quantiles.end(),
        summary_.quantiles.begin() + static_cast<ptrdiff_t>(row * options_.quantile_levels.size()));
  }

  // Adds the moments of a tile, in its total's unit.
  void FoldTile(int tile, const float* moments) {
    const int total = network_.tile_total[tile];
    const double unit = ScaleOf(rows_.tile[tile].exponent - rows_.total[total].exponent);
    double scale = 1.0;
    for (int moment = 0; moment < 3; ++moment) {
      scale *= unit;
      const float* from = moments + moment * paths_;
      double* to = totals_.data() + (3 * total + moment) * paths_;
      for (int64_t path = 0; path < paths_; ++path) to[path] += scale * from[path];
    }
  }

  void FinishTotal(int total) {
    const AlignedFloats chunk(3 * kConditionalChunk);
    float* rows[3] = {chunk.data(), chunk.data() + kConditionalChunk,
                      chunk.data() + 2 * kConditionalChunk};
    RowEstimate estimate;
    estimate.Start(rows_.total[total], !options_.quantile_levels.empty());
    for (int64_t path = 0; path < paths_; path += kConditionalChunk) {
      const int64_t count = std::min(kConditionalChunk, paths_ - path);
      for (int moment = 0; moment < 3; ++moment) {
        const double* from = totals_.data() + (3 * total + moment) * paths_ + path;
        std::transform(from, from + count, rows[moment],
                       [](double x) { return static_cast<float>(x); });
      }
      estimate.Add({rows[0], rows[1], rows[2], count}, nullptr);
    }
    Store(network_.series() + network_.tiles() + total,
          estimate.Finish(paths_, options_.quantile_levels));
  }

  const LognormalNetwork& network_;
  const LognormalOptions& options_;
  ConditionalRows rows_;
  Tiles tiles_;
  int64_t paths_;
  // [tile of the wave x moment x path]
  AlignedFloats wave_;
  // [total x moment x path]
  std::vector<double> totals_;
  ConditionalSummary summary_;
  std::atomic<bool> stopped_ = false;
};

}  // namespace

absl::StatusOr<ConditionalSummary> EstimateLognormal(const LognormalNetwork& network,
                                                     const FactorPaths& points,
                                                     const LognormalOptions& options,
                                                     Executor& executor) {
  JALON_RETURN_IF_ERROR(CheckLognormal(network, points, options));
  if (points.paths() % kLanes != 0) {
    return absl::InvalidArgumentError("paths are not a multiple of 16: points of 16 scrambles");
  }
  return Estimation(network, points, options).Run(executor);
}

}  // namespace jalon::sim
