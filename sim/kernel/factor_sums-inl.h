// Factors times loadings, for tiles: the first phase of both estimators. Compiled once per
// instruction set by Highway.
#if defined(JALON_SIM_KERNEL_FACTOR_SUMS_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef JALON_SIM_KERNEL_FACTOR_SUMS_INL_H_
#undef JALON_SIM_KERNEL_FACTOR_SUMS_INL_H_
#else
#define JALON_SIM_KERNEL_FACTOR_SUMS_INL_H_
#endif

#include <hwy/highway.h>

#include "sim/kernel/lanes.h"
#include "sim/kernel/tile.h"
#include "sim/kernel/vector_math-inl.h"

HWY_BEFORE_NAMESPACE();
namespace jalon::sim {
namespace HWY_NAMESPACE {

// Series whose factor sums are computed together: as many as the registers hold.
inline constexpr int kTogether = HWY_TARGET == HWY_AVX3 ? 2 : 1;

// Logarithms of the means: [series x padded period x lane].
struct EtaScratch {
  alignas(64) float eta[kTogether * kMaxKernelPeriods * kLanes];
};

// A part of a tile: kSeries series from `series`, kPeriods periods from `period`.
struct Part {
  int series;
  int period;
};

// The factors of one block of paths.
HWY_INLINE const float* FactorsOfBlock(const TileInput& in, int64_t block) {
  return in.factor_paths + block * in.path_factors * in.padded_periods * kLanes;
}

// sum = base + sum over active factors of loading x factor, for one vector of paths.
template <int kSeries, int kPeriods>
HWY_INLINE void FactorSums(const TileInput& in, Part part, const float* factors,
                           Floats (&sum)[kSeries][kPeriods]) {
  const FloatTag d;
  const float* base = in.base + int64_t{part.series} * in.padded_periods + part.period;
  const float* loading = in.loading + int64_t{part.series} * in.factors;
  for (int s = 0; s < kSeries; ++s) {
    for (int t = 0; t < kPeriods; ++t) sum[s][t] = hn::Set(d, base[s * in.padded_periods + t]);
  }
  for (int k = 0; k < in.factors; ++k) {
    const float* f = factors + (in.active[k] * in.padded_periods + part.period) * kLanes;
    Floats weight[kSeries];
    for (int s = 0; s < kSeries; ++s) weight[s] = hn::Set(d, loading[s * in.factors + k]);
    for (int t = 0; t < kPeriods; ++t) {
      const Floats factor = hn::Load(d, f + t * kLanes);
      for (int s = 0; s < kSeries; ++s) sum[s][t] = hn::MulAdd(weight[s], factor, sum[s][t]);
    }
  }
}

// The same, stored.
template <int kSeries, int kPeriods>
HWY_INLINE void AddFactors(const TileInput& in, Part part, const float* factors, float* eta) {
  Floats sum[kSeries][kPeriods];
  FactorSums<kSeries, kPeriods>(in, part, factors, sum);
  float* out = eta + part.period * kLanes;
  for (int s = 0; s < kSeries; ++s) {
    for (int t = 0; t < kPeriods; ++t) {
      hn::Store(sum[s][t], FloatTag(), out + (s * in.padded_periods + t) * kLanes);
    }
  }
}

// All periods of kSeries series for kLanes paths.
template <int kSeries>
HWY_INLINE void AddAllFactors(const TileInput& in, int series, const float* factors, float* eta) {
  for (int lane = 0; lane < kLanes; lane += kWidth) {
    int period = 0;
    for (; period + 12 <= in.padded_periods; period += 12) {
      AddFactors<kSeries, 12>(in, {series, period}, factors + lane, eta + lane);
    }
    for (; period < in.padded_periods; period += kPeriodGrain) {
      AddFactors<kSeries, kPeriodGrain>(in, {series, period}, factors + lane, eta + lane);
    }
  }
}

// NOLINTNEXTLINE(google-readability-namespace-comments)
}  // namespace HWY_NAMESPACE
}  // namespace jalon::sim
HWY_AFTER_NAMESPACE();

#endif  // include guard
