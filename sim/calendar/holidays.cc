#include "sim/calendar/holidays.h"

#include <algorithm>
#include <tuple>

#include "sim/calendar/dates.h"

namespace jalon::sim {
namespace {

bool IsInWeek(OpeningWeek week, Weekday weekday) {
  switch (week) {
    case OpeningWeek::kMonFri:
      return weekday <= Weekday::kFriday;
    case OpeningWeek::kTueSat:
      return Weekday::kTuesday <= weekday && weekday <= Weekday::kSaturday;
    case OpeningWeek::kMonSat:
      return weekday <= Weekday::kSaturday;
  }
  return false;
}

bool IsHoliday(const std::vector<Holiday>& holidays, int32_t day) {
  return std::any_of(holidays.begin(), holidays.end(),
                     [&](const Holiday& holiday) { return holiday.day == day; });
}

}  // namespace

int32_t EasterSunday(int year) {
  const int a = year % 19;
  const int b = year / 100;
  const int c = year % 100;
  const int d = b / 4;
  const int e = b % 4;
  const int f = (b + 8) / 25;
  const int g = (b - f + 1) / 3;
  const int h = (19 * a + b - d - g + 15) % 30;
  const int i = c / 4;
  const int k = c % 4;
  const int l = (32 + 2 * e + 2 * i - h - k) % 7;
  const int m = (a + 11 * h + 22 * l) / 451;
  const int month_and_day = h + l - 7 * m + 114;
  return DayNumber({year, month_and_day / 31, month_and_day % 31 + 1});
}

std::vector<Holiday> HolidaysOf(HolidaySet set, int year) {
  if (set == HolidaySet::kNone) return {};
  const auto on = [&](int month, int day) { return DayNumber({year, month, day}); };
  const int32_t easter = EasterSunday(year);
  std::vector<Holiday> holidays = {
      {on(1, 1), "Jour de l'an"},    {easter + 1, "Lundi de Pâques"},
      {on(5, 1), "Fête du travail"}, {on(5, 8), "Victoire de 1945"},
      {easter + 39, "Ascension"},    {easter + 50, "Lundi de Pentecôte"},
      {on(7, 14), "Fête nationale"}, {on(8, 15), "Assomption"},
      {on(11, 1), "Toussaint"},      {on(11, 11), "Armistice de 1918"},
      {on(12, 25), "Jour de Noël"},
  };
  if (set == HolidaySet::kAlsaceMoselle) {
    holidays.push_back({easter - 2, "Vendredi saint"});
    holidays.push_back({on(12, 26), "Deuxième jour de Noël"});
  }
  std::sort(holidays.begin(), holidays.end(), [](const Holiday& x, const Holiday& y) {
    return std::tie(x.day, x.name) < std::tie(y.day, y.name);
  });
  return holidays;
}

int RuleDays(OpeningWeek week, HolidaySet set, Period period) {
  const std::vector<Holiday> holidays = HolidaysOf(set, period.year());
  const int32_t end = FirstDay(period + 1);
  int days = 0;
  for (int32_t day = FirstDay(period); day < end; ++day) {
    days += IsInWeek(week, WeekdayOf(day)) && !IsHoliday(holidays, day) ? 1 : 0;
  }
  return days;
}

bool IsOpenByRule(OpeningWeek week, HolidaySet set, int32_t day) {
  return IsInWeek(week, WeekdayOf(day)) && !IsHoliday(HolidaysOf(set, DateOf(day).year), day);
}

}  // namespace jalon::sim
