// Functions of vectors that the kernels inline: Philox, normals, 2^x. Compiled once per instruction
// set by Highway; any vector of at most 16 lanes of 32 bits.
#if defined(JALON_SIM_KERNEL_VECTOR_MATH_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef JALON_SIM_KERNEL_VECTOR_MATH_INL_H_
#undef JALON_SIM_KERNEL_VECTOR_MATH_INL_H_
#else
#define JALON_SIM_KERNEL_VECTOR_MATH_INL_H_
#endif

#include <hwy/highway.h>

#include <cstdint>

#include "sim/kernel/fused_multiply_add.h"
#include "sim/kernel/lanes.h"
#include "sim/kernel/normal_table.h"
#include "sim/random/philox.h"

HWY_BEFORE_NAMESPACE();
namespace jalon::sim {
namespace HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

using FloatTag = hn::CappedTag<float, kLanes>;
using IntTag = hn::RebindToSigned<FloatTag>;
using WordTag = hn::RebindToUnsigned<FloatTag>;
using Floats = hn::Vec<FloatTag>;
using Ints = hn::Vec<IntTag>;
using Words = hn::Vec<WordTag>;

// Lanes of one vector: a divisor of kLanes.
inline constexpr int kWidth = hn::MaxLanes(FloatTag());
static_assert(kLanes % kWidth == 0);

// ---- a b + c, as functions below take it.

// What the instruction set does fastest: rounded once with fused multiply-add, else twice.
struct NativeMulAdd {
  static HWY_INLINE Floats Of(Floats a, Floats b, Floats c) { return hn::MulAdd(a, b, c); }
};

// Rounded once everywhere: the same bits on every instruction set.
struct FusedMulAdd {
#if HWY_TARGET <= HWY_AVX2
  static HWY_INLINE Floats Of(Floats a, Floats b, Floats c) { return hn::MulAdd(a, b, c); }
#else
  static HWY_INLINE Floats Of(Floats a, Floats b, Floats c) {
    const FloatTag d;
    alignas(64) float factor[kLanes];
    alignas(64) float other[kLanes];
    alignas(64) float sum[kLanes];
    hn::Store(a, d, factor);
    hn::Store(b, d, other);
    hn::Store(c, d, sum);
    for (int i = 0; i < kWidth; ++i) sum[i] = FusedMultiplyAdd(factor[i], other[i], sum[i]);
    return hn::Load(d, sum);
  }
#endif
};

// ---- 2^x. Relative error 2e-7. Increasing up to rounding. NaN is not accepted.

// For x in [-126, 126].
template <typename MulAdd = NativeMulAdd>
HWY_INLINE Floats PowerOfTwoWithin(Floats x) {
  const FloatTag d;
  const IntTag di;
  const Floats magic = hn::Set(d, 0x1.8p23f);
  const Floats shifted = hn::Add(x, magic);
  const Floats f = hn::Sub(x, hn::Sub(shifted, magic));
  Floats p = MulAdd::Of(hn::Set(d, 0x1.5bba14p-10f), f, hn::Set(d, 0x1.3cea88p-7f));
  p = MulAdd::Of(p, f, hn::Set(d, 0x1.c6b752p-5f));
  p = MulAdd::Of(p, f, hn::Set(d, 0x1.ebf9bcp-3f));
  p = MulAdd::Of(p, f, hn::Set(d, 0x1.62e42ap-1f));
  p = MulAdd::Of(p, f, hn::Set(d, 1.0f));
  const Ints exponent = hn::ShiftLeft<23>(hn::BitCast(di, shifted));
  return hn::BitCast(d, hn::Add(hn::BitCast(di, p), exponent));
}

// For any x: 2^largest above `largest`, 0 at -127 and below, falling linearly from -126 to -127.
template <typename MulAdd = NativeMulAdd>
HWY_INLINE Floats PowerOfTwo(Floats x, float largest = 100.0f) {
  const FloatTag d;
  return PowerOfTwoWithin<MulAdd>(hn::Min(hn::Max(x, hn::Set(d, -127.0f)), hn::Set(d, largest)));
}

// ---- Normals by the table of normal_table.h.

#if HWY_TARGET == HWY_AVX3
// One permutation reads a row.
struct TableRow {
  explicit TableRow(const float* row) : all(hn::Load(FloatTag(), row)) {}
  HWY_INLINE Floats At(Ints index) const {
    return hn::TableLookupLanes(all, hn::IndicesFromVec(FloatTag(), index));
  }
  Floats all;
};
#elif HWY_TARGET == HWY_AVX2
struct TableRow {
  explicit TableRow(const float* row)
      : low(hn::Load(FloatTag(), row)), high(hn::Load(FloatTag(), row + 8)) {}
  HWY_INLINE Floats At(Ints index) const {
    const auto lane = hn::IndicesFromVec(FloatTag(), hn::And(index, hn::Set(IntTag(), 7)));
    const auto is_high = hn::MaskFromVec(hn::BitCast(FloatTag(), hn::ShiftLeft<28>(index)));
    return hn::IfThenElse(is_high, hn::TableLookupLanes(high, lane),
                          hn::TableLookupLanes(low, lane));
  }
  Floats low;
  Floats high;
};
#else
struct TableRow {
  explicit TableRow(const float* row) : row(row) {}
  HWY_INLINE Floats At(Ints index) const { return hn::GatherIndex(FloatTag(), row, index); }
  const float* row;
};
#endif

class NormalLookup {
 public:
  explicit NormalLookup(const NormalTable& table)
      : c0_(table.coefficient[0]),
        c1_(table.coefficient[1]),
        c2_(table.coefficient[2]),
        c3_(table.coefficient[3]),
        c4_(table.coefficient[4]),
        c5_(table.coefficient[5]) {}

