// Polynomials through the scores of a curve. Internal to sim/engine/conditional.
#ifndef JALON_SIM_ENGINE_CONDITIONAL_CURVE_TERMS_H_
#define JALON_SIM_ENGINE_CONDITIONAL_CURVE_TERMS_H_

#include <algorithm>
#include <array>
#include <cmath>
#include <span>

#include "sim/base/math.h"
#include "sim/engine/conditional/score_curve.h"

namespace jalon::sim {

using CurveTerms = std::array<double, kCurveTerms>;

// The score that a curve should have at an end; outside of t in [-1, 1] a chance is 0 or 1.
inline constexpr double kWantedEnd = 5.1;

// cos(pi (k + 1/2) / kCurveTerms): the zeros of the next Chebyshev polynomial, where scores are
// known.
inline constexpr CurveTerms kCurvePlaces = {
    -0.98768834059513777, -0.89100652418836787, -0.70710678118654752, -0.45399049973954675,
    -0.15643446504023087, 0.15643446504023087,  0.45399049973954675,  0.70710678118654752,
    0.89100652418836787,  0.98768834059513777};

double PowerSum(const CurveTerms& coefficients, double t);
double SlopeSum(const CurveTerms& coefficients, double t);

// The polynomial, by powers, that has these values at kCurvePlaces.
CurveTerms PowersThrough(const CurveTerms& values);

// Normal score of a chance, within reason.
inline double ScoreOf(double p) { return NormalInverseCdf(std::clamp(p, 1e-13, 1.0 - 1e-13)); }

// Where the score of a curve is `score`: log2 of a mean.
double PlaceOfScore(const ScoreCurve& curve, double score);

// Whether what a curve leaves out at both ends is within 1e-5.
bool EndsWell(const ScoreCurve& curve);

// Where a curve runs, in log2 of a mean.
struct CurveRange {
  double low = 0.0;
  double high = 0.0;
  double center() const { return 0.5 * (low + high); }
  double half() const { return 0.5 * (high - low); }
};

// Scores of `chance` at kCurvePlaces of a range.
template <typename Chance>
CurveTerms ScoresOver(const CurveRange& range, const Chance& chance) {
  CurveTerms scores{};
  for (int n = 0; n < kCurveTerms; ++n) {
    scores[n] = ScoreOf(chance(range.center() + range.half() * kCurvePlaces[n]));
  }
  return scores;
}

inline ScoreCurve CurveThrough(const CurveRange& range, const CurveTerms& scores) {
  return {.center = range.center(),
          .inverse_half_width = 1.0 / range.half(),
          .coefficients = PowersThrough(scores)};
}

// Whether a curve is near `chance` at some scores.
template <typename Chance>
bool IsCloseAt(std::span<const double> scores, const ScoreCurve& curve, double tolerance,
               const Chance& chance) {
  return std::all_of(scores.begin(), scores.end(), [&](double score) {
    const double place = PlaceOfScore(curve, score);
    return std::fabs(curve.At(place) - chance(place)) < tolerance;
  });
}

}  // namespace jalon::sim

#endif  // JALON_SIM_ENGINE_CONDITIONAL_CURVE_TERMS_H_
