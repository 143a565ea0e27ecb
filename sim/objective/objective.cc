#include "sim/objective/objective.h"

#include <algorithm>
#include <cmath>
#include <tuple>
#include <utility>

#include "sim/base/status_macros.h"

namespace jalon::sim {
namespace {

constexpr double kLargestExact = static_cast<double>(kMaxTicks);
// How far from a decimal a product of decimals may land in binary: a few hundred roundings.
constexpr double kDecimalTolerance = 1e-11;
constexpr double kTickTolerance = 1e-4;
constexpr int kMaxStepDecimals = 9;

double PowerOfTen(int exponent) {
  double power = 1.0;
  for (int i = 0; i < exponent; ++i) power *= 10.0;
  return power;
}

bool HigherIsBetter(const Indicator& indicator) {
  return indicator.direction == Direction::kHigherIsBetter;
}

// A number as numerator / denominator, both whole.
struct Fraction {
  double numerator = 0.0;
  double denominator = 1.0;
};

// `step` as a decimal with at most 9 decimals; nullopt when it is none.
std::optional<Fraction> AsDecimal(double step) {
  for (int decimals = 0; decimals <= kMaxStepDecimals; ++decimals) {
    const double denominator = PowerOfTen(decimals);
    const double numerator = std::round(step * denominator);
    if (numerator < kLargestExact && numerator / denominator == step) {
      return Fraction{numerator, denominator};
    }
  }
  return std::nullopt;
}

// The decimal with few decimals that `value` was meant to be, when it is one but for roundings.
double Snapped(double value) {
  for (const int decimals : {0, 2, 6}) {
    const double scaled = value * PowerOfTen(decimals);
    if (std::fabs(scaled) >= kLargestExact) break;
    const double decimal = std::round(scaled) / PowerOfTen(decimals);
    if (std::fabs(decimal - value) <= kDecimalTolerance * std::fabs(value)) return decimal;
  }
  return value;
}

bool HasRatio(const Indicator& indicator, double o) {
  return indicator.basis == AttainmentBasis::kScaled || o > 0;
}

// The scale of a scaled basis; a checked network always declares it.
double ScaleOf(const Indicator& indicator) { return indicator.attainment_scale.value_or(1.0); }

double UnboundedRatio(const Indicator& indicator, double y, double o) {
  const bool higher = HigherIsBetter(indicator);
  if (indicator.basis == AttainmentBasis::kScaled) {
    const double over = (y - o) / ScaleOf(indicator);
    return higher ? 1.0 + over : 1.0 - over;
  }
  return higher ? y / o : 2.0 - y / o;
}

auto PlaceOf(const ResolvedObjective& objective) {
  return std::tie(objective.indicator, objective.unit, objective.segment, objective.window);
}

ResolvedObjective Resolve(const Network& network, const Objective& objective, int index) {
  const int k = *network.FindIndicator(objective.indicator);
  const int u = *network.FindUnit(objective.unit);
  const int s = *network.FindSegment(objective.segment);
  return {.index = index,
          .indicator = k,
          .unit = u,
          .segment = s,
          .window = objective.window,
          .range = RangeOf(network, k, u, s),
          .ticks = objective.ticks,
          .value = ObjectiveValue(network.indicator(k), objective.ticks)};
}

}  // namespace

absl::StatusOr<std::vector<ResolvedObjective>> ResolveObjectives(
    const Network& network, const std::vector<Objective>& objectives) {
  JALON_RETURN_IF_ERROR(ValidateObjectives(network, objectives).ToStatus());
  std::vector<ResolvedObjective> resolved;
  resolved.reserve(objectives.size());
  for (size_t i = 0; i < objectives.size(); ++i) {
    resolved.push_back(Resolve(network, objectives[i], static_cast<int>(i)));
  }
  std::sort(resolved.begin(), resolved.end(),
            [](const ResolvedObjective& a, const ResolvedObjective& b) {
              return PlaceOf(a) < PlaceOf(b);
            });
  return resolved;
}

absl::StatusOr<ObjectiveSet> SortedObjectives(const Network& network, ObjectiveSet set) {
  JALON_ASSIGN_OR_RETURN(const std::vector<ResolvedObjective> resolved,
                         ResolveObjectives(network, set.objectives));
  std::vector<Objective> sorted;
  sorted.reserve(resolved.size());
  for (const ResolvedObjective& objective : resolved) {
    sorted.push_back(std::move(set.objectives[objective.index]));
  }
  set.objectives = std::move(sorted);
  return set;
}

double ObjectiveValue(const Indicator& indicator, int64_t ticks) {
  const double count = static_cast<double>(ticks);
  // One rounding only: the product is exact, the quotient is the nearest double to the decimal.
  if (const std::optional<Fraction> step = AsDecimal(indicator.rounding_step)) {
    const double product = count * step->numerator;
    if (std::fabs(product) <= kLargestExact) return product / step->denominator;
  }
  return count * indicator.rounding_step;
}

int64_t TicksAtLeast(const Indicator& indicator, double value) {
  const double ticks = value / indicator.rounding_step;
  if (std::isnan(ticks)) return 0;
  if (ticks >= kLargestExact) return kMaxTicks;
  if (ticks <= -kLargestExact) return -kMaxTicks;
  const double nearest = std::round(ticks);
  const double tolerance =
      std::min(kTickTolerance, kDecimalTolerance * std::max(1.0, std::fabs(ticks)));
  if (std::fabs(ticks - nearest) <= tolerance) return static_cast<int64_t>(nearest);
  return static_cast<int64_t>(HigherIsBetter(indicator) ? std::ceil(ticks) : std::floor(ticks));
}

std::optional<double> AttainmentRatio(const Indicator& indicator, double y, double o) {
  if (std::isnan(y) || !HasRatio(indicator, o)) return std::nullopt;
  double ratio = UnboundedRatio(indicator, y, o);
  if (indicator.attainment_floor) ratio = std::max(ratio, *indicator.attainment_floor);
  if (indicator.attainment_cap) ratio = std::min(ratio, *indicator.attainment_cap);
  return ratio;
}

std::optional<double> RealisationAtRatio(const Indicator& indicator, double o, double ratio) {
  if (!HasRatio(indicator, o)) return std::nullopt;
  if (ratio == 1.0) return o;
  const double over = HigherIsBetter(indicator) ? ratio - 1.0 : 1.0 - ratio;
  const double unit = indicator.basis == AttainmentBasis::kScaled ? ScaleOf(indicator) : o;
  return Snapped(o + over * unit);
}

std::vector<std::optional<double>> ThresholdsAtRatios(const Indicator& indicator, double o,
                                                      std::span<const double> ratios) {
  std::vector<std::optional<double>> thresholds;
  thresholds.reserve(ratios.size());
  for (const double ratio : ratios) {
    thresholds.push_back(ratio == 1.0 ? o : RealisationAtRatio(indicator, o, ratio));
  }
  return thresholds;
}

bool Attains(const Indicator& indicator, double y, double o) {
  return HigherIsBetter(indicator) ? y >= o : y <= o;
}

}  // namespace jalon::sim
