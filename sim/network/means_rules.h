// Rules of a MeansTable against its network.
#ifndef JALON_SIM_NETWORK_MEANS_RULES_H_
#define JALON_SIM_NETWORK_MEANS_RULES_H_

#include "sim/base/violation.h"
#include "sim/network/means_table.h"
#include "sim/network/network.h"

namespace jalon::sim {

// Every broken rule: field paths are `means[i].unit`, `means[i].values[j]`,
// `mean_effects[i].indicator` and so on. Reasons: those of ids (sim/base/text.h), UNKNOWN_UNIT,
// NOT_A_LEAF, BAD_FREQUENCY, BAD_SHAPE (values and planned of different sizes, or beyond 660
// periods), NOT_FINITE, NEGATIVE, DUPLICATE_ID (a mean given twice for one unit, an effect declared
// twice), PLAN_OVERLAPS_HISTORY (a planned value before one that was seen), UNKNOWN_MEAN
// (also at `unmoved[i]`), UNKNOWN_INDICATOR, MEAN_ON_OTHER_KIND (an effect on what is neither a
// count nor an amount), OUT_OF_RANGE, TOO_MANY_EFFECTS (more than kMostMeanEffects).
Violations CheckMeans(const Network& network, const MeansTable& table);

// Series by mean, then unit; effects by mean, then indicator.
MeansTable Sorted(MeansTable table);

}  // namespace jalon::sim

#endif  // JALON_SIM_NETWORK_MEANS_RULES_H_
