// Objectives and attainment: what R/O means for each indicator.
#ifndef JALON_SIM_OBJECTIVE_OBJECTIVE_H_
#define JALON_SIM_OBJECTIVE_OBJECTIVE_H_

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "sim/base/period.h"
#include "sim/base/violation.h"
#include "sim/network/network.h"
#include "sim/network/realisations.h"
#include "sim/network/revision.h"

namespace jalon::sim {

// Objectives beyond this many ticks would not be exact as doubles.
inline constexpr int64_t kMaxTicks = int64_t{1} << 53;

// One change of an objective after its publication.
struct ObjectiveChange {
  // Day it changed, `YYYY-MM-DD`.
  std::string date;
  // What it was until then, in rounding steps.
  int64_t old_ticks = 0;
  // Why; may be empty.
  std::string reason;

  friend bool operator==(const ObjectiveChange&, const ObjectiveChange&) = default;
};

// What is asked of one unit and segment on one indicator over one window. Refers to ids, so that a
// set outlives a revision; resolved against a network when used.
struct Objective {
  std::string unit;
  // "all" for every segment together.
  std::string segment = kAllSegments;
  std::string indicator;
  Window window;
  // Whole number of the indicator's rounding steps (D10). Null objectives are left out, not 0.
  int64_t ticks = 0;
  // Why it differs from the rule that made it; empty when it does not.
  std::string reason;
  // Kept as it is by later calibrations.
  bool pinned = false;
  // Changes after publication, oldest first; the published value is changes.front().old_ticks.
  std::vector<ObjectiveChange> changes = {};

  friend bool operator==(const Objective&, const Objective&) = default;
};

// A set of objectives in canonical order once resolved.
struct ObjectiveSet {
  std::string id;
  std::string label;
  std::vector<Objective> objectives;

  friend bool operator==(const ObjectiveSet&, const ObjectiveSet&) = default;
};

// Every broken rule of a set against a network: unknown unit, segment or indicator, a window of the
// wrong frequency or empty, duplicates, an indicator that does not apply to the unit, |ticks| above
// 2^53. Field paths are `objectives[i].unit` and so on. Reasons: UNKNOWN_UNIT, UNKNOWN_SEGMENT,
// UNKNOWN_INDICATOR, NOT_APPLICABLE, BAD_FREQUENCY, EMPTY_WINDOW, DUPLICATE, OUT_OF_RANGE, and
// those of labels (sim/base/text.h) for `reason`.
Violations ValidateObjectives(const Network& network, const std::vector<Objective>& objectives);

// An objective resolved against a network.
struct ResolvedObjective {
  // Index in the list it was resolved from.
  int index = 0;
  int indicator = 0;
  int unit = 0;
  int segment = 0;
  Window window;
  // Everything below unit and segment.
  NodeRange range;
  int64_t ticks = 0;
  // ObjectiveValue of it, in the indicator's unit.
  double value = 0.0;

