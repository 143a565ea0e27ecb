#include "sim/kernel/vector_functions.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "sim/kernel/vector_functions.cc"
#include <hwy/foreach_target.h>
//
#include <hwy/aligned_allocator.h>
#include <hwy/highway.h>

#include <algorithm>

#include "sim/kernel/lanes.h"
#include "sim/kernel/normal_table.h"
#include "sim/kernel/vector_math-inl.h"

HWY_BEFORE_NAMESPACE();
namespace jalon::sim {
namespace HWY_NAMESPACE {

// `x` and `out` have `count` elements, a multiple of kLanes.
void PowersOfTwo(const float* x, int64_t count, float* out) {
  const FloatTag d;
  for (int64_t i = 0; i < count; i += kWidth) {
    hn::StoreU(PowerOfTwo(hn::LoadU(d, x + i)), d, out + i);
  }
}

void Normals(const uint32_t* bits, int64_t count, float* out) {
  const IntTag di;
  const NormalLookup lookup(GetNormalTable());
  for (int64_t i = 0; i < count; i += kWidth) {
    const Words words = hn::LoadU(WordTag(), bits + i);
    Ints lowest = hn::Set(di, kNormalTail);
    Floats z = lookup.At(words, lowest);
    if (!hn::AllFalse(di, hn::Lt(lowest, hn::Set(di, kNormalTail)))) z = WithTails(z, words);
    hn::StoreU(z, FloatTag(), out + i);
  }
}

// `out`: [4 x kLanes], aligned.
void Philox(const uint32_t* counter, const uint32_t* key, uint32_t* out) {
  const PhiloxSchedule keys(key[0], key[1]);
  for (int lane = 0; lane < kLanes; lane += kWidth) {
    const PhiloxPaths paths(counter[0] + static_cast<uint32_t>(lane));
    PhiloxStore(keys, {counter[1], counter[2], counter[3]}, paths, out + lane, kLanes);
  }
}

// NOLINTNEXTLINE(google-readability-namespace-comments)
}  // namespace HWY_NAMESPACE
}  // namespace jalon::sim
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace jalon::sim {
namespace {
HWY_EXPORT(PowersOfTwo);
HWY_EXPORT(Normals);
HWY_EXPORT(Philox);

// `values` followed by as many copies of `filler` as make whole vectors.
template <typename T>
std::vector<T> Padded(absl::Span<const T> values, T filler) {
  std::vector<T> padded(values.begin(), values.end());
  padded.resize(RoundUp(static_cast<int64_t>(values.size()), kLanes), filler);
  return padded;
}
}  // namespace

std::vector<float> KernelPowersOfTwo(absl::Span<const float> x) {
  const std::vector<float> padded = Padded(x, 0.0f);
  std::vector<float> out(padded.size());
  HWY_DYNAMIC_DISPATCH(PowersOfTwo)
  (padded.data(), static_cast<int64_t>(padded.size()), out.data());
  out.resize(x.size());
  return out;
}

std::vector<float> KernelNormals(absl::Span<const uint32_t> bits) {
  const std::vector<uint32_t> padded = Padded(bits, uint32_t{1} << 31);
  std::vector<float> out(padded.size());
  HWY_DYNAMIC_DISPATCH(Normals)
  (padded.data(), static_cast<int64_t>(padded.size()), out.data());
  out.resize(bits.size());
  return out;
}

std::vector<uint32_t> KernelPhilox(PhiloxCounter counter, PhiloxKey key) {
  alignas(64) uint32_t out[4 * kLanes];
  HWY_DYNAMIC_DISPATCH(Philox)(counter.data(), key.data(), out);
  return std::vector<uint32_t>(std::begin(out), std::end(out));
}

}  // namespace jalon::sim
#endif
