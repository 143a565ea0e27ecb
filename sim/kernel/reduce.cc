#include "sim/kernel/reduce.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "sim/kernel/reduce.cc"
#include <hwy/foreach_target.h>
//
#include <hwy/highway.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>
#include <numeric>
#include <utility>

#include "sim/kernel/lanes.h"
#include "sim/kernel/vector_math-inl.h"

#ifndef JALON_SIM_KERNEL_REDUCE_ONCE_
#define JALON_SIM_KERNEL_REDUCE_ONCE_
namespace jalon::sim {

// First pass over a row: whole blocks of 16 only.
struct RowPass {
  double sum[kLanes] = {};
  float smallest = std::numeric_limits<float>::infinity();
  float largest = -std::numeric_limits<float>::infinity();
  int64_t attained = 0;
};

// How values are put into bins: by the bits of the float, which grow with it.
struct BinRule {
  int32_t smallest_key = 0;
  int shift = 0;
};

// Grows with x, without gaps between neighbouring floats.
inline int32_t KeyOf(float x) {
  const auto bits = std::bit_cast<int32_t>(x);
  return bits ^ static_cast<int32_t>(static_cast<uint32_t>(bits >> 31) >> 1);
}

inline constexpr int kBinCount = 1024;

}  // namespace jalon::sim
#endif

