#include "sim/kernel/cell_lanes.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "sim/kernel/cell_lanes.cc"
#include <hwy/foreach_target.h>
//
#include <hwy/highway.h>

#include <algorithm>

#include "sim/kernel/lanes.h"
#include "sim/kernel/normal_table.h"
#include "sim/kernel/vector_doubles-inl.h"
#include "sim/kernel/vector_laws-inl.h"
#include "sim/kernel/vector_math-inl.h"

HWY_BEFORE_NAMESPACE();
namespace jalon::sim {
namespace HWY_NAMESPACE {

HWY_INLINE Floats ScoresOf(const NormalLookup& lookup, Words bits) {
  const IntTag di;
  Ints lowest = hn::Set(di, kNormalTail);
  const Floats z = lookup.At<FusedMulAdd>(bits, lowest);
  if (HWY_LIKELY(hn::AllFalse(di, hn::Lt(lowest, hn::Set(di, kNormalTail))))) return z;
  return WithTails(z, bits);
}

// Where a coordinate is among nodes: the second of its four, and the weights of all.
struct Place {
  Ints node;
  Floats weight[4];
};

HWY_INLINE Place PlaceOf(Floats coordinate, int nodes) {
  const FloatTag d;
  const IntTag di;
  const Ints node = hn::Min(hn::Max(hn::ConvertTo(di, hn::Floor(coordinate)), hn::Set(di, 1)),
                            hn::Set(di, nodes - 3));
  const Floats t = hn::Sub(coordinate, hn::ConvertTo(d, node));
  const Floats before = hn::Add(t, hn::Set(d, 1.0f));
  const Floats less = hn::Sub(t, hn::Set(d, 1.0f));
  const Floats least = hn::Sub(t, hn::Set(d, 2.0f));
  const Floats outer = hn::Mul(t, less);
  const Floats inner = hn::Mul(before, least);
  return {node,
          {hn::Mul(hn::Mul(outer, least), hn::Set(d, -1.0f / 6.0f)),
           hn::Mul(hn::Mul(inner, less), hn::Set(d, 0.5f)),
           hn::Mul(hn::Mul(inner, t), hn::Set(d, -0.5f)),
           hn::Mul(hn::Mul(outer, before), hn::Set(d, 1.0f / 6.0f))}};
}

// Four values in a row from each of kWidth places: [column].
struct Fours {
  Floats column[4];
};

#if HWY_TARGET == HWY_AVX2
// Loads of 16 bytes and a transposition: a third of what gathering four times costs.
struct Places {
  explicit Places(Ints index) { hn::Store(index, IntTag(), place); }

  HWY_INLINE Floats Pair(const float* values, int lane) const {
    const hn::Half<FloatTag> half;
    return hn::Combine(FloatTag(), hn::LoadU(half, values + place[lane + 4]),
                       hn::LoadU(half, values + place[lane]));
  }

  HWY_INLINE Fours At(const float* values) const {
    const FloatTag d;
    const hn::RepartitionToWide<FloatTag> wide;
    const Floats lane0 = Pair(values, 0);
    const Floats lane1 = Pair(values, 1);
    const Floats lane2 = Pair(values, 2);
    const Floats lane3 = Pair(values, 3);
    const auto low01 = hn::BitCast(wide, hn::InterleaveLower(d, lane0, lane1));
    const auto low23 = hn::BitCast(wide, hn::InterleaveLower(d, lane2, lane3));
    const auto high01 = hn::BitCast(wide, hn::InterleaveUpper(d, lane0, lane1));
    const auto high23 = hn::BitCast(wide, hn::InterleaveUpper(d, lane2, lane3));
    return {{hn::BitCast(d, hn::InterleaveLower(wide, low01, low23)),
             hn::BitCast(d, hn::InterleaveUpper(wide, low01, low23)),
             hn::BitCast(d, hn::InterleaveLower(wide, high01, high23)),
             hn::BitCast(d, hn::InterleaveUpper(wide, high01, high23))}};
  }

  alignas(64) int32_t place[kWidth];
};
#else
struct Places {
  explicit Places(Ints index) : index(index) {}

  HWY_INLINE Fours At(const float* values) const {
    const FloatTag d;
    return {{hn::GatherIndex(d, values, index), hn::GatherIndex(d, values + 1, index),
             hn::GatherIndex(d, values + 2, index), hn::GatherIndex(d, values + 3, index)}};
  }

