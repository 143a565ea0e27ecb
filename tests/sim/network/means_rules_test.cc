#include "sim/network/means_rules.h"

#include <gtest/gtest.h>

#include <limits>
#include <string>

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

// An effect of advisers of n1 on an indicator.
MeansTable Acting(const std::string& mean, const std::string& indicator) {
  return {{Advisers("n1")}, {{mean, indicator, 0.5, 0.25, "belief"}}};
}

TEST(MeansRulesTest, AcceptsAnEffectOnACount) {
  EXPECT_TRUE(CheckMeans(SmallNetwork(), Acting("advisers", "accounts")).empty());
}

TEST(MeansRulesTest, ListsEveryProblemOfEffects) {
  MeansTable table = Acting("advisers", "accounts");
  table.effects.push_back({"robots", "nothing", 9.0, 0.0, ""});
  table.effects.push_back(table.effects[0]);
  table.effects.push_back(
      {"advisers", "savings", std::numeric_limits<double>::quiet_NaN(), 0.1, ""});
  const Violations found = CheckMeans(SmallNetwork(), table);
  EXPECT_TRUE(HasViolation(found, "mean_effects[1].mean", "UNKNOWN_MEAN"));
  EXPECT_TRUE(HasViolation(found, "mean_effects[1].indicator", "UNKNOWN_INDICATOR"));
  EXPECT_TRUE(HasViolation(found, "mean_effects[1].elasticity", "OUT_OF_RANGE"));
  EXPECT_TRUE(HasViolation(found, "mean_effects[1].sd", "OUT_OF_RANGE"));
  EXPECT_TRUE(HasViolation(found, "mean_effects[2].mean", "DUPLICATE_ID"));
  EXPECT_TRUE(HasViolation(found, "mean_effects[3].indicator", "MEAN_ON_OTHER_KIND"));
  EXPECT_TRUE(HasViolation(found, "mean_effects[3].elasticity", "OUT_OF_RANGE"));
  EXPECT_EQ(found.total_count(), 7);
}

TEST(MeansRulesTest, RefusesMoreEffectsThanARunCarries) {
  MeansTable table;
  for (int i = 0; i <= kMostMeanEffects; ++i) {
    table.series.push_back(Advisers("n1"));
    table.series.back().mean += std::to_string(i);
    table.effects.push_back({table.series.back().mean, "accounts", 0.5, 0.25, ""});
  }
  const Violations found = CheckMeans(SmallNetwork(), table);
  EXPECT_TRUE(HasViolation(found, "mean_effects", "TOO_MANY_EFFECTS"));
}

TEST(MeansRulesTest, RefusesAPlanBeforeWhatWasSeen) {
  MeansTable table = {{Advisers("n1")}};
  MeanSeries& series = table.series[0];
  series.planned.assign(series.values.size(), false);
  series.values.assign(series.values.size(), 2.0);
  series.planned[0] = true;
  const Violations found = CheckMeans(SmallNetwork(), table);
  EXPECT_TRUE(HasViolation(found, "means[0].values[0]", "PLAN_OVERLAPS_HISTORY"));
  EXPECT_EQ(found.total_count(), 1);
}

}  // namespace
}  // namespace jalon::sim
