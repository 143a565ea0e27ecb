#include "sim/engine/conditional/score_curve.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "sim/base/math.h"
#include "sim/base/square.h"
#include "sim/engine/conditional/lane_functions.h"
#include "sim/engine/conditional/sum_reach.h"

namespace jalon::sim {
namespace {

constexpr double kLog2E = 1.4426950408889634;
// A curve ends where the score is between these: probabilities of 3e-6 to 1e-10.
constexpr double kNearEnd = 4.5;
constexpr double kFarEnd = 6.3;
constexpr double kWantedEnd = 5.1;
// Steps to find an end, at most, and the longest, in octaves.
constexpr int kMostSteps = 10;
constexpr double kLongestStep = 3.0;
// What a curve may be off at the points between its nodes.
constexpr double kTolerance = 1e-5;
// The same of amounts with zeros, whose own distribution function has 6e-5 (sim/random/laws.h).
constexpr double kCompoundTolerance = 1e-4;
// Where an effect is integrated over itself; steeper curves are integrated over their own rise.
constexpr double kSteep = 4.0;
// Its tails must not be missed where a curve ends.
constexpr double kFarthest = 8.2;
// How far a raw polynomial is read beyond its range.
constexpr double kHolds = 1.1;
// Curves of amounts are shared from so many pieces (threshold over dispersion), where their range
// has a formula that ends at scores of about 5.4; rows are so many octaves apart.
constexpr double kFewestPieces = 13.0;
constexpr double kFamilyEnd = 5.4;
constexpr double kRowStep = 0.03125;

double ScoreOf(double p) { return NormalInverseCdf(std::clamp(p, 1e-13, 1.0 - 1e-13)); }

using Terms = std::array<double, kCurveTerms>;

// Nodes in (-1, 1), and T_k at each of them: what turns values into a polynomial by powers.
struct Nodes {
  Terms place{};
  // [power x node]
  std::array<Terms, kCurveTerms> by_power{};
};

// Chebyshev polynomials by powers of t.
std::array<Terms, kCurveTerms> ChebyshevPowers() {
  std::array<Terms, kCurveTerms> made{};
  made[0][0] = 1.0;
  made[1][1] = 1.0;
  for (int k = 2; k < kCurveTerms; ++k) {
    for (int j = 0; j < kCurveTerms; ++j) {
      made[k][j] = (j > 0 ? 2.0 * made[k - 1][j - 1] : 0.0) - made[k - 2][j];
    }
  }
  return made;
}

double PowerSum(const Terms& coefficients, double t) {
  double sum = coefficients[kCurveTerms - 1];
  for (int k = kCurveTerms - 2; k >= 0; --k) sum = sum * t + coefficients[k];
  return sum;
}

double SlopeSum(const Terms& coefficients, double t) {
  double sum = 0.0;
  for (int k = kCurveTerms - 1; k >= 1; --k) sum = sum * t + k * coefficients[k];
  return sum;
}

// cos(pi (k + 1/2) / kCurveTerms): the zeros of the next Chebyshev polynomial.
constexpr Terms kPlaces = {-0.98768834059513777, -0.89100652418836787, -0.70710678118654752,
                           -0.45399049973954675, -0.15643446504023087, 0.15643446504023087,
                           0.45399049973954675,  0.70710678118654752,  0.89100652418836787,
                           0.98768834059513777};
// Where a curve is checked: at these scores, where it moves most.
constexpr std::array<double, 2> kChecks = {-0.7, 0.7};

Nodes MakeNodes() {
  Nodes nodes{.place = kPlaces};
  const std::array<Terms, kCurveTerms> chebyshev = ChebyshevPowers();
  for (int k = 0; k < kCurveTerms; ++k) {
    for (int n = 0; n < kCurveTerms; ++n) {
      const double share = (k == 0 ? 1.0 : 2.0) / kCurveTerms;
      const double value = share * PowerSum(chebyshev[k], nodes.place[n]);
      for (int j = 0; j < kCurveTerms; ++j) nodes.by_power[j][n] += value * chebyshev[k][j];
    }
  }
  return nodes;
}

const Nodes& GetNodes() {
  static const Nodes nodes = MakeNodes();
  return nodes;
}

Terms PowersThrough(const Terms& values) {
  const Nodes& nodes = GetNodes();
  Terms made{};
  for (int j = 0; j < kCurveTerms; ++j) {
    for (int n = 0; n < kCurveTerms; ++n) made[j] += nodes.by_power[j][n] * values[n];
  }
  return made;
}

// An end of the raw curve: a place whose score is beyond sign x kNearEnd, but not far.
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

struct Range {
  double low = 0.0;
  double high = 0.0;
  double center() const { return 0.5 * (low + high); }
  double half() const { return 0.5 * (high - low); }
};

// Where the score of a curve is `score`.
double PlaceOfScore(const ScoreCurve& curve, double score) {
  double t = score / kWantedEnd;
  for (int i = 0; i < 6; ++i) {
    const double inside = std::clamp(t, -1.0, 1.0);
    const double off = PowerSum(curve.coefficients, inside) - score;
    t = std::clamp(t - off / std::max(SlopeSum(curve.coefficients, inside), 0.5), -1.1, 1.1);
  }
  return curve.center + t / curve.inverse_half_width;
}

// Fits the scores of `probability` at places over a range.
template <typename Probability>
ScoreCurve Through(const Range& range, const Probability& probability) {
  ScoreCurve curve{.center = range.center(), .inverse_half_width = 1.0 / range.half()};
  Terms scores{};
  for (int n = 0; n < kCurveTerms; ++n) {
    scores[n] = ScoreOf(probability(range.center() + range.half() * kPlaces[n]));
  }
  curve.coefficients = PowersThrough(scores);
  return curve;
}

template <typename Probability>
bool IsClose(const ScoreCurve& curve, double tolerance, const Probability& probability) {
  for (const double score : kChecks) {
    const double place = PlaceOfScore(curve, score);
    if (!(std::fabs(curve.At(place) - probability(place)) < tolerance)) return false;
  }
  return true;
}

// Whether what is left out at both ends is within the tolerance.
bool EndsWell(const ScoreCurve& curve) {
  constexpr double kLeastEnd = 4.3;
  return PowerSum(curve.coefficients, -1.0) < -kLeastEnd &&
         PowerSum(curve.coefficients, 1.0) > kLeastEnd;
}

// Smooths a curve by an effect: E over the effect, by equal steps; or, where the curve is steep,
// over where it rises.
class Smoothed {
 public:
  Smoothed(const ScoreCurve& raw, double sd) : raw_(raw), sd_(sd) {
    double steepest = 0.0;
    double flattest = 1e300;
    for (const double t : {-0.8, -0.4, 0.0, 0.4, 0.8}) {
      const double slope = sd * raw.inverse_half_width * SlopeSum(raw.coefficients, t);
      steepest = std::max(steepest, slope);
      flattest = std::min(flattest, slope);
    }
    low_ = PowerSum(raw.coefficients, -kHolds);
    high_ = PowerSum(raw.coefficients, kHolds);
    low_slope_ = std::max(SlopeSum(raw.coefficients, -kHolds), 0.5);
    high_slope_ = std::max(SlopeSum(raw.coefficients, kHolds), 0.5);
    over_rise_ = steepest > kSteep;
    const double widest = over_rise_ ? 1.0 / std::max(flattest, 0.1) : steepest;
    step_ = 1.0 / std::sqrt(1.0 + widest * widest);
    count_ = std::min(2 * static_cast<int>(kFarthest / step_) + 1, kMost);
    for (int k = 0; k < count_; ++k) {
      weight_[k] = NormalPdf(Place(k));
      mass_ += weight_[k];
      if (over_rise_) rise_[k] = PlaceOfScore(raw, std::clamp(Place(k), -6.0, 6.0));
    }
  }

