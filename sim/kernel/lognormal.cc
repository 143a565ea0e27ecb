#include "sim/kernel/lognormal.h"

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <limits>
#include <memory>
#include <utility>

#include "sim/base/status_macros.h"
#include "sim/engine/executor.h"
#include "sim/kernel/aligned.h"
#include "sim/kernel/lanes.h"
#include "sim/kernel/lognormal_check.h"
#include "sim/kernel/reduce.h"
#include "sim/kernel/tile.h"
#include "sim/kernel/tiles.h"

namespace jalon::sim {
namespace {

// Tiles whose totals are kept until they are added up, in order.
constexpr int kWave = 128;
// Blocks of paths between two looks at the stop token.
constexpr int64_t kBlocksPerLook = 16;

// One simulation: tiles in waves, totals folded after each wave in the order of the tiles.
class Simulation {
 public:
  Simulation(const LognormalNetwork& network, const FactorPaths& factors,
             const LognormalOptions& options)
      : network_(network),
        options_(options),
        tiles_(network, factors, options.seed),
        paths_(factors.paths()),
        stride_(RoundUp(paths_, kLanes)),
        wave_totals_(std::min(kWave, network.tiles()) * stride_),
        totals_(static_cast<size_t>(network.totals) * stride_) {
    for (double level : options.quantile_levels) ranks_.push_back(QuantileRank(level, paths_));
    const size_t rows = static_cast<size_t>(network.series()) + network.tiles() + network.totals;
    summary_.paths = paths_;
    summary_.attained.resize(rows);
    summary_.mean.resize(rows);
    summary_.variance.resize(rows);
    summary_.quantiles.resize(rows * ranks_.size());
  }

  absl::StatusOr<LognormalSummary> Run(Executor& executor) {
    for (int first = 0; first < network_.tiles(); first += kWave) {
      RunWave(first, std::min(first + kWave, network_.tiles()), executor);
      if (stopped_) return absl::CancelledError("told to stop");
    }
    ReduceTotals();
    return std::move(summary_);
  }

 private:
  // What a worker needs beside the results: made once per wave and thread.
  struct Worker {
    explicit Worker(const Simulation& simulation)
        : years(simulation.tiles_.largest() * simulation.stride_),
          reducer(simulation.paths_, simulation.ranks_) {}
    AlignedFloats years;
    RowReducer reducer;
  };

  void RunWave(int first, int last, Executor& executor) {
    std::atomic<int> next = first;
    executor.ParallelFor(executor.concurrency(), [&](int64_t) {
      Worker worker(*this);
      for (int tile = next++; tile < last && !stopped_; tile = next++) {
        RunTile(tile, wave_totals_.data() + (tile - first) * stride_, worker);
      }
    });
    if (!stopped_) FoldTotals(first, last);
  }

  void RunTile(int tile, float* totals, Worker& worker) {
    const TileInput input = tiles_.Input(tile);
    float* years = worker.years.data();
    const int64_t blocks = stride_ / kLanes;
    for (int64_t block = 0; block < blocks; block += kBlocksPerLook) {
      if (options_.stop.stop_requested()) stopped_ = true;
      if (stopped_) return;
      SimulateTile(input, {block, std::min(block + kBlocksPerLook, blocks)}, years, stride_,
                   totals);
    }
    const int first = network_.tile_begin[tile];
    for (int s = 0; s < input.series; ++s) {
      Reduce(first + s, years + s * stride_, FloatAtLeast(network_.threshold[first + s]),
             worker.reducer);
    }
    Reduce(network_.series() + tile, totals, kNoThreshold, worker.reducer);
  }

  void Reduce(int64_t row, const float* values, float threshold, RowReducer& reducer) {
    float* quantiles = summary_.quantiles.data() + row * static_cast<int64_t>(ranks_.size());
    const RowSummary result = reducer.Reduce(values, threshold, quantiles);
    summary_.attained[row] = threshold == kNoThreshold ? 0 : result.attained;
    summary_.mean[row] = result.mean;
    summary_.variance[row] = result.variance;
  }

  void FoldTotals(int first, int last) {
    for (int tile = first; tile < last; ++tile) {
      const float* from = wave_totals_.data() + (tile - first) * stride_;
      double* to = totals_.data() + network_.tile_total[tile] * stride_;
      for (int64_t path = 0; path < paths_; ++path) to[path] += static_cast<double>(from[path]);
    }
  }

  void ReduceTotals() {
    const AlignedFloats row(stride_);
    RowReducer reducer(paths_, ranks_);
    for (int total = 0; total < network_.totals; ++total) {
      const double* values = totals_.data() + total * stride_;
      std::transform(values, values + stride_, row.data(),
                     [](double x) { return static_cast<float>(x); });
      Reduce(network_.series() + network_.tiles() + total, row.data(), kNoThreshold, reducer);
    }
  }

  static constexpr float kNoThreshold = std::numeric_limits<float>::infinity();

  const LognormalNetwork& network_;
  const LognormalOptions& options_;
  Tiles tiles_;
  int64_t paths_;
  int64_t stride_;
  // [tile of the wave x path]
  AlignedFloats wave_totals_;
  // [total x path]
  std::vector<double> totals_;
  std::vector<int64_t> ranks_;
  LognormalSummary summary_;
  std::atomic<bool> stopped_ = false;
};

}  // namespace

FactorPaths::FactorPaths(int64_t paths, int periods, int factors)
    : paths_(paths),
      periods_(periods),
      padded_periods_(static_cast<int>(RoundUp(periods, kPeriodGrain))),
      factors_(factors),
      storage_(static_cast<size_t>(RoundUp(paths, kLanes)) * padded_periods_ * factors +
               kAlignment / sizeof(float)) {
  void* start = storage_.data();
  size_t space = storage_.size() * sizeof(float);
  values_ = static_cast<float*>(std::align(kAlignment, sizeof(float), start, space));
}

int64_t FactorPaths::Index(int64_t path, int period, int factor) const {
  return ((path / kLanes * factors_ + factor) * padded_periods_ + period) * kLanes + path % kLanes;
}

absl::StatusOr<LognormalSummary> SimulateLognormal(const LognormalNetwork& network,
                                                   const FactorPaths& factors,
                                                   const LognormalOptions& options,
                                                   Executor& executor) {
  JALON_RETURN_IF_ERROR(CheckLognormal(network, factors, options));
  return Simulation(network, factors, options).Run(executor);
}

}  // namespace jalon::sim
