// Logarithms and the normal distribution function of vectors, which the conditional kernels inline.
// Compiled once per instruction set by Highway.
#if defined(JALON_SIM_KERNEL_VECTOR_LAWS_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef JALON_SIM_KERNEL_VECTOR_LAWS_INL_H_
#undef JALON_SIM_KERNEL_VECTOR_LAWS_INL_H_
#else
#define JALON_SIM_KERNEL_VECTOR_LAWS_INL_H_
#endif

#include <hwy/highway.h>

#include "sim/kernel/vector_math-inl.h"

HWY_BEFORE_NAMESPACE();
namespace jalon::sim {
namespace HWY_NAMESPACE {

inline constexpr float kLogOfTwo = 0x1.62e43p-1f;

// ---- log2 x, x a normal number > 0: absolute error 1e-7 plus half a unit of the last place; exact
// at powers of two.
template <typename MulAdd = NativeMulAdd>
HWY_INLINE Floats LogTwo(Floats x) {
  const FloatTag d;
  const IntTag di;
  // From the nearest power of two below, or the one above when that is nearer: x = 2^e (1 + m).
  const Ints bits = hn::BitCast(di, x);
  const Ints exponent = hn::ShiftRight<23>(hn::Sub(bits, hn::Set(di, 0x3f3504f3)));
  const Floats m =
      hn::Sub(hn::BitCast(d, hn::Sub(bits, hn::ShiftLeft<23>(exponent))), hn::Set(d, 1.0f));
  Floats p = MulAdd::Of(hn::Set(d, -0x1.2a7c1ap-3f), m, hn::Set(d, 0x1.e526cap-3f));
  p = MulAdd::Of(p, m, hn::Set(d, -0x1.001218p-2f));
  p = MulAdd::Of(p, m, hn::Set(d, 0x1.2596a4p-2f));
  p = MulAdd::Of(p, m, hn::Set(d, -0x1.70bab4p-2f));
  p = MulAdd::Of(p, m, hn::Set(d, 0x1.ec7b64p-2f));
  p = MulAdd::Of(p, m, hn::Set(d, -0x1.7155bap-1f));
  p = MulAdd::Of(p, m, hn::Set(d, 0x1.715472p+0f));
  return MulAdd::Of(p, m, hn::ConvertTo(d, exponent));
}

// log(1 + y) for y > -1, below 2^100: relative error 1e-6, near 0 too.
HWY_INLINE Floats LogOnePlus(Floats y) {
  const FloatTag d;
  const Floats one = hn::Set(d, 1.0f);
  const Floats u = hn::Max(hn::Add(one, y), hn::Set(d, 0x1p-24f));
  const Floats lost = hn::Sub(y, hn::Sub(u, one));
  return hn::MulAdd(LogTwo(u), hn::Set(d, kLogOfTwo), hn::Div(lost, u));
}

// log(1 + x) / x for x in [0, 0.3]: absolute error 1e-7.
HWY_INLINE Floats LogOnePlusRatio(Floats x) {
  const FloatTag d;
  Floats p = hn::MulAdd(hn::Set(d, -0x1.5515ap-4f), x, hn::Set(d, 0x1.68bcb4p-3f));
  p = hn::MulAdd(p, x, hn::Set(d, -0x1.f90914p-3f));
  p = hn::MulAdd(p, x, hn::Set(d, 0x1.551a2p-2f));
  p = hn::MulAdd(p, x, hn::Set(d, -0x1.fffe8cp-2f));
  return hn::MulAdd(p, x, hn::Set(d, 1.0f));
}

struct NormalPair {
  Floats cdf;
  Floats density;
};

// Normal distribution function, [AbramowitzStegun1964] 26.2.17, and density: absolute error 2e-7.
// Any z but NaN.
HWY_INLINE NormalPair NormalLaw(Floats z) {
  const FloatTag d;
  const Floats a = hn::Min(hn::Abs(z), hn::Set(d, 12.0f));
  const Floats t =
      hn::Div(hn::Set(d, 1.0f), hn::MulAdd(a, hn::Set(d, 0.2316419f), hn::Set(d, 1.0f)));
  Floats p = hn::MulAdd(hn::Set(d, 1.330274429f), t, hn::Set(d, -1.821255978f));
  p = hn::MulAdd(p, t, hn::Set(d, 1.781477937f));
  p = hn::MulAdd(p, t, hn::Set(d, -0.356563782f));
  p = hn::MulAdd(p, t, hn::Set(d, 0.319381530f));
  const Floats exponent = hn::Mul(hn::Mul(a, a), hn::Set(d, -0.72134752044f));
  const Floats density = hn::Mul(PowerOfTwo(exponent), hn::Set(d, 0.39894228040f));
  const Floats tail = hn::Mul(hn::Mul(p, t), density);
  const auto is_upper = hn::Gt(z, hn::Zero(d));
  return {hn::IfThenElse(is_upper, hn::Sub(hn::Set(d, 1.0f), tail), tail), density};
}

// ---- Lognormal laws, shifted to three moments.
//
// A lognormal law moved by a constant is told by its mean m, its standard deviation s and x > 0,
// the standard deviation over the distance from the mean to the low end, with x^3 + 3 x = the
// skewness. With d = (y - m) / s and v = log(1 + x^2), P(Y < y) = Phi(log(1 + x d) / sqrt(v) +
// sqrt(v) / 2): as x tends to 0, the normal law.

// Skewness up to 1.8, that of one lognormal of variance 1/4: x up to 0.546.
inline constexpr float kLargestSkewness = 1.8f;
// Below this x the law is as good as normal.
inline constexpr float kSmallestShape = 1e-4f;

// x of a skewness >= 0, cut at kLargestSkewness: two steps of Newton's from the right.
HWY_INLINE Floats ShapeOfSkewness(Floats skewness) {
  const FloatTag d;
  const Floats three = hn::Set(d, 3.0f);
  const Floats g = hn::Min(skewness, hn::Set(d, kLargestSkewness));
  Floats x = hn::Mul(g, hn::Set(d, 1.0f / 3.0f));
  for (int i = 0; i < 2; ++i) {
    const Floats square = hn::Mul(x, x);
    x = hn::Div(hn::MulAdd(hn::Mul(hn::Set(d, 2.0f), square), x, g),
                hn::MulAdd(three, square, three));
  }
  return hn::Max(x, hn::Set(d, kSmallestShape));
}

// NOLINTNEXTLINE(google-readability-namespace-comments)
}  // namespace HWY_NAMESPACE
}  // namespace jalon::sim
HWY_AFTER_NAMESPACE();

#endif  // include guard