  double operator()(double x) const {
    std::array<double, kMost> scores{};
    for (int k = 0; k < count_; ++k) {
      scores[k] = over_rise_ ? (x - rise_[k]) / sd_ : RawScore(x + sd_ * Place(k));
    }
    LaneNormalCdfs({scores.data(), static_cast<size_t>(count_)});
    double sum = 0.0;
    for (int k = 0; k < count_; ++k) sum += weight_[k] * scores[k];
    return sum / mass_;
  }

 private:
  static constexpr int kMost = 160;

  double Place(int k) const { return static_cast<double>(k - count_ / 2) * step_; }

  // A little beyond its ends the polynomial still holds; then straight on.
  double RawScore(double x) const {
    const double t = (x - raw_.center) * raw_.inverse_half_width;
    if (t > kHolds) return high_ + (t - kHolds) * high_slope_;
    if (t < -kHolds) return low_ + (t + kHolds) * low_slope_;
    return PowerSum(raw_.coefficients, t);
  }

  const ScoreCurve& raw_;
  double sd_;
  // Score and slope at the ends of the raw curve.
  double low_ = 0.0;
  double high_ = 0.0;
  double low_slope_ = 0.0;
  double high_slope_ = 0.0;
  bool over_rise_ = false;
  double step_ = 0.5;
  int count_ = 0;
  double mass_ = 0.0;
  std::array<double, kMost> weight_{};
  std::array<double, kMost> rise_{};
};

}  // namespace

double ScoreCurve::At(double log2_mean) const {
  const double t = (log2_mean - center) * inverse_half_width;
  if (!(t >= -1.0)) return 0.0;
  if (t > 1.0) return 1.0;
  return NormalCdf(PowerSum(coefficients, t));
}

std::optional<ScoreCurve> RawCurves::Shared(const SumLaw& law, double x) {
  if (!IsScaled(law, x)) return std::nullopt;
  return FromFamily(law, x);
}

// Amounts at a constant scale: the chance of x at a mean m is that of x / dispersion at m /
// dispersion.
bool RawCurves::IsScaled(const SumLaw& law, double x) {
  return law.law != Law::kNegativeBinomial && x >= kFewestPieces * law.dispersion;
}

namespace {

// Where the curve of a threshold of `pieces` scales runs: the square root of a mean is near normal.
Range RangeOfPieces(double pieces) {
  const double root = std::sqrt(pieces);
  return {2.0 * Log2(root - 0.5 * kFamilyEnd), 2.0 * Log2(root + 0.5 * kFamilyEnd)};
}

}  // namespace

// Scores between rows by a cubic in log2 of the threshold.
ScoreCurve RawCurves::FromFamily(const SumLaw& law, double x) {
  const double pieces = x / law.dispersion;
  const double row = Log2(pieces) / kRowStep;
  const int first = static_cast<int>(std::floor(row)) - 1;
  const double s = row - first;
  const double weights[4] = {-(s - 1.0) * (s - 2.0) * (s - 3.0) / 6.0,
                             s * (s - 2.0) * (s - 3.0) / 2.0, -s * (s - 1.0) * (s - 3.0) / 2.0,
                             s * (s - 1.0) * (s - 2.0) / 6.0};
  Terms scores{};
  for (int k = 0; k < 4; ++k) {
    const Terms& known = Row(law, first + k);
    for (int n = 0; n < kCurveTerms; ++n) scores[n] += weights[k] * known[n];
  }
  const Range range = RangeOfPieces(pieces);
  return {.center = range.center() + Log2(law.dispersion),
          .inverse_half_width = 1.0 / range.half(),
          .coefficients = PowersThrough(scores)};
}

const RawCurves::Terms& RawCurves::Row(const SumLaw& law, int row) {
  const double shape = law.law == Law::kGamma ? 0.0 : law.shape;
  const auto [found, added] = rows_.try_emplace({shape, row});
  if (!added) return found->second;
  const double pieces = Exp2(row * kRowStep);
  const SumReach reach({.law = law.law, .dispersion = 1.0, .shape = law.shape}, pieces, true);
  const Range range = RangeOfPieces(pieces);
  for (int n = 0; n < kCurveTerms; ++n) {
    found->second[n] = ScoreOf(reach.AtLog2(range.center() + range.half() * kPlaces[n]));
  }
  return found->second;
}

namespace {

// The curve of one threshold alone, without effects.
std::optional<ScoreCurve> FitAlone(const SumReach& reach, double dispersion) {
  const std::optional<double> low = EndOf(reach, dispersion, -1.0);
  const std::optional<double> high = EndOf(reach, dispersion, 1.0);
  if (!low || !high || !(*high - *low > 1e-6)) return std::nullopt;
  return Through(Range{*low, *high}, [&](double place) { return reach.AtLog2(place); });
}

bool IsGood(const std::optional<ScoreCurve>& curve, double tolerance, const SumReach& reach) {
  return curve && EndsWell(*curve) &&
         IsClose(*curve, tolerance, [&](double place) { return reach.AtLog2(place); });
}

}  // namespace

std::optional<ScoreCurve> FitScoreCurve(const SumLaw& law, double x, bool or_equal,
                                        RawCurves& raws) {
  const SumReach reach(law, x, or_equal);
  if (reach.is_certain() || !(law.dispersion > 0.0)) return std::nullopt;
  const double tolerance = law.law == Law::kCompoundGamma ? kCompoundTolerance : kTolerance;
  std::optional<ScoreCurve> raw = raws.Shared(law, x);
  if (!IsGood(raw, tolerance, reach)) raw = FitAlone(reach, law.dispersion);
  if (!IsGood(raw, tolerance, reach)) return std::nullopt;
  if (!(law.effect_sd > 0.0)) return raw;
  const double half = 1.0 / raw->inverse_half_width;
  const Range range{raw->center - half, raw->center + half};
  // X has mean 1: its logarithm is centred below 0.
  const double shift = 0.5 * law.effect_sd * law.effect_sd * kLog2E;
  const double sd = law.effect_sd * kLog2E;
  const double middle = PlaceOfScore(*raw, 0.0);
  // A little more than two normal laws would need: the raw curve is not straight.
  const auto arm = [&](double own) {
    return std::sqrt(own * own + Square(1.12 * kWantedEnd * sd));
  };
  const Range wide{middle + shift - arm(middle - range.low),
                   middle + shift + arm(range.high - middle)};
  const Smoothed smoothed(*raw, sd);
  const auto chance = [&](double place) { return smoothed(place - shift); };
  if (!(chance(wide.low) < kTolerance && chance(wide.high) > 1.0 - kTolerance)) {
    return std::nullopt;
  }
  const ScoreCurve curve = Through(wide, chance);
  if (!IsClose(curve, tolerance, chance)) return std::nullopt;
  return curve;
}

}  // namespace jalon::sim