  // The nearer tail of each word.
  static HWY_INLINE Ints TailOf(Words bits) {
    const Ints u = hn::BitCast(IntTag(), bits);
    return hn::Xor(u, hn::ShiftRight<31>(u));
  }

  // Quantiles; lanes whose tail is below kNormalTail are wrong, and lower `lowest` below it.
  template <typename MulAdd = NativeMulAdd>
  HWY_INLINE Floats At(Words bits, Ints& lowest) const {
    const FloatTag d;
    const IntTag di;
    const Ints tail = TailOf(bits);
    lowest = hn::Min(lowest, tail);
    const Ints scaled = hn::BitCast(di, hn::Add(hn::ConvertTo(d, tail), hn::Set(d, 0.5f)));
    const Ints index = hn::And(hn::ShiftRight<23>(scaled), hn::Set(di, kNormalOctaves - 1));
    const Ints mantissa = hn::Or(hn::And(scaled, hn::Set(di, 0x7fffff)), hn::Set(di, 0x3f800000));
    const Floats t = hn::Sub(hn::BitCast(d, mantissa), hn::Set(d, 1.5f));
    Floats z = MulAdd::Of(c5_.At(index), t, c4_.At(index));
    z = MulAdd::Of(z, t, c3_.At(index));
    z = MulAdd::Of(z, t, c2_.At(index));
    z = MulAdd::Of(z, t, c1_.At(index));
    z = MulAdd::Of(z, t, c0_.At(index));
    const Words sign = hn::And(bits, hn::Set(WordTag(), 0x80000000u));
    return hn::Xor(z, hn::BitCast(d, sign));
  }