  friend bool operator==(const ResolvedObjective&, const ResolvedObjective&) = default;
};

// All objectives in canonical order: indicator, unit, segment, window.
// Errors: kInvalidArgument with the violations of ValidateObjectives.
absl::StatusOr<std::vector<ResolvedObjective>> ResolveObjectives(
    const Network& network, const std::vector<Objective>& objectives);

// `set` with its objectives in canonical order, so that a set does not depend on the order of rows
// in a file. Errors: as ResolveObjectives.
absl::StatusOr<ObjectiveSet> SortedObjectives(const Network& network, ObjectiveSet set);

// The objective in the indicator's unit: ticks x rounding_step, exactly the nearest double to the
// decimal product for steps with at most 9 decimals (3 x 0.1 is 0.3), so that a tie can be met.
double ObjectiveValue(const Indicator& indicator, int64_t ticks);

// The fewest ticks whose value is >= `value` (rounded up for higher-is-better, down otherwise, so
// that rounding never makes an objective easier).
// A value within 1e-11 of itself (and 1e-4 tick) of a whole number of ticks is that number: 1.1 x
// 100 is 110 in decimal and just above it in binary, and asks for 110. Not finite or beyond 2^53
// ticks: the nearest of -2^53, 2^53 (0 for NaN).
int64_t TicksAtLeast(const Indicator& indicator, double value);

// The window whose value a variation over `window` starts from (AttainmentBasis::kVariation): the
// period before it; for a ratio with a flow above or below the line, the same window one year
// earlier. Requires an indicator that is a stock or a ratio.
Window OpeningWindow(const Network& network, int indicator, const Window& window);

// R/O of a realisation `y` against an objective `o`, in ratio, by the indicator's basis and
// direction, floor and cap applied.
//   kLevel      higher is better: Y/O; lower: 2 - Y/O, so that 1 is attained and every point under
//               the objective counts as a point over it
//   kScaled     higher: 1 + (Y - O) / scale; lower: 1 - (Y - O) / scale
//   kVariation  (Y - Y0) / (O - Y0), either direction; `opening` is Y0, the value over
//   OpeningWindow
// Special values: nullopt when `y` is NaN, when o <= 0 at level basis (a share of nothing or of a
// debt has no meaning: use kScaled there), and on the variation when the opening value is absent or
// NaN, or already at or beyond the objective.
std::optional<double> AttainmentRatio(const Indicator& indicator, double y, double o,
                                      std::optional<double> opening = std::nullopt);

// The realisation at which R/O reaches `ratio` (before floor and cap); inverse of AttainmentRatio.
// P(R/O >= ratio) is P(Y >= value) for higher-is-better and P(Y <= value) for lower-is-better.
// Results within 1e-11 of a decimal with at most 6 decimals are that decimal: 110 % of 100 is 110.
// Special values: nullopt when AttainmentRatio has none.
std::optional<double> RealisationAtRatio(const Indicator& indicator, double o, double ratio,
                                         std::optional<double> opening = std::nullopt);

// The same where the opening value is itself uncertain: P(R/O >= ratio) is P(Y - opening_weight Y0
// >= value) among the outcomes where R/O has a meaning (<= for lower is better).
struct RatioThreshold {
  double value = 0.0;
  // 1 - ratio on the variation, 0 on other bases and at ratio 1.
  double opening_weight = 0.0;

  friend bool operator==(const RatioThreshold&, const RatioThreshold&) = default;
};
// Special values: nullopt when o <= 0 at level basis.
std::optional<RatioThreshold> ThresholdAtRatio(const Indicator& indicator, double o, double ratio);

// The realisations of an R/O ladder (0.8, 0.9, 1, 1.1...), in the order of `ratios`. The rung 1 is
// always `o` itself, also where R/O has no meaning: an objective of 0 can be attained.
std::vector<std::optional<double>> ThresholdsAtRatios(const Indicator& indicator, double o,
                                                      std::span<const double> ratios,
                                                      std::optional<double> opening = std::nullopt);

// True when `y` attains the objective `o`; a tie attains it, a NaN never does.
bool Attains(const Indicator& indicator, double y, double o);

// Rule-made objectives: growth on a realised base window, one per node of the asked levels, rounded
// up to ticks.
struct GrowthRule {
  // Realised window that is the base, e.g. 1996.
  Window base;
  // Window of the objectives, e.g. 1997.
  Window window;
  // 0.05 for +5 %. For lower-is-better indicators the objective is base x (1 - growth). On a
  // negative base growth is a share of its size: +10 % on -50 is -45.
  double growth_ratio = 0.0;
  // Depths of units that get objectives, e.g. {2} for branches of a three-level tree.
  std::vector<int> depths;
  // Indicators; empty means all.
  std::vector<std::string> indicators;
};

// Objectives by growth, in canonical order, and how many nodes got none because their base was zero
// or unknown (no series below the node, or a period of the base without any value). A node where
// the indicator does not apply is not counted.
struct GrowthObjectives {
  std::vector<Objective> objectives;
  int64_t zero_base_count = 0;
  int64_t missing_base_count = 0;
};

// Objectives are for all segments together; the base is the indicator's realised value at the node
// (sim/network/node_values.h): its periods combined by its time aggregation, so the last level of a
// stock; for a ratio the numerator's window over the denominator's.
// Errors: kInvalidArgument (base outside the realisations, unknown or repeated indicators or
// depths, no depth, window sizes that differ, a growth that is not finite, an objective beyond 2^53
// ticks). Reasons: BAD_FREQUENCY, EMPTY_WINDOW, OUTSIDE_REALISATIONS, SIZE_MISMATCH, EMPTY,
// OUT_OF_RANGE, UNKNOWN_INDICATOR, DUPLICATE, NOT_FINITE.
absl::StatusOr<GrowthObjectives> MakeGrowthObjectives(const Revision& revision,
                                                      const GrowthRule& rule);

}  // namespace jalon::sim

#endif  // JALON_SIM_OBJECTIVE_OBJECTIVE_H_
