// Means of branches on a target perimeter: advisers follow customers.
#ifndef JALON_SIM_PERIMETER_RESTATE_MEANS_H_
#define JALON_SIM_PERIMETER_RESTATE_MEANS_H_

#include <cstdint>
#include <string>
#include <vector>

#include "sim/base/period.h"
#include "sim/network/means_table.h"
#include "sim/network/network.h"
#include "sim/network/perimeter.h"

namespace jalon::sim {

struct RestatedMeans {
  // Canonical. A branch that gave everything away in every period is left out.
  MeansTable means;
  // Series with another value than imported, new and gone ones included.
  int64_t series_count = 0;
  // What did not move and why, for people.
  std::vector<std::string> notes;
};

// What each branch would have worked with had it had its customers of the target perimeter all
// along. In the periods before a closure, a merger or a transfer, up to `target`, a share of the
// giver's means goes to the receiver: `means_share` of the change where it says so, else its share
// of the customers, which for one segment is `unsplit_share` (means are not split by segment: they
// stay without it, and a note says so). What the shares of a closure leave to 1 stays with the
// giver, as its customers do. From the date on the file says what each branch has.
//
// Means that are no sum over branches (MeansTable::unmoved) stay. A receiver without a value in a
// period holds its last one before it, or the first, as a run does (nothing before it opened), and
// takes the share on top; one without any value takes the share alone. Values after the last one
// the receiver has seen are planned; of a receiver that has none, as the giver's were.
//
// Sums over branches in a period are kept up to the rounding of one addition per change, where
// every branch has a value. `means` and `perimeter` are checked and canonical. Deterministic;
// O(values).
RestatedMeans RestateMeans(const Network& network, const MeansTable& means,
                           const Perimeter& perimeter, Period target);

// The reverse: what branches would see from each date on, given what each would have had without
// any change. For made-up banks whose truth is drawn so.
MeansTable MoveMeansForward(const Network& network, const MeansTable& means,
                            const Perimeter& perimeter, Period target);

}  // namespace jalon::sim

#endif  // JALON_SIM_PERIMETER_RESTATE_MEANS_H_
