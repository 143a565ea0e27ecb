// Vectors of double precision, at most half of kLanes to a vector: functions of sim/base and
// sim/random with the scalar ones' bits. Compiled once per instruction set by Highway.
#if defined(JALON_SIM_KERNEL_VECTOR_DOUBLES_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef JALON_SIM_KERNEL_VECTOR_DOUBLES_INL_H_
#undef JALON_SIM_KERNEL_VECTOR_DOUBLES_INL_H_
#else
#define JALON_SIM_KERNEL_VECTOR_DOUBLES_INL_H_
#endif

#include <hwy/highway.h>

#include <cstdint>

#include "sim/base/exp_constants.h"
#include "sim/base/math.h"
#include "sim/kernel/lanes.h"

HWY_BEFORE_NAMESPACE();
namespace jalon::sim {
namespace HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

#if HWY_TARGET == HWY_SCALAR
using RowTag = hn::Simd<double, 1, 0>;
#else
using RowTag = hn::CappedTag<double, kLanes / 2>;
#endif
using RowLongTag = hn::RebindToSigned<RowTag>;
using RowIntTag = hn::Rebind<int32_t, RowTag>;
using RowDoubles = hn::Vec<RowTag>;
inline constexpr int kRowWidth = hn::MaxLanes(RowTag());

HWY_INLINE RowDoubles Number(double x) { return hn::Set(RowTag(), x); }
HWY_INLINE RowDoubles Plus(RowDoubles a, RowDoubles b) { return hn::Add(a, b); }
HWY_INLINE RowDoubles Times(RowDoubles a, RowDoubles b) { return hn::Mul(a, b); }

// ---- Exp of sim/base/math.h, operation by operation.

// Where 2^(k/32) is a normal number.
inline constexpr double kExpReach = 700.0;

// |x| <= kExpReach.
HWY_INLINE RowDoubles ExpWithin(RowDoubles x) {
  const RowTag d;
  const RowLongTag di;
  const RowDoubles shifted = Plus(Times(x, Number(32.0 * kLog2E)), Number(kRoundingShift));
  const RowDoubles k = hn::Sub(shifted, Number(kRoundingShift));
  const RowDoubles t =
      hn::Sub(hn::Sub(x, Times(k, Number(kLn2Over32High))), Times(k, Number(kLn2Over32Low)));
  // k in its last bits, the rest of them 0 up to the 51st.
  const auto n = hn::BitCast(di, shifted);
  const RowDoubles table = hn::GatherIndex(d, kExp2Table, hn::And(n, hn::Set(di, 31)));
  const RowDoubles t2 = Times(t, t);
  const RowDoubles low = Plus(Number(0.5), Times(t, Number(1.0 / 6)));
  const RowDoubles high =
      Plus(Plus(Number(1.0 / 24), Times(t, Number(1.0 / 120))), Times(t2, Number(1.0 / 720)));
  const RowDoubles p = Plus(low, Times(t2, high));
  const RowDoubles value = Plus(table, Times(table, Plus(t, Times(t2, p))));
  const auto exponent = hn::Add(hn::ShiftRight<5>(n), hn::Set(di, 1023));
  return Times(value, hn::BitCast(d, hn::ShiftLeft<52>(exponent)));
}

// One of them is beyond the reach. Rarely called.
inline HWY_NOINLINE RowDoubles ExpBeyond(RowDoubles x) {
  const RowTag d;
  alignas(64) double values[kRowWidth];
  hn::Store(x, d, values);
  for (double& value : values) value = Exp(value);
  return hn::Load(d, values);
}

HWY_INLINE RowDoubles ExpOf(RowDoubles x) {
  if (HWY_LIKELY(hn::AllTrue(RowTag(), hn::Le(hn::Abs(x), Number(kExpReach))))) {
    return ExpWithin(x);
  }
  return ExpBeyond(x);
}

// ---- Words.

// UniformFrom. A word less 2^31 is a signed number, and the sums are exact.
HWY_INLINE RowDoubles UniformsFrom(const uint32_t* words) {
  const RowIntTag di;
  const hn::RebindToUnsigned<RowIntTag> du;
  const auto turned = hn::Xor(hn::LoadU(du, words), hn::Set(du, 0x80000000u));
  const RowDoubles value =
      Plus(hn::PromoteTo(RowTag(), hn::BitCast(di, turned)), Number(0x1p31 + 0.5));
  return Times(value, Number(0x1p-32));
}

// NOLINTNEXTLINE(google-readability-namespace-comments)
}  // namespace HWY_NAMESPACE
}  // namespace jalon::sim
HWY_AFTER_NAMESPACE();

#endif  // include guard
