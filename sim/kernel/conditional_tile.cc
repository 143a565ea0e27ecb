#include "sim/kernel/conditional_tile.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <utility>

#include "sim/kernel/lanes.h"
#include "sim/kernel/power_sums.h"

namespace jalon::sim {
namespace {

constexpr float kNothing[1] = {0.0f};
// What a sampled sum is cut at, so that squares stay finite.
constexpr float kLargestSum = 0x1p42f;

// Series s of a tile, alone, with nothing known.
TileInput Alone(const TileInput& in, int s) {
  TileInput one = in;
  one.series = 1;
  one.base += static_cast<ptrdiff_t>(s) * in.padded_periods;
  one.loading += static_cast<ptrdiff_t>(s) * in.factors;
  one.sigma += s;
  one.constant = kNothing;
  one.id += s;
  return one;
}

double SumOf(const double* lanes) {
  double sum = 0.0;
  for (int lane = 0; lane < kLanes; ++lane) sum += lanes[lane];
  return sum;
}

// The mean of the scrambles and the standard error they say it has.
void SetProbability(const double* attained, double points, RowStatistics& statistics) {
  const double mean = SumOf(attained) / (kLanes * points);
  double squares = 0.0;
  for (int lane = 0; lane < kLanes; ++lane) {
    const double off = attained[lane] / points - mean;
    squares += off * off;
  }
  statistics.probability = std::clamp(mean, 0.0, 1.0);
  statistics.standard_error = std::sqrt(squares / (kLanes * (kLanes - 1.0)));
}

std::vector<int64_t> RanksOf(const std::vector<double>& levels, int64_t paths) {
  std::vector<int64_t> ranks;
  ranks.reserve(levels.size());
  for (double level : levels) ranks.push_back(QuantileRank(level, paths));
  return ranks;
}

// Quantiles in the row's unit to the indicator's.
void ToIndicator(const ConditionalRow& row, std::vector<float>& quantiles) {
  const double scale = ScaleOf(row.exponent);
  for (float& x : quantiles) x = static_cast<float>(row.constant + scale * x);
}

}  // namespace

void RowEstimate::Start(const ConditionalRow& row, bool with_quantiles) {
  row_ = row;
  with_quantiles_ = with_quantiles;
  is_empty_ = true;
  sums_ = {};
}

void RowEstimate::Add(const RowPowers& powers, const TileMoments* tile) {
  AddRow(row_.terms, powers, tile, sums_);
  if (!with_quantiles_) return;
  if (std::exchange(is_empty_, false)) mixture_.Start(row_.terms, powers);
  mixture_.Add(row_.terms, powers);
}

RowStatistics RowEstimate::Finish(int64_t paths, const std::vector<double>& levels) const {
  RowStatistics statistics;
  const auto n = static_cast<double>(paths);
  SetProbability(sums_.attained, n / kLanes, statistics);
  const double scale = ScaleOf(row_.exponent);
  const double deviation = SumOf(sums_.deviation);
  statistics.mean = row_.constant + scale * (row_.terms.middle + deviation / n);
  const double between = std::max(0.0, SumOf(sums_.square) - deviation * deviation / n) / (n - 1.0);
  statistics.variance = scale * scale * (SumOf(sums_.variance) / n + between);
  if (with_quantiles_) {
    statistics.quantiles = mixture_.Quantiles(row_.terms, levels);
    ToIndicator(row_, statistics.quantiles);
  }
  return statistics;
}

TileEstimator::TileEstimator(const ConditionalRows& rows, const LognormalOptions& options,
                             int largest, int64_t paths)
    : rows_(rows),
      options_(options),
      paths_(paths),
      ranks_(RanksOf(options.quantile_levels, paths)),
      powers_(3 * largest * kConditionalChunk),
      power_size_(largest * kConditionalChunk),
      tile_(3 * kConditionalChunk),
      estimates_(largest),
      unused_(paths),
      reducer_(paths, ranks_) {}

void TileEstimator::Start(int first, int series, int tile) {
  const bool with_quantiles = !options_.quantile_levels.empty();
  sampled_.clear();
  for (int s = 0; s < series; ++s) {
    const bool is_sampled = rows_.own_noise[first + s] == OwnNoise::kSampled;
    if (is_sampled) sampled_.push_back(s);
    estimates_[s].Start(rows_.series[first + s], with_quantiles && !is_sampled);
  }
  tile_estimate_.Start(rows_.tile[tile], with_quantiles);
  while (years_.size() < sampled_.size()) years_.emplace_back(paths_);
}

bool TileEstimator::DrawSampled(const TileInput& input) {
  constexpr int64_t kBlocks = kConditionalChunk / kLanes;
  for (size_t j = 0; j < sampled_.size(); ++j) {
    const TileInput one = Alone(input, sampled_[j]);
    float* years = years_[j].data();
    for (int64_t block = 0; block < paths_ / kLanes; block += kBlocks) {
      if (options_.stop.stop_requested()) return false;
      SimulateTile(one, {block, std::min(block + kBlocks, paths_ / kLanes)}, years, paths_,
                   unused_.data());
    }
    for (int64_t path = 0; path < paths_; ++path) years[path] = std::min(years[path], kLargestSum);
  }
  return true;
}

RowPowers TileEstimator::Powers(int s, int64_t count) const {
  const float* first = powers_.data() + s * kConditionalChunk;
  return {first, first + power_size_, first + 2 * power_size_, count};
}

void TileEstimator::RunChunk(const TileInput& input, int64_t path, float* moments) {
  const int64_t count = std::min(kConditionalChunk, paths_ - path);
  float* first = powers_.data();
  SumPowers(input, {path / kLanes, (path + count) / kLanes},
            {first, first + power_size_, first + 2 * power_size_, kConditionalChunk});
  for (size_t j = 0; j < sampled_.size(); ++j) {
    float* row = first + sampled_[j] * kConditionalChunk;
    std::copy_n(years_[j].data() + path, count, row);
    std::fill_n(row + power_size_, count, 0.0f);
    std::fill_n(row + 2 * power_size_, count, 0.0f);
  }
  float* tile = tile_.data();
  std::fill_n(tile, 3 * kConditionalChunk, 0.0f);
  const TileMoments sums = {tile, tile + kConditionalChunk, tile + 2 * kConditionalChunk};
  for (int s = 0; s < input.series; ++s) estimates_[s].Add(Powers(s, count), &sums);
  tile_estimate_.Add({sums.mean, sums.variance, sums.third, count}, nullptr);
  for (int moment = 0; moment < 3; ++moment) {
    std::copy_n(tile + moment * kConditionalChunk, count, moments + moment * paths_ + path);
  }
}

bool TileEstimator::Run(const TileInput& input, int first, int tile,
                        absl::FunctionRef<void(int, RowStatistics)> result, float* moments) {
  Start(first, input.series, tile);
  if (!DrawSampled(input)) return false;
  for (int64_t path = 0; path < paths_; path += kConditionalChunk) {
    if (options_.stop.stop_requested()) return false;
    RunChunk(input, path, moments);
  }
  for (int s = 0; s < input.series; ++s) {
    result(s, estimates_[s].Finish(paths_, options_.quantile_levels));
  }
  for (size_t j = 0; j < sampled_.size() && !ranks_.empty(); ++j) {
    RowStatistics statistics = estimates_[sampled_[j]].Finish(paths_, {});
    statistics.quantiles.resize(ranks_.size());
    reducer_.Reduce(years_[j].data(), std::numeric_limits<float>::infinity(),
                    statistics.quantiles.data());
    ToIndicator(rows_.series[first + sampled_[j]], statistics.quantiles);
    result(sampled_[j], std::move(statistics));
  }
  result(input.series, tile_estimate_.Finish(paths_, options_.quantile_levels));
  return true;
}

}  // namespace jalon::sim
