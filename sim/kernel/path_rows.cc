#include "sim/kernel/path_rows.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "sim/kernel/path_rows.cc"
#include <hwy/foreach_target.h>
//
#include <hwy/highway.h>

#include <cstddef>

#include "sim/base/math.h"
#include "sim/base/normal_constants.h"
#include "sim/kernel/vector_doubles-inl.h"
#include "sim/kernel/vector_math-inl.h"
#include "sim/random/stream.h"

HWY_BEFORE_NAMESPACE();
namespace jalon::sim {
namespace HWY_NAMESPACE {

// ---- Exponentials.

void RunExp(double* x, size_t count) {
  const RowTag d;
  for (size_t i = 0; i < count; i += kRowWidth) {
    hn::Store(ExpOf(hn::Load(d, x + i)), d, x + i);
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
