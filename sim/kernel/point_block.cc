#include "sim/kernel/point_block.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "sim/kernel/point_block.cc"
#include <hwy/foreach_target.h>
//
#include <hwy/highway.h>

#include <cstddef>

#include "sim/base/math.h"
#include "sim/kernel/aligned.h"
#include "sim/kernel/lanes.h"
#include "sim/kernel/normal_table.h"
#include "sim/kernel/vector_math-inl.h"
#include "sim/random/sobol.h"
#include "sim/random/stream.h"

HWY_BEFORE_NAMESPACE();
namespace jalon::sim {
namespace HWY_NAMESPACE {

// The functions of sim/random/sobol.cc, lane by lane.

template <int kShift>
HWY_INLINE Words SwapBits(Words x, uint32_t mask) {
  const Words m = hn::Set(WordTag(), mask);
  return hn::Or(hn::ShiftLeft<kShift>(hn::And(x, m)), hn::And(hn::ShiftRight<kShift>(x), m));
}

HWY_INLINE Words Reversed(Words x) {
  x = SwapBits<1>(x, 0x55555555u);
  x = SwapBits<2>(x, 0x33333333u);
  x = SwapBits<4>(x, 0x0F0F0F0Fu);
  x = SwapBits<8>(x, 0x00FF00FFu);
  return hn::Or(hn::ShiftLeft<16>(x), hn::ShiftRight<16>(x));
}

HWY_INLINE Words XorProduct(Words x, uint32_t factor) {
  return hn::Xor(x, hn::Mul(x, hn::Set(WordTag(), factor)));
}

HWY_INLINE Words PermuteUpwards(Words x, Words key) {
  x = XorProduct(x, 0x3D20ADEAu);
  x = hn::Add(x, key);
  x = hn::Mul(x, hn::Or(hn::ShiftRight<16>(key), hn::Set(WordTag(), 1u)));
  x = XorProduct(x, 0x05526C56u);
  return XorProduct(x, 0x53A22864u);
}

// `reversed`: the reversed bits of the point. `keys`: two words a lane.
HWY_INLINE Words Scramble(uint32_t reversed, const uint32_t* keys) {
  const WordTag d;
  Words bits = PermuteUpwards(hn::Set(d, reversed), hn::LoadU(d, keys));
  bits = PermuteUpwards(bits, hn::LoadU(d, keys + kLanes));
  return Reversed(bits);
}

HWY_INLINE uint32_t ReversedWord(uint32_t x) {
  x = (x & 0x55555555u) << 1 | (x >> 1 & 0x55555555u);
  x = (x & 0x33333333u) << 2 | (x >> 2 & 0x33333333u);
  x = (x & 0x0F0F0F0Fu) << 4 | (x >> 4 & 0x0F0F0F0Fu);
  x = (x & 0x00FF00FFu) << 8 | (x >> 8 & 0x00FF00FFu);
  return x << 16 | x >> 16;
}

void SobolNormals(const PointBasis& basis, uint32_t point, float* z) {
  const IntTag di;
  const NormalLookup lookup(GetNormalTable());
  for (int dimension = 0; dimension < basis.sobol_dimensions; ++dimension) {
    const uint32_t reversed = ReversedWord(SobolBits(point, dimension));
    const uint32_t* keys = &basis.keys[static_cast<size_t>(dimension) * 2 * kLanes];
    for (int lane = 0; lane < kLanes; lane += kWidth) {
      const Words bits = Scramble(reversed, keys + lane);
      Ints lowest = hn::Set(di, kNormalTail);
      Floats normals = lookup.At(bits, lowest);
      if (!hn::AllFalse(di, hn::Lt(lowest, hn::Set(di, kNormalTail)))) {
        normals = WithTails(normals, bits);
      }
      hn::Store(normals, FloatTag(), z + basis.place[dimension] * kLanes + lane);
    }
  }
}

// out[k x n + t] = sum over a of weights[a x n + t] in[a' + k]: one product of a matrix and normals
// of all lanes. `in`: [rows x columns x lane]; sums over rows; `out`: [column x stride x lane].
struct Product {
  const float* weights;  // [row x size]
  int rows;
  int size;
  int columns;
  int stride;
};

HWY_INLINE void Multiply(const Product& p, const float* in, float* out) {
  const FloatTag d;
  for (int lane = 0; lane < kLanes; lane += kWidth) {
    for (int column = 0; column < p.columns; ++column) {
      for (int i = 0; i < p.size; ++i) {
        Floats sum = hn::Zero(d);
        for (int row = 0; row < p.rows; ++row) {
          sum = hn::MulAdd(hn::Set(d, p.weights[row * p.size + i]),
                           hn::Load(d, in + (row * p.columns + column) * kLanes + lane), sum);
        }
        hn::Store(sum, d, out + (column * p.stride + i) * kLanes + lane);
      }
    }
  }
}

void RunPoint(const PointBasis& basis, uint32_t point, float* z, float* out) {
  SobolNormals(basis, point, z);
  const int cells = basis.periods * basis.factors;
  // Over time components: [factor component x period x lane].
  float* over_time = z + cells * kLanes;
  Multiply({basis.time.data(), basis.periods, basis.periods, basis.factors, basis.periods}, z,
           over_time);
  // Over factor components, each period a column, to [period x factor x lane].
  float* by_period = z;
  Multiply({basis.across.data(), basis.factors, basis.factors, basis.periods, basis.factors},
           over_time, by_period);
  const FloatTag d;
  for (int k = 0; k < basis.factors; ++k) {
    for (int t = 0; t < basis.padded_periods; ++t) {
      for (int lane = 0; lane < kLanes; lane += kWidth) {
        const Floats value = t < basis.periods
                                 ? hn::Load(d, by_period + (t * basis.factors + k) * kLanes + lane)
                                 : hn::Zero(d);
        hn::Store(value, d, out + (k * basis.padded_periods + t) * kLanes + lane);
      }
    }
  }
}

// NOLINTNEXTLINE(google-readability-namespace-comments)
}  // namespace HWY_NAMESPACE
}  // namespace jalon::sim
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace jalon::sim {
namespace {
HWY_EXPORT(RunPoint);

// Dimensions beyond Sobol's: independent draws.
void OtherNormals(const PointBasis& basis, uint32_t point, float* z) {
  for (size_t d = basis.sobol_dimensions; d < basis.place.size(); ++d) {
    for (int lane = 0; lane < kLanes; ++lane) {
      z[basis.place[d] * kLanes + lane] = static_cast<float>(
          DrawNormal(basis.seed, {.purpose = Purpose::kNationalFactor,
                                  .id = static_cast<uint64_t>(d),
                                  .path = static_cast<uint64_t>(point) * kLanes + lane}));
    }
  }
}
}  // namespace

void FillPoint(const PointBasis& basis, uint32_t point, float* out) {
  const AlignedFloats scratch(int64_t{2} * basis.periods * basis.factors * kLanes);
  OtherNormals(basis, point, scratch.data());
  HWY_DYNAMIC_DISPATCH(RunPoint)(basis, point, scratch.data(), out);
}

}  // namespace jalon::sim
#endif
