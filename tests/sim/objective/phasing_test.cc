#include "sim/objective/phasing.h"

#include <limits>
#include <string>
#include <utility>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/sim/network/small_network.h"

namespace jalon::sim {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

const Window kYear{Period::Month(2027, 1), Period::Month(2027, 12)};
const Window kQuarter{Period::Month(2027, 1), Period::Month(2027, 3)};

std::vector<double> SizesOf(const std::vector<double>& sizes, const ResolvedObjective& objective) {
  return {sizes.begin(), sizes.begin() + objective.window.size()};
}

// The ticks of the objectives of a unit, in the order of their windows.
std::vector<int64_t> TicksOf(const PhasedObjectives& phased, const std::string& unit) {
  std::vector<int64_t> ticks;
  for (const Objective& objective : phased.objectives) {
    if (objective.unit == unit) ticks.push_back(objective.ticks);
  }
  return ticks;
}

TEST(RoundCumulatedTest, EndsAtTheTotalAndStaysWithinHalfATick) {
  const std::vector<double> cumulated = {3.5, 3.5, 6.49, 10.0};
  EXPECT_THAT(RoundCumulated(10, cumulated), ElementsAre(4, 4, 6, 10));
}

TEST(RoundCumulatedTest, RoundsLargeNumbersWithoutLoss) {
  const int64_t most = kMaxTicks - 1;
  const std::vector<double> cumulated = {static_cast<double>(most - 2), static_cast<double>(most)};
  EXPECT_THAT(RoundCumulated(most, cumulated), ElementsAre(most - 2, most));
}

TEST(CumulatedTargetsTest, ACountFollowsTheProportionsOfItsSizes) {
  const Indicator accounts{.kind = IndicatorKind::kCount};
  EXPECT_THAT(CumulatedTargets(accounts, 100, std::vector<double>{1, 1, 2}),
              ElementsAre(25, 50, 100));
}

TEST(CumulatedTargetsTest, ANetFlowSpreadsWhatIsAskedBeyondItsProfileEvenly) {
  const Indicator savings{.kind = IndicatorKind::kNetFlow, .rounding_step = 10.0};
  // The profile gives -5, +20, +15 ticks, 30 in all; 60 are asked: 10 more in each period.
  EXPECT_THAT(CumulatedTargets(savings, 60, std::vector<double>{-50, 200, 150}),
              ElementsAre(5, 35, 60));
  // Linear when nothing is known, whatever the sign.
  EXPECT_THAT(CumulatedTargets(savings, -30, std::vector<double>{0, 0, 0}),
              ElementsAre(-10, -20, -30));
}

TEST(CumulatedTargetsTest, ACountWithoutAUsableProfileHasNoTargets) {
  const Indicator accounts{.kind = IndicatorKind::kCount};
  const double nan = std::numeric_limits<double>::quiet_NaN();
  EXPECT_THAT(CumulatedTargets(accounts, 9, std::vector<double>{0, 0}), IsEmpty());
  EXPECT_THAT(CumulatedTargets(accounts, 9, std::vector<double>{1, nan}), IsEmpty());
  EXPECT_THAT(CumulatedTargets(accounts, 9, std::vector<double>{3, -1}), IsEmpty());
}

TEST(PhasingTest, AnObjectiveOfAYearBecomesTwelveCumulatedOnes) {
  const Network network = SmallNetwork();
  const std::vector<Objective> objectives = {{.unit = "n1",
                                              .indicator = "accounts",
                                              .window = kYear,
                                              .ticks = 100,
                                              .reason = "agreed",
                                              .pinned = true}};
  const auto phased = PhaseObjectives(network, objectives, [&](const ResolvedObjective& objective) {
    return LinearSizes(network, objective);
  });
  ASSERT_TRUE(phased.ok()) << phased.status();
  EXPECT_THAT(TicksOf(*phased, "n1"), ElementsAre(8, 17, 25, 33, 42, 50, 58, 67, 75, 83, 92, 100));
  const Objective& first = phased->objectives.front();
  EXPECT_EQ(first.window.ToString(), "2027-01");
  EXPECT_EQ(phased->objectives[1].window.ToString(), "2027-01..2027-02");
  EXPECT_TRUE(first.reason.empty());
  EXPECT_FALSE(first.pinned);
  EXPECT_EQ(phased->objectives.back(), objectives[0]);
}

TEST(PhasingTest, ARegionIsTheSumOfItsBranchesWhenItsObjectiveIs) {
  const Network network = SmallNetwork();
  const auto objective = [](const std::string& unit, int64_t ticks) {
    return Objective{.unit = unit, .indicator = "accounts", .window = kQuarter, .ticks = ticks};
  };
  const std::vector<Objective> objectives = {objective("n1", 10), objective("n2", 11),
                                             objective("north", 21), objective("s1", 10),
                                             objective("south", 12)};
  const auto phased = PhaseObjectives(network, objectives, [&](const ResolvedObjective& o) {
    // n1 sells early, everybody else evenly: on its own, north would be 7, 14, 21.
    return o.unit == *network.FindUnit("n1") ? SizesOf({8, 1, 1}, o) : SizesOf({1, 1, 1}, o);
  });
  ASSERT_TRUE(phased.ok()) << phased.status();
  EXPECT_THAT(TicksOf(*phased, "n1"), ElementsAre(8, 9, 10));
  EXPECT_THAT(TicksOf(*phased, "n2"), ElementsAre(4, 7, 11));
  EXPECT_THAT(TicksOf(*phased, "north"), ElementsAre(12, 16, 21));
  EXPECT_THAT(TicksOf(*phased, "south"), ElementsAre(4, 8, 12));
}

TEST(PhasingTest, WhatDoesNotAddUpOverPeriodsIsKeptAndCounted) {
  NetworkSpec spec = SmallSpec();
  for (Indicator& indicator : spec.indicators) {
    if (indicator.id == "loans") indicator.aggregation = Aggregation::kLast;
  }
  const Network network = *Network::Create(spec);
  const std::vector<Objective> objectives = {
      {.unit = "n1", .indicator = "accounts", .window = {kYear.first, kYear.first}, .ticks = 3},
      {.unit = "n1", .indicator = "loans", .window = kYear, .ticks = 5}};
  const auto phased = PhaseObjectives(
      network, objectives, [&](const ResolvedObjective& o) { return LinearSizes(network, o); });
  ASSERT_TRUE(phased.ok()) << phased.status();
  EXPECT_EQ(phased->objectives, objectives);
  EXPECT_EQ(phased->unphased_count, 2);
}

TEST(PhasingTest, RefusesEveryObjectiveWithoutAProfileAtOnce) {
  const Network network = SmallNetwork();
  const std::vector<Objective> objectives = {
      {.unit = "n2", .indicator = "loans", .window = kYear, .ticks = 7},
      {.unit = "n1", .indicator = "accounts", .window = kYear, .ticks = 7}};
  const auto phased = PhaseObjectives(
      network, objectives, [](const ResolvedObjective&) { return std::vector<double>(); });
  const Violations violations = ViolationsFromStatus(phased.status());
  EXPECT_EQ(violations.total_count(), 2);
  EXPECT_TRUE(HasViolation(violations, "objectives[0]", "NO_PROFILE"));
  EXPECT_TRUE(HasViolation(violations, "objectives[1]", "NO_PROFILE"));
}

TEST(PhasingTest, LastYearGivesItsMonthsWithTheirEliminations) {
  const Period january = Period::Month(2026, 1);
  Network network = SmallNetwork();
  Realisations realisations =
      *Realisations::Create(network, january, {{0, 2, 0}, {0, 3, 0}}, {10, 20, 30, 1, 2, 3});
  Revision revision{std::move(network), std::move(realisations), DriverTable()};
  const auto sizes_of = [&](const std::string& unit) {
    const auto resolved = ResolveObjectives(
        revision.network, {{.unit = unit, .indicator = "accounts", .window = kQuarter}});
    return RealisedSizes(CreditedSums(revision), resolved->front(), {january, january + 2});
  };
  EXPECT_THAT(sizes_of("north"), ElementsAre(11, 22, 33));
  revision.credit.eliminations = {{"north", "all", "accounts", january + 1, -4.0},
                                  {"bank", "all", "accounts", january + 2, -3.0}};
  EXPECT_THAT(sizes_of("north"), ElementsAre(11, 18, 33));
  EXPECT_THAT(sizes_of("bank"), ElementsAre(11, 18, 30));
  EXPECT_THAT(sizes_of("n1"), ElementsAre(10, 20, 30));
}

TEST(PhasingTest, ImportedSharesComeFromTheNearestUnit) {
  const Network network = SmallNetwork();
  PhasingTable table;
  for (int season = 0; season < 4; ++season) {
    table.shares.push_back({"accounts", "", season, 0.25});
    table.shares.push_back({"savings", "", season, 0.25});
  }
  table.shares.push_back({"accounts", "north", 1, 1.0});
  const ImportedSizes sizes(network, table);
  const auto sizes_of = [&](const std::string& unit, const std::string& indicator, int64_t ticks) {
    return sizes(
        ResolveObjectives(
            network, {{.unit = unit, .indicator = indicator, .window = kQuarter, .ticks = ticks}})
            ->front());
  };
  EXPECT_THAT(sizes_of("n1", "accounts", 5), ElementsAre(0, 1, 0));
  EXPECT_THAT(sizes_of("s1", "accounts", 5), ElementsAre(0.25, 0.25, 0.25));
  // In the indicator's unit: -6 steps of 100, a third each.
  EXPECT_THAT(sizes_of("s1", "savings", -6), ElementsAre(-200, -200, -200));
  EXPECT_THAT(sizes_of("s1", "loans", 5), IsEmpty());
}

}  // namespace
}  // namespace jalon::sim
