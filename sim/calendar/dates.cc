#include "sim/calendar/dates.h"

#include <optional>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"

namespace jalon::sim {
namespace {

constexpr int kDaysPerEra = 146097;   // 400 years
constexpr int kEpochOffset = 719468;  // days from 0000-03-01 to 1970-01-01

bool IsLeap(int year) { return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0); }

// Digits alone: no sign, no blank.
std::optional<int> Digits(absl::string_view text) {
  int value = 0;
  for (const char c : text) {
    if (c < '0' || c > '9') return std::nullopt;
    value = value * 10 + (c - '0');
  }
  return value;
}

// The three parts of the text in one of the two forms; nullopt when it has neither.
std::optional<Date> Split(absl::string_view text) {
  if (text.size() != 10) return std::nullopt;
  const bool is_iso = text[4] == '-' && text[7] == '-';
  const bool is_french = text[2] == '/' && text[5] == '/';
  if (!is_iso && !is_french) return std::nullopt;
  const auto year = Digits(is_iso ? text.substr(0, 4) : text.substr(6, 4));
  const auto month = Digits(is_iso ? text.substr(5, 2) : text.substr(3, 2));
  const auto day = Digits(is_iso ? text.substr(8, 2) : text.substr(0, 2));
  if (!year || !month || !day) return std::nullopt;
  return Date{*year, *month, *day};
}

bool Exists(const Date& date) {
  return kFirstYear <= date.year && date.year <= kLastYear && 1 <= date.month && date.month <= 12 &&
         1 <= date.day && date.day <= DaysInMonth(date.year, date.month);
}

}  // namespace

int32_t DayNumber(const Date& date) {
  const int year = date.year - (date.month <= 2 ? 1 : 0);
  const int era = (year >= 0 ? year : year - 399) / 400;
  const int year_of_era = year - era * 400;
  const int month = date.month > 2 ? date.month - 3 : date.month + 9;
  const int day_of_year = (153 * month + 2) / 5 + date.day - 1;
  const int day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
  return era * kDaysPerEra + day_of_era - kEpochOffset;
}

Date DateOf(int32_t day) {
  const int shifted = day + kEpochOffset;
  const int era = (shifted >= 0 ? shifted : shifted - (kDaysPerEra - 1)) / kDaysPerEra;
  const int day_of_era = shifted - era * kDaysPerEra;
  const int year_of_era =
      (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
  const int day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
  const int month = (5 * day_of_year + 2) / 153;
  Date date;
  date.day = day_of_year - (153 * month + 2) / 5 + 1;
  date.month = month < 10 ? month + 3 : month - 9;
  date.year = year_of_era + era * 400 + (date.month <= 2 ? 1 : 0);
  return date;
}

Weekday WeekdayOf(int32_t day) {
  const int place = (day + 3) % 7;
  return static_cast<Weekday>(place < 0 ? place + 7 : place);
}

int DaysInMonth(int year, int month) {
  constexpr int kDays[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  return month == 2 && IsLeap(year) ? 29 : kDays[month - 1];
}

int32_t FirstDay(Period period) {
  const int months = 12 / PeriodsPerYear(period.frequency);
  return DayNumber({period.year(), period.season() * months + 1, 1});
}

std::string DateText(int32_t day) {
  const Date date = DateOf(day);
  return absl::StrFormat("%04d-%02d-%02d", date.year, date.month, date.day);
}

absl::StatusOr<int32_t> ParseDate(absl::string_view text) {
  const std::optional<Date> date = Split(text);
  if (date.has_value() && Exists(*date)) return DayNumber(*date);
  return absl::InvalidArgumentError(absl::StrCat(
      "`", text, "` is not a date, YYYY-MM-DD or DD/MM/YYYY, from 1900-01-01 to 2199-12-31"));
}

}  // namespace jalon::sim
