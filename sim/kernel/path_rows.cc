#include "sim/kernel/path_rows.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "sim/kernel/path_rows.cc"
#include <hwy/foreach_target.h>
//
#include <hwy/highway.h>

#include <bit>
#include <cstddef>

#include "sim/base/exp_constants.h"
#include "sim/base/math.h"
#include "sim/base/normal_constants.h"
#include "sim/kernel/vector_math-inl.h"
#include "sim/random/stream.h"

HWY_BEFORE_NAMESPACE();
namespace jalon::sim {
namespace HWY_NAMESPACE {

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

// ---- Exp, operation by operation.

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

void RunExp(double* x, size_t count) {
  const RowTag d;
  for (size_t i = 0; i < count; i += kRowWidth) {
    const RowDoubles argument = hn::Load(d, x + i);
    if (HWY_LIKELY(hn::AllTrue(d, hn::Le(hn::Abs(argument), Number(kExpReach))))) {
      hn::Store(ExpWithin(argument), d, x + i);
    } else {
      for (int lane = 0; lane < kRowWidth; ++lane) x[i + lane] = Exp(x[i + lane]);
    }
  }
}

// ---- Words.

void RunPhilox(const PhiloxCounter& counter, const PhiloxKey& key, uint32_t* out) {
  const PhiloxSchedule keys(key[0], key[1]);
  for (int lane = 0; lane < kLanes; lane += kWidth) {
    const PhiloxPaths paths(counter[0] + static_cast<uint32_t>(lane));
    PhiloxStore(keys, {counter[1], counter[2], counter[3]}, paths, out + lane, kLanes);
  }
}

// UniformFrom. A word less 2^31 is a signed number, and the sums are exact.
HWY_INLINE RowDoubles UniformsFrom(const uint32_t* words) {
  const RowIntTag di;
  const hn::RebindToUnsigned<RowIntTag> du;
  const auto turned = hn::Xor(hn::LoadU(du, words), hn::Set(du, 0x80000000u));
  const RowDoubles value =
      Plus(hn::PromoteTo(RowTag(), hn::BitCast(di, turned)), Number(0x1p31 + 0.5));
  return Times(value, Number(0x1p-32));
}

// ---- Normals.

HWY_INLINE RowDoubles Polynomial(const double* c, RowDoubles x) {
  const auto pair = [c, x](int i) { return Plus(Number(c[i]), Times(Number(c[i + 1]), x)); };
  const RowDoubles x2 = Times(x, x);
  const RowDoubles low = Plus(pair(0), Times(x2, pair(2)));
  const RowDoubles high = Plus(pair(4), Times(x2, pair(6)));
  return Plus(low, Times(Times(x2, x2), high));
}

void RunNormal(const uint32_t* words, double* normals) {
  const RowTag d;
  for (int lane = 0; lane < kLanes; lane += kRowWidth) {
    const RowDoubles uniform = UniformsFrom(words + lane);
    const RowDoubles q = hn::Sub(uniform, Number(0.5));
    const RowDoubles r = hn::Sub(Number(kCentralSquare), Times(q, q));
    const RowDoubles ratio =
        hn::Div(Polynomial(kCentralNumerator, r), Polynomial(kCentralDenominator, r));
    hn::Store(Times(q, ratio), d, normals + lane);
    const auto is_central = hn::Le(hn::Abs(q), Number(kCentralReach));
    if (hn::AllTrue(d, is_central)) continue;
    for (int i = lane; i < lane + kRowWidth; ++i) {
      const double p = UniformFrom(words[i]);
      if (!(p - 0.5 >= -kCentralReach && p - 0.5 <= kCentralReach))
        normals[i] = NormalInverseCdf(p);
    }
  }
}

void RunWhole(const uint32_t* words, double* x) {
  const RowTag d;
  for (int lane = 0; lane < kLanes; lane += kRowWidth) {
    hn::Store(hn::Floor(Plus(hn::Load(d, x + lane), UniformsFrom(words + lane))), d, x + lane);
  }
}

// NOLINTNEXTLINE(google-readability-namespace-comments)
}  // namespace HWY_NAMESPACE
}  // namespace jalon::sim
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace jalon::sim {
HWY_EXPORT(RunExp);
HWY_EXPORT(RunPhilox);
HWY_EXPORT(RunNormal);
HWY_EXPORT(RunWhole);

void ExpRows(absl::Span<PathRow> rows) {
  if (!rows.empty()) HWY_DYNAMIC_DISPATCH(RunExp)(rows.front().x, rows.size() * kLanes);
}

std::array<PathWords, 4> PhiloxRows(const PhiloxCounter& counter, const PhiloxKey& key) {
  std::array<PathWords, 4> words;
  HWY_DYNAMIC_DISPATCH(RunPhilox)(counter, key, words.front().x);
  return words;
}

PathRow NormalRow(const PathWords& words) {
  PathRow normals;
  HWY_DYNAMIC_DISPATCH(RunNormal)(words.x, normals.x);
  return normals;
}

void WholeRow(const PathWords& words, PathRow& row) {
  HWY_DYNAMIC_DISPATCH(RunWhole)(words.x, row.x);
}

}  // namespace jalon::sim
#endif
