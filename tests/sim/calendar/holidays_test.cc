#include "sim/calendar/holidays.h"

#include <set>
#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "sim/calendar/dates.h"

namespace jalon::sim {
namespace {

// Gauss's rule of 1800 with its two exceptions, another algorithm than the room's.
int32_t EasterByGauss(int year) {
  const int m = 24, n = year < 2100 ? 5 : 6;
  const int d = (19 * (year % 19) + m) % 30;
  const int e = (2 * (year % 4) + 4 * (year % 7) + 6 * d + n) % 7;
  int march = 22 + d + e;
  if (march == 57) march = 50;                          // 26 April becomes 19
  if (d == 28 && e == 6 && year % 19 > 10) march = 49;  // 25 April becomes 18
  return DayNumber({year, 3, 1}) + march - 1;
}

// Easter Sundays as printed in almanacs.
struct KnownEaster {
  int year, month, day;
};
constexpr KnownEaster kEasters[] = {
    {1943, 4, 25}, {1954, 4, 18}, {1961, 4, 2},  {1981, 4, 19}, {2000, 4, 23}, {2008, 3, 23},
    {2009, 4, 12}, {2010, 4, 4},  {2011, 4, 24}, {2012, 4, 8},  {2013, 3, 31}, {2014, 4, 20},
    {2015, 4, 5},  {2016, 3, 27}, {2017, 4, 16}, {2018, 4, 1},  {2019, 4, 21}, {2020, 4, 12},
    {2021, 4, 4},  {2022, 4, 17}, {2023, 4, 9},  {2024, 3, 31}, {2025, 4, 20}, {2026, 4, 5},
    {2027, 3, 28}, {2028, 4, 16}, {2029, 4, 1},  {2030, 4, 21}, {2038, 4, 25}};

std::vector<std::string> Texts(HolidaySet set, int year) {
  std::vector<std::string> texts;
  for (const Holiday& holiday : HolidaysOf(set, year)) texts.push_back(DateText(holiday.day));
  return texts;
}

// Holidays of France by another way: fixed dates, and offsets from Gauss's Easter.
std::multiset<int32_t> HolidaysByHand(int year, bool alsace_moselle) {
  const int32_t easter = EasterByGauss(year);
  std::multiset<int32_t> days = {easter + 1, easter + 39, easter + 50};
  for (const Date& date :
       {Date{year, 1, 1}, Date{year, 5, 1}, Date{year, 5, 8}, Date{year, 7, 14}, Date{year, 8, 15},
        Date{year, 11, 1}, Date{year, 11, 11}, Date{year, 12, 25}}) {
    days.insert(DayNumber(date));
  }
  if (alsace_moselle) days.insert({easter - 2, DayNumber({year, 12, 26})});
  return days;
}

TEST(HolidaysTest, EasterIsThatOfTheAlmanacs) {
  for (const KnownEaster& known : kEasters) {
    EXPECT_EQ(EasterSunday(known.year), DayNumber({known.year, known.month, known.day}))
        << known.year;
  }
}

TEST(HolidaysTest, EasterIsThatOfGaussInEveryYear) {
  for (int year = kFirstYear; year <= kLastYear; ++year) {
    ASSERT_EQ(EasterSunday(year), EasterByGauss(year)) << year;
    ASSERT_EQ(WeekdayOf(EasterSunday(year)), Weekday::kSunday);
  }
}

TEST(HolidaysTest, ListsElevenDaysInFrance) {
  EXPECT_EQ(Texts(HolidaySet::kFrance, 2026),
            (std::vector<std::string>{"2026-01-01", "2026-04-06", "2026-05-01", "2026-05-08",
                                      "2026-05-14", "2026-05-25", "2026-07-14", "2026-08-15",
                                      "2026-11-01", "2026-11-11", "2026-12-25"}));
  EXPECT_EQ(Texts(HolidaySet::kFrance, 2027),
            (std::vector<std::string>{"2027-01-01", "2027-03-29", "2027-05-01", "2027-05-06",
                                      "2027-05-08", "2027-05-17", "2027-07-14", "2027-08-15",
                                      "2027-11-01", "2027-11-11", "2027-12-25"}));
}

TEST(HolidaysTest, AddsGoodFridayAndTheSecondDayOfChristmasInAlsaceMoselle) {
  const std::vector<std::string> texts = Texts(HolidaySet::kAlsaceMoselle, 2027);
  ASSERT_EQ(texts.size(), 13);
  EXPECT_EQ(texts[1], "2027-03-26");
  EXPECT_EQ(texts[12], "2027-12-26");
}

TEST(HolidaysTest, AgreesWithHandMadeListsOverThirtyYears) {
  for (int year = 2005; year < 2035; ++year) {
    for (const bool alsace_moselle : {false, true}) {
      std::multiset<int32_t> days;
      for (const Holiday& holiday :
           HolidaysOf(alsace_moselle ? HolidaySet::kAlsaceMoselle : HolidaySet::kFrance, year)) {
        days.insert(holiday.day);
      }
      EXPECT_EQ(days, HolidaysByHand(year, alsace_moselle)) << year;
    }
  }
}

TEST(HolidaysTest, CountsTwoHolidaysOnOneDateOnce) {
  // In 2008 Ascension fell on Thursday 1 May: 22 weekdays less 1, 8 and Whit Monday 12 May.
  EXPECT_EQ(RuleDays(OpeningWeek::kMonFri, HolidaySet::kFrance, Period::Month(2008, 5)), 19);
}

// The check of the bank's data: May 2027 against May 2026 is +11.8 % for branches open from Monday
// to Friday and -5.3 % for those open from Tuesday to Saturday. The plain rule gives it: a branch
// closes on public holidays only, not on bridge days and not on the Saturday before Whit Monday.
TEST(HolidaysTest, MayGainsTwoDaysMondayToFridayAndLosesOneTuesdayToSaturday) {
  const Period may_2026 = Period::Month(2026, 5), may_2027 = Period::Month(2027, 5);
  EXPECT_EQ(RuleDays(OpeningWeek::kMonFri, HolidaySet::kFrance, may_2026), 17);
  EXPECT_EQ(RuleDays(OpeningWeek::kMonFri, HolidaySet::kFrance, may_2027), 19);
  EXPECT_EQ(RuleDays(OpeningWeek::kTueSat, HolidaySet::kFrance, may_2026), 19);
  EXPECT_EQ(RuleDays(OpeningWeek::kTueSat, HolidaySet::kFrance, may_2027), 18);
}

TEST(HolidaysTest, CountsTheDaysOfWholeYears) {
  // 2023: 260 weekdays; 1 January is a Sunday and 11 November a Saturday, nine others are weekdays.
  // 2026: 261 weekdays; 15 August is a Saturday and 1 November a Sunday.
  const auto year_days = [](OpeningWeek week, HolidaySet set, int year) {
    int days = 0;
    for (int month = 1; month <= 12; ++month)
      days += RuleDays(week, set, Period::Month(year, month));
    return days;
  };
  EXPECT_EQ(year_days(OpeningWeek::kMonFri, HolidaySet::kFrance, 2023), 251);
  EXPECT_EQ(year_days(OpeningWeek::kMonFri, HolidaySet::kFrance, 2026), 252);
  EXPECT_EQ(year_days(OpeningWeek::kMonFri, HolidaySet::kAlsaceMoselle, 2026), 251);
  EXPECT_EQ(year_days(OpeningWeek::kMonFri, HolidaySet::kNone, 2026), 261);
  EXPECT_EQ(year_days(OpeningWeek::kMonSat, HolidaySet::kNone, 2026), 313);
}

TEST(HolidaysTest, AQuarterHasTheDaysOfItsMonths) {
  for (const OpeningWeek week :
       {OpeningWeek::kMonFri, OpeningWeek::kTueSat, OpeningWeek::kMonSat}) {
    int months = 0;
    for (int month = 4; month <= 6; ++month) {
      months += RuleDays(week, HolidaySet::kFrance, Period::Month(2027, month));
    }
    EXPECT_EQ(RuleDays(week, HolidaySet::kFrance, Period::Quarter(2027, 2)), months);
  }
}

}  // namespace
}  // namespace jalon::sim
