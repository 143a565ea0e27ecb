// Objectives and attainment: what R/O means for each indicator.
#ifndef JALON_SIM_OBJECTIVE_OBJECTIVE_H_
#define JALON_SIM_OBJECTIVE_OBJECTIVE_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "sim/base/period.h"
#include "sim/base/violation.h"
#include "sim/network/network.h"
#include "sim/network/realisations.h"

namespace jalon::sim {

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
// 2^53. Field paths are `objectives[i].unit` and so on.
Violations ValidateObjectives(const Network& network, const std::vector<Objective>& objectives);

// The objective in the indicator's unit: ticks x rounding_step.
double ObjectiveValue(const Indicator& indicator, int64_t ticks);

// The fewest ticks whose value is >= `value` (rounded up for higher-is-better, down otherwise, so
// that rounding never makes an objective easier).
int64_t TicksAtLeast(const Indicator& indicator, double value);

// R/O of a realisation `y` against an objective `o`, in ratio, by the indicator's basis and
// direction, floor and cap applied. For lower-is-better at level basis R/O = 2 - Y/O, so that 1 is
// attained and every point under the objective counts as a point over it.
// Special values: nullopt when o == 0 at level basis (R/O has no meaning there).
std::optional<double> AttainmentRatio(const Indicator& indicator, double y, double o);

// The realisation at which R/O reaches `ratio` (before floor and cap); inverse of AttainmentRatio.
// P(R/O >= ratio) is P(Y >= value) for higher-is-better and P(Y <= value) for lower-is-better.
// Special values: nullopt as above.
std::optional<double> RealisationAtRatio(const Indicator& indicator, double o, double ratio);

// True when `y` attains the objective `o`; a tie attains it.
bool Attains(const Indicator& indicator, double y, double o);

// Rule-made objectives: growth on a realised base window, one per node of the asked levels, rounded
// up to ticks.
struct GrowthRule {
  // Realised window that is the base, e.g. 1996.
  Window base;
  // Window of the objectives, e.g. 1997.
  Window window;
  // 0.05 for +5 %. For lower-is-better indicators the objective is base x (1 - growth).
  double growth_ratio = 0.0;
  // Depths of units that get objectives, e.g. {2} for branches of a three-level tree.
  std::vector<int> depths;
  // Indicators; empty means all.
  std::vector<std::string> indicators;
};

// Objectives by growth, and how many nodes got none because their base was zero or unknown.
struct GrowthObjectives {
  std::vector<Objective> objectives;
  int64_t zero_base_count = 0;
  int64_t missing_base_count = 0;
};

// Errors: kInvalidArgument (base outside the realisations, unknown indicators or depths, window
// sizes that differ).
absl::StatusOr<GrowthObjectives> MakeGrowthObjectives(const Network& network,
                                                      const Realisations& realisations,
                                                      const GrowthRule& rule);

}  // namespace jalon::sim

#endif  // JALON_SIM_OBJECTIVE_OBJECTIVE_H_
