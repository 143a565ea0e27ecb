#include "sim/engine/path_value.h"

#include <cmath>
#include <numeric>

#include "sim/base/decimal.h"
#include "sim/base/missing.h"

namespace jalon::sim {
namespace {

// The value threshold j asks for on a path that starts from `opening`.
double Threshold(const Target& target, size_t j, double opening) {
  const double weight = target.opening ? target.opening->weights[j] : 0.0;
  if (weight == 0.0) return target.thresholds[j];
  return NearestDecimal(target.thresholds[j] + weight * opening);
}

// A decimal is within 1e-11 of what it is the decimal of (sim/base/decimal.h).
constexpr double kBeyondDecimals = 2e-11;

// What stands for NearestDecimal(value) in a comparison with `other`: most are far apart, and
// decimals are dear.
double DecimalAgainst(double other, double value) {
  const bool far = std::fabs(other - value) > kBeyondDecimals * std::fabs(value);
  return far ? value : NearestDecimal(value);
}

bool AtLeast(Direction direction, double value, double threshold) {
  return direction == Direction::kHigherIsBetter ? value >= threshold : value <= threshold;
}

Direction Turned(Direction direction) {
  return direction == Direction::kHigherIsBetter ? Direction::kLowerIsBetter
                                                 : Direction::kHigherIsBetter;
}

}  // namespace

std::vector<int> AllTargets(const Plan& plan) {
  std::vector<int> targets(plan.targets.size());
  std::iota(targets.begin(), targets.end(), 0);
  return targets;
}

bool Reaches(const Target& target, double threshold, const PathValue& path) {
  if (target.aggregation != Aggregation::kRatio) {
    return AtLeast(target.direction, path.value, threshold);
  }
  const Direction direction = path.denominator < 0.0 ? Turned(target.direction) : target.direction;
  const double asked = DecimalAgainst(path.numerator, threshold * path.denominator);
  return AtLeast(direction, path.numerator, asked);
}

bool Attains(const Target& target, size_t j, const PathValue& path) {
  const bool varies = target.opening && target.opening->weights[j] != 0.0;
  if (varies && !HasMeaning(target, path.opening)) return false;
  return Reaches(target, Threshold(target, j, path.opening), path);
}

bool HasMeaning(const Target& target, double opening) {
  const double objective = target.opening->objective;
  return target.direction == Direction::kHigherIsBetter ? objective > opening : objective < opening;
}

PathValue PathValueOf(const Plan& plan, const BlockOutcome& outcome, int target, int lane) {
  const PlanTarget& place = plan.target_parts[target];
  const auto part = [&](int row) {
    return outcome.parts[static_cast<size_t>(row) * kPathsPerBlock + lane];
  };
  PathValue path{.value = outcome.values[static_cast<size_t>(target) * kPathsPerBlock + lane],
                 .opening = place.opening_part < 0 ? kMissing : part(place.opening_part)};
  path.numerator = path.value;
  if (place.ratio_part >= 0) {
    path.numerator = part(place.ratio_part);
    path.denominator = part(place.ratio_part + 1);
  }
  return path;
}

}  // namespace jalon::sim
