#include "sim/objective/objective.h"

#include <cmath>
#include <limits>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/sim/network/kinds_network.h"
#include "tests/sim/network/small_network.h"

namespace jalon::sim {
namespace {

using ::testing::ElementsAre;
using ::testing::Eq;
using ::testing::Optional;

constexpr double kInfinity = std::numeric_limits<double>::infinity();

Indicator Higher(double step = 1.0) { return {.id = "k", .rounding_step = step}; }

Indicator Lower(double step = 1.0) {
  return {.id = "k", .direction = Direction::kLowerIsBetter, .rounding_step = step};
}

Indicator Scaled(Direction direction, double scale = 1000.0) {
  return {.id = "k",
          .direction = direction,
          .basis = AttainmentBasis::kScaled,
          .attainment_scale = scale};
}

TEST(ObjectiveTest, GivesTheNearestDoubleToTheDecimalValue) {
  EXPECT_EQ(ObjectiveValue(Higher(0.1), 3), 0.3);  // 3 * 0.1 is 0.30000000000000004
  EXPECT_EQ(ObjectiveValue(Higher(0.01), 107), 1.07);
  EXPECT_EQ(ObjectiveValue(Higher(1000.0), -7), -7000.0);
  EXPECT_EQ(ObjectiveValue(Higher(1.0 / 3.0), 3), 1.0);
}

TEST(ObjectiveTest, RoundsSoThatAnObjectiveIsNeverEasier) {
  EXPECT_EQ(TicksAtLeast(Higher(), 104.2), 105);
  EXPECT_EQ(TicksAtLeast(Lower(), 104.2), 104);
  EXPECT_EQ(TicksAtLeast(Higher(), -104.2), -104);
  EXPECT_EQ(TicksAtLeast(Lower(), -104.2), -105);
  EXPECT_EQ(TicksAtLeast(Higher(100.0), 12'301), 124);
}

TEST(ObjectiveTest, DoesNotAddATickForBinaryDust) {
  EXPECT_EQ(TicksAtLeast(Higher(), 1.05 * 100), 105);
  EXPECT_EQ(TicksAtLeast(Higher(), 1.1 * 100), 110);  // 110.00000000000001
  EXPECT_EQ(TicksAtLeast(Lower(), 0.9 * 110), 99);
  EXPECT_EQ(TicksAtLeast(Lower(), 100 * (1 - 0.42)), 58);  // 58.000000000000007
  EXPECT_EQ(TicksAtLeast(Lower(), 0.29 * 100), 29);        // 28.999999999999996
  EXPECT_EQ(TicksAtLeast(Higher(0.01), 0.1 + 0.2), 30);
}

TEST(ObjectiveTest, GivesTheExactTicksOfFivePercentOnEveryWholeBase) {
  for (int64_t base = 1; base <= 200'000; ++base) {
    const int64_t exact = (base * 105 + 99) / 100;
    ASSERT_EQ(TicksAtLeast(Higher(), static_cast<double>(base) * (1.0 + 0.05)), exact) << base;
    ASSERT_EQ(TicksAtLeast(Higher(), static_cast<double>(base) + 0.05 * static_cast<double>(base)),
              exact)
        << base;
  }
}

TEST(ObjectiveTest, GivesTheExactTicksOfAnyGrowthInThousandths) {
  for (int64_t permille = 1; permille < 300; ++permille) {
    for (int64_t base = 1; base < 5'000; base += 7) {
      const double value = static_cast<double>(base) * (1.0 + static_cast<double>(permille) / 1000);
      ASSERT_EQ(TicksAtLeast(Higher(), value), (base * (1000 + permille) + 999) / 1000);
    }
  }
}

TEST(ObjectiveTest, RoundsUpWhatIsReallyAboveAWholeNumber) {
  EXPECT_EQ(TicksAtLeast(Higher(), 105.000001), 106);
  EXPECT_EQ(TicksAtLeast(Higher(), 1e9 + 0.001), 1'000'000'001);
}

TEST(ObjectiveTest, HoldsTicksInsideWhatADoubleCanCount) {
  EXPECT_EQ(TicksAtLeast(Higher(), kInfinity), kMaxTicks);
  EXPECT_EQ(TicksAtLeast(Higher(), -1e300), -kMaxTicks);
  EXPECT_EQ(TicksAtLeast(Higher(), std::nan("")), 0);
}

TEST(ObjectiveTest, GivesTicksBackFromTheirValue) {
  for (const double step : {1.0, 0.01, 0.1, 0.25, 5.0, 100.0, 1e-9, 1.0 / 3.0}) {
    for (const int64_t ticks : {int64_t{-31}, int64_t{0}, int64_t{1}, int64_t{7}, int64_t{123'457},
                                int64_t{98'765'432'101}}) {
      EXPECT_EQ(TicksAtLeast(Higher(step), ObjectiveValue(Higher(step), ticks)), ticks) << step;
      EXPECT_EQ(TicksAtLeast(Lower(step), ObjectiveValue(Lower(step), ticks)), ticks) << step;
    }
  }
}

TEST(ObjectiveTest, ComparesLevelsByTheirQuotient) {
  EXPECT_THAT(AttainmentRatio(Higher(), 110, 100), Optional(1.1));
  EXPECT_THAT(AttainmentRatio(Higher(), 0, 100), Optional(0.0));
  EXPECT_THAT(AttainmentRatio(Higher(), -50, 100), Optional(-0.5));
}

TEST(ObjectiveTest, CountsEveryPointUnderALowerIsBetterObjectiveAsAPointOver) {
  EXPECT_THAT(AttainmentRatio(Lower(), 90, 100), Optional(1.1));
  EXPECT_THAT(AttainmentRatio(Lower(), 100, 100), Optional(1.0));
  EXPECT_THAT(AttainmentRatio(Lower(), 130, 100), Optional(0.7));
}

TEST(ObjectiveTest, HasNoLevelRatioOfNothingOrOfADebt) {
  EXPECT_THAT(AttainmentRatio(Higher(), 5, 0), Eq(std::nullopt));
  EXPECT_THAT(AttainmentRatio(Higher(), -5, -10), Eq(std::nullopt));
  EXPECT_THAT(AttainmentRatio(Lower(), 5, 0), Eq(std::nullopt));
  EXPECT_THAT(RealisationAtRatio(Higher(), 0, 0.8), Eq(std::nullopt));
  EXPECT_THAT(AttainmentRatio(Higher(), std::nan(""), 10), Eq(std::nullopt));
}

TEST(ObjectiveTest, ComparesScaledObjectivesAlsoAtAndBelowZero) {
  const Indicator higher = Scaled(Direction::kHigherIsBetter);
  EXPECT_THAT(AttainmentRatio(higher, 500, 0), Optional(1.5));
  EXPECT_THAT(AttainmentRatio(higher, -2500, -2000), Optional(0.5));
  const Indicator lower = Scaled(Direction::kLowerIsBetter);
  EXPECT_THAT(AttainmentRatio(lower, -2500, -2000), Optional(1.5));
}

TEST(ObjectiveTest, HoldsRatiosBetweenFloorAndCap) {
  Indicator indicator = Higher();
  indicator.attainment_floor = 0.5;
  indicator.attainment_cap = 1.5;
  EXPECT_THAT(AttainmentRatio(indicator, 10, 100), Optional(0.5));
  EXPECT_THAT(AttainmentRatio(indicator, 200, 100), Optional(1.5));
  EXPECT_THAT(AttainmentRatio(indicator, 120, 100), Optional(1.2));
}

TEST(ObjectiveTest, FindsTheRealisationOfARatioInDecimal) {
  EXPECT_THAT(RealisationAtRatio(Higher(), 100, 1.1), Optional(110.0));
  EXPECT_THAT(RealisationAtRatio(Higher(), 70, 0.9), Optional(63.0));
  EXPECT_THAT(RealisationAtRatio(Lower(), 100, 1.1), Optional(90.0));
  EXPECT_THAT(RealisationAtRatio(Higher(), 1e10, 1.1), Optional(1.1e10));
  EXPECT_THAT(RealisationAtRatio(Scaled(Direction::kHigherIsBetter), -300, 1.1), Optional(-200.0));
  EXPECT_THAT(RealisationAtRatio(Scaled(Direction::kLowerIsBetter), -300, 1.1), Optional(-400.0));
}

TEST(ObjectiveTest, IgnoresFloorAndCapWhenItFindsTheRealisation) {
  Indicator indicator = Higher();
  indicator.attainment_cap = 1.2;
  EXPECT_THAT(RealisationAtRatio(indicator, 100, 1.3), Optional(130.0));
}

TEST(ObjectiveTest, GivesALadderWhoseFirstStepIsTheObjectiveItself) {
  const double ratios[] = {0.8, 1.0, 1.3};
  EXPECT_THAT(ThresholdsAtRatios(Higher(), 30, ratios),
              ElementsAre(Optional(24.0), Optional(30.0), Optional(39.0)));
  EXPECT_THAT(ThresholdsAtRatios(Higher(), 0, ratios),
              ElementsAre(Eq(std::nullopt), Optional(0.0), Eq(std::nullopt)));
}

TEST(ObjectiveTest, AttainsAtATieAndNeverWithoutARealisation) {
  EXPECT_TRUE(Attains(Higher(), 100, 100));
  EXPECT_FALSE(Attains(Higher(), 99, 100));
  EXPECT_TRUE(Attains(Lower(), 100, 100));
  EXPECT_FALSE(Attains(Lower(), 101, 100));
  EXPECT_FALSE(Attains(Higher(), std::nan(""), 100));
  EXPECT_FALSE(Attains(Lower(), std::nan(""), 100));
}

TEST(ObjectiveTest, ResolvesObjectivesInCanonicalOrder) {
  const Window year{Period::Month(2026, 1), Period::Month(2026, 12)};
  const std::vector<Objective> objectives = {
      {.unit = "n2", .indicator = "loans", .window = year, .ticks = 1234},
      {.unit = "south", .segment = "retail", .indicator = "accounts", .window = year, .ticks = 9},
      {.unit = "n1", .indicator = "loans", .window = year, .ticks = 5}};
  const auto resolved = *ResolveObjectives(SmallNetwork(), objectives);
  ASSERT_EQ(resolved.size(), 3u);
  EXPECT_EQ(resolved[0].index, 1);
  EXPECT_EQ(resolved[0].range, (NodeRange{0, 4, 8, 2, 5}));
  EXPECT_EQ(resolved[1].index, 2);
  EXPECT_EQ(resolved[2].index, 0);
  EXPECT_EQ(resolved[2].value, 12.34);
  const ObjectiveSet sorted = *SortedObjectives(SmallNetwork(), {.objectives = objectives});
  EXPECT_THAT(sorted.objectives, ElementsAre(objectives[1], objectives[2], objectives[0]));
}

Indicator Varying(Direction direction = Direction::kHigherIsBetter) {
  return {.id = "k", .direction = direction, .basis = AttainmentBasis::kVariation};
}

TEST(VariationTest, ComparesWhatWasGainedWithWhatWasAskedFor) {
  EXPECT_THAT(AttainmentRatio(Varying(), 1'011, 1'010, 1'000), Optional(1.1));
  EXPECT_THAT(AttainmentRatio(Varying(), 995, 1'010, 1'000), Optional(-0.5));
  // A stock that should shrink.
  const Indicator lower = Varying(Direction::kLowerIsBetter);
  EXPECT_THAT(AttainmentRatio(lower, 980, 990, 1'000), Optional(2.0));
  EXPECT_THAT(AttainmentRatio(lower, 1'000, 990, 1'000), Optional(0.0));
}

TEST(VariationTest, HasNoMeaningWhereNothingWasAskedFor) {
  EXPECT_THAT(AttainmentRatio(Varying(), 1'011, 1'000, 1'000), Eq(std::nullopt));
  EXPECT_THAT(AttainmentRatio(Varying(), 1'011, 990, 1'000), Eq(std::nullopt));
  EXPECT_THAT(AttainmentRatio(Varying(Direction::kLowerIsBetter), 1, 1'010, 1'000),
              Eq(std::nullopt));
  EXPECT_THAT(AttainmentRatio(Varying(), 1'011, 1'010), Eq(std::nullopt)) << "no opening value";
  EXPECT_THAT(AttainmentRatio(Varying(), 1'011, 1'010, std::nan("")), Eq(std::nullopt));
}

TEST(VariationTest, FindsTheRealisationOfALevel) {
  EXPECT_THAT(RealisationAtRatio(Varying(), 1'010, 1.1, 1'000), Optional(1'011.0));
  EXPECT_THAT(RealisationAtRatio(Varying(Direction::kLowerIsBetter), 990, 1.1, 1'000),
              Optional(989.0));
  EXPECT_THAT(RealisationAtRatio(Varying(), 1'010, 1.1), Eq(std::nullopt));
}

TEST(VariationTest, WeighsAnUncertainOpeningInsteadOfGuessingIt) {
  EXPECT_THAT(ThresholdAtRatio(Varying(), 1'010, 1.1), Optional(RatioThreshold{1'111.0, -0.1}));
  EXPECT_THAT(ThresholdAtRatio(Varying(), 1'010, 1.0), Optional(RatioThreshold{1'010.0, 0.0}));
  EXPECT_THAT(ThresholdAtRatio(Varying(), -4, 0.5), Optional(RatioThreshold{-2.0, 0.5}));
  // On other bases the opening counts for nothing.
  EXPECT_THAT(ThresholdAtRatio(Higher(), 100, 1.1), Optional(RatioThreshold{110.0, 0.0}));
  EXPECT_THAT(ThresholdAtRatio(Higher(), 0, 1.1), Eq(std::nullopt));
  EXPECT_THAT(ThresholdAtRatio(Scaled(Direction::kLowerIsBetter), 0, 1.1),
              Optional(RatioThreshold{-100.0, 0.0}));
}

TEST(VariationTest, StartsFromThePeriodBeforeOrForRatiosOfFlowsFromTheYearBefore) {
  const Network network = *Network::Create(KindsSpec());
  const Window year{Period::Month(2026, 1), Period::Month(2026, 12)};
  const Window december{Period::Month(2025, 12), Period::Month(2025, 12)};
  EXPECT_EQ(OpeningWindow(network, *network.FindIndicator("holders"), year), december);
  EXPECT_EQ(OpeningWindow(network, *network.FindIndicator("equipment"), year),
            (Window{Period::Month(2025, 1), Period::Month(2025, 12)}));
}

}  // namespace
}  // namespace jalon::sim
