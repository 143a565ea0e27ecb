// Few counts over something that varies little: sales of a branch by its customers. Internal to
// sim/engine/conditional.
//
// N = known + step x a negative binomial whose mean has a lognormal effect (u and v); D given N is
// a law by three moments, of its joint cumulants with N. N reaches o D with the chance, over the
// values of N, that D lies at N / o or below.
#ifndef JALON_SIM_ENGINE_CONDITIONAL_COUNT_RATIO_H_
#define JALON_SIM_ENGINE_CONDITIONAL_COUNT_RATIO_H_

#include "sim/engine/conditional/cumulants.h"
#include "sim/engine/conditional/law_table.h"

namespace jalon::sim {

// What a numerator is beside its law; `step` is 0 for other ratios.
struct CountRatio {
  double known = 0.0;
  double step = 0.0;
  // How far apart values of D are; 0 where they are not on a lattice.
  double other_step = 0.0;
};

// N / D >= value, or > value; value > 0.
struct RatioBound {
  double value = 0.0;
  bool or_equal = true;
};

// Beyond, nothing is left of few counts.
inline constexpr int kMostCounts = 2'000;
// Standard deviations of D beyond which its chance is 0 or 1.
inline constexpr double kDenominatorReach = 8.0;
// The highest mean of N for this law, and how wide its effect may be by the counts' own spread:
// seven points of the effect do no better.
inline constexpr double kCountsBelow = 400.0;
inline constexpr double kWidestEffect = 1.0;

// N / D reaches `threshold` where D lies below. Between two values of D on its lattice.
double DenominatorBelow(const CountRatio& ratio, double numerator, const RatioBound& threshold);

// P(N / D reaches `threshold`): the naive twin of lane_counts-inl.h, by probabilities of the
// negative binomial and a fine grid of effects.
double ReachedByCounts(const CountRatio& ratio, const SumLaw& sum, const Cumulants& cumulants,
                       const RatioBound& threshold);

}  // namespace jalon::sim

#endif  // JALON_SIM_ENGINE_CONDITIONAL_COUNT_RATIO_H_
