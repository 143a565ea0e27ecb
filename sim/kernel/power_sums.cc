#include "sim/kernel/power_sums.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "sim/kernel/power_sums.cc"
#include <hwy/foreach_target.h>
//
#include <hwy/highway.h>

#include "sim/kernel/factor_sums-inl.h"
#include "sim/kernel/lanes.h"
#include "sim/kernel/vector_math-inl.h"

HWY_BEFORE_NAMESPACE();
namespace jalon::sim {
namespace HWY_NAMESPACE {

// Sums of the powers of kSeries series on one vector of paths.
template <int kSeries>
struct Sums {
  Floats first[kSeries];
  Floats second[kSeries];
  Floats third[kSeries];
};

// Adds `count` of the kPeriods periods of a part. kBounded: no logarithm is out of range.
template <bool kBounded, int kSeries, int kPeriods>
HWY_INLINE void AddPart(const TileInput& in, Part part, const float* factors, Sums<kSeries>& sums) {
  Floats eta[kSeries][kPeriods];
  FactorSums<kSeries, kPeriods>(in, part, factors, eta);
  const int count = kPeriods > kPeriodGrain ? kPeriods : in.periods - part.period;
  for (int s = 0; s < kSeries; ++s) {
    for (int t = 0; t < kPeriods; ++t) {
      if (t >= count) break;
      const Floats e =
          kBounded ? PowerOfTwoWithin(eta[s][t]) : PowerOfTwo(eta[s][t], kLargestPower);
      const Floats square = hn::Mul(e, e);
      sums.first[s] = hn::Add(sums.first[s], e);
      sums.second[s] = hn::Add(sums.second[s], square);
      sums.third[s] = hn::MulAdd(square, e, sums.third[s]);
    }
  }
}

template <bool kBounded, int kSeries>
HWY_INLINE void SumLanes(const TileInput& in, int series, const float* factors,
                         const PowerSums& out, int64_t column) {
  const FloatTag d;
  Sums<kSeries> sums;
  for (int s = 0; s < kSeries; ++s) {
    sums.first[s] = sums.second[s] = sums.third[s] = hn::Zero(d);
  }
  int period = 0;
  for (; period + 12 <= in.periods; period += 12) {
    AddPart<kBounded, kSeries, 12>(in, {series, period}, factors, sums);
  }
  for (; period < in.periods; period += kPeriodGrain) {
    AddPart<kBounded, kSeries, kPeriodGrain>(in, {series, period}, factors, sums);
  }
  for (int s = 0; s < kSeries; ++s) {
    const int64_t at = (series + s) * out.stride + column;
    hn::Store(sums.first[s], d, out.first + at);
    hn::Store(sums.second[s], d, out.second + at);
    hn::Store(sums.third[s], d, out.third + at);
  }
}

template <bool kBounded, int kSeries>
HWY_INLINE void SumSeries(const TileInput& in, int series, const float* factors,
                          const PowerSums& out, int64_t column) {
  for (int lane = 0; lane < kLanes; lane += kWidth) {
    SumLanes<kBounded, kSeries>(in, series, factors + lane, out, column + lane);
  }
}

template <bool kBounded>
HWY_INLINE void SumBlocks(const TileInput& in, BlockRange blocks, const PowerSums& out) {
  for (int64_t block = blocks.first; block < blocks.last; ++block) {
    const float* factors = FactorsOfBlock(in, block);
    const int64_t column = (block - blocks.first) * kLanes;
    int series = 0;
    for (; series + kTogether <= in.series; series += kTogether) {
      SumSeries<kBounded, kTogether>(in, series, factors, out, column);
    }
    for (; series < in.series; ++series) SumSeries<kBounded, 1>(in, series, factors, out, column);
  }
}

void RunPowers(const TileInput& in, BlockRange blocks, const PowerSums& out) {
  if (in.is_bounded) {
    SumBlocks<true>(in, blocks, out);
  } else {
    SumBlocks<false>(in, blocks, out);
  }
}

// NOLINTNEXTLINE(google-readability-namespace-comments)
}  // namespace HWY_NAMESPACE
}  // namespace jalon::sim
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace jalon::sim {
HWY_EXPORT(RunPowers);

void SumPowers(const TileInput& input, BlockRange blocks, const PowerSums& out) {
  HWY_DYNAMIC_DISPATCH(RunPowers)(input, blocks, out);
}

}  // namespace jalon::sim
#endif
