// Phasing: objectives of a year, or of any window, spread over its months, cumulated.
//
// Without it a report of February compares two months with a sixth of the year. What spreads them
// is a profile: the size each period is expected to have. Where it comes from is the caller's
// choice: equal sizes, an earlier window's realisations, imported shares, a model's mean path.
#ifndef JALON_SIM_OBJECTIVE_PHASING_H_
#define JALON_SIM_OBJECTIVE_PHASING_H_

#include <cstdint>
#include <map>
#include <span>
#include <utility>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/statusor.h"
#include "sim/base/period.h"
#include "sim/credit/credited_sum.h"
#include "sim/network/calendar_table.h"
#include "sim/network/network.h"
#include "sim/objective/objective.h"

namespace jalon::sim {

// Whether objectives on `window` are phased: several periods of a flow (count, amount or net flow)
// whose periods add up. Stocks, ratios, means and derived indicators are not.
bool IsPhased(const Indicator& indicator, const Window& window);

// `cumulated` [period], in ticks, rounded to the nearest whole tick (halves up); the last one is
// `ticks` whatever it was. Each differs from its value by at most half a tick, so that the months,
// differences of neighbours, add up exactly, and never decrease when `cumulated` does not and ends
// at `ticks`. Requires numbers within 2^53.
std::vector<int64_t> RoundCumulated(int64_t ticks, std::span<const double> cumulated);

// The cumulated objectives of an objective of `ticks`, in ticks, before rounding: [period].
//   counts and amounts   ticks x (sum of sizes so far / sum of sizes)
//   net flows            sum of sizes so far / step + (ticks - sum of sizes / step) x share of the
//                        periods so far: what is asked beyond the profile is spread evenly, because
//                        a net flow may be near zero or change sign
// `sizes` [period] in the indicator's unit; only their proportions matter for counts and amounts.
// Empty when a count's or an amount's sizes are not finite, negative or all zero.
std::vector<double> CumulatedTargets(const Indicator& indicator, int64_t ticks,
                                     std::span<const double> sizes);

// The sizes of an objective's periods: [period of its window]; NaN or empty where not known.
using PhasingSizes = absl::FunctionRef<std::vector<double>(const ResolvedObjective&)>;

// Equal sizes.
std::vector<double> LinearSizes(const Network& network, const ResolvedObjective& objective);

// What the node realised in `base`, a window of as many periods, as head office reads it: children
// plus eliminations, or the declared total where the indicator does not add up. NaN where nothing
// is known.
std::vector<double> RealisedSizes(const CreditedSums& sums, const ResolvedObjective& objective,
                                  const Window& base);

// Imported shares of the nearest unit that has some for the indicator, up to the network; empty
// without any. Shares of an objective's window are those of its months in the year.
class ImportedSizes {
 public:
  // The network outlives the object. Requires a table that ValidatePhasing accepts.
  ImportedSizes(const Network& network, const PhasingTable& table);
  std::vector<double> operator()(const ResolvedObjective& objective) const;

 private:
  const Network& network_;
  // (indicator, unit): [season]
  std::map<std::pair<int, int>, std::vector<double>> shares_;
};

// Objectives on cumulated windows.
struct PhasedObjectives {
  // In canonical order. An objective of n periods from `first` becomes n, on `first`, `first..first
  // + 1`, ... and its own window; the last one keeps its reason and its pin.
  std::vector<Objective> objectives;
  // Objectives kept as they are, for which IsPhased is false.
  int64_t unphased_count = 0;
};

// Phases `objectives`. Where the objective of a unit is exactly the sum of those of all its
// children that the indicator applies to (same segment and window), so is every cumulated one: a
// region's months are then the sums of its branches' and its own sizes are not asked for.
// Errors: kInvalidArgument (those of ResolveObjectives; NO_PROFILE at `objectives[i]` for every
// objective whose sizes give no cumulated targets).
absl::StatusOr<PhasedObjectives> PhaseObjectives(const Network& network,
                                                 const std::vector<Objective>& objectives,
                                                 PhasingSizes sizes);

}  // namespace jalon::sim

#endif  // JALON_SIM_OBJECTIVE_PHASING_H_
