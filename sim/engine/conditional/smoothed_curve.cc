#include "sim/engine/conditional/smoothed_curve.h"

#include <algorithm>
#include <cmath>

#include "sim/base/math.h"
#include "sim/engine/conditional/curve_terms.h"

namespace jalon::sim {
namespace {

// Steeper curves are integrated over their own rise.
constexpr double kSteep = 4.0;
// The tails of an effect must not be missed where a curve ends.
constexpr double kFarthest = 8.2;
// How far a polynomial is read beyond its range; then straight on.
constexpr double kHolds = 1.1;

}  // namespace

SmoothedCurve::SmoothedCurve(const ScoreCurve& raw, double sd) {
  double steepest = 0.0;
  double flattest = 1e300;
  for (const double t : {-0.8, -0.4, 0.0, 0.4, 0.8}) {
    const double slope = sd * raw.inverse_half_width * SlopeSum(raw.coefficients, t);
    steepest = std::max(steepest, slope);
    flattest = std::min(flattest, slope);
  }
  if (steepest > kSteep) {
    Place(1.0 / std::max(flattest, 0.1));
    RiseOver(raw, sd);
  } else {
    Place(steepest);
    StepOver(raw, sd);
  }
}

void SmoothedCurve::Place(double fastest) {
  step_ = 1.0 / std::sqrt(1.0 + fastest * fastest);
  count_ = std::min(2 * static_cast<int>(kFarthest / step_) + 1, kMost - 1);
  for (int k = 0; k < count_; ++k) weights_[k] = -0.5 * PointAt(k) * PointAt(k);
  const std::span<double> used(weights_.data(), static_cast<size_t>(count_));
  LaneExponentials(used);
  double mass = 0.0;
  for (const double weight : used) mass += weight;
  for (double& weight : used) weight /= mass;
}

void SmoothedCurve::StepOver(const ScoreCurve& raw, double sd) {
  center_ = raw.center;
  scale_ = raw.inverse_half_width;
  curve_ = {.coefficients = raw.coefficients,
            .holds = kHolds,
            .low_slope = std::max(SlopeSum(raw.coefficients, -kHolds), 0.5),
            .high_slope = std::max(SlopeSum(raw.coefficients, kHolds), 0.5)};
  for (int k = 0; k < count_; ++k) offsets_[k] = sd * PointAt(k) * scale_;
}

// Phi((x - r) / sd) over the places r where the curve's score is that of Z.
void SmoothedCurve::RiseOver(const ScoreCurve& raw, double sd) {
  center_ = raw.center;
  scale_ = 1.0 / sd;
  curve_ = {.coefficients = {0.0, 1.0}, .holds = 1e300};
  for (int k = 0; k < count_; ++k) {
    const double rise = PlaceOfScore(raw, std::clamp(PointAt(k), -6.0, 6.0));
    offsets_[k] = (raw.center - rise) * scale_;
  }
}

double SmoothedCurve::operator()(double x) const {
  const size_t lanes = (static_cast<size_t>(count_) + kLaneCount - 1) / kLaneCount * kLaneCount;
  return curve_.ExpectedChance((x - center_) * scale_, {offsets_.data(), lanes},
                               {weights_.data(), lanes});
}

}  // namespace jalon::sim
