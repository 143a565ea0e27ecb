#include <cmath>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "sim/base/missing.h"
#include "sim/network/node_values.h"
#include "sim/objective/objective.h"
#include "tests/sim/network/kinds_network.h"
#include "tests/sim/network/small_network.h"

namespace jalon::sim {
namespace {

using ::testing::ElementsAre;

const Period kJanuary = Period::Month(2024, 1);
const Window kBase{kJanuary, kJanuary + 1};
const Window kNext{kJanuary + 12, kJanuary + 13};

// Two months of accounts at n1 (100), n2 (0), s1 (missing in one), loans at n1, savings at s3.
Realisations History(const Network& network) {
  return *Realisations::Create(network, kJanuary,
                               {{0, 2, 0}, {0, 3, 0}, {0, 5, 0}, {1, 2, 0}, {2, 7, 0}},
                               {40, 60, 0, 0, 5, kMissing, 10.05, 20.1, -300, -200});
}

Revision RevisionOf(const Network& network) {
  return {.network = network, .realisations = History(network)};
}

GrowthRule Branches(std::vector<std::string> indicators) {
  return {.base = kBase,
          .window = kNext,
          .growth_ratio = 0.05,
          .depths = {2},
          .indicators = std::move(indicators)};
}

Objective ObjectiveOf(const std::string& unit, const std::string& indicator, int64_t ticks) {
  return {.unit = unit, .indicator = indicator, .window = kNext, .ticks = ticks};
}

TEST(GrowthTest, AsksForGrowthAndCountsNodesWithoutABase) {
  const Network network = SmallNetwork();
  const GrowthObjectives made = *MakeGrowthObjectives(RevisionOf(network), Branches({"accounts"}));
  EXPECT_THAT(made.objectives, ElementsAre(ObjectiveOf("n1", "accounts", 105)));
  EXPECT_EQ(made.zero_base_count, 1);     // n2
  EXPECT_EQ(made.missing_base_count, 3);  // s1 misses a month, s2 and s3 have no series
}

TEST(GrowthTest, SumsWhatIsKnownAboveBranches) {
  const Network network = SmallNetwork();
  GrowthRule rule = Branches({"accounts"});
  rule.depths = {0, 1};
  const GrowthObjectives made = *MakeGrowthObjectives(RevisionOf(network), rule);
  // bank: 45 + 60 = 105 -> 110.25 -> 111; north: 100 -> 105; south has a month without a value.
  EXPECT_THAT(made.objectives, ElementsAre(ObjectiveOf("bank", "accounts", 111),
                                           ObjectiveOf("north", "accounts", 105)));
  EXPECT_EQ(made.missing_base_count, 1);
}

TEST(GrowthTest, TakesEliminationsOffTheBaseOfUnitsAboveBranches) {
  const Network network = SmallNetwork();
  Revision revision = RevisionOf(network);
  revision.credit.eliminations = {{"bank", "all", "accounts", kJanuary, -5.0},
                                  {"north", "all", "accounts", kJanuary + 1, -20.0}};
  GrowthRule rule = Branches({"accounts"});
  rule.depths = {0, 1, 2};
  const GrowthObjectives made = *MakeGrowthObjectives(revision, rule);
  // bank: 105 - 25 = 80 -> 84; north: 100 - 20 = 80 -> 84; n1 keeps its 100.
  EXPECT_THAT(made.objectives,
              ElementsAre(ObjectiveOf("bank", "accounts", 84), ObjectiveOf("north", "accounts", 84),
                          ObjectiveOf("n1", "accounts", 105)));
}

TEST(GrowthTest, GrowsTheDeclaredTotalOfWhatDoesNotAddUp) {
  NetworkSpec spec = SmallSpec();
  spec.indicators[1].adds_over_units = false;  // accounts
  const Network network = Network::Create(spec).value();
  Revision revision = RevisionOf(network);
  GrowthRule rule = Branches({"accounts"});
  rule.depths = {1};
  EXPECT_EQ(MakeGrowthObjectives(revision, rule)->missing_base_count, 2);
  revision.credit.parent_totals = {{"north", "all", "accounts", kJanuary, 30.0},
                                   {"north", "all", "accounts", kJanuary + 1, 50.0}};
  EXPECT_THAT(MakeGrowthObjectives(revision, rule)->objectives,
              ElementsAre(ObjectiveOf("north", "accounts", 84)));
}

TEST(GrowthTest, RoundsToTicksOfTheIndicator) {
  const Network network = SmallNetwork();
  const GrowthObjectives made = *MakeGrowthObjectives(RevisionOf(network), Branches({"loans"}));
  // 30.15 x 1.05 = 31.6575 -> 31.66 in cents.
  EXPECT_THAT(made.objectives, ElementsAre(ObjectiveOf("n1", "loans", 3166)));
}

TEST(GrowthTest, GrowsANegativeBaseTowardsZero) {
  const Network network = SmallNetwork();
  GrowthRule rule = Branches({"savings"});
  rule.growth_ratio = 0.1;
  const GrowthObjectives made = *MakeGrowthObjectives(RevisionOf(network), rule);
  // -500 + 50 = -450 -> 4.5 hundreds below zero, rounded up to -4.
  EXPECT_THAT(made.objectives, ElementsAre(ObjectiveOf("s3", "savings", -4)));
}

TEST(GrowthTest, AsksLessWhenLowerIsBetter) {
  NetworkSpec spec = SmallSpec();
  spec.indicators[1].direction = Direction::kLowerIsBetter;
  const Network network = *Network::Create(spec);
  GrowthRule rule = Branches({"accounts"});
  rule.growth_ratio = 0.055;
  // 100 x 0.945 = 94.5, rounded down so that it is not easier.
  EXPECT_THAT(MakeGrowthObjectives(RevisionOf(network), rule)->objectives,
              ElementsAre(ObjectiveOf("n1", "accounts", 94)));
}

TEST(GrowthTest, CombinesTheBaseByTheIndicatorsAggregation) {
  NetworkSpec spec = SmallSpec();
  spec.indicators[1].aggregation = Aggregation::kLast;
  const Network last = *Network::Create(spec);
  EXPECT_THAT(MakeGrowthObjectives(RevisionOf(last), Branches({"accounts"}))->objectives,
              ElementsAre(ObjectiveOf("n1", "accounts", 63)));
  spec.indicators[1].aggregation = Aggregation::kMean;
  const Network mean = *Network::Create(spec);
  EXPECT_THAT(MakeGrowthObjectives(RevisionOf(mean), Branches({"accounts"}))->objectives,
              ElementsAre(ObjectiveOf("n1", "accounts", 53)));
}

TEST(GrowthTest, TakesAllIndicatorsWhenNoneIsNamedAndLeavesOutWhereNoneApplies) {
  NetworkSpec spec = SmallSpec();
  spec.indicators[0].unit_kinds = {"proximity"};  // savings: not at s2
  const Network network = *Network::Create(spec);
  const GrowthObjectives made = *MakeGrowthObjectives(RevisionOf(network), Branches({}));
  EXPECT_EQ(made.objectives.size(), 3u);
  EXPECT_EQ(made.zero_base_count, 1);
  EXPECT_EQ(made.missing_base_count, 3 + 4 + 3);
}

TEST(GrowthTest, RefusesEveryBrokenPartOfARuleAtOnce) {
  const Network network = SmallNetwork();
  GrowthRule rule = Branches({"cards", "loans", "loans"});
  rule.base = {kJanuary + 1, kJanuary + 3};
  rule.depths = {2, 3};
  rule.growth_ratio = kMissing;
  const Violations violations =
      ViolationsFromStatus(MakeGrowthObjectives(RevisionOf(network), rule).status());
  EXPECT_EQ(violations.total_count(), 6);
  EXPECT_TRUE(HasViolation(violations, "base", "OUTSIDE_REALISATIONS"));
  EXPECT_TRUE(HasViolation(violations, "window", "SIZE_MISMATCH"));
  EXPECT_TRUE(HasViolation(violations, "growth_ratio", "NOT_FINITE"));
  EXPECT_TRUE(HasViolation(violations, "depths[1]", "OUT_OF_RANGE"));
  EXPECT_TRUE(HasViolation(violations, "indicators[0]", "UNKNOWN_INDICATOR"));
  EXPECT_TRUE(HasViolation(violations, "indicators[2]", "DUPLICATE"));
}

TEST(GrowthTest, RefusesARuleWithoutDepthsOrWithQuarters) {
  const Network network = SmallNetwork();
  GrowthRule rule = Branches({});
  rule.depths.clear();
  rule.window = {Period::Quarter(2025, 1), Period::Quarter(2025, 2)};
  const Violations violations =
      ViolationsFromStatus(MakeGrowthObjectives(RevisionOf(network), rule).status());
  EXPECT_TRUE(HasViolation(violations, "depths", "EMPTY"));
  EXPECT_TRUE(HasViolation(violations, "window.first", "BAD_FREQUENCY"));
}

TEST(GrowthTest, GrowsStocksFromTheirLastLevelAndRatiosFromSumOverSum) {
  const Revision revision = KindsRevision();
  const Network& network = revision.network;
  const Window base{Period{Frequency::kMonth, 1512}, Period{Frequency::kMonth, 1523}};
  const GrowthRule rule{.base = base,
                        .window = {base.first + 12, base.last + 12},
                        .growth_ratio = 0.1,
                        .depths = {0},
                        .indicators = {"holders", "interest"}};
  const GrowthObjectives made = *MakeGrowthObjectives(revision, rule);
  ASSERT_EQ(made.objectives.size(), 2u);
  for (const Objective& objective : made.objectives) {
    const int k = *network.FindIndicator(objective.indicator);
    const double before = RealisedOver(revision, RangeOf(network, k, 0, 0), base);
    EXPECT_EQ(objective.ticks, TicksAtLeast(network.indicator(k), before + 0.1 * before));
  }
  const int holders = *network.FindIndicator("holders");
  EXPECT_EQ(RealisedOver(revision, RangeOf(network, holders, 0, 0), base),
            SumRealised(revision.realisations, RangeOf(network, holders, 0, 0), base).back());
}

}  // namespace
}  // namespace jalon::sim
