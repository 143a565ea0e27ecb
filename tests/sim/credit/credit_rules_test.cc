#include "sim/credit/credit_rules.h"

#include <gtest/gtest.h>

#include <limits>

#include "tests/sim/credit/small_credit.h"

namespace jalon::sim {
namespace {

TEST(CreditRulesTest, AcceptsEliminationsOfParents) {
  EXPECT_TRUE(CheckCredit(SmallNetwork(), SmallCredit().credit).empty());
}

TEST(CreditRulesTest, ListsEveryProblemOfBothListsAtOnce) {
  NetworkSpec spec = SmallSpec();
  spec.indicators[2].adds_over_units = false;  // loans
  CreditTable table;
  table.eliminations = {{"n1", "all", "accounts", kJanuary, -1.0},
                        {"nowhere", "nobody", "nothing", Period::Quarter(2026, 1), -1.0},
                        {"bank", "all", "loans", kJanuary, -1.0},
                        {"bank", "all", "accounts", kJanuary, -1.0},
                        {"bank", "all", "accounts", kJanuary, -2.0}};
  table.parent_totals = {
      {"bank", "all", "loans", kJanuary, std::numeric_limits<double>::infinity()},
      {"s1", "all", "loans", kJanuary, 1.0}};
  const Violations found = CheckCredit(*Network::Create(spec), table);
  EXPECT_TRUE(HasViolation(found, "eliminations[0].unit", "NOT_A_PARENT"));
  EXPECT_TRUE(HasViolation(found, "eliminations[1].unit", "UNKNOWN_UNIT"));
  EXPECT_TRUE(HasViolation(found, "eliminations[1].segment", "UNKNOWN_SEGMENT"));
  EXPECT_TRUE(HasViolation(found, "eliminations[1].indicator", "UNKNOWN_INDICATOR"));
  EXPECT_TRUE(HasViolation(found, "eliminations[1].period", "BAD_FREQUENCY"));
  EXPECT_TRUE(HasViolation(found, "eliminations[2].indicator", "NOT_ADDITIVE"));
  EXPECT_TRUE(HasViolation(found, "eliminations[4].period", "DUPLICATE_CELL"));
  EXPECT_TRUE(HasViolation(found, "parent_totals[0].value", "NOT_FINITE"));
  EXPECT_TRUE(HasViolation(found, "parent_totals[1].unit", "NOT_A_PARENT"));
  EXPECT_EQ(found.total_count(), 9);
}

TEST(CreditRulesTest, SortsByIndicatorUnitSegmentAndPeriod) {
  CreditTable table = SmallCredit().credit;
  std::swap(table.eliminations[0], table.eliminations[1]);
  EXPECT_EQ(Sorted(table, SmallNetwork()), SmallCredit().credit);
}

}  // namespace
}  // namespace jalon::sim
