#include "server/ingest/period_text.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace jalon::server {
namespace {

using Problem = PeriodReader::Problem;
using sim::Frequency;
using sim::Period;

Period ReadMonth(absl::string_view text) {
  PeriodReader reader(Frequency::kMonth, std::nullopt);
  const PeriodReader::Result result = reader.Read(text);
  EXPECT_EQ(result.problem, Problem::kNone) << text;
  return result.period;
}

Period ReadQuarter(absl::string_view text) {
  PeriodReader reader(Frequency::kQuarter, std::nullopt);
  const PeriodReader::Result result = reader.Read(text);
  EXPECT_EQ(result.problem, Problem::kNone) << text;
  return result.period;
}

Problem MonthProblem(absl::string_view text) {
  return PeriodReader(Frequency::kMonth, std::nullopt).Read(text).problem;
}

TEST(PeriodReaderTest, ReadsEverySpellingOfAMonth) {
  for (const absl::string_view text : {"2026-03", "2026-03-31", "31/03/2026", "1/03/2026", "202603",
                                       "03/2026", "3/2026", " 2026-03 "}) {
    EXPECT_EQ(ReadMonth(text), Period::Month(2026, 3)) << text;
  }
}

TEST(PeriodReaderTest, ReadsEverySpellingOfAQuarter) {
  for (const absl::string_view text : {"1976-Q2", "1976 Q2", "1976Q2", "1976-T2", "1976-06-30"}) {
    EXPECT_EQ(ReadQuarter(text), Period::Quarter(1976, 2)) << text;
  }
}

TEST(PeriodReaderTest, KeepsTheFormatOfTheFirstPeriod) {
  PeriodReader reader(Frequency::kMonth, std::nullopt);
  EXPECT_EQ(reader.Read("2026-03").problem, Problem::kNone);
  EXPECT_EQ(reader.format(), PeriodFormat::kYearMonth);
  EXPECT_EQ(reader.Read("31/03/2026").problem, Problem::kOtherFormat);
  EXPECT_EQ(PeriodReason(Problem::kOtherFormat), "MIXED_PERIOD_FORMATS");
  EXPECT_THAT(PeriodRule(Problem::kOtherFormat, reader), testing::HasSubstr("YYYY-MM"));
}

TEST(PeriodReaderTest, ReadsAmericanDatesOnlyWhenDeclared) {
  EXPECT_EQ(MonthProblem("03/31/2026"), Problem::kOutsideCalendar);
  PeriodReader reader(Frequency::kMonth, PeriodFormat::kMonthDayYear);
  EXPECT_EQ(reader.Read("03/31/2026").period, Period::Month(2026, 3));
}

TEST(PeriodReaderTest, RefusesYearsQuartersForMonthsAndImpossibleDates) {
  EXPECT_EQ(MonthProblem("2026"), Problem::kYearOnly);
  EXPECT_EQ(MonthProblem("2026-Q1"), Problem::kOtherFrequency);
  EXPECT_EQ(MonthProblem("2026-13"), Problem::kOutsideCalendar);
  EXPECT_EQ(MonthProblem("2026-02-30"), Problem::kOutsideCalendar);
  EXPECT_EQ(MonthProblem("1818-05-22"), Problem::kBeforeCalendar);
  EXPECT_EQ(MonthProblem("mars 2026"), Problem::kNotAPeriod);
  EXPECT_EQ(MonthProblem(""), Problem::kEmpty);
}

TEST(PeriodReaderTest, KnowsLeapYears) {
  EXPECT_EQ(ReadMonth("2024-02-29"), Period::Month(2024, 2));
  EXPECT_EQ(MonthProblem("2100-02-29"), Problem::kOutsideCalendar);
}

TEST(PeriodFormatTest, NamesReadBack) {
  for (const PeriodFormat format :
       {PeriodFormat::kYearMonth, PeriodFormat::kYearQuarter, PeriodFormat::kIsoDate,
        PeriodFormat::kDayMonthYear, PeriodFormat::kMonthDayYear, PeriodFormat::kCompactMonth,
        PeriodFormat::kMonthYear}) {
    EXPECT_EQ(ParsePeriodFormatName(PeriodFormatName(format)), format);
  }
  EXPECT_FALSE(ParsePeriodFormatName("yyyy").has_value());
}

}  // namespace
}  // namespace jalon::server
