#include "sim/engine/conditional/curve_families.h"

#include <cmath>

namespace jalon::sim {
namespace {

// Thresholds of rows, in octaves.
constexpr double kRowStep = 0.125;
// The same of few pieces, whose curves are bent: short ones are nearer to them.
constexpr double kFewEnd = 4.55;
// From this interval on (13.4 pieces) ranges have a formula.
constexpr int kManyFrom = 30;
// Ranges end at scores of about this.
constexpr double kFamilyEnd = 5.4;
constexpr std::array<double, 4> kChecks = {-2.0, -0.7, 0.7, 2.0};

// Where the curve of a threshold of `pieces` dispersions runs, in dispersions: the square root of a
// mean is near normal.
CurveRange RangeOfPieces(double pieces) {
  const double root = std::sqrt(pieces);
  return {2.0 * Log2(root - 0.5 * kFamilyEnd), 2.0 * Log2(root + 0.5 * kFamilyEnd)};
}

// The chance to reach a threshold of `pieces` dispersions, by log2 of the mean in dispersions.
class ChanceOf {
 public:
  ChanceOf(const SumLaw& law, double pieces) : law_(law), threshold_(pieces * law.dispersion) {}

  double operator()(double place) const {
    return SmoothReach(law_, threshold_, law_.dispersion * Exp2(place));
  }

 private:
  const SumLaw& law_;
  double threshold_;
};

// Where the score is sign x kFewEnd; nullopt where it is not found. Exact, so that it moves
// smoothly from row to row.
std::optional<double> EndOf(const ChanceOf& chance, double pieces, double sign) {
  constexpr int kMostSteps = 40;
  constexpr double kLongestStep = 3.0;
  constexpr double kLog2E = 1.4426950408889634;
  const double root = std::sqrt(pieces);
  double place = 2.0 * Log2(std::max(root + sign * 0.5 * kFewEnd, 0.3 * root));
  for (int i = 0; i < kMostSteps; ++i) {
    const double missing = sign * kFewEnd - ScoreOf(chance(place));
    if (std::fabs(missing) < 1e-6) return place;
    const double slope = std::sqrt(Exp2(place)) / kLog2E;
    place += std::clamp(missing / std::max(slope, 0.05), -kLongestStep, kLongestStep);
  }
  return std::nullopt;
}

// nullopt where a curve has no end.
std::optional<CurveRange> RangeOfFew(const ChanceOf& chance, double pieces) {
  const std::optional<double> low = EndOf(chance, pieces, -1.0);
  const std::optional<double> high = EndOf(chance, pieces, 1.0);
  if (!low || !high || !(*high - *low > 1e-6)) return std::nullopt;
  return CurveRange{*low, *high};
}

}  // namespace

std::optional<ScoreCurve> CurveFamilies::Find(const SumLaw& law, const SumReach& reach,
                                              double tolerance) {
  const double pieces = reach.least() / law.dispersion;
  if (!(pieces > 1.0) || !std::isfinite(pieces)) return std::nullopt;
  Family& family = FamilyOf(law);
  const int interval = static_cast<int>(std::floor(Log2(pieces) / kRowStep));
  if (!IsGood(family, interval, tolerance)) return std::nullopt;
  std::optional<ScoreCurve> curve = Between(family, pieces, interval < kManyFrom);
  if (!curve || !EndsWell(*curve)) return std::nullopt;
  curve->center += Log2(law.dispersion);
  return curve;
}

CurveFamilies::Family& CurveFamilies::FamilyOf(const SumLaw& law) {
  SumLaw kept{.law = law.law};
  if (law.law == Law::kNegativeBinomial) kept.dispersion = law.dispersion;
  if (law.law == Law::kCompoundGamma) kept.shape = law.shape;
  Family& family = families_[{kept.law, kept.dispersion, kept.shape}];
  family.law = kept;
  return family;
}

CurveFamilies::Row CurveFamilies::MakeRow(const SumLaw& law, double pieces, bool few) {
  const ChanceOf chance(law, pieces);
  const std::optional<CurveRange> range = few ? RangeOfFew(chance, pieces) : RangeOfPieces(pieces);
  if (!range) return {.exists = false};
  return {.range = *range, .scores = ScoresOver(*range, chance)};
}

const CurveFamilies::Row& CurveFamilies::RowOf(Family& family, int row, bool few) {
  const auto [found, added] = family.rows.try_emplace({row, few});
  if (added) found->second = MakeRow(family.law, Exp2(row * kRowStep), few);
  return found->second;
}

// Scores, and ranges, between rows by a cubic in log2 of the threshold.
std::optional<ScoreCurve> CurveFamilies::Between(Family& family, double pieces, bool few) {
  const double row = Log2(pieces) / kRowStep;
  const int first = static_cast<int>(std::floor(row)) - 1;
  const double s = row - first;
  const double weights[4] = {-(s - 1.0) * (s - 2.0) * (s - 3.0) / 6.0,
                             s * (s - 2.0) * (s - 3.0) / 2.0, -s * (s - 1.0) * (s - 3.0) / 2.0,
                             s * (s - 1.0) * (s - 2.0) / 6.0};
  CurveTerms scores{};
  CurveRange range;
  for (int k = 0; k < 4; ++k) {
    const Row& known = RowOf(family, first + k, few);
    if (!known.exists) return std::nullopt;
    range.low += weights[k] * known.range.low;
    range.high += weights[k] * known.range.high;
    for (int n = 0; n < kCurveTerms; ++n) scores[n] += weights[k] * known.scores[n];
  }
  return CurveThrough(few ? range : RangeOfPieces(pieces), scores);
}

bool CurveFamilies::IsGood(Family& family, int interval, double tolerance) {
  const auto [found, added] = family.is_good.try_emplace(interval);
  if (!added) return found->second;
  const double pieces = Exp2((interval + 0.5) * kRowStep);
  const std::optional<ScoreCurve> curve = Between(family, pieces, interval < kManyFrom);
  found->second = curve && EndsWell(*curve) &&
                  IsCloseAt(kChecks, *curve, tolerance, ChanceOf(family.law, pieces));
  return found->second;
}

}  // namespace jalon::sim
