// Public holidays of France, computed.
#ifndef JALON_SIM_CALENDAR_HOLIDAYS_H_
#define JALON_SIM_CALENDAR_HOLIDAYS_H_

#include <cstdint>
#include <vector>

#include "absl/strings/string_view.h"
#include "sim/base/period.h"
#include "sim/network/calendar_table.h"

namespace jalon::sim {

// A public holiday.
struct Holiday {
  // Days since 1970-01-01.
  int32_t day = 0;
  // French name, e.g. `Lundi de Pâques`.
  absl::string_view name;

  friend bool operator==(const Holiday&, const Holiday&) = default;
};

// Easter Sunday of a Gregorian year, as a day number. Source: the anonymous computus published by
// Butcher and proved in [Meeus1998], chapter 8: integer arithmetic, valid for every Gregorian year.
int32_t EasterSunday(int year);

// The holidays of a year, by date then name. kFrance: 1 January, Easter Monday, 1 May, 8 May,
// Ascension, Whit Monday, 14 July, 15 August, 1 November, 11 November, 25 December. kAlsaceMoselle:
// Good Friday and 26 December too. kNone: none. Two may fall on one date (Ascension on 1 May in
// 2008). They are those in force since 1982, whatever the year.
std::vector<Holiday> HolidaysOf(HolidaySet set, int year);

// Days of `period` that fall in `week` and on no holiday of `set`.
int RuleDays(OpeningWeek week, HolidaySet set, Period period);

// Whether `day` falls in the week and on no holiday.
bool IsOpenByRule(OpeningWeek week, HolidaySet set, int32_t day);

}  // namespace jalon::sim

#endif  // JALON_SIM_CALENDAR_HOLIDAYS_H_
