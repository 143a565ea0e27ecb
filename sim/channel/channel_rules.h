// Rules of a ChannelTable against its network.
#ifndef JALON_SIM_CHANNEL_CHANNEL_RULES_H_
#define JALON_SIM_CHANNEL_CHANNEL_RULES_H_

#include "sim/base/violation.h"
#include "sim/network/channel_table.h"
#include "sim/network/network.h"

namespace jalon::sim {

// Every broken rule, in the table's own order: field paths are `channels[i].id`, `shares[i].share`
// and so on. Reasons: those of ids and labels (sim/base/text.h), DUPLICATE_ID, UNKNOWN_CHANNEL,
// UNKNOWN_UNIT, UNKNOWN_UNIT_KIND, UNKNOWN_SEGMENT, UNKNOWN_INDICATOR, UNIT_AND_KIND, OUT_OF_RANGE,
// NOT_ADDITIVE (shares of an indicator that does not add over channels),
// BAD_FREQUENCY, END_BEFORE_START, OVERLAPPING_DATES (two rows of one place and channel that hold
// in one period), SHARES_OVER_ONE (shares of one branch, segment and indicator that sum to more
// than 1 in some period, as looked up; reported at the row of the first channel). The sum is looked
// at only in tables without other problems.
// Cost: O(rows log rows + leaves x segments named x indicators named x dates named x channels).
Violations CheckChannels(const Network& network, const ChannelTable& table);

// Channels by id; shares by place, channel and first period.
ChannelTable Sorted(ChannelTable table);

}  // namespace jalon::sim

#endif  // JALON_SIM_CHANNEL_CHANNEL_RULES_H_
