#include "sim/kernel/mixture.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <numeric>

#include "sim/kernel/lanes.h"

namespace jalon::sim {
namespace {

constexpr double kSmallestLevel = 1e-6;

// Positions of `levels` by size.
std::vector<int> OrderOf(absl::Span<const double> levels) {
  std::vector<int> order(levels.size());
  std::iota(order.begin(), order.end(), 0);
  std::sort(order.begin(), order.end(), [&](int a, int b) { return levels[a] < levels[b]; });
  return order;
}

}  // namespace

void Mixture::Start(const RowTerms& terms, const RowPowers& row) {
  const auto [least, most] = std::minmax_element(row.first, row.first + row.count);
  const float range = terms.mean * (*most - *least);
  // As far again on both sides as half of what the first paths span.
  low_ = terms.mean * *least - 0.5f * range;
  width_ = 2.0f * range / kMixtureBins;
  per_width_ = width_ > 0.0f ? 1.0f / width_ : 0.0f;
  std::fill(std::begin(bins_), std::end(bins_), Bin{});
}

void Mixture::Add(const RowTerms& terms, const RowPowers& row) {
  // Copies: bins are floats too, and would have these read again after each of them.
  const float mean = terms.mean;
  const float low = low_;
  const float per_width = per_width_;
  for (int64_t i = 0; i < row.count; ++i) {
    const float place = (mean * row.first[i] - low) * per_width;
    const float inside = std::clamp(place, 0.0f, kMixtureBins - 1.0f);
    const int index = static_cast<int>(inside);
    const float off = place - (static_cast<float>(index) + 0.5f);
    Bin& bin = bins_[index];
    bin.count += 1.0f;
    bin.place += off;
    bin.square += off * off;
    bin.variance += row.second[i];
    bin.third += row.third[i];
  }
}

std::vector<float> Mixture::Quantiles(const RowTerms& terms,
                                      absl::Span<const double> levels) const {
  MixtureLaws laws;
  float all = 0.0f;
  for (const Bin& bin : bins_) all += bin.count;
  for (int i = 0; i < kMixtureBins; ++i) {
    const Bin& bin = bins_[i];
    if (bin.count == 0.0f) continue;
    const float place = bin.place / bin.count;
    const float spread = std::max(0.0f, bin.square / bin.count - place * place) * width_ * width_;
    const float mean = low_ + width_ * (static_cast<float>(i) + 0.5f + place);
    const float variance = terms.variance * bin.variance / bin.count + spread;
    laws.weight[laws.count] = bin.count / all;
    laws.mean[laws.count] = mean;
    laws.sd[laws.count] = std::max(std::sqrt(variance), 1e-6f * std::abs(mean) + 1e-20f);
    laws.skewness[laws.count] =
        variance > 0.0f
            ? terms.third * bin.third / bin.count / std::max(variance, 1e-24f) / std::sqrt(variance)
            : 0.0f;
    ++laws.count;
  }
  // The filling: laws without weight.
  const int last = laws.count - 1;
  while (laws.count % kLanes != 0) {
    laws.mean[laws.count] = laws.mean[last];
    laws.sd[laws.count] = laws.sd[last];
    ++laws.count;
  }
  const std::vector<int> order = OrderOf(levels);
  std::vector<double> sorted;
  sorted.reserve(levels.size());
  for (int i : order) {
    sorted.push_back(std::clamp(levels[i], kSmallestLevel, 1.0 - kSmallestLevel));
  }
  std::vector<float> found(levels.size());
  SolveQuantiles(laws, sorted, found.data());
  std::vector<float> quantiles(levels.size());
  for (size_t i = 0; i < order.size(); ++i) quantiles[order[i]] = found[i];
  return quantiles;
}

}  // namespace jalon::sim