 private:
  TableRow c0_, c1_, c2_, c3_, c4_, c5_;
};

// `z` with the lanes that the table leaves out put right. Rarely called.
inline HWY_NOINLINE Floats WithTails(Floats z, Words bits) {
  alignas(64) float values[kLanes];
  alignas(64) uint32_t words[kLanes];
  hn::Store(z, FloatTag(), values);
  hn::Store(bits, WordTag(), words);
  for (int lane = 0; lane < kWidth; ++lane) {
    const bool upper = words[lane] >= 0x80000000u;
    const auto m = static_cast<int32_t>(upper ? ~words[lane] : words[lane]);
    if (m >= kNormalTail) continue;
    values[lane] = upper ? -NormalTailQuantile(m) : NormalTailQuantile(m);
  }
  return hn::Load(FloatTag(), values);
}

// ---- Philox4x32-10 for kWidth consecutive paths.

// Words 1 to 3 of the counters, the same for all lanes.
struct PhiloxStream {
  uint32_t word1;
  uint32_t word2;
  uint32_t word3;
};

#if HWY_TARGET == HWY_SCALAR

struct PhiloxSchedule {
  explicit PhiloxSchedule(uint64_t seed)
      : key{static_cast<uint32_t>(seed), static_cast<uint32_t>(seed >> 32)} {}
  PhiloxSchedule(uint32_t k0, uint32_t k1) : key{k0, k1} {}
  PhiloxKey key;
};

struct PhiloxPaths {
  explicit PhiloxPaths(uint32_t path0) : path(path0) {}
  uint32_t path;
};

HWY_INLINE void PhiloxStore(const PhiloxSchedule& keys, const PhiloxStream& stream,
                            const PhiloxPaths& paths, uint32_t* out, int stride) {
  const PhiloxCounter words =
      Philox4x32({paths.path, stream.word1, stream.word2, stream.word3}, keys.key);
  for (int j = 0; j < 4; ++j) out[j * stride] = words[j];
}

#else

using LongTag = hn::RepartitionToWide<WordTag>;
using Longs = hn::Vec<LongTag>;

inline constexpr uint32_t kPhiloxMultiplier0 = 0xD2511F53u;
inline constexpr uint32_t kPhiloxMultiplier1 = 0xCD9E8D57u;

// The round keys.
struct PhiloxSchedule {
  explicit PhiloxSchedule(uint64_t seed)
      : PhiloxSchedule(static_cast<uint32_t>(seed), static_cast<uint32_t>(seed >> 32)) {}
  PhiloxSchedule(uint32_t k0, uint32_t k1) {
    for (int round = 0; round < 10; ++round) {
      key0[round] = k0 + static_cast<uint32_t>(round) * 0x9E3779B9u;
      key1[round] = k1 + static_cast<uint32_t>(round) * 0xBB67AE85u;
    }
  }
  uint64_t key0[10];
  uint64_t key1[10];
};

// Words travel in the low halves of 64-bit lanes, even and odd paths apart: products need no
// shuffling, and what is left in the high halves is never read.
struct PhiloxState {
  Longs c0, c1, c2, c3;
};

HWY_INLINE Longs PhiloxProduct(Longs c, uint32_t multiplier) {
  return hn::MulEven(hn::BitCast(WordTag(), c), hn::Set(WordTag(), multiplier));
}

HWY_INLINE Longs PhiloxMix(Longs product, Longs word, uint64_t key) {
  return hn::Xor(hn::Xor(hn::ShiftRight<32>(product), word), hn::Set(LongTag(), key));
}

HWY_INLINE void PhiloxRound(const PhiloxSchedule& keys, int round, PhiloxState& s) {
  const Longs product0 = PhiloxProduct(s.c0, kPhiloxMultiplier0);
  const Longs product1 = PhiloxProduct(s.c2, kPhiloxMultiplier1);
  s.c0 = PhiloxMix(product1, s.c1, keys.key0[round]);
  s.c1 = product1;
  s.c2 = PhiloxMix(product0, s.c3, keys.key1[round]);
  s.c3 = product0;
}

// Rounds of counters whose word 0 times kPhiloxMultiplier0 is `first`. Rounds 1 and 2 multiply
// what all lanes share only once, in scalar code.
HWY_INLINE PhiloxState PhiloxRounds(const PhiloxSchedule& keys, const PhiloxStream& stream,
                                    Longs first) {
  const uint64_t shared1 = uint64_t{kPhiloxMultiplier1} * stream.word2;
  const auto word0 = static_cast<uint32_t>((shared1 >> 32) ^ stream.word1 ^ keys.key0[0]);
  const uint64_t shared0 = uint64_t{kPhiloxMultiplier0} * word0;
  const Longs product1 = PhiloxProduct(
      PhiloxMix(first, hn::Set(LongTag(), stream.word3), keys.key1[0]), kPhiloxMultiplier1);
  PhiloxState s;
  s.c0 = hn::Xor(hn::ShiftRight<32>(product1),
                 hn::Set(LongTag(), static_cast<uint32_t>(shared1) ^ keys.key0[1]));
  s.c1 = product1;
  s.c2 = hn::Xor(first, hn::Set(LongTag(), (shared0 >> 32) ^ keys.key1[1]));
  s.c3 = hn::Set(LongTag(), shared0);
#if HWY_COMPILER_CLANG
#pragma unroll
#else
#pragma GCC unroll 8
#endif
  for (int round = 2; round < 10; ++round) PhiloxRound(keys, round, s);
  return s;
}

HWY_INLINE Words PhiloxPack(Longs even, Longs odd) {
  const WordTag d;
  return hn::OddEven(hn::BitCast(d, hn::ShiftLeft<32>(odd)), hn::BitCast(d, even));
}

// Products of round 1 for the paths path0 .. path0 + kWidth - 1 (low words, path0 even).
struct PhiloxPaths {
  explicit PhiloxPaths(uint32_t path0) {
    const LongTag d;
    const Longs twice = hn::ShiftLeft<1>(hn::Iota(d, 0));
    even = PhiloxProduct(hn::Add(twice, hn::Set(d, path0)), kPhiloxMultiplier0);
    odd = PhiloxProduct(hn::Add(twice, hn::Set(d, uint64_t{path0} + 1)), kPhiloxMultiplier0);
  }
  Longs even;
  Longs odd;
};

// The four words of each path's block: word j to out + j * stride.
HWY_INLINE void PhiloxStore(const PhiloxSchedule& keys, const PhiloxStream& stream,
                            const PhiloxPaths& paths, uint32_t* out, int stride) {
  const WordTag d;
  const PhiloxState even = PhiloxRounds(keys, stream, paths.even);
  const PhiloxState odd = PhiloxRounds(keys, stream, paths.odd);
  hn::Store(PhiloxPack(even.c0, odd.c0), d, out);
  hn::Store(PhiloxPack(even.c1, odd.c1), d, out + stride);
  hn::Store(PhiloxPack(even.c2, odd.c2), d, out + 2 * stride);
  hn::Store(PhiloxPack(even.c3, odd.c3), d, out + 3 * stride);
}

#endif  // HWY_TARGET == HWY_SCALAR

// NOLINTNEXTLINE(google-readability-namespace-comments)
}  // namespace HWY_NAMESPACE
}  // namespace jalon::sim
HWY_AFTER_NAMESPACE();

#endif  // include guard
