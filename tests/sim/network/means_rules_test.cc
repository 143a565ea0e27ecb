#include "sim/network/means_rules.h"

#include <gtest/gtest.h>

#include <limits>

#include "tests/sim/network/small_network.h"

namespace jalon::sim {
namespace {

MeanSeries Advisers(const std::string& unit) {
  return {.mean = "advisers",
          .unit = unit,
          .first = Period::Month(2026, 1),
          .values = {3.0, std::numeric_limits<double>::quiet_NaN(), 2.5},
          .planned = {false, false, true}};
}

TEST(MeansRulesTest, AcceptsSeenPlannedAndMissingValues) {
  EXPECT_TRUE(CheckMeans(SmallNetwork(), {{Advisers("n1"), Advisers("s2")}}).empty());
}

TEST(MeansRulesTest, ListsEveryProblemAtOnce) {
  MeansTable table = {{Advisers("north"), Advisers("nowhere"), Advisers("n1"), Advisers("n1")}};
  table.series[2].values[0] = -1.0;
  table.series[2].values[2] = std::numeric_limits<double>::infinity();
  table.series[1].first = Period::Quarter(2026, 1);
  table.series[0].planned.pop_back();
  const Violations found = CheckMeans(SmallNetwork(), table);
  EXPECT_TRUE(HasViolation(found, "means[0].unit", "NOT_A_LEAF"));
  EXPECT_TRUE(HasViolation(found, "means[0].values", "BAD_SHAPE"));
  EXPECT_TRUE(HasViolation(found, "means[1].unit", "UNKNOWN_UNIT"));
  EXPECT_TRUE(HasViolation(found, "means[1].first", "BAD_FREQUENCY"));
  EXPECT_TRUE(HasViolation(found, "means[2].values[0]", "NEGATIVE"));
  EXPECT_TRUE(HasViolation(found, "means[2].values[2]", "NOT_FINITE"));
  EXPECT_TRUE(HasViolation(found, "means[3].mean", "DUPLICATE_ID"));
  EXPECT_EQ(found.total_count(), 7);
}

TEST(MeansRulesTest, ComparesMissingValuesAsEqual) {
  EXPECT_EQ(Advisers("n1"), Advisers("n1"));
  MeanSeries other = Advisers("n1");
  other.values[1] = 0.0;
  EXPECT_FALSE(other == Advisers("n1")) << "missing is not zero";
}

TEST(MeansRulesTest, SortsByMeanAndUnit) {
  EXPECT_EQ(Sorted(MeansTable{{Advisers("s2"), Advisers("n1")}}),
            (MeansTable{{Advisers("n1"), Advisers("s2")}}));
}

}  // namespace
}  // namespace jalon::sim
