#include "sim/kernel/conditional_terms.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>

#include "sim/base/math.h"
#include "sim/kernel/power_sums.h"
#include "sim/kernel/reduce.h"

namespace jalon::sim {
namespace {

constexpr double kNaturalLogOfTwo = 0.69314718055994530942;
// With kLargestPower, a cell of at most 2^100.
constexpr int kLargestExponent = 64;
constexpr int kSmallestExponent = -126;
constexpr float kInfinity = std::numeric_limits<float>::infinity();

int ExponentOf(const LognormalNetwork& network, int i) {
  const int periods = network.window.size();
  const auto first = network.base.begin() + static_cast<ptrdiff_t>(i) * periods;
  const float largest = *std::max_element(first, first + periods);
  // A series without a cell has no unit.
  if (largest == -kInfinity) return 0;
  return static_cast<int>(std::clamp(std::ceil(largest), static_cast<float>(kSmallestExponent),
                                     static_cast<float>(kLargestExponent)));
}

// The sum of the series' cells where all factors are zero.
double MiddleOf(const LognormalNetwork& network, int i, int exponent) {
  const int periods = network.window.size();
  double sum = 0.0;
  for (int t = 0; t < periods; ++t) {
    const double base = network.base[static_cast<size_t>(i) * periods + t];
    sum += Exp2(std::min(base - exponent, static_cast<double>(kLargestPower)));
  }
  return sum;
}

// The moments of a sum of lognormals with independent noise, by their power sums.
void SetMoments(double sigma, RowTerms& terms) {
  const double square = sigma * sigma;
  const double excess = Expm1(square);
  const double mean = Exp(0.5 * square);
  terms.mean = static_cast<float>(mean);
  terms.variance = static_cast<float>(mean * mean * excess);
  terms.third = static_cast<float>(mean * mean * mean * excess * excess * (excess + 3.0));
  terms.excess = static_cast<float>(excess);
}

RowLaw LawOf(OwnNoise own_noise, double threshold) {
  // A positive sum reaches what is not positive, and never infinity.
  const bool is_decided = !(threshold > 0.0) || std::isinf(static_cast<float>(threshold)) ||
                          static_cast<float>(threshold) == 0.0f;
  if (is_decided) return RowLaw::kStep;
  if (own_noise == OwnNoise::kTwoMoments) return RowLaw::kTwoMoments;
  if (own_noise == OwnNoise::kThreeMoments) return RowLaw::kThreeMoments;
  return RowLaw::kStep;
}

ConditionalRow SeriesRow(const LognormalNetwork& network, int i, OwnNoise own_noise) {
  ConditionalRow row = {.exponent = ExponentOf(network, i), .constant = network.constant[i]};
  RowTerms& terms = row.terms;
  if (own_noise == OwnNoise::kTwoMoments || own_noise == OwnNoise::kThreeMoments) {
    SetMoments(kNaturalLogOfTwo * network.sigma[i], terms);
  }
  const double threshold = (network.threshold[i] - row.constant) * ScaleOf(-row.exponent);
  terms.law = LawOf(own_noise, threshold);
  terms.threshold = FloatAtLeast(threshold);
  if (terms.law == RowLaw::kTwoMoments) {
    terms.log_threshold = static_cast<float>(Log(threshold / terms.mean));
  }
  terms.middle = static_cast<float>(terms.mean * MiddleOf(network, i, row.exponent));
  return row;
}

// The sum of rows, in the largest of their units.
ConditionalRow SumOf(ConditionalRow* rows, int first, int last) {
  ConditionalRow sum = {.terms = {.variance = 1.0f, .third = 1.0f, .threshold = kInfinity}};
  sum.exponent = first < last ? kSmallestExponent : 0;
  for (int i = first; i < last; ++i) sum.exponent = std::max(sum.exponent, rows[i].exponent);
  double middle = 0.0;
  for (int i = first; i < last; ++i) {
    rows[i].terms.to_tile = static_cast<float>(Exp2(rows[i].exponent - sum.exponent));
    sum.constant += rows[i].constant;
    middle += static_cast<double>(rows[i].terms.to_tile) * rows[i].terms.middle;
  }
  sum.terms.middle = static_cast<float>(middle);
  return sum;
}

ConditionalRow TotalRow(const LognormalNetwork& network, ConditionalRows& rows, int total) {
  std::vector<ConditionalRow> tiles;
  for (int tile = 0; tile < network.tiles(); ++tile) {
    if (network.tile_total[tile] == total) tiles.push_back(rows.tile[tile]);
  }
  return SumOf(tiles.data(), 0, static_cast<int>(tiles.size()));
}

}  // namespace

OwnNoise OwnNoiseOf(float sigma) {
  // Float rounding does not move a series at the limit over it.
  const double natural = kNaturalLogOfTwo * sigma * (1.0 - 1e-6);
  if (natural == 0.0) return OwnNoise::kNone;
  if (natural <= kTwoMomentsSigma) return OwnNoise::kTwoMoments;
  return natural <= kThreeMomentsSigma ? OwnNoise::kThreeMoments : OwnNoise::kSampled;
}

double ScaleOf(int exponent) { return Exp2(exponent); }

std::vector<int> ConditionalRows::SeriesExponents() const {
  std::vector<int> exponents;
  exponents.reserve(series.size());
  for (const ConditionalRow& row : series) exponents.push_back(row.exponent);
  return exponents;
}

ConditionalRows MakeConditionalRows(const LognormalNetwork& network) {
  ConditionalRows rows;
  for (int i = 0; i < network.series(); ++i) {
    rows.own_noise.push_back(OwnNoiseOf(network.sigma[i]));
    rows.series.push_back(SeriesRow(network, i, rows.own_noise.back()));
  }
  for (int tile = 0; tile < network.tiles(); ++tile) {
    rows.tile.push_back(
        SumOf(rows.series.data(), network.tile_begin[tile], network.tile_begin[tile + 1]));
  }
  for (int total = 0; total < network.totals; ++total) {
    rows.total.push_back(TotalRow(network, rows, total));
  }
  return rows;
}

}  // namespace jalon::sim
