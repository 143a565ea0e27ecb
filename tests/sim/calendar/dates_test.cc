#include "sim/calendar/dates.h"

#include "gtest/gtest.h"

namespace jalon::sim {
namespace {

TEST(DatesTest, CountsDaysFromTheFirstOfJanuary1970) {
  EXPECT_EQ(DayNumber({1970, 1, 1}), 0);
  EXPECT_EQ(DayNumber({1969, 12, 31}), -1);
  EXPECT_EQ(DayNumber({2000, 3, 1}), 11017);
  EXPECT_EQ(WeekdayOf(DayNumber({1970, 1, 1})), Weekday::kThursday);
  EXPECT_EQ(WeekdayOf(DayNumber({1969, 12, 28})), Weekday::kSunday);
}

TEST(DatesTest, GoesThroughEveryDayOfThreeCenturiesInOrder) {
  int32_t day = DayNumber({kFirstYear, 1, 1});
  for (int year = kFirstYear; year <= kLastYear; ++year) {
    for (int month = 1; month <= 12; ++month) {
      for (int d = 1; d <= DaysInMonth(year, month); ++d, ++day) {
        ASSERT_EQ(DayNumber({year, month, d}), day);
        ASSERT_EQ(DateOf(day), (Date{year, month, d}));
      }
    }
  }
  // 300 years of 365 days and 73 leap days: 1900 and 2100 have none.
  EXPECT_EQ(day - DayNumber({kFirstYear, 1, 1}), 300 * 365 + 73);
}

TEST(DatesTest, KnowsTheDaysOfMonthsAndQuarters) {
  EXPECT_EQ(CalendarDays(Period::Month(2024, 2)), 29);
  EXPECT_EQ(CalendarDays(Period::Month(2100, 2)), 28);
  EXPECT_EQ(CalendarDays(Period::Quarter(2027, 1)), 90);
  EXPECT_EQ(CalendarDays(Period::Quarter(2027, 4)), 92);
  EXPECT_EQ(DateText(FirstDay(Period::Quarter(2027, 2))), "2027-04-01");
}

TEST(DatesTest, ReadsBothFormsOfADate) {
  EXPECT_EQ(*ParseDate("2027-05-06"), DayNumber({2027, 5, 6}));
  EXPECT_EQ(*ParseDate("06/05/2027"), DayNumber({2027, 5, 6}));
}

TEST(DatesTest, RefusesWhatIsNoDate) {
  for (const char* text : {"", "2027-02-29", "2027-13-01", "2027-5-6", "1899-12-31", "2200-01-01",
                           "32/01/2027", "2027-05-06 ", "2027/05/06", "+027-05-06"}) {
    EXPECT_FALSE(ParseDate(text).ok()) << text;
  }
}

}  // namespace
}  // namespace jalon::sim
