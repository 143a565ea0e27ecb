// A network revision: everything imported together, immutable.
#ifndef JALON_SIM_NETWORK_REVISION_H_
#define JALON_SIM_NETWORK_REVISION_H_

#include <optional>

#include "sim/base/violation.h"
#include "sim/drivers/drivers.h"
#include "sim/network/calendar_table.h"
#include "sim/network/channel_table.h"
#include "sim/network/credit_table.h"
#include "sim/network/means_table.h"
#include "sim/network/network.h"
#include "sim/network/perimeter.h"
#include "sim/network/realisations.h"
#include "sim/network/score_policy.h"

namespace jalon::sim {

struct Revision {
  Network network;
  // On the target perimeter: history restated by `perimeter` (sim/perimeter).
  Realisations realisations;
  DriverTable drivers;
  // Opening days; empty when no unit has a calendar.
  CalendarTable calendars = {};
  // Imported shares of the year; empty when none.
  PhasingTable phasing = {};
  // Dated changes of the network and the target perimeter; empty when none is declared.
  Perimeter perimeter = {};
  // History as imported, when restating changed it; absent: `realisations` is it.
  std::optional<Realisations> original = std::nullopt;
  // Channels and their declared shares; empty when none.
  ChannelTable channels = {};
  // Eliminations and declared totals of units above the branches; empty when none. On the target
  // perimeter, as the realisations.
  CreditTable credit = {};
  // Both as imported, when restating changed them; absent: `credit` is it.
  std::optional<CreditTable> original_credit = std::nullopt;
  // Advisers, appointments...: seen and planned; empty when none.
  // On the target perimeter, as the realisations.
  MeansTable means = {};
  // Means as imported, when restating changed them; absent: `means` is it.
  std::optional<MeansTable> original_means = std::nullopt;
  // Weights, quality, ladder; empty when nothing is declared about scores.
  ScorePolicy score = {};
};

// Means as files gave them.
inline const MeansTable& ImportedMeans(const Revision& revision) {
  return revision.original_means ? *revision.original_means : revision.means;
}

// Credit lines and history as files gave them.
inline const CreditTable& ImportedCredit(const Revision& revision) {
  return revision.original_credit ? *revision.original_credit : revision.credit;
}
inline const Realisations& ImportedHistory(const Revision& revision) {
  return revision.original ? *revision.original : revision.realisations;
}

// What ValidateDrivers cannot see: scopes that are no unit (UNKNOWN_UNIT at `drivers[i].scope`) and
// priors on indicators that are unknown (UNKNOWN_INDICATOR) or have no series (PRIOR_ON_A_RATIO).
Violations CheckDrivers(const Network& network, const DriverTable& table);

}  // namespace jalon::sim

#endif  // JALON_SIM_NETWORK_REVISION_H_
