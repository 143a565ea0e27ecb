// Cumulants of atoms on sixteen scrambles: the arithmetic of cumulants.cc, which is its naive twin.
// Compiled once per instruction set by Highway.
#if defined(JALON_SIM_ENGINE_CONDITIONAL_LANE_CUMULANTS_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef JALON_SIM_ENGINE_CONDITIONAL_LANE_CUMULANTS_INL_H_
#undef JALON_SIM_ENGINE_CONDITIONAL_LANE_CUMULANTS_INL_H_
#else
#define JALON_SIM_ENGINE_CONDITIONAL_LANE_CUMULANTS_INL_H_
#endif

#include "sim/engine/conditional/hermite.h"
#include "sim/engine/conditional/lane_evaluator.h"
#include "sim/engine/conditional/lane_math-inl.h"

HWY_BEFORE_NAMESPACE();
namespace jalon::sim {
namespace HWY_NAMESPACE {

// Joint cumulants of the two sides, as in Cumulants.
struct LaneCumulants {
  Lanes mean[2];
  Lanes pair[3];
  Lanes triple[4];
};

HWY_INLINE LaneCumulants NoCumulants() {
  LaneCumulants made;
  for (Lanes& x : made.mean) x = Same(0.0);
  for (Lanes& x : made.pair) x = Same(0.0);
  for (Lanes& x : made.triple) x = Same(0.0);
  return made;
}

constexpr int PairCount(int used) { return used == 1 ? 1 : 3; }
constexpr int TripleCount(int used) { return used == 1 ? 1 : 4; }
constexpr int kPairSides[3][2] = {{0, 0}, {0, 1}, {1, 1}};
constexpr int kTripleSides[4][3] = {{0, 0, 0}, {0, 0, 1}, {0, 1, 1}, {1, 1, 1}};

HWY_INLINE Lanes PairOf(int pair, const Lanes* x) {
  return x[kPairSides[pair][0]] * x[kPairSides[pair][1]];
}
HWY_INLINE Lanes TripleOf(int triple, const Lanes* x) {
  return x[kTripleSides[triple][0]] * x[kTripleSides[triple][1]] * x[kTripleSides[triple][2]];
}
// Sum over the three ways to split a triple into a pair and a single.
HWY_INLINE Lanes SplitOf(int triple, const Lanes* pair, const Lanes* single) {
  const int i = kTripleSides[triple][0];
  const int j = kTripleSides[triple][1];
  const int k = kTripleSides[triple][2];
  return MulAdd(pair[i + j], single[k], MulAdd(pair[i + k], single[j], pair[j + k] * single[i]));
}

// Polynomials in a of the flows with one loading.
struct LoadingPolynomials {
  Lanes mean[2];
  Lanes pair[3][2];
  Lanes triple[4][3];

  HWY_INLINE void Clear() {
    for (Lanes& x : mean) x = Same(0.0);
    for (auto& of : pair) of[0] = of[1] = Same(0.0);
    for (auto& of : triple) of[0] = of[1] = of[2] = Same(0.0);
  }
};

// Means of a flow to draw, times powers of their weights, added up: of one side, or jointly.
struct FlowSums {
  Lanes mean[2];
  Lanes second[3];
  Lanes third[4];
};

// What atoms of one branch add up to.
template <int kUsed>
struct BranchSums {
  // A constructor of its own is compiled for the instruction set.
  BranchSums() : sum(NoCumulants()), linear(NoCumulants()) {}

  LaneCumulants sum;
  // What u moves by addition in `mean`, what it does not move in `pair`.
  LaneCumulants linear;
  LoadingPolynomials row;

  // A flow that one side weighs, in the places 0 of `sums`.
  HWY_INLINE void AddFlow(int side, const PartLaw& law, const FlowSums& sums) {
    const Lanes& mean = sums.mean[0];
    const Lanes second = law.variance_by_mean * sums.second[0];
    const Lanes square = mean * mean;
    Lanes* pair = row.pair[2 * side];
    Lanes* triple = row.triple[3 * side];
    row.mean[side] += mean;
    pair[0] += second;
    pair[1] = MulAdd(law.effect_second, square, pair[1]);
    triple[0] = MulAdd(law.third_by_mean, sums.third[0], triple[0]);
    triple[1] = MulAdd(3.0 * law.effect_second, second * mean, triple[1]);
    triple[2] = MulAdd(law.effect_third, square * mean, triple[2]);
  }

  // A flow that both sides weigh.
  HWY_INLINE void AddFlowOfBoth(const PartLaw& law, const FlowSums& sums) {
    Lanes second[3];
    for (int s = 0; s < 2; ++s) row.mean[s] += sums.mean[s];
    for (int s = 0; s < 3; ++s) {
      second[s] = law.variance_by_mean * sums.second[s];
      row.pair[s][0] += second[s];
      row.pair[s][1] = MulAdd(law.effect_second, PairOf(s, sums.mean), row.pair[s][1]);
    }
    for (int s = 0; s < 4; ++s) {
      row.triple[s][0] = MulAdd(law.third_by_mean, sums.third[s], row.triple[s][0]);
      row.triple[s][1] = MulAdd(law.effect_second, SplitOf(s, second, sums.mean), row.triple[s][1]);
      row.triple[s][2] = MulAdd(law.effect_third, TripleOf(s, sums.mean), row.triple[s][2]);
    }
  }

  // Draws of a stock or a net flow, and what u and v count for, of one side.
  HWY_INLINE void AddDraws(int side, const PartLaw& law, const Lanes& squares,
                           const Lanes& effect) {
    Lanes& pair = linear.pair[2 * side];
    pair = MulAdd(law.noise, squares, pair);
    pair = MulAdd(law.effect_sd * law.effect_sd, effect * effect, pair);
    linear.mean[side] = MulAdd(law.loading, effect, linear.mean[side]);
  }

  // The same of both: `squares` by pair, `effect` by side.
  HWY_INLINE void AddDrawsOfBoth(const PartLaw& law, const Lanes* squares, const Lanes* effect) {
    for (int s = 0; s < 3; ++s) {
      linear.pair[s] = MulAdd(law.noise, squares[s], linear.pair[s]);
      linear.pair[s] = MulAdd(law.effect_sd * law.effect_sd, PairOf(s, effect), linear.pair[s]);
    }
    for (int side = 0; side < 2; ++side) {
      linear.mean[side] = MulAdd(law.loading, effect[side], linear.mean[side]);
    }
  }
};

// NOLINTNEXTLINE(google-readability-namespace-comments)
}  // namespace HWY_NAMESPACE
}  // namespace jalon::sim
HWY_AFTER_NAMESPACE();

#endif  // include guard
