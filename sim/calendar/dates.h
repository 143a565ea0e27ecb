// Dates of the Gregorian calendar as day numbers, without a clock or a time zone.
#ifndef JALON_SIM_CALENDAR_DATES_H_
#define JALON_SIM_CALENDAR_DATES_H_

#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "sim/base/period.h"

namespace jalon::sim {

// Years that dates may have, as periods do (ParsePeriod).
inline constexpr int kFirstYear = 1900;
inline constexpr int kLastYear = 2199;

// A date in parts.
struct Date {
  int year = 1970;
  int month = 1;
  int day = 1;

  friend bool operator==(const Date&, const Date&) = default;
};

enum class Weekday { kMonday, kTuesday, kWednesday, kThursday, kFriday, kSaturday, kSunday };

// Days since 1970-01-01 of a date, negative before it. Requires a date that exists.
// Source: the civil calendar counted from 1 March in eras of 400 years ([Hinnant2014]).
int32_t DayNumber(const Date& date);

// The date of a day number; inverse of DayNumber.
Date DateOf(int32_t day);

// The day of the week: 1970-01-01 was a Thursday.
Weekday WeekdayOf(int32_t day);

// 28 to 31.
int DaysInMonth(int year, int month);

// First day of a month or a quarter.
int32_t FirstDay(Period period);

// Days of a month (28 to 31) or a quarter (90 to 92).
inline int CalendarDays(Period period) { return FirstDay(period + 1) - FirstDay(period); }

// `YYYY-MM-DD`.
std::string DateText(int32_t day);

// Parses `YYYY-MM-DD` or `DD/MM/YYYY` with years 1900 to 2199.
// Errors: kInvalidArgument naming the text and the two accepted forms.
absl::StatusOr<int32_t> ParseDate(absl::string_view text);

}  // namespace jalon::sim

#endif  // JALON_SIM_CALENDAR_DATES_H_
