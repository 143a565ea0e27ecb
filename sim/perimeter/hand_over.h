// Hands the objectives of branches that close, merge or give customers away to those who take over.
#ifndef JALON_SIM_PERIMETER_HAND_OVER_H_
#define JALON_SIM_PERIMETER_HAND_OVER_H_

#include <cstdint>
#include <optional>
#include <vector>

#include "absl/status/statusor.h"
#include "sim/base/period.h"
#include "sim/network/network.h"
#include "sim/network/perimeter.h"
#include "sim/objective/objective.h"
#include "sim/perimeter/month_weights.h"

namespace jalon::sim {

// The same weight in every period: a branch open 6 months of 12 keeps half.
MonthWeights LinearPhasing(const Objective& objective);

// A part of an objective that no other one took.
struct UnassignedPart {
  // As it was.
  Objective objective;
  // Of its rounding steps.
  int64_t ticks = 0;
};

struct HandedOver {
  // In canonical order. Changed and new ones say in `reason` what happened and what they were. An
  // objective of which nothing is left is gone.
  std::vector<Objective> objectives;
  // Of `objectives`, those with other ticks or new; and those that are gone.
  int64_t changed_count = 0;
  int64_t gone_count = 0;
  // Objectives of which some periods moved and others stayed, by what weighed their periods.
  PhasingCounts cut_by = {};
  // Parts without a receiver: of closures that name none, or whose receivers' kind the indicator
  // does not apply to.
  std::vector<UnassignedPart> unassigned;
};

// Objectives after the changes of a checked, canonical perimeter, whatever its target date.
//
// An objective is spread over its window by `phasing` (an indicator read in the last period of a
// window is asked there as a whole). From a change's date on, shares of what is left of it move:
// all of it when the branch closes or merges, shared out by the closure's shares - the part of
// customers that will be lost is asked of the receivers alike, so that the plan stays whole -, the
// share of a transfer, and the cells of a resegmentation. A receiver's objective of the same
// window in that segment, or around it, grows; without one, a new one is made.
//
// Changes up to `known_at` are in the objectives already. Absent: transfers and resegmentations up
// to the first period of each window are, closings are not, for nobody can attain what is asked of
// a branch that is not there.
//
// Objectives of units above the branches grow and shrink by what their branches take over and hand
// over, in the same window and segment; what nobody takes over stays with them. None is made there:
// it would ask of a region the part that moved, not what its branches are asked.
//
// Sums: over the objectives a change connects, ticks before = ticks after + unassigned, exactly
// (largest remainders; ties in canonical order).
// Errors: those of ResolveObjectives. Deterministic. Cost: O(objectives x changes of their branch).
absl::StatusOr<HandedOver> HandOver(const Network& network, const Perimeter& perimeter,
                                    const std::vector<Objective>& objectives,
                                    const std::optional<Period>& known_at, Phasing phasing);
absl::StatusOr<HandedOver> HandOver(const Network& network, const Perimeter& perimeter,
                                    const std::vector<Objective>& objectives,
                                    const std::optional<Period>& known_at = std::nullopt);

}  // namespace jalon::sim

#endif  // JALON_SIM_PERIMETER_HAND_OVER_H_
