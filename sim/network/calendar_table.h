// Opening days: how many days a branch was, or will be, open in a month or a quarter.
//
// A CalendarTable is what a bank declares: weeks, holidays, dates, imported days. OpeningDays turns
// it into days per leaf unit and period. Units without a week and without imported days have no
// calendar: their exposure is 1.
#ifndef JALON_SIM_NETWORK_CALENDAR_TABLE_H_
#define JALON_SIM_NETWORK_CALENDAR_TABLE_H_

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "sim/base/period.h"

namespace jalon::sim {

// The days of the week a unit opens.
enum class OpeningWeek { kMonFri, kTueSat, kMonSat };

// The public holidays on which a unit closes.
enum class HolidaySet {
  kNone,
  kFrance,         // the eleven of article L3133-1 of the Code du travail
  kAlsaceMoselle,  // and Good Friday and 26 December (article L3134-13)
};

// Whom a declaration is for: a unit and everything below it, the leaf units of a kind, or (both
// empty) the whole network. Never both. The nearest one prevails: the leaf's own, its kind's, its
// parent's, and so on to the network's.
struct CalendarScope {
  std::string unit;
  std::string unit_kind;

  friend auto operator<=>(const CalendarScope&, const CalendarScope&) = default;
};

// A rule. What it leaves out comes from the next nearest one.
struct CalendarRule {
  CalendarScope scope;
  // At least one of the two is set.
  std::optional<OpeningWeek> week;
  std::optional<HolidaySet> holidays;

  friend bool operator==(const CalendarRule&, const CalendarRule&) = default;
};

// A date that is open or closed whatever the rules say: a bridge day, a Saturday fair.
struct CalendarDate {
  CalendarScope scope;
  // Days since 1970-01-01; years 1900 to 2199.
  int32_t day = 0;
  bool is_open = false;

  friend bool operator==(const CalendarDate&, const CalendarDate&) = default;
};

// Opening days of a period as the bank counts them; they prevail over rules and dates.
struct ImportedDays {
  CalendarScope scope;
  // At the network's frequency.
  Period period;
  // 0 to the number of days of the period; halves and other fractions are fine.
  double days = 0.0;

  friend bool operator==(const ImportedDays&, const ImportedDays&) = default;
};

// Everything declared about opening days. Canonical order once resolved (SortedCalendars): by unit,
// unit kind, then period or day. Empty means that no unit has a calendar.
struct CalendarTable {
  std::vector<CalendarRule> rules;
  std::vector<CalendarDate> dates;
  std::vector<ImportedDays> days;

  bool empty() const { return rules.empty() && dates.empty() && days.empty(); }
  friend bool operator==(const CalendarTable&, const CalendarTable&) = default;
};

// The share of a year an indicator makes in one month of the year (quarter, for quarterly
// networks), as the bank imports it.
struct PhasingShare {
  std::string indicator;
  // Id of a unit, for it and everything below it; empty for the whole network.
  std::string unit;
  // 0-based place in the calendar year: 0..11 for months, 0..3 for quarters.
  int season = 0;
  // In [0, 1]; the shares of a (unit, indicator) add up to 1.
  double share = 0.0;

  friend bool operator==(const PhasingShare&, const PhasingShare&) = default;
};

// Imported shares, by indicator, unit and season once resolved. Empty means none.
struct PhasingTable {
  std::vector<PhasingShare> shares;

  friend bool operator==(const PhasingTable&, const PhasingTable&) = default;
};

}  // namespace jalon::sim

#endif  // JALON_SIM_NETWORK_CALENDAR_TABLE_H_
