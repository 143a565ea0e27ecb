// Realised values of any indicator at any node: flows and stocks summed, ratios and derived
// indicators computed there.
#ifndef JALON_SIM_NETWORK_NODE_VALUES_H_
#define JALON_SIM_NETWORK_NODE_VALUES_H_

#include <vector>

#include "sim/base/period.h"
#include "sim/network/realisations.h"
#include "sim/network/revision.h"

namespace jalon::sim {

// Value of `range.indicator` in each period of `window`. Shape: [period]; NaN where there is none:
// every series missing (flows, stocks), a numerator or denominator missing or a denominator of 0
// (ratios), an indicator, a driver or an opening stock missing (derived indicators).
// Cost: O(series inside the range x periods), per indicator the value is made of.
std::vector<double> RealisedValues(const Revision& revision, const NodeRange& range,
                                   const Window& window);

// The window's value by the indicator's own aggregation: sum or mean over its periods, the last
// period, or the numerator's window over the denominator's, each by its own aggregation. NaN when a
// period it needs is missing or a denominator is 0.
double RealisedOver(const Revision& revision, const NodeRange& range, const Window& window);

}  // namespace jalon::sim

#endif  // JALON_SIM_NETWORK_NODE_VALUES_H_
