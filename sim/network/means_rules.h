// Rules of a MeansTable against its network.
#ifndef JALON_SIM_NETWORK_MEANS_RULES_H_
#define JALON_SIM_NETWORK_MEANS_RULES_H_

#include "sim/base/violation.h"
#include "sim/network/means_table.h"
#include "sim/network/network.h"

namespace jalon::sim {

// Every broken rule: field paths are `means[i].unit`, `means[i].values[j]` and so on. Reasons:
// those of ids (sim/base/text.h), UNKNOWN_UNIT, NOT_A_LEAF, BAD_FREQUENCY, BAD_SHAPE (values and
// planned of different sizes, or beyond 660 periods), NOT_FINITE, NEGATIVE, DUPLICATE_ID (a mean
// given twice for one unit).
Violations CheckMeans(const Network& network, const MeansTable& table);

// By mean, then unit.
MeansTable Sorted(MeansTable table);

}  // namespace jalon::sim

#endif  // JALON_SIM_NETWORK_MEANS_RULES_H_
