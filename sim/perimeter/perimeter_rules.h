// What makes a declared perimeter acceptable, and its one canonical form.
#ifndef JALON_SIM_PERIMETER_PERIMETER_RULES_H_
#define JALON_SIM_PERIMETER_PERIMETER_RULES_H_

#include "sim/base/period.h"
#include "sim/base/violation.h"
#include "sim/network/network.h"
#include "sim/network/perimeter.h"

namespace jalon::sim {

// Periods after the last realised one that a change, or the target, may lie in (D9).
inline constexpr int kMaxPerimeterHorizon = 60;

// Every broken rule of `perimeter` against a network whose units carry their dates (DateUnits) and
// the window of its history as imported. Field paths are `perimeter[3].share` and so on, in the
// list's own order, and `perimeter_date`. Reasons:
//   BAD_FREQUENCY, OUTSIDE_HISTORY   a date not after the first realised period, or more than 60
//                                    periods after the last
//   MISSING_VALUE, UNUSED_VALUE      a field the kind of change needs, or does not take
//   UNKNOWN_UNIT, NOT_A_LEAF, UNKNOWN_SEGMENT, UNKNOWN_INDICATOR, UNKNOWN_UNIT_KIND
//   OUT_OF_RANGE, NOT_POSITIVE       a share outside (0, 1], a bridge <= 0
//   TO_ITSELF, DUPLICATE_CHANGE
//   SHARES_ABOVE_ONE                 transfers that create customers: what leaves a branch and
//                                    segment at one date sums over 1
//   SHARES_NOT_ONE                   cells of a resegmented segment that do not sum to 1
//   CLOSED_TWICE, UNIT_CLOSED, UNIT_NOT_OPEN, DATE_MISMATCH
//                                    a second closing; a change of, or into, a branch that has
//                                    closed or not opened; dates that differ from the unit's own
//   BRIDGE_AND_BREAK, and those of labels for `source`
// Cost: O(n log n) in changes, times segments for the sums.
Violations CheckPerimeter(const Network& network, const Perimeter& perimeter,
                          const Window& history);

// The same in canonical order with one spelling per meaning (`all` is empty), so that a revision
// does not depend on the order of rows in a file.
Perimeter Canonical(Perimeter perimeter);

// The canonical order of changes.
bool ComesBefore(const PerimeterChange& a, const PerimeterChange& b);
// Whether two changes say something about the same place and date: a later one amends the earlier.
bool SamePlace(const PerimeterChange& a, const PerimeterChange& b);

// The target perimeter: as declared, else the period after the history.
Period TargetDate(const Perimeter& perimeter, const Window& history);

// Gives units the dates of their openings, closures and mergers where they declare none.
void DateUnits(const Perimeter& perimeter, NetworkSpec& spec);

}  // namespace jalon::sim

#endif  // JALON_SIM_PERIMETER_PERIMETER_RULES_H_
