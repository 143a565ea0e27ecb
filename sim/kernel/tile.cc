// Three phases per series and block of 16 paths, through scratch that stays in the first cache:
// factors times loadings, random words, then normal, 2^x and sum. Fusing them would spill the
// accumulators of the first phase.
#include "sim/kernel/tile.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "sim/kernel/tile.cc"
#include <hwy/foreach_target.h>
//
#include <hwy/highway.h>

#include "sim/kernel/factor_sums-inl.h"
#include "sim/kernel/lanes.h"
#include "sim/kernel/normal_table.h"
#include "sim/kernel/vector_math-inl.h"
#include "sim/random/stream.h"

HWY_BEFORE_NAMESPACE();
namespace jalon::sim {
namespace HWY_NAMESPACE {

// Whole blocks of four periods around a window that starts anywhere.
inline constexpr int kMaxWords = kMaxKernelPeriods + 8;

struct Scratch : EtaScratch {
  // Random words: [period from the start of its block of four x lane].
  alignas(64) uint32_t words[kMaxWords * kLanes];
};

// The addresses of sim/random/stream.h: own noise of a series, the same draws as DrawBits.
HWY_INLINE uint32_t WordOne(int period_block, uint64_t path) {
  return static_cast<uint32_t>(Purpose::kSeriesNoise) << 28 |
         static_cast<uint32_t>(period_block) << 18 | static_cast<uint32_t>(path >> 32);
}

struct Noise {
  Noise(const TileInput& in, int64_t block)
      : path(static_cast<uint64_t>(block) * kLanes),
        first_block(in.first_period / 4),
        block_count((in.first_period + in.periods - 1) / 4 - first_block + 1),
        offset(in.first_period % 4) {}
  uint64_t path;
  int first_block;
  int block_count;
  // Where the window starts in its first block of periods.
  int offset;
};

HWY_INLINE void DrawWords(const PhiloxSchedule& keys, const Noise& noise, uint64_t id,
                          uint32_t* words) {
  for (int lane = 0; lane < kLanes; lane += kWidth) {
    const PhiloxPaths paths(static_cast<uint32_t>(noise.path) + static_cast<uint32_t>(lane));
    for (int b = 0; b < noise.block_count; ++b) {
      const PhiloxStream stream = {WordOne(noise.first_block + b, noise.path),
                                   static_cast<uint32_t>(id), static_cast<uint32_t>(id >> 32)};
      PhiloxStore(keys, stream, paths, words + b * 4 * kLanes + lane, kLanes);
    }
  }
}

// What turns one series' logarithms and random words into its sums.
struct Cells {
  const float* eta;
  const uint32_t* words;
  int periods;
  float sigma;
  float constant;
};

template <bool kBounded, bool kWithTails>
HWY_INLINE Floats SumCells(const Cells& cells, const NormalLookup& normals, int lane,
                           Ints& lowest) {
  const FloatTag d;
  const Floats sigma = hn::Set(d, cells.sigma);
  Floats sum = hn::Set(d, cells.constant);
  for (int t = 0; t < cells.periods; ++t) {
    const Words bits = hn::Load(WordTag(), cells.words + t * kLanes + lane);
    Floats z = normals.At(bits, lowest);
    if (kWithTails) z = WithTails(z, bits);
    const Floats eta = hn::Load(d, cells.eta + t * kLanes + lane);
    const Floats x = hn::MulAdd(sigma, z, eta);
    sum = hn::Add(sum, kBounded ? PowerOfTwoWithin(x) : PowerOfTwo(x));
  }
  return sum;
}

inline HWY_NOINLINE Floats SumCellsWithTails(const Cells& cells, const NormalLookup& normals,
                                             int lane) {
  Ints lowest = hn::Zero(IntTag());
  return SumCells<false, true>(cells, normals, lane, lowest);
}

template <bool kBounded>
HWY_INLINE Floats SumOf(const Cells& cells, const NormalLookup& normals, int lane) {
  const IntTag di;
  Ints lowest = hn::Set(di, kNormalTail);
  const Floats sum = SumCells<kBounded, false>(cells, normals, lane, lowest);
  if (HWY_LIKELY(hn::AllFalse(di, hn::Lt(lowest, hn::Set(di, kNormalTail))))) return sum;
  return SumCellsWithTails(cells, normals, lane);
}

// The tile on one block of paths.
template <bool kBounded>
class BlockSimulator {
 public:
  BlockSimulator(const TileInput& in, int64_t stride, float* years, float* totals)
      : in_(in),
        stride_(stride),
        years_(years),
        totals_(totals),
        keys_(in.seed),
        normals_(GetNormalTable()) {}

  HWY_INLINE void Run(int64_t block) {
    const Noise noise(in_, block);
    const float* factors = FactorsOfBlock(in_, block);
    for (int lane = 0; lane < kLanes; ++lane) totals_[noise.path + lane] = 0.0f;
    int series = 0;
    for (; series + kTogether <= in_.series; series += kTogether) {
      RunSeries<kTogether>(noise, series, factors);
    }
    for (; series < in_.series; ++series) RunSeries<1>(noise, series, factors);
  }

 private:
  template <int kSeries>
  HWY_INLINE void RunSeries(const Noise& noise, int series, const float* factors) {
    AddAllFactors<kSeries>(in_, series, factors, scratch_.eta);
    for (int s = 0; s < kSeries; ++s) {
      DrawWords(keys_, noise, in_.id[series + s], scratch_.words);
      StoreYears(noise, series + s, scratch_.eta + s * in_.padded_periods * kLanes);
    }
  }

  HWY_INLINE void StoreYears(const Noise& noise, int series, const float* eta) {
    const FloatTag d;
    const Cells cells = {eta, scratch_.words + noise.offset * kLanes, in_.periods,
                         in_.sigma[series], in_.constant[series]};
    float* years = years_ + series * stride_ + noise.path;
    float* totals = totals_ + noise.path;
    for (int lane = 0; lane < kLanes; lane += kWidth) {
      const Floats sum = SumOf<kBounded>(cells, normals_, lane);
      hn::Store(sum, d, years + lane);
      hn::Store(hn::Add(hn::Load(d, totals + lane), sum), d, totals + lane);
    }
  }

  const TileInput& in_;
  int64_t stride_;
  float* years_;
  float* totals_;
  PhiloxSchedule keys_;
  NormalLookup normals_;
  Scratch scratch_;
};

template <bool kBounded>
HWY_INLINE void RunBlocks(const TileInput& in, BlockRange blocks, float* years, int64_t stride,
                          float* totals) {
  BlockSimulator<kBounded> simulator(in, stride, years, totals);
  for (int64_t block = blocks.first; block < blocks.last; ++block) simulator.Run(block);
}

void RunTile(const TileInput& in, BlockRange blocks, float* years, int64_t stride, float* totals) {
  if (in.is_bounded) {
    RunBlocks<true>(in, blocks, years, stride, totals);
  } else {
    RunBlocks<false>(in, blocks, years, stride, totals);
  }
}

// NOLINTNEXTLINE(google-readability-namespace-comments)
}  // namespace HWY_NAMESPACE
}  // namespace jalon::sim
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace jalon::sim {
HWY_EXPORT(RunTile);

void SimulateTile(const TileInput& input, BlockRange blocks, float* years, int64_t stride,
                  float* totals) {
  HWY_DYNAMIC_DISPATCH(RunTile)(input, blocks, years, stride, totals);
}

}  // namespace jalon::sim
#endif
