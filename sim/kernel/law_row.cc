#include "sim/kernel/law_row.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "sim/kernel/law_row.cc"
#include <hwy/foreach_target.h>
//
#include <hwy/highway.h>

#include "sim/kernel/lanes.h"
#include "sim/kernel/vector_laws-inl.h"
#include "sim/kernel/vector_math-inl.h"

HWY_BEFORE_NAMESPACE();
namespace jalon::sim {
namespace HWY_NAMESPACE {

// Below any sum that matters, and with squares and inverses that are numbers.
inline constexpr float kSmallestSum = 0x1p-50f;

struct Powers {
  Floats first;
  Floats second;
  Floats third;
};

HWY_INLINE Floats StepAttained(const RowTerms& terms, const Powers& s) {
  const FloatTag d;
  return hn::IfThenElseZero(hn::Ge(s.first, hn::Set(d, terms.threshold)), hn::Set(d, 1.0f));
}

// P(Y >= y) = Phi(-(log(y / mean) / sqrt(v) + sqrt(v) / 2)), v = log(1 + variance / mean^2).
HWY_INLINE Floats TwoMomentsAttained(const RowTerms& terms, const Powers& s) {
  const FloatTag d;
  const Floats first = hn::Max(s.first, hn::Set(d, kSmallestSum));
  const Floats relative =
      hn::Mul(hn::Set(d, terms.excess), hn::Div(s.second, hn::Mul(first, first)));
  const Floats v = hn::Mul(relative, LogOnePlusRatio(relative));
  const Floats root = hn::Sqrt(hn::Max(v, hn::Set(d, 1e-18f)));
  const Floats log_ratio =
      hn::NegMulAdd(LogTwo(first), hn::Set(d, kLogOfTwo), hn::Set(d, terms.log_threshold));
  const Floats z = hn::MulAdd(hn::Set(d, -0.5f), root, hn::Neg(hn::Div(log_ratio, root)));
  return NormalLaw(z).cdf;
}

HWY_INLINE Floats ThreeMomentsAttained(const RowTerms& terms, const Powers& s) {
  const FloatTag d;
  const Floats variance = hn::Mul(hn::Set(d, terms.variance),
                                  hn::Max(s.second, hn::Set(d, kSmallestSum * kSmallestSum)));
  const Floats sd = hn::Sqrt(variance);
  const Floats skewness = hn::Div(hn::Mul(hn::Set(d, terms.third), s.third), hn::Mul(variance, sd));
  const Floats x = ShapeOfSkewness(skewness);
  const Floats away =
      hn::Div(hn::NegMulAdd(hn::Set(d, terms.mean), s.first, hn::Set(d, terms.threshold)), sd);
  const Floats y = hn::Mul(x, hn::Min(away, hn::Set(d, 1e8f)));
  const Floats square = hn::Mul(x, x);
  const Floats root = hn::Sqrt(hn::Mul(square, LogOnePlusRatio(square)));
  const Floats z = hn::MulAdd(hn::Set(d, -0.5f), root, hn::Neg(hn::Div(LogOnePlus(y), root)));
  // At or below the low end, everything attains.
  return hn::IfThenElse(hn::Gt(y, hn::Set(d, -1.0f)), NormalLaw(z).cdf, hn::Set(d, 1.0f));
}

template <RowLaw kLaw>
HWY_INLINE Floats Attained(const RowTerms& terms, const Powers& s) {
  if (kLaw == RowLaw::kTwoMoments) return TwoMomentsAttained(terms, s);
  if (kLaw == RowLaw::kThreeMoments) return ThreeMomentsAttained(terms, s);
  return StepAttained(terms, s);
}

HWY_INLINE void AddTo(Floats sum, double* to) {
  alignas(64) float lanes[kLanes];
  hn::Store(sum, FloatTag(), lanes);
  for (int lane = 0; lane < kWidth; ++lane) to[lane] += static_cast<double>(lanes[lane]);
}

HWY_INLINE void AddMoment(Floats value, float* to) {
  const FloatTag d;
  hn::Store(hn::Add(hn::Load(d, to), value), d, to);
}

struct TileFactors {
  explicit TileFactors(const RowTerms& terms)
      : mean(terms.mean * terms.to_tile),
        variance(terms.variance * terms.to_tile * terms.to_tile),
        third(terms.third * terms.to_tile * terms.to_tile * terms.to_tile) {}
  float mean, variance, third;
};

// Lanes from `lane` on, all points.
template <RowLaw kLaw, bool kHasTile>
HWY_INLINE void AddLanes(const RowTerms& given, const RowPowers& row, const TileMoments& tile,
                         RowSums& sums, int lane) {
  const FloatTag d;
  // A copy: what is stored might else be one of the terms, which would be read again and again.
  const RowTerms terms = given;
  const TileFactors to_tile(terms);
  Floats attained = hn::Zero(d);
  Floats deviations = attained;
  Floats squares = attained;
  Floats variances = attained;
  for (int64_t at = lane; at < row.count; at += kLanes) {
    const Powers s = {hn::Load(d, row.first + at), hn::Load(d, row.second + at),
                      hn::Load(d, row.third + at)};
    attained = hn::Add(attained, Attained<kLaw>(terms, s));
    const Floats deviation = hn::MulAdd(hn::Set(d, terms.mean), s.first, hn::Set(d, -terms.middle));
    deviations = hn::Add(deviations, deviation);
    squares = hn::MulAdd(deviation, deviation, squares);
    variances = hn::MulAdd(hn::Set(d, terms.variance), s.second, variances);
    if (!kHasTile) continue;
    AddMoment(hn::Mul(hn::Set(d, to_tile.mean), s.first), tile.mean + at);
    AddMoment(hn::Mul(hn::Set(d, to_tile.variance), s.second), tile.variance + at);
    AddMoment(hn::Mul(hn::Set(d, to_tile.third), s.third), tile.third + at);
  }
  AddTo(attained, sums.attained + lane);
  AddTo(deviations, sums.deviation + lane);
  AddTo(squares, sums.square + lane);
  AddTo(variances, sums.variance + lane);
}

template <RowLaw kLaw>
HWY_INLINE void AddAllLanes(const RowTerms& terms, const RowPowers& row, const TileMoments* tile,
                            RowSums& sums) {
  for (int lane = 0; lane < kLanes; lane += kWidth) {
    if (tile == nullptr) {
      AddLanes<kLaw, false>(terms, row, {}, sums, lane);
    } else {
      AddLanes<kLaw, true>(terms, row, *tile, sums, lane);
    }
  }
}

void RunRow(const RowTerms& terms, const RowPowers& row, const TileMoments* tile, RowSums& sums) {
  switch (terms.law) {
    case RowLaw::kStep:
      return AddAllLanes<RowLaw::kStep>(terms, row, tile, sums);
    case RowLaw::kTwoMoments:
      return AddAllLanes<RowLaw::kTwoMoments>(terms, row, tile, sums);
    case RowLaw::kThreeMoments:
      return AddAllLanes<RowLaw::kThreeMoments>(terms, row, tile, sums);
  }
}

// NOLINTNEXTLINE(google-readability-namespace-comments)
}  // namespace HWY_NAMESPACE
}  // namespace jalon::sim
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace jalon::sim {
HWY_EXPORT(RunRow);

void AddRow(const RowTerms& terms, const RowPowers& row, const TileMoments* tile, RowSums& sums) {
  HWY_DYNAMIC_DISPATCH(RunRow)(terms, row, tile, sums);
}

}  // namespace jalon::sim
#endif
