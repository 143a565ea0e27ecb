#include "gtest/gtest.h"
#include "sim/objective/objective.h"
#include "tests/sim/network/small_network.h"

namespace jalon::sim {
namespace {

const Window kYear{Period::Month(2026, 1), Period::Month(2026, 12)};

Objective Good() { return {.unit = "n1", .indicator = "loans", .window = kYear, .ticks = 5}; }

// Validates `objective` as objectives[0].
Violations Check(const Objective& objective) {
  return ValidateObjectives(SmallNetwork(), {objective});
}

TEST(ObjectiveViolationsTest, AcceptsAGoodObjective) { EXPECT_TRUE(Check(Good()).empty()); }

TEST(ObjectiveViolationsTest, AcceptsZeroAndNegativeObjectives) {
  Objective objective = Good();
  objective.ticks = 0;
  EXPECT_TRUE(Check(objective).empty());
  objective.ticks = -kMaxTicks;
  EXPECT_TRUE(Check(objective).empty());
}

TEST(ObjectiveViolationsTest, RefusesUnknownIds) {
  Objective objective = Good();
  objective.unit = "n9";
  objective.segment = "rich";
  objective.indicator = "cards";
  const Violations violations = Check(objective);
  EXPECT_EQ(violations.total_count(), 3);
  EXPECT_TRUE(HasViolation(violations, "objectives[0].unit", "UNKNOWN_UNIT"));
  EXPECT_TRUE(HasViolation(violations, "objectives[0].segment", "UNKNOWN_SEGMENT"));
  EXPECT_TRUE(HasViolation(violations, "objectives[0].indicator", "UNKNOWN_INDICATOR"));
}

TEST(ObjectiveViolationsTest, RefusesAUnitWhereTheIndicatorDoesNotApply) {
  NetworkSpec spec = SmallSpec();
  spec.indicators[2].unit_kinds = {"remote"};  // loans
  EXPECT_TRUE(HasViolation(ValidateObjectives(*Network::Create(spec), {Good()}),
                           "objectives[0].unit", "NOT_APPLICABLE"));
}

TEST(ObjectiveViolationsTest, RefusesAWindowOfAnotherFrequencyOrWithoutPeriods) {
  Objective objective = Good();
  objective.window = {Period::Quarter(2026, 1), Period::Quarter(2026, 4)};
  EXPECT_TRUE(HasViolation(Check(objective), "objectives[0].window.first", "BAD_FREQUENCY"));
  EXPECT_TRUE(HasViolation(Check(objective), "objectives[0].window.last", "BAD_FREQUENCY"));
  objective.window = {kYear.last, kYear.first};
  EXPECT_TRUE(HasViolation(Check(objective), "objectives[0].window", "EMPTY_WINDOW"));
}

TEST(ObjectiveViolationsTest, RefusesTicksADoubleCannotCount) {
  Objective objective = Good();
  objective.ticks = kMaxTicks + 1;
  EXPECT_TRUE(HasViolation(Check(objective), "objectives[0].ticks", "OUT_OF_RANGE"));
}

TEST(ObjectiveViolationsTest, RefusesADuplicateButNotAnotherWindow) {
  Objective other = Good();
  other.ticks = 6;
  EXPECT_TRUE(HasViolation(ValidateObjectives(SmallNetwork(), {Good(), other}), "objectives[1]",
                           "DUPLICATE"));
  other.window.last = other.window.first;
  EXPECT_TRUE(ValidateObjectives(SmallNetwork(), {Good(), other}).empty());
}

TEST(ObjectiveViolationsTest, RefusesAReasonThatIsTooLong) {
  Objective objective = Good();
  objective.reason = std::string(2000, 'x');
  EXPECT_TRUE(HasViolation(Check(objective), "objectives[0].reason", "TOO_LONG"));
}

TEST(ObjectiveViolationsTest, ResolveCarriesEveryViolation) {
  Objective objective = Good();
  objective.unit = "n9";
  const auto refused = ResolveObjectives(SmallNetwork(), {objective, objective});
  EXPECT_EQ(ViolationsFromStatus(refused.status()).total_count(), 3);
}

}  // namespace
}  // namespace jalon::sim
