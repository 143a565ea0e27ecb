// Realised values of any indicator at any node: flows and stocks summed, ratios and derived
// indicators computed there.
#ifndef JALON_SIM_NETWORK_NODE_VALUES_H_
#define JALON_SIM_NETWORK_NODE_VALUES_H_

#include <vector>

#include "absl/functional/function_ref.h"
#include "sim/base/period.h"
#include "sim/network/realisations.h"
#include "sim/network/revision.h"

namespace jalon::sim {

// The figures of a flow or stock in a range: [period of the window], NaN where there is none. What
// counts as the figure of a unit above the branches is the caller's: sums of series, or sums with
// eliminations (sim/credit/credited_sum.h).
using Volumes = absl::FunctionRef<std::vector<double>(const NodeRange&, const Window&)>;

// What values are computed of. Borrows both: for the call only.
struct NodeFigures {
  const Revision& revision;
  Volumes volumes;
};

// Value of `range.indicator` in each period of `window`. Shape: [period]; NaN where there is none:
// no volume (flows, stocks), a numerator or denominator missing or a denominator of 0
// (ratios), an indicator, a driver or an opening stock missing (derived indicators).
// Cost: one call of `volumes` per indicator the value is made of.
std::vector<double> RealisedValues(const NodeFigures& figures, const NodeRange& range,
                                   const Window& window);
// The same of the series alone, summed; NaN where every one is missing.
std::vector<double> RealisedValues(const Revision& revision, const NodeRange& range,
                                   const Window& window);

// The window's value by the indicator's own aggregation: sum or mean over its periods, the last
// period, or the numerator's window over the denominator's, each by its own aggregation. NaN when a
// period it needs is missing or a denominator is 0.
double RealisedOver(const NodeFigures& figures, const NodeRange& range, const Window& window);
double RealisedOver(const Revision& revision, const NodeRange& range, const Window& window);

}  // namespace jalon::sim

#endif  // JALON_SIM_NETWORK_NODE_VALUES_H_