  Ints index;
};
#endif

HWY_INLINE Floats SurfaceAt(const Surface& surface, Floats score, Floats level) {
  const FloatTag d;
  const IntTag di;
  const Place across = PlaceOf(hn::Mul(hn::Sub(score, hn::Set(d, static_cast<float>(kFirstScore))),
                                       hn::Set(d, static_cast<float>(1.0 / kScoreStep))),
                               kScores);
  const Place along =
      PlaceOf(hn::Mul(hn::Sub(level, hn::Set(d, static_cast<float>(surface.first_level))),
                      hn::Set(d, static_cast<float>(1.0 / surface.level_step))),
              surface.levels);
  const Places places(hn::Add(hn::Mul(hn::Sub(along.node, hn::Set(di, 1)), hn::Set(di, kScores)),
                              hn::Sub(across.node, hn::Set(di, 1))));
  Floats sum = hn::Zero(d);
  for (int row = 0; row < 4; ++row) {
    const Fours values = places.At(surface.values.data() + row * kScores);
    Floats in_row = hn::Zero(d);
    for (int column = 0; column < 4; ++column) {
      in_row = FusedMulAdd::Of(across.weight[column], values.column[column], in_row);
    }
    sum = FusedMulAdd::Of(along.weight[row], in_row, sum);
  }
  return sum;
}

void RunCubed(const CubeForm& form, const LaneCells& cells) {
  const FloatTag d;
  const NormalLookup lookup(GetNormalTable());
  for (int lane = 0; lane < cells.count; lane += kWidth) {
    const Floats argument = hn::Load(d, cells.x + lane);
    const Floats score = ScoresOf(lookup, hn::Load(WordTag(), cells.words + lane));
    const Floats value = SurfaceAt(*form.surface, score, LogTwo<FusedMulAdd>(argument));
    const Floats root =
        hn::Mul(hn::Set(d, form.per_root), hn::Sqrt(hn::Add(argument, hn::Set(d, form.offset))));
    const Floats w = hn::Max(hn::Div(value, root), hn::Set(d, -1.0f));
    const Floats three = hn::Set(d, 3.0f);
    const Floats found = hn::Mul(w, FusedMulAdd::Of(w, hn::Add(w, three), three));
    hn::Store(hn::Max(found, hn::Set(d, -1.0f)), d, cells.found + lane);
  }
}

void RunStudent(const Surface& surface, const LaneCells& cells) {
  const FloatTag d;
  const NormalLookup lookup(GetNormalTable());
  for (int lane = 0; lane < cells.count; lane += kWidth) {
    const Floats degrees = hn::Load(d, cells.x + lane);
    const Floats root = hn::Sqrt(degrees);
    const Floats score = ScoresOf(lookup, hn::Load(WordTag(), cells.words + lane));
    const Floats value = SurfaceAt(surface, score, LogTwo<FusedMulAdd>(degrees));
    const Floats binary = hn::Mul(hn::Div(value, root), hn::Set(d, 1.0f / kLogOfTwo));
    const Floats up = PowerOfTwo<FusedMulAdd>(binary);
    const Floats sinh = hn::Mul(hn::Set(d, 0.5f), hn::Sub(up, hn::Div(hn::Set(d, 1.0f), up)));
    hn::Store(hn::Mul(root, sinh), d, cells.found + lane);
  }
}

// A count is found before this many steps whatever the word, or never.
inline constexpr int kMostSteps = 1 << 16;

// One vector of counts on their way.
struct Counting {
  HWY_INLINE Counting(const CountTerms& terms, int lane)
      : uniform(UniformsFrom(terms.words + lane)), count(hn::Zero(RowTag())) {
    const RowDoubles mean = hn::LoadU(RowTag(), terms.means + lane);
    rate = hn::Div(mean, Number(terms.dispersion));
    chance = ExpOf(Times(hn::Neg(mean), Number(terms.decay)));
    cdf = chance;
  }

  HWY_INLINE auto IsBelow() const { return hn::Lt(cdf, uniform); }

  // From k - 1 to k, whose inverse is `inverse`.
  HWY_INLINE void Step(RowDoubles inverse, RowDoubles q) {
    count = hn::Add(count, hn::IfThenElseZero(IsBelow(), Number(1.0)));
    chance = Times(chance, Times(rate, inverse));
    cdf = Plus(cdf, chance);
    rate = Plus(rate, q);
  }

  RowDoubles uniform, rate, chance, cdf, count;
};

// Two vectors at a time: each waits for its own sums.
void RunCounts(const CountTerms& terms, double* counts) {
  const RowTag d;
  const RowDoubles q = Number(terms.q);
  for (int lane = 0; lane < kLanes; lane += 2 * kRowWidth) {
    Counting one(terms, lane);
    Counting other(terms, lane + kRowWidth);
    for (int k = 1; k < kMostSteps; ++k) {
      if (hn::AllFalse(d, hn::Or(one.IsBelow(), other.IsBelow()))) break;
      const RowDoubles inverse = Number(1.0 / k);
      one.Step(inverse, q);
      other.Step(inverse, q);
    }
    hn::StoreU(one.count, d, counts + lane);
    hn::StoreU(other.count, d, counts + lane + kRowWidth);
  }
}

// NOLINTNEXTLINE(google-readability-namespace-comments)
}  // namespace HWY_NAMESPACE
}  // namespace jalon::sim
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace jalon::sim {
HWY_EXPORT(RunCubed);
HWY_EXPORT(RunStudent);
HWY_EXPORT(RunCounts);

void CubedExcess(const CubeForm& form, const LaneCells& cells) {
  HWY_DYNAMIC_DISPATCH(RunCubed)(form, cells);
}

void StudentScores(const Surface& surface, const LaneCells& cells) {
  HWY_DYNAMIC_DISPATCH(RunStudent)(surface, cells);
}

void CountUp(const CountTerms& terms, double* counts) {
  HWY_DYNAMIC_DISPATCH(RunCounts)(terms, counts);
}

}  // namespace jalon::sim
#endif
