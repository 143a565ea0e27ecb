#include "sim/kernel/tiles.h"

#include <algorithm>
#include <cmath>

#include "sim/kernel/lanes.h"

namespace jalon::sim {

namespace {

// Beyond the largest normal of 32 bits.
constexpr float kLargestNormal = 6.5f;

// The largest size of each factor on all paths.
std::vector<float> ReachOf(const FactorPaths& factors) {
  const int64_t each = RoundUp(factors.periods(), kPeriodGrain) * kLanes;
  const int64_t blocks = RoundUp(factors.paths(), kLanes) / kLanes;
  std::vector<float> reach(factors.factors());
  const float* values = factors.data();
  for (int64_t block = 0; block < blocks; ++block) {
    for (float& largest : reach) {
      for (int64_t i = 0; i < each; ++i) largest = std::max(largest, std::abs(values[i]));
      values += each;
    }
  }
  return reach;
}

}  // namespace

Tiles::Tiles(const LognormalNetwork& network, const FactorPaths& factors, uint64_t seed,
             const std::vector<int>& exponent)
    : network_(network),
      factors_(factors),
      seed_(seed),
      padded_periods_(static_cast<int>(RoundUp(network.window.size(), kPeriodGrain))),
      base_(static_cast<size_t>(network.series()) * padded_periods_),
      reach_(ReachOf(factors)) {
  CopyBase(exponent);
  for (int tile = 0; tile < network.tiles(); ++tile) {
    CopyLoadings(tile);
    is_bounded_.push_back(IsBounded(tile));
  }
}

void Tiles::CopyBase(const std::vector<int>& exponent) {
  const int periods = network_.window.size();
  for (int i = 0; i < network_.series(); ++i) {
    const float* from = &network_.base[static_cast<size_t>(i) * periods];
    float* to = &base_[static_cast<size_t>(i) * padded_periods_];
    const auto less = exponent.empty() ? 0.0f : static_cast<float>(exponent[i]);
    std::transform(from, from + periods, to, [&](float x) { return x - less; });
  }
}

void Tiles::CopyLoadings(int tile) {
  const int first = network_.tile_begin[tile];
  const int last = network_.tile_begin[tile + 1];
  const auto loading = [&](int i, int k) {
    return network_.loading[static_cast<size_t>(i) * network_.factors + k];
  };
  for (int k = 0; k < network_.factors; ++k) {
    bool is_active = false;
    for (int i = first; i < last && !is_active; ++i) is_active = loading(i, k) != 0.0f;
    if (is_active) active_.push_back(k);
  }
  loading_begin_.push_back(loading_.size());
  for (int i = first; i < last; ++i) {
    for (size_t a = active_begin_.back(); a < active_.size(); ++a) {
      loading_.push_back(loading(i, active_[a]));
    }
  }
  active_begin_.push_back(static_cast<int>(active_.size()));
}

bool Tiles::IsBounded(int tile) const {
  const int periods = network_.window.size();
  const float* loading = loading_.data() + loading_begin_[tile];
  for (int i = network_.tile_begin[tile]; i < network_.tile_begin[tile + 1]; ++i) {
    float spread = kLargestNormal * network_.sigma[i];
    for (int a = active_begin_[tile]; a < active_begin_[tile + 1]; ++a) {
      spread += std::abs(*loading++) * reach_[active_[a]];
    }
    const float* base = &base_[static_cast<size_t>(i) * padded_periods_];
    const auto [least, most] = std::minmax_element(base, base + periods);
    // Where a base is -infinity, there is no cell.
    if (!(*least - spread >= -120.0f && *most + spread <= 36.0f)) return false;
  }
  return true;
}

int Tiles::largest() const {
  int largest = 0;
  for (int tile = 0; tile < network_.tiles(); ++tile) largest = std::max(largest, size(tile));
  return largest;
}

TileInput Tiles::Input(int tile) const {
  const auto first = static_cast<size_t>(network_.tile_begin[tile]);
  return {.series = size(tile),
          .periods = network_.window.size(),
          .padded_periods = padded_periods_,
          .factors = active_begin_[tile + 1] - active_begin_[tile],
          .active = active_.data() + active_begin_[tile],
          .path_factors = network_.factors,
          .base = base_.data() + first * padded_periods_,
          .loading = loading_.data() + loading_begin_[tile],
          .sigma = network_.sigma.data() + first,
          .constant = network_.constant.data() + first,
          .id = network_.id.data() + first,
          .factor_paths = factors_.data(),
          .is_bounded = is_bounded_[tile],
          .seed = seed_,
          .first_period = network_.window.first.index};
}

}  // namespace jalon::sim
