// Restates a history to a target perimeter: what each branch would have realised had it had the
// customers, the segments and the indicators of the target all along ("à périmètre constant").
//
// A change restates the periods before its date, changes in the order of their dates:
//
//   closure, merger, transfer   shares of a branch's figures move to its receivers; what the shares
//                               of a closure leave to 1 are customers that will be lost: they are
//                               in the history and stay there, in the branch that closed
//   resegmentation              shares of a segment's figures move to other segments of the branch
//   redefinition                figures are multiplied by the bridge, or missing before a break
//
// Moving loses nothing: the network's total of an indicator in a period is the same before and
// after, to the unit for counts and to the rounding of one addition per branch for amounts.
// Figures that are no sums (MovesBetweenUnits) stay where they are.
//
// A backtest on a restated history looks ahead: at an earlier date nobody knew the changes to come.
#ifndef JALON_SIM_PERIMETER_RESTATE_H_
#define JALON_SIM_PERIMETER_RESTATE_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "sim/base/period.h"
#include "sim/network/credit_table.h"
#include "sim/network/network.h"
#include "sim/network/perimeter.h"
#include "sim/network/realisations.h"

namespace jalon::sim {

// What restating did.
struct RestatementSummary {
  Period target_date;
  int64_t change_count = 0;
  // Up to the target: those that restated history.
  int64_t applied_count = 0;
  // Series and cells that have another value than imported; a value that became missing, or came
  // to be, counts.
  int64_t series_count = 0;
  int64_t cell_count = 0;
  // The largest |restated - original| of a network total, in rounding steps of its indicator, over
  // indicators without redefinition and periods.
  double largest_total_difference = 0.0;
};

struct Restated {
  // In canonical order. A series that gave everything away is left out.
  Realisations realisations;
  // Eliminations and declared totals that follow (sim/perimeter/restate_credit.h).
  CreditTable credit;
  RestatementSummary summary;
  // What did not move and why, for people; at most 100.
  std::vector<std::string> notes;
};

// `perimeter` is checked and canonical; `original` is keyed by `network`, `credit` fits both.
// Errors: kInvalidArgument with SEGMENT_SPLIT_MISMATCH at `perimeter[i].receiver`: the giver's
// figures are not split by segment and the receiver's are, so nobody knows where to put them.
// Determinism: a function of its arguments; the order of units and segments matters only between
// receivers of equal shares. Cost: linear in the cells that move, about 0.3 s for 30,000 series x
// 60 periods all moving.
absl::StatusOr<Restated> Restate(const Network& network, const Realisations& original,
                                 const Perimeter& perimeter, const CreditTable& credit = {});

// The perimeter effect: restated - original, over the series of either; a value missing on one side
// counts as 0 there, and missing on both is missing. Read a branch's effect as the sum of its
// series. Not a history: counts may be negative.
struct PerimeterEffect {
  Period first;
  std::vector<SeriesKey> keys;
  // [series x period], row-major.
  std::vector<double> values;
};
PerimeterEffect EffectOf(const Realisations& restated, const Realisations& original);

}  // namespace jalon::sim

#endif  // JALON_SIM_PERIMETER_RESTATE_H_
