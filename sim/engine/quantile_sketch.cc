#include "sim/engine/quantile_sketch.h"

#include <algorithm>
#include <cmath>

#include "sim/base/math.h"

namespace jalon::sim {
namespace {

// log 4: the range seen is widened fourfold in 1 + |t|.
constexpr double kWiden = 1.3862943611198906;

// Rank of a quantile among n values, 1 to n.
int64_t RankOf(double level, int64_t n) {
  const int64_t rank = static_cast<int64_t>(std::ceil(level * static_cast<double>(n)));
  return std::clamp<int64_t>(rank, 1, n);
}

}  // namespace

void QuantileSketch::Add(double value) {
  if (count_ == 0 || value < min_) {
    min_ = value;
    min_count_ = 0;
  }
  if (value == min_) ++min_count_;
  max_ = count_ == 0 ? value : std::max(max_, value);
  ++count_;
  if (bins_.empty() && count_ <= kPilot) {
    pilot_.push_back(value);
    return;
  }
  if (bins_.empty()) SetRange();
  ++bins_[BinOf(value)];
}

void QuantileSketch::SetRange() {
  std::sort(pilot_.begin(), pilot_.end());
  counts_ = counts_ && std::all_of(pilot_.begin(), pilot_.end(),
                                   [](double value) { return value == std::floor(value); });
  if (!counts_ || !TryLattice(pilot_.front(), pilot_.back())) {
    const size_t n = pilot_.size();
    center_ = pilot_[n / 2];
    scale_ = 0.5 * (pilot_[3 * n / 4] - pilot_[n / 4]);
    if (!(scale_ > 0.0)) scale_ = 0.5 * (pilot_.back() - pilot_.front());
    if (!(scale_ > 0.0)) scale_ = std::max(std::fabs(center_), 1.0);
    first_ = Curve(pilot_.front()) - kWiden;
    width_ = (Curve(pilot_.back()) + kWiden - first_) / kBins;
    bins_.assign(kBins + 2, 0);
  }
  for (double value : pilot_) ++bins_[BinOf(value)];
  // Not `= {}`, which keeps the memory.
  std::vector<double>().swap(pilot_);
}

bool QuantileSketch::TryLattice(double low, double high) {
  const double span = high - low + 16.0;
  if (3.0 * span > kBins) return false;
  lattice_ = true;
  first_ = low - span;
  width_ = 1.0;
  bins_.assign(static_cast<size_t>(3.0 * span) + 2, 0);
  return true;
}

double QuantileSketch::Curve(double value) const {
  const double t = (value - center_) / scale_;
  return t < 0.0 ? -Log1p(-t) : Log1p(t);
}

double QuantileSketch::Uncurve(double place) const {
  return center_ + scale_ * (place < 0.0 ? -Expm1(-place) : Expm1(place));
}

size_t QuantileSketch::BinOf(double value) const {
  const double place = ((lattice_ ? value : Curve(value)) - first_) / width_;
  if (place < 0.0) return 0;
  const double last = static_cast<double>(bins_.size() - 1);
  return static_cast<size_t>(std::min(place + 1.0, last));
}

double QuantileSketch::EdgeOf(size_t bin) const {
  if (bin == 0) return min_;
  if (bin >= bins_.size()) return max_;
  const double place = first_ + width_ * static_cast<double>(bin - 1);
  return std::clamp(lattice_ ? place : Uncurve(place), min_, max_);
}

double QuantileSketch::Quantile(double level) const {
  const int64_t rank = RankOf(level, count_);
  if (bins_.empty()) {
    std::vector<double> sorted = pilot_;
    std::nth_element(sorted.begin(), sorted.begin() + (rank - 1), sorted.end());
    return sorted[rank - 1];
  }
  if (rank <= min_count_) return min_;
  int64_t below = 0;
  size_t bin = 0;
  while (below + bins_[bin] < rank) below += bins_[bin++];
  const double edge = EdgeOf(bin);
  const bool inside = bin > 0 && bin + 1 < bins_.size();
  if (lattice_ && inside) return edge;
  // The first value below the range is the least seen, the last one above it the greatest.
  const double offset = bin == 0 ? 1.0 : (inside ? 0.5 : 0.0);
  const double share = (static_cast<double>(rank - below) - offset) / bins_[bin];
  const double value = edge + share * (EdgeOf(bin + 1) - edge);
  return counts_ ? std::ceil(value) : value;
}

size_t QuantileSketch::allocated_bytes() const {
  return pilot_.capacity() * sizeof(double) + bins_.capacity() * sizeof(uint32_t);
}

}  // namespace jalon::sim
