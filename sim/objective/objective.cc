#include "sim/objective/objective.h"

#include <algorithm>
#include <cmath>
#include <tuple>
#include <utility>

#include "sim/base/decimal.h"
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

// The scale of a scaled basis; a checked network always declares it.
double ScaleOf(const Indicator& indicator) { return indicator.attainment_scale.value_or(1.0); }

// Whether the objective lies beyond `from`, in the indicator's direction.
bool IsBeyond(const Indicator& indicator, double o, double from) {
  return HigherIsBetter(indicator) ? o > from : o < from;
}

bool HasRatio(const Indicator& indicator, double o, std::optional<double> opening) {
  switch (indicator.basis) {
    case AttainmentBasis::kLevel:
      return o > 0;
    case AttainmentBasis::kScaled:
      return true;
    case AttainmentBasis::kVariation:
      return opening.has_value() && IsBeyond(indicator, o, *opening);
  }
  return false;
}

double UnboundedRatio(const Indicator& indicator, double y, double o, double opening) {
  const bool higher = HigherIsBetter(indicator);
  switch (indicator.basis) {
    case AttainmentBasis::kLevel:
      return higher ? y / o : 2.0 - y / o;
    case AttainmentBasis::kScaled: {
      const double over = (y - o) / ScaleOf(indicator);
      return higher ? 1.0 + over : 1.0 - over;
    }
    case AttainmentBasis::kVariation:
      return (y - opening) / (o - opening);
  }
  return 0.0;
}

// What one point of R/O above 1 is worth, in the direction of the better.
double WorthOfOne(const Indicator& indicator, double o, double opening) {
  const double sign = HigherIsBetter(indicator) ? 1.0 : -1.0;
  switch (indicator.basis) {
    case AttainmentBasis::kLevel:
      return sign * o;
    case AttainmentBasis::kScaled:
      return sign * ScaleOf(indicator);
    case AttainmentBasis::kVariation:
      return o - opening;
  }
  return 0.0;
}

bool IsFlowRatioPart(const Network& network, int part) {
  return network.indicator(part).kind != IndicatorKind::kStock;
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

Window OpeningWindow(const Network& network, int indicator, const Window& window) {
  const bool flow_ratio = network.indicator(indicator).kind == IndicatorKind::kRatio &&
                          (IsFlowRatioPart(network, network.numerator_index(indicator)) ||
                           IsFlowRatioPart(network, network.denominator_index(indicator)));
  if (!flow_ratio) return {window.first - 1, window.first - 1};
  const int year = PeriodsPerYear(window.first.frequency);
  return {window.first - year, window.last - year};
}

std::optional<double> AttainmentRatio(const Indicator& indicator, double y, double o,
                                      std::optional<double> opening) {
  if (std::isnan(y) || !HasRatio(indicator, o, opening)) return std::nullopt;
  double ratio = UnboundedRatio(indicator, y, o, opening.value_or(0.0));
  if (indicator.attainment_floor) ratio = std::max(ratio, *indicator.attainment_floor);
  if (indicator.attainment_cap) ratio = std::min(ratio, *indicator.attainment_cap);
  return ratio;
}

std::optional<double> RealisationAtRatio(const Indicator& indicator, double o, double ratio,
                                         std::optional<double> opening) {
  if (!HasRatio(indicator, o, opening)) return std::nullopt;
  if (ratio == 1.0) return o;
  return NearestDecimal(o + (ratio - 1.0) * WorthOfOne(indicator, o, opening.value_or(0.0)));
}

std::optional<RatioThreshold> ThresholdAtRatio(const Indicator& indicator, double o, double ratio) {
  if (ratio == 1.0) return RatioThreshold{.value = o};
  if (indicator.basis == AttainmentBasis::kVariation) {
    return RatioThreshold{.value = NearestDecimal(ratio * o),
                          .opening_weight = NearestDecimal(1.0 - ratio)};
  }
  const std::optional<double> value = RealisationAtRatio(indicator, o, ratio);
  if (!value) return std::nullopt;
  return RatioThreshold{.value = *value};
}

std::vector<std::optional<double>> ThresholdsAtRatios(const Indicator& indicator, double o,
                                                      std::span<const double> ratios,
                                                      std::optional<double> opening) {
  std::vector<std::optional<double>> thresholds;
  thresholds.reserve(ratios.size());
  for (const double ratio : ratios) {
    thresholds.push_back(ratio == 1.0 ? o : RealisationAtRatio(indicator, o, ratio, opening));
  }
  return thresholds;
}

bool Attains(const Indicator& indicator, double y, double o) {
  return HigherIsBetter(indicator) ? y >= o : y <= o;
}

}  // namespace jalon::sim
