#include "sim/calendar/calendar_rules.h"

#include <limits>

#include "gtest/gtest.h"
#include "sim/calendar/dates.h"
#include "tests/sim/network/small_network.h"

namespace jalon::sim {
namespace {

const Period kMay = Period::Month(2027, 5);

TEST(CalendarRulesTest, AcceptsWhatABankDeclares) {
  const CalendarTable table{
      .rules = {{{}, OpeningWeek::kMonFri, HolidaySet::kFrance},
                {{.unit_kind = "remote"}, OpeningWeek::kMonSat, std::nullopt}},
      .dates = {{{.unit = "north"}, DayNumber({2027, 5, 7}), false}},
      .days = {{{.unit = "s1"}, kMay, 31.0}}};
  EXPECT_TRUE(ValidateCalendars(SmallNetwork(), table).empty());
}

TEST(CalendarRulesTest, ListsEveryProblemAtOnce) {
  const CalendarTable table{
      .rules = {{{.unit = "n1", .unit_kind = "remote"}, OpeningWeek::kMonFri, std::nullopt},
                {{.unit = "nowhere"}, OpeningWeek::kMonFri, std::nullopt},
                {{.unit_kind = "castle"}, OpeningWeek::kMonFri, std::nullopt},
                {{.unit = "n2"}, std::nullopt, std::nullopt},
                {{.unit = "bank"}, OpeningWeek::kMonFri, std::nullopt},
                {{}, OpeningWeek::kTueSat, std::nullopt}},
      .dates = {{{}, DayNumber({2300, 1, 1}), false}},
      .days = {{{}, kMay, 32.0},
               {{}, kMay + 1, -1.0},
               {{}, kMay + 2, std::numeric_limits<double>::quiet_NaN()},
               {{}, Period::Quarter(2027, 1), 60.0},
               {{}, Period::Month(2027, 2), 29.0}}};
  const Violations violations = ValidateCalendars(SmallNetwork(), table);
  EXPECT_TRUE(HasViolation(violations, "rules[0].kind", "TWO_SCOPES"));
  EXPECT_TRUE(HasViolation(violations, "rules[1].unit", "UNKNOWN_UNIT"));
  EXPECT_TRUE(HasViolation(violations, "rules[2].kind", "UNKNOWN_UNIT_KIND"));
  EXPECT_TRUE(HasViolation(violations, "rules[3].week", "EMPTY_RULE"));
  EXPECT_TRUE(HasViolation(violations, "rules[5]", "DUPLICATE")) << "the root is the network";
  EXPECT_TRUE(HasViolation(violations, "dates[0].date", "OUT_OF_RANGE"));
  EXPECT_TRUE(HasViolation(violations, "days[0].days", "DAYS_BEYOND_PERIOD"));
  EXPECT_TRUE(HasViolation(violations, "days[1].days", "NEGATIVE"));
  EXPECT_TRUE(HasViolation(violations, "days[2].days", "NOT_FINITE"));
  EXPECT_TRUE(HasViolation(violations, "days[3].period", "BAD_FREQUENCY"));
  EXPECT_TRUE(HasViolation(violations, "days[4].days", "DAYS_BEYOND_PERIOD"));
  EXPECT_EQ(violations.total_count(), 11);
}

TEST(CalendarRulesTest, TheOrderOfRowsDoesNotMatter) {
  const Network network = SmallNetwork();
  CalendarTable table{.rules = {{{.unit = "s1"}, OpeningWeek::kTueSat, std::nullopt},
                                {{.unit = "bank"}, OpeningWeek::kMonFri, std::nullopt}},
                      .days = {{{}, kMay + 1, 20.0}, {{}, kMay, 19.0}}};
  CalendarTable other{.rules = {{{}, OpeningWeek::kMonFri, std::nullopt}, table.rules[0]},
                      .days = {table.days[1], table.days[0]}};
  EXPECT_EQ(SortedCalendars(network, table), SortedCalendars(network, other));
}

PhasingTable EqualShares(const std::string& indicator, const std::string& unit) {
  PhasingTable table;
  for (int season = 0; season < 12; ++season) {
    table.shares.push_back({indicator, unit, season, 1.0 / 12});
  }
  return table;
}

TEST(CalendarRulesTest, SharesOfAYearAddUpToOne) {
  const Network network = SmallNetwork();
  EXPECT_TRUE(ValidatePhasing(network, EqualShares("accounts", "north")).empty());
  PhasingTable table = EqualShares("accounts", "");
  table.shares[3].share = 0.2;
  EXPECT_TRUE(
      HasViolation(ValidatePhasing(network, table), "shares[0].share", "SHARES_DO_NOT_ADD"));
}

TEST(CalendarRulesTest, RefusesSharesOfNothing) {
  const PhasingTable table{.shares = {{"hats", "", 0, 1.0},
                                      {"loans", "nowhere", 0, 1.0},
                                      {"accounts", "", 12, 0.5},
                                      {"accounts", "", 1, 1.5},
                                      {"accounts", "", 2, 0.5},
                                      {"accounts", "bank", 2, 0.5}}};
  const Violations violations = ValidatePhasing(SmallNetwork(), table);
  EXPECT_TRUE(HasViolation(violations, "shares[0].indicator", "UNKNOWN_INDICATOR"));
  EXPECT_TRUE(HasViolation(violations, "shares[1].unit", "UNKNOWN_UNIT"));
  EXPECT_TRUE(HasViolation(violations, "shares[2].month", "OUT_OF_RANGE"));
  EXPECT_TRUE(HasViolation(violations, "shares[3].share", "OUT_OF_RANGE"));
  EXPECT_TRUE(HasViolation(violations, "shares[5]", "DUPLICATE"));
}

}  // namespace
}  // namespace jalon::sim
