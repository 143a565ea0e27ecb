#include "sim/engine/conditional/score_curve.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "sim/base/math.h"
#include "sim/base/square.h"
#include "sim/engine/conditional/curve_families.h"
#include "sim/engine/conditional/curve_terms.h"
#include "sim/engine/conditional/smoothed_curve.h"
#include "sim/engine/conditional/sum_reach.h"

namespace jalon::sim {
namespace {

constexpr double kLog2E = 1.4426950408889634;
// A curve ends where the score is between these: probabilities of 3e-6 to 1e-10.
constexpr double kNearEnd = 4.5;
constexpr double kFarEnd = 6.3;
// Steps to find an end, at most, and the longest, in octaves.
constexpr int kMostSteps = 10;
constexpr double kLongestStep = 3.0;
// What a curve may be off at the points between its nodes.
constexpr double kTolerance = 1e-5;
// The same of amounts with zeros, whose own distribution function has 6e-5 (sim/random/laws.h).
constexpr double kCompoundTolerance = 1e-4;
// Where a curve is checked: at these scores, where it moves most.
constexpr std::array<double, 2> kChecks = {-0.7, 0.7};

// An end of a curve: a place whose score is beyond sign x kNearEnd, but not far.
std::optional<double> EndOf(const SumReach& reach, double dispersion, double sign) {
  const double root = std::sqrt(std::max(reach.x(), 0.5));
  const double step = 0.5 * kWantedEnd * std::sqrt(dispersion);
  const double guess = std::max(root + sign * step, 0.3 * root);
  double place = 2.0 * Log2(guess);
  for (int i = 0; i < kMostSteps; ++i) {
    const double score = sign * ScoreOf(reach.AtLog2(place));
    if (score >= kNearEnd && score <= kFarEnd) return place;
    const double slope = std::sqrt(Exp2(place) / dispersion) / kLog2E;
    const double move = (kWantedEnd - score) / std::max(slope, 1e-9);
    place += sign * std::clamp(move, -kLongestStep, kLongestStep);
  }
  return std::nullopt;
}

// The curve of one threshold alone, without effects.
std::optional<ScoreCurve> FitAlone(const SumReach& reach, double dispersion, double tolerance) {
  const std::optional<double> low = EndOf(reach, dispersion, -1.0);
  const std::optional<double> high = EndOf(reach, dispersion, 1.0);
  if (!low || !high || !(*high - *low > 1e-6)) return std::nullopt;
  const auto chance = [&](double place) { return reach.AtLog2(place); };
  const CurveRange range{*low, *high};
  const ScoreCurve curve = CurveThrough(range, ScoresOver(range, chance));
  if (!EndsWell(curve) || !IsCloseAt(kChecks, curve, tolerance, chance)) return std::nullopt;
  return curve;
}

// `raw` with the effect of `law` integrated; nullopt where that is no such curve.
std::optional<ScoreCurve> WithEffect(const SumLaw& law, const ScoreCurve& raw, double tolerance) {
  const double half = 1.0 / raw.inverse_half_width;
  const CurveRange range{raw.center - half, raw.center + half};
  // X has mean 1: its logarithm is centred below 0.
  const double shift = 0.5 * law.effect_sd * law.effect_sd * kLog2E;
  const double sd = law.effect_sd * kLog2E;
  const double middle = PlaceOfScore(raw, 0.0);
  // A little more than two normal laws would need: the raw curve is not straight.
  const auto arm = [&](double own) {
    return std::sqrt(own * own + Square(1.12 * kWantedEnd * sd));
  };
  const CurveRange wide{middle + shift - arm(middle - range.low),
                        middle + shift + arm(range.high - middle)};
  const SmoothedCurve smoothed(raw, sd);
  const auto chance = [&](double place) { return smoothed(place - shift); };
  if (!(chance(wide.low) < kTolerance && chance(wide.high) > 1.0 - kTolerance)) {
    return std::nullopt;
  }
  const ScoreCurve curve = CurveThrough(wide, ScoresOver(wide, chance));
  if (!IsCloseAt(kChecks, curve, tolerance, chance)) return std::nullopt;
  return curve;
}

}  // namespace

double ScoreCurve::At(double log2_mean) const {
  const double t = (log2_mean - center) * inverse_half_width;
  if (!(t >= -1.0)) return 0.0;
  if (t > 1.0) return 1.0;
  return NormalCdf(PowerSum(coefficients, t));
}

std::optional<ScoreCurve> FitScoreCurve(const SumLaw& law, double x, bool or_equal,
                                        CurveFamilies& families) {
  const SumReach reach(law, x, or_equal);
  if (reach.is_certain() || !(law.dispersion > 0.0)) return std::nullopt;
  const double tolerance = law.law == Law::kCompoundGamma ? kCompoundTolerance : kTolerance;
  std::optional<ScoreCurve> raw = families.Find(law, reach, tolerance);
  if (!raw) raw = FitAlone(reach, law.dispersion, tolerance);
  if (!raw || !(law.effect_sd > 0.0)) return raw;
  return WithEffect(law, *raw, tolerance);
}

}  // namespace jalon::sim
