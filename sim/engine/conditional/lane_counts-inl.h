// Few counts over something that varies little, on sixteen scrambles: the arithmetic of
// count_ratio.cc, which is its naive twin, by recurrences and seven points of the effect. Compiled
// once per instruction set by Highway.
#if defined(JALON_SIM_ENGINE_CONDITIONAL_LANE_COUNTS_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef JALON_SIM_ENGINE_CONDITIONAL_LANE_COUNTS_INL_H_
#undef JALON_SIM_ENGINE_CONDITIONAL_LANE_COUNTS_INL_H_
#else
#define JALON_SIM_ENGINE_CONDITIONAL_LANE_COUNTS_INL_H_
#endif

#include "sim/engine/conditional/count_ratio.h"
#include "sim/engine/conditional/lane_cumulants-inl.h"
#include "sim/engine/conditional/lane_evaluator.h"
#include "sim/engine/conditional/lane_math-inl.h"

HWY_BEFORE_NAMESPACE();
namespace jalon::sim {
namespace HWY_NAMESPACE {

// P(N = n), n = 0, 1, ..., times the weights of the effect's points.
class CountChances {
 public:
  HWY_INLINE CountChances(const LaneCounts& law, const Lanes& mean) : law_(law) {
    for (int q = 0; q < law.effects; ++q) {
      mean_[q] = law.factor[q] * mean;
      chance_[q] = law.weight[q] * ExpLanes(-law.rate * mean_[q]);
    }
  }

  HWY_INLINE Lanes Next() {
    const Lanes rise = Same(law_.repeat * next_ / (next_ + 1.0));
    const double by_mean = (1.0 - law_.repeat) / (next_ + 1.0);
    Lanes sum = Same(0.0);
    for (int q = 0; q < law_.effects; ++q) {
      sum += chance_[q];
      chance_[q] = chance_[q] * MulAdd(by_mean, mean_[q], rise);
    }
    next_ += 1.0;
    return sum;
  }

 private:
  const LaneCounts& law_;
  double next_ = 0.0;
  Lanes mean_[kEffectNodes];
  Lanes chance_[kEffectNodes];
};

// P(N / D reaches `threshold`).
HWY_INLINE Lanes ReachedByCountsLanes(const LaneCounts& law, const LaneCumulants& k,
                                      const RatioBound& threshold) {
  const Lanes zero = Same(0.0);
  const Lanes slope = k.pair[1] / Clamped(k.pair[0], 1e-300, 1e300);
  const Lanes variance = Clamped(k.pair[2] - slope * k.pair[1], 0.0, 1e300);
  const Lanes reach = kDenominatorReach * Sqrt(variance);
  const Lanes mean = (1.0 / law.ratio.step) * (k.mean[0] - Same(law.ratio.known));
  CountChances chances(law, Clamped(mean, 0.0, 1e300));
  Lanes missed = zero;
  for (int n = 0; n < kMostCounts; ++n) {
    const double value = law.ratio.known + law.ratio.step * n;
    const Lanes bound = Same(DenominatorBelow(law.ratio, value, threshold));
    const Lanes center = MulAdd(slope, Same(value) - k.mean[0], k.mean[1]);
    if (AllAbove(bound, center + reach)) break;
    Lanes above = Same(1.0);
    if (!AllAbove(center - reach, bound)) {
      above = UpperTailLanes(center, Clamped(variance, 1e-300, 1e300), k.triple[3], bound);
      // D is known given N.
      above = WhereAbove(variance, zero, above, WhereAbove(center, bound, Same(1.0), zero));
    }
    missed = MulAdd(chances.Next(), above, missed);
  }
  return Clamped(Same(1.0) - missed, 0.0, 1.0);
}

// NOLINTNEXTLINE(google-readability-namespace-comments)
}  // namespace HWY_NAMESPACE
}  // namespace jalon::sim
HWY_AFTER_NAMESPACE();

#endif  // include guard
