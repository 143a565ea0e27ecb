#include "sim/drivers/derived_history.h"

#include <cmath>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "sim/base/violation.h"

namespace jalon::sim {
namespace {

using ::testing::ElementsAre;
using ::testing::Field;
using ::testing::IsEmpty;

// Monthly inputs from July 2024; `rate` is derived from them.
DriverTable Table(DerivedRule rule) {
  Driver estr{.id = "estr", .first = Period::Month(2024, 7), .values = std::vector(18, 2.0)};
  Driver inflation{.id = "inflation", .first = Period::Month(2024, 7)};
  for (int t = 0; t < 18; ++t) inflation.values.push_back(t < 6 ? 1.0 : 3.0);
  Driver rate{.id = "rate", .derived = std::move(rule), .first = Period::Month(2024, 7)};
  return {.drivers = {estr, inflation, rate}};
}

DerivedRule Livret() {
  return {.formula = "0.5 * (mean(inflation, 6) + mean(estr, 6))",
          .rounding_step = 0.1,
          .effective_months = {2, 8},
          .announcement_lag = 2};
}

std::vector<std::string> Problems(const DriverTable& table) {
  std::vector<std::string> problems;
  const Violations found = ValidateDerived(table);
  for (const Violation& problem : found.kept()) {
    problems.push_back(problem.field + " " + problem.reason + " " + problem.value);
  }
  return problems;
}

TEST(DerivedHistoryTest, IsComputedFromTheFirstDateTheFormulaKnowsToTheLastItsInputsReach) {
  const DriverTable table = WithComputedHistories(Table(Livret()), Frequency::kMonth);
  const Driver& rate = table.drivers[2];
  // July to December 2024 decide February 2025; January to June decide August; the inputs end in
  // December 2025, which reaches February 2026.
  EXPECT_EQ(rate.first, Period::Month(2025, 2));
  std::vector<double> expected(6, 1.5);
  expected.resize(12, 2.5);
  expected.push_back(2.5);
  EXPECT_EQ(rate.values, expected);
}

TEST(DerivedHistoryTest, IsKeptWhereItWasGiven) {
  DerivedRule rule = Livret();
  rule.has_own_history = true;
  DriverTable table = Table(rule);
  table.drivers[2].values = std::vector(14, 3.0);
  EXPECT_EQ(WithComputedHistories(table, Frequency::kMonth), table);
}

TEST(DerivedHistoryTest, IsCheckedAtEachEffectiveDate) {
  DerivedRule rule = Livret();
  rule.has_own_history = true;
  DriverTable table = Table(rule);
  table.drivers[2].values = std::vector(14, 3.0);  // frozen at 3 % from July 2024 on
  EXPECT_THAT(CheckFormula(table, 2), ElementsAre(FormulaCheck{Period::Month(2025, 2), 1.5, 3.0},
                                                  FormulaCheck{Period::Month(2025, 8), 2.5, 3.0}));
  EXPECT_EQ(CheckFormula(table, 2)[0].deviation(), 1.5);
  EXPECT_THAT(CheckFormula(table, 0), IsEmpty());
}

TEST(DerivedHistoryTest, ConvertsQuarterlyInputsByTheirRule) {
  DriverTable table;
  table.drivers.push_back({.id = "gdp",
                           .frequency = Frequency::kQuarter,
                           .quarter_rule = QuarterRule::kThird,
                           .first = Period::Quarter(2025, 1),
                           .values = {3, 6}});
  table.drivers.push_back({.id = "twice", .derived = DerivedRule{.formula = "2 * gdp"}});
  const Driver twice = WithComputedHistories(table, Frequency::kMonth).drivers[1];
  EXPECT_EQ(twice.first, Period::Month(2025, 1));
  EXPECT_THAT(twice.values, ElementsAre(2, 2, 2, 4, 4, 4));
}

TEST(DerivedHistoryTest, FollowsDerivedDriversOfDerivedDrivers) {
  DriverTable table = Table(Livret());
  table.drivers.push_back({.id = "a-lep", .derived = DerivedRule{.formula = "rate + 0.5"}});
  const DriverTable computed = WithComputedHistories(table, Frequency::kMonth);
  EXPECT_EQ(computed.drivers[3].values.front(), 2.0);
  EXPECT_EQ(computed.drivers[3].values.size(), computed.drivers[2].values.size());
}

TEST(DerivedHistoryTest, HasNoValuesWhenTheFormulaCannotBeComputed) {
  DerivedRule rule = Livret();
  rule.formula = "mean(estr, 60)";
  EXPECT_THAT(WithComputedHistories(Table(rule), Frequency::kMonth).drivers[2].values, IsEmpty());
}

TEST(ValidateDerivedTest, ListsUnknownDriversOtherUnitsAndCyclesTogether) {
  DriverTable table = Table(Livret());
  EXPECT_THAT(Problems(table), IsEmpty());
  table.drivers[0].scope = "nord";
  table.drivers.push_back({.id = "x", .derived = DerivedRule{.formula = "y + nothing"}});
  table.drivers.push_back({.id = "y", .derived = DerivedRule{.formula = "x"}});
  EXPECT_THAT(Problems(table), ElementsAre("drivers[2].derived.formula SCOPE_MISMATCH estr",
                                           "drivers[3].derived.formula UNKNOWN_DRIVER nothing",
                                           "drivers[3].derived.formula CYCLE x -> y -> x"));
}

TEST(CloseOverFormulasTest, ReplacesDerivedDriversByTheirInputs) {
  DriverTable table = WithComputedHistories(Table(Livret()), Frequency::kMonth);
  table.drivers.push_back({.id = "lep", .derived = DerivedRule{.formula = "max(rate, wages)"}});
  table.drivers.push_back({.id = "wages", .values = {1.0}});
  const DriverClosure closure = CloseOverFormulas(table, {"lep", "other"}, Period::Month(2025, 7));
  EXPECT_THAT(closure.free_ids, ElementsAre("estr", "inflation", "other", "wages"));
  ASSERT_EQ(closure.derived.size(), 2);
  EXPECT_EQ(closure.derived[0].id, "rate");
  EXPECT_EQ(closure.derived[0].last_value, 1.5);
  EXPECT_EQ(closure.derived[1].id, "lep");
  EXPECT_TRUE(std::isnan(closure.derived[1].last_value));
}

}  // namespace
}  // namespace jalon::sim
