// Arithmetic on the 16 scrambles of a block at once, and the laws evaluated in it. Compiled once
// per instruction set by Highway. Same bits wherever there is fused multiply-add (DECISIONS D5).
#if defined(JALON_SIM_ENGINE_CONDITIONAL_LANE_MATH_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef JALON_SIM_ENGINE_CONDITIONAL_LANE_MATH_INL_H_
#undef JALON_SIM_ENGINE_CONDITIONAL_LANE_MATH_INL_H_
#else
#define JALON_SIM_ENGINE_CONDITIONAL_LANE_MATH_INL_H_
#endif

#include <hwy/contrib/math/math-inl.h>
#include <hwy/highway.h>

#include "sim/engine/conditional/lane_laws.h"

HWY_BEFORE_NAMESPACE();
namespace jalon::sim {
namespace HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

using DoubleTag = hn::CappedTag<double, 8>;
using Doubles = hn::Vec<DoubleTag>;
inline constexpr int kDoubleWidth = hn::MaxLanes(DoubleTag());
inline constexpr int kVectors = kLaneCount / kDoubleWidth;
static_assert(kLaneCount % kDoubleWidth == 0 && kVectors >= 2);

// One number per scramble.
struct Lanes {
  Doubles v[kVectors];
};

template <typename Function, typename... Args>
HWY_INLINE Lanes Map(const Function& function, const Args&... args) {
  Lanes made;
  for (int i = 0; i < kVectors; ++i) made.v[i] = function(args.v[i]...);
  return made;
}

HWY_INLINE Lanes Same(double x) {
  Lanes made;
  for (int i = 0; i < kVectors; ++i) made.v[i] = hn::Set(DoubleTag(), x);
  return made;
}
HWY_INLINE Lanes LoadLanes(const double* from) {
  Lanes made;
  for (int i = 0; i < kVectors; ++i) made.v[i] = hn::LoadU(DoubleTag(), from + i * kDoubleWidth);
  return made;
}
HWY_INLINE void StoreLanes(const Lanes& x, double* to) {
  for (int i = 0; i < kVectors; ++i) hn::StoreU(x.v[i], DoubleTag(), to + i * kDoubleWidth);
}

HWY_INLINE Lanes operator+(const Lanes& a, const Lanes& b) {
  return Map([](Doubles x, Doubles y) { return hn::Add(x, y); }, a, b);
}
HWY_INLINE Lanes operator-(const Lanes& a, const Lanes& b) {
  return Map([](Doubles x, Doubles y) { return hn::Sub(x, y); }, a, b);
}
HWY_INLINE Lanes operator*(const Lanes& a, const Lanes& b) {
  return Map([](Doubles x, Doubles y) { return hn::Mul(x, y); }, a, b);
}
HWY_INLINE Lanes operator/(const Lanes& a, const Lanes& b) {
  return Map([](Doubles x, Doubles y) { return hn::Div(x, y); }, a, b);
}
HWY_INLINE Lanes operator*(double a, const Lanes& b) { return Same(a) * b; }
HWY_INLINE Lanes& operator+=(Lanes& a, const Lanes& b) { return a = a + b; }
// a b + c, rounded once where the machine can.
HWY_INLINE Lanes MulAdd(const Lanes& a, const Lanes& b, const Lanes& c) {
  return Map([](Doubles x, Doubles y, Doubles z) { return hn::MulAdd(x, y, z); }, a, b, c);
}
HWY_INLINE Lanes MulAdd(double a, const Lanes& b, const Lanes& c) { return MulAdd(Same(a), b, c); }
HWY_INLINE Lanes Sqrt(const Lanes& a) {
  return Map([](Doubles x) { return hn::Sqrt(x); }, a);
}
HWY_INLINE Lanes Abs(const Lanes& a) {
  return Map([](Doubles x) { return hn::Abs(x); }, a);
}
HWY_INLINE Lanes Rounded(const Lanes& a) {
  return Map([](Doubles x) { return hn::Round(x); }, a);
}
HWY_INLINE Lanes Clamped(const Lanes& a, double low, double high) {
  return Map(
      [low, high](Doubles x) {
        return hn::Min(hn::Max(x, hn::Set(DoubleTag(), low)), hn::Set(DoubleTag(), high));
      },
      a);
}
// a where x > y, else b.
HWY_INLINE Lanes WhereAbove(const Lanes& x, const Lanes& y, const Lanes& a, const Lanes& b) {
  return Map(
      [](Doubles p, Doubles q, Doubles u, Doubles w) { return hn::IfThenElse(hn::Gt(p, q), u, w); },
      x, y, a, b);
}
HWY_INLINE bool AllAbove(const Lanes& x, const Lanes& y) {
  for (int i = 0; i < kVectors; ++i) {
    if (!hn::AllTrue(DoubleTag(), hn::Gt(x.v[i], y.v[i]))) return false;
  }
  return true;
}
HWY_INLINE Lanes WithSignOf(const Lanes& magnitude, const Lanes& sign) {
  return Map([](Doubles m, Doubles s) { return hn::CopySign(m, s); }, magnitude, sign);
}
HWY_INLINE Lanes ExpLanes(const Lanes& a) {
  return Map([](Doubles x) { return hn::Exp(DoubleTag(), x); }, a);
}
// a > 0.
HWY_INLINE Lanes LogLanes(const Lanes& a) {
  return Map([](Doubles x) { return hn::Log(DoubleTag(), x); }, a);
}
// a > -1.
HWY_INLINE Lanes Log1pLanes(const Lanes& a) {
  return Map([](Doubles x) { return hn::Log1p(DoubleTag(), x); }, a);
}

// By a tree that is the same whatever the width: first lane k with lane k + 8.
HWY_INLINE double SumOf(const Lanes& a) {
  constexpr int kHalf = kVectors / 2;
  alignas(64) double x[kLaneCount / 2];
  for (int i = 0; i < kHalf; ++i) {
    hn::StoreU(hn::Add(a.v[i], a.v[i + kHalf]), DoubleTag(), x + i * kDoubleWidth);
  }
  return ((x[0] + x[4]) + (x[2] + x[6])) + ((x[1] + x[5]) + (x[3] + x[7]));
}

// ---- Normal law.

struct NormalTail {
  Lanes upper;
  // exp(-t^2 / 2).
  Lanes kernel;
};

// P(Z > t) for t >= 0, taken as 38 beyond: rational function of [Hart1968], absolute error 1e-14.
HWY_INLINE NormalTail UpperNormalTail(const Lanes& t) {
  constexpr double kTop[] = {3.52624965998911e-2, 0.700383064443688, 6.37396220353165,
                             33.912866078383,     112.079291497871,  221.213596169931,
                             220.206867912376};
  constexpr double kBottom[] = {8.83883476483184e-2, 1.75566716318264, 16.064177579207,
                                86.7807322029461,    296.564248779674, 637.333633378831,
                                793.826512519948,    440.413735824752};
  const Lanes place = Clamped(t, 0.0, 38.0);
  Lanes top = Same(kTop[0]);
  for (int k = 1; k < 7; ++k) top = MulAdd(top, place, Same(kTop[k]));
  Lanes bottom = Same(kBottom[0]);
  for (int k = 1; k < 8; ++k) bottom = MulAdd(bottom, place, Same(kBottom[k]));
  const Lanes kernel = ExpLanes(-0.5 * (place * place));
  return {.upper = kernel * top / bottom, .kernel = kernel};
}

HWY_INLINE Lanes NormalCdfLanes(const Lanes& z) {
  const Lanes tail = UpperNormalTail(Abs(z)).upper;
  return WhereAbove(z, Same(0.0), Same(1.0) - tail, tail);
}

// ---- The gamma law shifted and turned (moment_law.h).

// P(Y > x) for laws of these moments, variance > 0: the uniform expansion of
// sim/base/normal_expansion.h, absolute error 2e-6 for a skewness up to 1.
HWY_INLINE Lanes UpperTailLanes(const Lanes& mean, const Lanes& variance, const Lanes& third,
                                const Lanes& x) {
  const GammaExpansion& expansion = UnitGammaExpansion();
  const Lanes sd = Sqrt(variance);
  const Lanes skewness = third / (variance * sd);
  // Below, the law is normal to 1e-6; above, a law that is refused at the middle state.
  const Lanes size = Clamped(Abs(skewness), 1e-5, 2.0);
  const Lanes z = WithSignOf(Same(1.0), skewness) * ((x - mean) / sd);
  const Lanes alpha = 0.5 * size;
  const Lanes beyond = z * alpha;
  const Lanes inside = Clamped(beyond, -1.0 + 1e-15, 1e15);
  const Lanes deviance = Clamped(inside - Log1pLanes(inside), 0.0, 1e30);
  const Lanes t = Clamped(Sqrt(deviance + deviance) / alpha, 0.0, 38.0);
  const Lanes signed_alpha = WithSignOf(alpha, z);
  const NormalTail normal = UpperNormalTail(t);
  Lanes even = normal.upper;
  Lanes odd = 0.3989422804014327 * normal.kernel;
  Lanes power = odd;
  Lanes weight = signed_alpha;
  Lanes sum = even + (expansion.coefficients[1] * weight) * odd;
  for (int j = 2; j + 1 < kGammaTerms; j += 2) {
    power = power * t;
    even = MulAdd(j - 1.0, even, power);
    power = power * t;
    odd = MulAdd(static_cast<double>(j), odd, power);
    weight = weight * signed_alpha;
    sum = MulAdd(expansion.coefficients[j] * weight, even, sum);
    weight = weight * signed_alpha;
    sum = MulAdd(expansion.coefficients[j + 1] * weight, odd, sum);
  }
  const Lanes square = alpha * alpha;
  Lanes total = Same(expansion.moments[kGammaTerms / 2 - 1]);
  for (int j = kGammaTerms / 2 - 2; j >= 0; --j) {
    total = MulAdd(total, square, Same(expansion.moments[j]));
  }
  const Lanes tail = Clamped(sum / total, 0.0, 1.0);
  Lanes upper = WhereAbove(z, Same(0.0), tail, Same(1.0) - tail);
  // Where the law has not begun.
  upper = WhereAbove(beyond, Same(-1.0), upper, Same(1.0));
  return WhereAbove(Same(0.0), skewness, Same(1.0) - upper, upper);
}

// NOLINTNEXTLINE(google-readability-namespace-comments)
}  // namespace HWY_NAMESPACE
}  // namespace jalon::sim
HWY_AFTER_NAMESPACE();

#endif  // include guard
