#include "sim/base/period.h"

#include <sstream>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace jalon::sim {
namespace {

using ::testing::HasSubstr;

constexpr Frequency kMonth = Frequency::kMonth;
constexpr Frequency kQuarter = Frequency::kQuarter;

Window YearOf(int year) { return {Period::Month(year, 1), Period::Month(year, 12)}; }

TEST(PeriodTest, CountsFromJanuary1900) {
  EXPECT_EQ(Period::Month(1900, 1).index, 0);
  EXPECT_EQ(Period::Month(2027, 3).index, 127 * 12 + 2);
  EXPECT_EQ(Period::Quarter(1900, 1).index, 0);
  EXPECT_EQ(Period::Quarter(2027, 4).index, 127 * 4 + 3);
}

TEST(PeriodTest, KnowsItsYearAndSeason) {
  EXPECT_EQ(Period::Month(2027, 12).year(), 2027);
  EXPECT_EQ(Period::Month(2027, 12).season(), 11);
  EXPECT_EQ(Period::Quarter(2027, 1).year(), 2027);
  EXPECT_EQ(Period::Quarter(2027, 1).season(), 0);
}

TEST(PeriodTest, AddsAndSubtractsAcrossYears) {
  EXPECT_EQ(Period::Month(2026, 11) + 3, Period::Month(2027, 2));
  EXPECT_EQ(Period::Quarter(2027, 1) - 1, Period::Quarter(2026, 4));
  EXPECT_EQ(Period::Month(2027, 2) - Period::Month(2026, 11), 3);
}

TEST(PeriodTest, PrintsItsFrequencysForm) {
  EXPECT_EQ(Period::Month(2027, 3).ToString(), "2027-03");
  EXPECT_EQ(Period::Quarter(2027, 3).ToString(), "2027-Q3");
  std::ostringstream out;
  out << Period::Month(1999, 12);
  EXPECT_EQ(out.str(), "1999-12");
}

TEST(PeriodTest, ParsesEveryPeriodItPrints) {
  for (Period p = Period::Month(1900, 1); p <= Period::Month(2199, 12); p = p + 1) {
    ASSERT_EQ(*ParsePeriod(p.ToString()), p);
  }
  for (Period p = Period::Quarter(1900, 1); p <= Period::Quarter(2199, 4); p = p + 1) {
    ASSERT_EQ(*ParsePeriod(p.ToString()), p);
  }
}

TEST(PeriodTest, RefusesAMonthThirteen) {
  const absl::Status status = ParsePeriod("2027-13").status();
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(status.message(), HasSubstr("\"2027-13\""));
  EXPECT_THAT(status.message(), HasSubstr("YYYY-MM"));
  EXPECT_THAT(status.message(), HasSubstr("YYYY-Qn"));
}

TEST(PeriodTest, RefusesTextsThatLookLikePeriods) {
  for (const char* text : {"", "2027", "2027-00", "2027-1", "2027-001", "2027-Q0", "2027-Q5",
                           "2027-q1", "2027-Q", "2027-Q12", "2027/01", "1899-12", "2200-01",
                           " 2027-1", "2027-01 ", "+027-01", "2027--1", "2027-+1", "-027-01"}) {
    EXPECT_FALSE(ParsePeriod(text).ok()) << text;
  }
}

TEST(PeriodTest, QuotesABoundedPrefixOfABadText) {
  const absl::Status status = ParsePeriod(std::string(10'000, '\n')).status();
  EXPECT_LT(status.message().size(), 300u);
  EXPECT_THAT(status.message(), HasSubstr("\\n"));
}

TEST(WindowTest, IsInclusive) {
  EXPECT_EQ(YearOf(2027).size(), 12);
  EXPECT_TRUE(YearOf(2027).contains(Period::Month(2027, 1)));
  EXPECT_TRUE(YearOf(2027).contains(Period::Month(2027, 12)));
  EXPECT_FALSE(YearOf(2027).contains(Period::Month(2028, 1)));
}

TEST(WindowTest, IsEmptyWhenLastComesFirst) {
  const Window empty{Period::Month(2027, 2), Period::Month(2027, 1)};
  EXPECT_EQ(empty.size(), 0);
  EXPECT_FALSE(empty.contains(Period::Month(2027, 1)));
}

TEST(WindowTest, PrintsAYearAPeriodOrARange) {
  EXPECT_EQ(YearOf(2027).ToString(), "2027");
  EXPECT_EQ((Window{Period::Month(2027, 4), Period::Month(2027, 4)}).ToString(), "2027-04");
  EXPECT_EQ((Window{Period::Month(2026, 7), Period::Month(2027, 6)}).ToString(),
            "2026-07..2027-06");
  EXPECT_EQ((Window{Period::Quarter(2027, 1), Period::Quarter(2027, 4)}).ToString(), "2027");
  EXPECT_EQ((Window{Period::Quarter(2027, 1), Period::Quarter(2027, 3)}).ToString(),
            "2027-Q1..2027-Q3");
}

TEST(WindowTest, TwoYearsPrintAsPeriods) {
  EXPECT_EQ((Window{Period::Month(2026, 1), Period::Month(2027, 12)}).ToString(),
            "2026-01..2027-12");
}

TEST(WindowTest, ParsesAYearAtTheNetworksFrequency) {
  EXPECT_EQ(*ParseWindow("2027", kMonth), YearOf(2027));
  EXPECT_EQ(*ParseWindow("2027", kQuarter),
            (Window{Period::Quarter(2027, 1), Period::Quarter(2027, 4)}));
}

TEST(WindowTest, ParsesAPeriodARangeAndARangeOfYears) {
  EXPECT_EQ(*ParseWindow("2027-03", kMonth),
            (Window{Period::Month(2027, 3), Period::Month(2027, 3)}));
  EXPECT_EQ(*ParseWindow("2026-07..2027-06", kMonth),
            (Window{Period::Month(2026, 7), Period::Month(2027, 6)}));
  EXPECT_EQ(*ParseWindow("2025..2027", kMonth),
            (Window{Period::Month(2025, 1), Period::Month(2027, 12)}));
}

TEST(WindowTest, ParsesEveryWindowItPrints) {
  const Period start = Period::Month(2025, 1);
  for (int first = 0; first < 36; ++first) {
    for (int last = first; last < 36; ++last) {
      const Window window{start + first, start + last};
      ASSERT_EQ(*ParseWindow(window.ToString(), kMonth), window);
    }
  }
}

TEST(WindowTest, RefusesBadTexts) {
  for (const char* text :
       {"", "..", "2027..", "..2027", "2025..2026-03", "2026-03..2027", "2026-01..2026-02..2026-03",
        "2026-01...2026-02", "2026-01-2026-02", "26", "20277"}) {
    EXPECT_EQ(ParseWindow(text, kMonth).status().code(), absl::StatusCode::kInvalidArgument)
        << text;
  }
}

TEST(WindowTest, RefusesTheOtherFrequency) {
  EXPECT_THAT(ParseWindow("2027-Q1", kMonth).status().message(), HasSubstr("YYYY-MM"));
  EXPECT_THAT(ParseWindow("2027-01", kQuarter).status().message(), HasSubstr("YYYY-Qn"));
  EXPECT_FALSE(ParseWindow("2027-01..2027-Q4", kMonth).ok());
}

TEST(WindowTest, RefusesAnEndBeforeItsBeginning) {
  EXPECT_THAT(ParseWindow("2027-03..2027-02", kMonth).status().message(), HasSubstr("before"));
  EXPECT_FALSE(ParseWindow("2027..2026", kMonth).ok());
}

}  // namespace
}  // namespace jalon::sim
