#include "sim/perimeter/set_phasing.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/sim/network/small_network.h"

namespace jalon::sim {
namespace {

using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::SizeIs;

const Period kJanuary = Period::Month(2027, 1);

Objective Asked(int months, int64_t ticks, const std::string& indicator = "accounts") {
  return {.unit = "n1",
          .indicator = indicator,
          .window = {kJanuary, kJanuary + (months - 1)},
          .ticks = ticks};
}

// A quarter of the year in January, nothing from July on.
PhasingTable FirstHalf() {
  PhasingTable table;
  for (int season = 0; season < 12; ++season) {
    const double share = season == 0 ? 0.25 : season < 6 ? 0.15 : 0.0;
    table.shares.push_back({.indicator = "accounts", .season = season, .share = share});
  }
  return table;
}

TEST(SetPhasingTest, TakesTheDifferencesOfTheSetsOwnCumulatedObjectives) {
  const Network network = SmallNetwork();
  const SetPhasing phasing(network, FirstHalf(), {Asked(1, 10), Asked(2, 40), Asked(3, 60)});
  EXPECT_THAT(phasing(Asked(3, 60)), ElementsAre(10.0, 30.0, 20.0));
  EXPECT_THAT(phasing(Asked(2, 40)), ElementsAre(10.0, 30.0));
}

TEST(SetPhasingTest, TakesAmountsBelowZeroByTheirSize) {
  const Network network = SmallNetwork();
  const SetPhasing phasing(network, {}, {Asked(1, -10, "savings"), Asked(2, -40, "savings")});
  EXPECT_THAT(phasing(Asked(2, -40, "savings")), ElementsAre(10.0, 30.0));
}

TEST(SetPhasingTest, TakesImportedSharesWithoutCumulatedObjectives) {
  const Network network = SmallNetwork();
  const SetPhasing phasing(network, FirstHalf(), {Asked(12, 100)});
  const std::vector<double> weights = phasing(Asked(12, 100));
  ASSERT_THAT(weights, SizeIs(12));
  EXPECT_NEAR(weights[0] / weights[1], 0.25 / 0.15, 1e-12);
  EXPECT_EQ(weights[11], 0.0);
}

TEST(SetPhasingTest, PassesOverASourceThatIsNoPhasing) {
  const Network network = SmallNetwork();
  // Cumulated savings that rise and fall, and no shares of savings.
  const SetPhasing phasing(network, FirstHalf(), {Asked(1, 10, "savings"), Asked(2, 5, "savings")});
  EXPECT_THAT(phasing(Asked(2, 5, "savings")), ElementsAre(1.0, 1.0));
}

TEST(SetPhasingTest, TakesEqualMonthsWhenNothingIsSaid) {
  const Network network = SmallNetwork();
  EXPECT_THAT(SetPhasing(network, {}, {Asked(12, 100)})(Asked(12, 100)), Each(1.0));
}

}  // namespace
}  // namespace jalon::sim
