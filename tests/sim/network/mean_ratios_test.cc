#include "sim/network/mean_ratios.h"

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "sim/base/missing.h"
#include "tests/sim/network/small_network.h"

namespace jalon::sim {
namespace {

const Period kAsOf = Period::Month(2025, 12);
const Window kYear{Period::Month(2026, 1), Period::Month(2026, 12)};

// Advisers of n1 from 2025-10 on; those after 2025-12 are planned.
MeansTable Advisers(std::vector<double> values) {
  MeanSeries series{.mean = "advisers", .unit = "n1", .first = Period::Month(2025, 10)};
  for (size_t t = 0; t < values.size(); ++t) series.planned.push_back(t >= 3);
  series.values = std::move(values);
  return {{series}};
}

MeanRatios Ratios(const MeansTable& table, const Window& window = kYear) {
  return {SmallNetwork(), table, {"advisers", kAsOf, kAsOf, window}};
}

double At(const MeanRatios& ratios, const std::string& unit, int month) {
  return ratios.ratio(*SmallNetwork().FindUnit(unit), Period::Month(2026, month));
}

TEST(MeanRatiosTest, ComparesThePlanWithTheAverageOfTheYearSeen) {
  const MeanRatios ratios = Ratios(Advisers({3, 4, 5, 8, 2}));
  EXPECT_EQ(At(ratios, "n1", 1), 2.0);
  EXPECT_EQ(At(ratios, "n1", 2), 0.5);
}

TEST(MeanRatiosTest, HoldsTheLastValueWithoutAPlanAndCountsIt) {
  const MeanRatios ratios = Ratios(Advisers({3, 4, 5, 8}));
  EXPECT_EQ(At(ratios, "n1", 12), 2.0);
  EXPECT_EQ(ratios.held_period_count(), 11);
  EXPECT_EQ(ratios.held_branch_count(), 1);
}

TEST(MeanRatiosTest, HoldsOverHolesAndBeforeTheFirstValue) {
  const MeanRatios past = Ratios(Advisers({3, kMissing, 5}), {Period::Month(2025, 8), kAsOf});
  const int n1 = *SmallNetwork().FindUnit("n1");
  EXPECT_EQ(past.ratio(n1, Period::Month(2025, 8)), 0.75);
  EXPECT_EQ(past.ratio(n1, Period::Month(2025, 11)), 0.75);
  EXPECT_EQ(past.ratio(n1, kAsOf), 1.25);
  EXPECT_EQ(past.held_period_count(), 0) << "history is not planned";
}

TEST(MeanRatiosTest, ABranchWithoutTheMeanIsAtItsUsualSize) {
  const MeanRatios ratios = Ratios(Advisers({3, 4, 5}));
  EXPECT_FALSE(ratios.acts(*SmallNetwork().FindUnit("s1")));
  EXPECT_EQ(At(ratios, "s1", 1), 1.0);
  EXPECT_EQ(ratios.branch_count(), 1);
}

TEST(MeanRatiosTest, ABranchThatHadNoneAllYearHasNoUsualSize) {
  const MeanRatios ratios = Ratios(Advisers({0, 0, 0, 3}));
  EXPECT_EQ(ratios.branch_count(), 0);
  EXPECT_EQ(At(ratios, "n1", 1), 1.0);
}

TEST(MeanRatiosTest, AMonthWithoutAnyIsZero) {
  EXPECT_EQ(At(Ratios(Advisers({3, 3, 3, 0})), "n1", 1), 0.0);
}

TEST(MeanRatiosTest, DoesNotLookAtWhatWasSeenAfterAsOf) {
  MeansTable table = Advisers({3, 3, 3, 9, 6});
  table.series[0].planned[3] = false;  // seen in 2026-01, after as_of
  const MeanRatios ratios = Ratios(table);
  EXPECT_EQ(At(ratios, "n1", 1), 1.0);
  EXPECT_EQ(At(ratios, "n1", 2), 2.0) << "planned";
}

}  // namespace
}  // namespace jalon::sim
