#include "sim/engine/conditional/curve_terms.h"

namespace jalon::sim {
namespace {

// What turns values at kCurvePlaces into a polynomial. [power x node]
using PowersByNode = std::array<CurveTerms, kCurveTerms>;

// Chebyshev polynomials by powers of t.
PowersByNode ChebyshevPowers() {
  PowersByNode made{};
  made[0][0] = 1.0;
  made[1][1] = 1.0;
  for (int k = 2; k < kCurveTerms; ++k) {
    for (int j = 0; j < kCurveTerms; ++j) {
      made[k][j] = (j > 0 ? 2.0 * made[k - 1][j - 1] : 0.0) - made[k - 2][j];
    }
  }
  return made;
}

PowersByNode MakePowersByNode() {
  PowersByNode made{};
  const PowersByNode chebyshev = ChebyshevPowers();
  for (int k = 0; k < kCurveTerms; ++k) {
    for (int n = 0; n < kCurveTerms; ++n) {
      const double share = (k == 0 ? 1.0 : 2.0) / kCurveTerms;
      const double value = share * PowerSum(chebyshev[k], kCurvePlaces[n]);
      for (int j = 0; j < kCurveTerms; ++j) made[j][n] += value * chebyshev[k][j];
    }
  }
  return made;
}

}  // namespace

double PowerSum(const CurveTerms& coefficients, double t) {
  double sum = coefficients[kCurveTerms - 1];
  for (int k = kCurveTerms - 2; k >= 0; --k) sum = sum * t + coefficients[k];
  return sum;
}

double SlopeSum(const CurveTerms& coefficients, double t) {
  double sum = 0.0;
  for (int k = kCurveTerms - 1; k >= 1; --k) sum = sum * t + k * coefficients[k];
  return sum;
}

CurveTerms PowersThrough(const CurveTerms& values) {
  static const PowersByNode powers = MakePowersByNode();
  CurveTerms made{};
  for (int j = 0; j < kCurveTerms; ++j) {
    for (int n = 0; n < kCurveTerms; ++n) made[j] += powers[j][n] * values[n];
  }
  return made;
}

double PlaceOfScore(const ScoreCurve& curve, double score) {
  double t = score / kWantedEnd;
  for (int i = 0; i < 6; ++i) {
    const double inside = std::clamp(t, -1.0, 1.0);
    const double off = PowerSum(curve.coefficients, inside) - score;
    t = std::clamp(t - off / std::max(SlopeSum(curve.coefficients, inside), 0.5), -1.1, 1.1);
  }
  return curve.center + t / curve.inverse_half_width;
}

bool EndsWell(const ScoreCurve& curve) {
  constexpr double kLeastEnd = 4.3;
  return PowerSum(curve.coefficients, -1.0) < -kLeastEnd &&
         PowerSum(curve.coefficients, 1.0) > kLeastEnd;
}

}  // namespace jalon::sim