HWY_BEFORE_NAMESPACE();
namespace jalon::sim {
namespace HWY_NAMESPACE {

inline constexpr int kVectors = kLanes / kWidth;
// Lanes of doubles, at most a vector.
inline constexpr int kHalf = kWidth == 1 ? 1 : kWidth / 2;
using DoubleTag = hn::CappedTag<double, kHalf>;
using HalfTag = hn::Rebind<float, DoubleTag>;
using Doubles = hn::Vec<DoubleTag>;
inline constexpr int kHalves = kLanes / kHalf;

// Part h of a block of 16 floats, as doubles.
HWY_INLINE Doubles LoadHalf(const float* block, int h) {
  return hn::PromoteTo(DoubleTag(), hn::Load(HalfTag(), block + h * kHalf));
}

void SumRow(const float* row, int64_t blocks, float threshold, RowPass* pass) {
  const FloatTag d;
  const DoubleTag dd;
  const Floats wanted = hn::Set(d, threshold);
  Doubles sum[kHalves];
  for (int h = 0; h < kHalves; ++h) sum[h] = hn::Zero(dd);
  Floats smallest = hn::Set(d, pass->smallest);
  Floats largest = hn::Set(d, pass->largest);
  for (int64_t block = 0; block < blocks; ++block, row += kLanes) {
    for (int h = 0; h < kHalves; ++h) sum[h] = hn::Add(sum[h], LoadHalf(row, h));
    for (int v = 0; v < kVectors; ++v) {
      const Floats x = hn::Load(d, row + v * kWidth);
      smallest = hn::Min(smallest, x);
      largest = hn::Max(largest, x);
      pass->attained += static_cast<int64_t>(hn::CountTrue(d, hn::Ge(x, wanted)));
    }
  }
  for (int h = 0; h < kHalves; ++h) hn::StoreU(sum[h], dd, pass->sum + h * kHalf);
  pass->smallest = hn::GetLane(hn::MinOfLanes(d, smallest));
  pass->largest = hn::GetLane(hn::MaxOfLanes(d, largest));
}

// Sums of (x - mean)^2, per lane.
void SumSquares(const float* row, int64_t blocks, double mean, double* out) {
  const DoubleTag dd;
  const Doubles centre = hn::Set(dd, mean);
  Doubles sum[kHalves];
  for (int h = 0; h < kHalves; ++h) sum[h] = hn::Zero(dd);
  for (int64_t block = 0; block < blocks; ++block, row += kLanes) {
    for (int h = 0; h < kHalves; ++h) {
      const Doubles difference = hn::Sub(LoadHalf(row, h), centre);
      sum[h] = hn::Add(sum[h], hn::Mul(difference, difference));
    }
  }
  for (int h = 0; h < kHalves; ++h) hn::StoreU(sum[h], dd, out + h * kHalf);
}

// Bins of whole blocks.
void FillBins(const float* row, int64_t blocks, BinRule rule, uint16_t* bins) {
  const FloatTag d;
  const IntTag di;
  const hn::Rebind<uint16_t, FloatTag> narrow;
  const Ints first = hn::Set(di, rule.smallest_key);
  for (int64_t i = 0; i < blocks * kLanes; i += kWidth) {
    const Ints bits = hn::BitCast(di, hn::Load(d, row + i));
    const Words folded = hn::ShiftRight<1>(hn::BitCast(WordTag(), hn::ShiftRight<31>(bits)));
    const Ints key = hn::Xor(bits, hn::BitCast(di, folded));
    const Words bin = hn::ShiftRightSame(hn::BitCast(WordTag(), hn::Sub(key, first)), rule.shift);
    hn::StoreU(hn::DemoteTo(narrow, hn::BitCast(di, bin)), narrow, bins + i);
  }
}

// Copies the values whose bin is `bin` to `out`; returns how many. Bins past `count` are read, and
// must not be `bin`, up to the next multiple of 32.
int64_t Gather(const float* row, const uint16_t* bins, int64_t count, uint16_t bin, float* out) {
  const hn::CappedTag<uint16_t, 2 * kLanes> d;
  const auto wanted = hn::Set(d, bin);
  const auto width = static_cast<int64_t>(hn::Lanes(d));
  int64_t found = 0;
  for (int64_t i = 0; i < count; i += width) {
    if (HWY_LIKELY(hn::AllFalse(d, hn::Eq(hn::LoadU(d, bins + i), wanted)))) continue;
    for (int64_t j = i; j < i + width; ++j) {
      if (bins[j] == bin) out[found++] = row[j];
    }
  }
  return found;
}

// NOLINTNEXTLINE(google-readability-namespace-comments)
}  // namespace HWY_NAMESPACE
}  // namespace jalon::sim
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace jalon::sim {
namespace {
HWY_EXPORT(SumRow);
HWY_EXPORT(SumSquares);
HWY_EXPORT(FillBins);
HWY_EXPORT(Gather);

constexpr uint16_t kNoBin = 0xffff;

double FoldLanes(const double* lanes) { return std::accumulate(lanes, lanes + kLanes, 0.0); }

RowPass FirstPass(const float* row, int64_t count, float threshold) {
  const int64_t blocks = count / kLanes;
  RowPass pass;
  HWY_DYNAMIC_DISPATCH(SumRow)(row, blocks, threshold, &pass);
  for (int64_t i = blocks * kLanes; i < count; ++i) {
    pass.sum[i % kLanes] += static_cast<double>(row[i]);
    pass.smallest = std::min(pass.smallest, row[i]);
    pass.largest = std::max(pass.largest, row[i]);
    pass.attained += row[i] >= threshold;
  }
  return pass;
}

double CentredSquares(const float* row, int64_t count, double mean) {
  const int64_t blocks = count / kLanes;
  double lanes[kLanes];
  HWY_DYNAMIC_DISPATCH(SumSquares)(row, blocks, mean, lanes);
  for (int64_t i = blocks * kLanes; i < count; ++i) {
    const double difference = static_cast<double>(row[i]) - mean;
    lanes[i % kLanes] += difference * difference;
  }
  return FoldLanes(lanes);
}

BinRule RuleFor(float smallest, float largest) {
  // Minimum and maximum do not tell the zeros apart, their keys do.
  const auto first = static_cast<uint32_t>(KeyOf(smallest == 0.0f ? -0.0f : smallest));
  const uint32_t range = static_cast<uint32_t>(KeyOf(largest == 0.0f ? 0.0f : largest)) - first;
  const int bits = static_cast<int>(std::bit_width(range));
  return {static_cast<int32_t>(first),
          std::max(0, bits - static_cast<int>(std::bit_width(kBinCount - 1u)))};
}

}  // namespace

RowReducer::RowReducer(int64_t count, std::vector<int64_t> ranks)
    : count_(count), order_(ranks.size()) {
  std::iota(order_.begin(), order_.end(), 0);
  std::sort(order_.begin(), order_.end(), [&](int a, int b) { return ranks[a] < ranks[b]; });
  for (int i : order_) ranks_.push_back(ranks[i]);
  if (ranks_.empty()) return;
  bins_.assign(RoundUp(count, 2 * kLanes), kNoBin);
  counts_.resize(4 * kBinCount);
  candidates_.resize(count + 1);
}

RowSummary RowReducer::Reduce(const float* row, float threshold, float* quantiles) {
  const RowPass pass = FirstPass(row, count_, threshold);
  const auto n = static_cast<double>(count_);
  RowSummary summary = {.attained = pass.attained, .mean = FoldLanes(pass.sum) / n};
  if (count_ > 1) summary.variance = CentredSquares(row, count_, summary.mean) / (n - 1.0);
  if (ranks_.empty()) return summary;
  if (pass.smallest == pass.largest) {
    std::fill(quantiles, quantiles + ranks_.size(), pass.smallest);
    return summary;
  }
  const BinRule rule = RuleFor(pass.smallest, pass.largest);
  const int64_t blocks = count_ / kLanes;
  HWY_DYNAMIC_DISPATCH(FillBins)(row, blocks, rule, bins_.data());
  for (int64_t i = blocks * kLanes; i < count_; ++i) {
    bins_[i] = static_cast<uint16_t>(
        (static_cast<uint32_t>(KeyOf(row[i])) - static_cast<uint32_t>(rule.smallest_key)) >>
        rule.shift);
  }
  Select(row, quantiles);
  return summary;
}

void RowReducer::Select(const float* row, float* quantiles) {
  std::fill(counts_.begin(), counts_.end(), 0u);
  const uint16_t* bin = bins_.data();
  uint32_t* counts = counts_.data();
  int64_t i = 0;
  for (; i + 4 <= count_; i += 4) {
    ++counts[bin[i]];
    ++counts[kBinCount + bin[i + 1]];
    ++counts[2 * kBinCount + bin[i + 2]];
    ++counts[3 * kBinCount + bin[i + 3]];
  }
  for (; i < count_; ++i) ++counts[bin[i]];
  int64_t below = 0;
  size_t next = 0;
  for (int b = 0; b < kBinCount && next < ranks_.size(); ++b) {
    const int64_t here = int64_t{counts[b]} + counts[kBinCount + b] + counts[2 * kBinCount + b] +
                         counts[3 * kBinCount + b];
    if (ranks_[next] < below + here) {
      float* first = candidates_.data();
      float* last =
          first + HWY_DYNAMIC_DISPATCH(Gather)(row, bin, count_, static_cast<uint16_t>(b), first);
      // Each rank of the bin partitions what the ranks before it left above.
      float* from = first;
      for (; next < ranks_.size() && ranks_[next] < below + here; ++next) {
        float* at = first + (ranks_[next] - below);
        std::nth_element(from, at, last);
        quantiles[order_[next]] = *at;
        from = at;
      }
    }
    below += here;
  }
}

int64_t QuantileRank(double level, int64_t count) {
  const auto rank = static_cast<int64_t>(std::ceil(level * static_cast<double>(count)));
  return std::clamp<int64_t>(rank - 1, 0, count - 1);
}

float FloatAtLeast(double x) {
  const auto nearest = static_cast<float>(x);
  if (static_cast<double>(nearest) >= x) return nearest;
  return std::nextafter(nearest, std::numeric_limits<float>::infinity());
}

}  // namespace jalon::sim
#endif
