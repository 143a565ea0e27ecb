// Checks of declared calendars and imported shares, and their canonical order.
#ifndef JALON_SIM_CALENDAR_CALENDAR_RULES_H_
#define JALON_SIM_CALENDAR_CALENDAR_RULES_H_

#include "sim/base/violation.h"
#include "sim/network/calendar_table.h"
#include "sim/network/network.h"

namespace jalon::sim {

// Every broken rule of `table` against a network. Field paths are `rules[i].unit`, `dates[i].date`,
// `days[i].days` and so on. Reasons: TWO_SCOPES (a unit and a kind), UNKNOWN_UNIT,
// UNKNOWN_UNIT_KIND (a kind no leaf unit has), EMPTY_RULE (neither week nor holidays), DUPLICATE,
// OUT_OF_RANGE (a date beyond 1900 to 2199), BAD_FREQUENCY, NOT_FINITE, NEGATIVE,
// DAYS_BEYOND_PERIOD (more days than the period has).
Violations ValidateCalendars(const Network& network, const CalendarTable& table);

// The table in canonical order: by unit, kind, then date or period; the id of the root becomes the
// empty scope, so that two spellings of one declaration are one. Requires a valid table.
CalendarTable SortedCalendars(const Network& network, CalendarTable table);

// Every broken rule of imported shares. Field paths are `shares[i].indicator` and so on. Reasons:
// UNKNOWN_INDICATOR, NOT_A_SUM (its periods do not add up), UNKNOWN_UNIT, OUT_OF_RANGE (a month of
// the year beyond 12, a share outside [0, 1]), DUPLICATE, SHARES_DO_NOT_ADD (the shares of an
// indicator and unit are not 1 together, to 1e-6; a month left out counts as 0).
Violations ValidatePhasing(const Network& network, const PhasingTable& table);

// The shares by indicator, unit and season; the id of the root becomes the empty one. Requires a
// valid table.
PhasingTable SortedPhasing(const Network& network, PhasingTable table);

}  // namespace jalon::sim

#endif  // JALON_SIM_CALENDAR_CALENDAR_RULES_H_
