// What became of objectives that were handed over. Internal to sim/perimeter.
#ifndef JALON_SIM_PERIMETER_HAND_OVER_REPORT_H_
#define JALON_SIM_PERIMETER_HAND_OVER_REPORT_H_

#include "sim/network/network.h"
#include "sim/perimeter/hand_over.h"
#include "sim/perimeter/hand_over_entries.h"

namespace jalon::sim {

// Objectives of units above the branches grow and shrink by what their branches take over and hand
// over. What nobody takes over stays with them. `entries` are rounded.
void FollowBranches(const Network& network, HandOverEntries& entries);

// Rounded entries as objectives with their reasons, and what is counted beside them.
HandedOver ReportOf(const Network& network, const HandOverEntries& entries);

}  // namespace jalon::sim

#endif  // JALON_SIM_PERIMETER_HAND_OVER_REPORT_H_
