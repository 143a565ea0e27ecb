#include "sim/engine/conditional/lane_functions.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "sim/engine/conditional/lane_functions.cc"
#include <hwy/foreach_target.h>
//
#include <hwy/highway.h>

#include <algorithm>

#include "sim/engine/conditional/lane_math-inl.h"

HWY_BEFORE_NAMESPACE();
namespace jalon::sim {
namespace HWY_NAMESPACE {

// Applies `function` to whole vectors of `count` numbers, the rest padded with zeros.
template <typename Function>
void Replace(double* x, size_t count, const Function& function) {
  size_t k = 0;
  for (; k + kLaneCount <= count; k += kLaneCount) {
    StoreLanes(function(LoadLanes(x + k)), x + k);
  }
  if (k == count) return;
  alignas(64) double rest[kLaneCount] = {};
  std::copy(x + k, x + count, rest);
  StoreLanes(function(LoadLanes(rest)), rest);
  std::copy(rest, rest + (count - k), x + k);
}

void NormalCdfs(double* z, size_t count) {
  Replace(z, count, [](const Lanes& x) { return NormalCdfLanes(x); });
}

void Exponentials(double* x, size_t count) {
  Replace(x, count, [](const Lanes& y) { return ExpLanes(y); });
}

double MixtureTail(const LaneMixture& mixture, double x) {
  const Lanes tail = UpperTailLanes(LoadLanes(mixture.mean), LoadLanes(mixture.variance),
                                    LoadLanes(mixture.third), Same(x));
  return SumOf(LoadLanes(mixture.weight) * tail);
}

// Scores at places t.
Lanes ScoresAt(const LaneCurve& curve, const Lanes& t) {
  const Lanes inside = Clamped(t, -curve.holds, curve.holds);
  Lanes score = Same(curve.coefficients[kCurveTerms - 1]);
  for (int k = kCurveTerms - 2; k >= 0; --k) {
    score = MulAdd(score, inside, Same(curve.coefficients[k]));
  }
  const Lanes slope = WhereAbove(t, Same(0.0), Same(curve.high_slope), Same(curve.low_slope));
  return MulAdd(slope, t - inside, score);
}

double ExpectedChanceOf(const LaneCurve& curve, double t, std::span<const double> offsets,
                        const double* weights) {
  Lanes sum = Same(0.0);
  for (size_t k = 0; k + kLaneCount <= offsets.size(); k += kLaneCount) {
    const Lanes scores = ScoresAt(curve, Same(t) + LoadLanes(offsets.data() + k));
    sum = MulAdd(LoadLanes(weights + k), NormalCdfLanes(scores), sum);
  }
  return SumOf(sum);
}

// NOLINTNEXTLINE(google-readability-namespace-comments)
}  // namespace HWY_NAMESPACE
}  // namespace jalon::sim
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace jalon::sim {
namespace {
HWY_EXPORT(NormalCdfs);
HWY_EXPORT(Exponentials);
HWY_EXPORT(MixtureTail);
HWY_EXPORT(ExpectedChanceOf);
}  // namespace

void LaneNormalCdfs(std::span<double> z) { HWY_DYNAMIC_DISPATCH(NormalCdfs)(z.data(), z.size()); }

void LaneExponentials(std::span<double> x) {
  HWY_DYNAMIC_DISPATCH(Exponentials)(x.data(), x.size());
}

double LaneCurve::ExpectedChance(double t, std::span<const double> offsets,
                                 std::span<const double> weights) const {
  return HWY_DYNAMIC_DISPATCH(ExpectedChanceOf)(*this, t, offsets, weights.data());
}

double LaneMixture::UpperTail(double x) const {
  return HWY_DYNAMIC_DISPATCH(MixtureTail)(*this, x);
}

}  // namespace jalon::sim
#endif
