#include <cmath>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "sim/scenario/scenario.h"

namespace jalon::sim {
namespace {

using ::testing::ElementsAre;

const Period kStart = Period::Month(2026, 6);
const Period kLongBefore = Period::Month(2024, 12);

// Weights of `event` from `first` over `count` periods.
std::vector<double> Weights(const Event& event, Period first, int count,
                            Period fitted_at = kLongBefore) {
  std::vector<double> weights;
  for (int t = 0; t < count; ++t) weights.push_back(EventWeight(event, first + t, fitted_at));
  return weights;
}

TEST(EventTest, StartsAtOnceAndStaysForGoodByDefault) {
  EXPECT_THAT(Weights({.start = kStart}, kStart - 2, 4), ElementsAre(0, 0, 1, 1));
  EXPECT_EQ(EventWeight({.start = kStart}, kStart + 500, kLongBefore), 1);
}

TEST(EventTest, EndsAfterItsLastPeriod) {
  EXPECT_THAT(Weights({.start = kStart, .end = kStart + 1}, kStart - 1, 4),
              ElementsAre(0, 1, 1, 0));
}

TEST(EventTest, GrowsLinearlyOverItsRamp) {
  EXPECT_THAT(Weights({.start = kStart, .ramp_periods = 4}, kStart - 1, 6),
              ElementsAre(0, 0.25, 0.5, 0.75, 1, 1));
  EXPECT_THAT(Weights({.start = kStart, .ramp_periods = 1}, kStart, 2), ElementsAre(1, 1));
}

TEST(EventTest, PullsSalesForwardBeforeItStarts) {
  const Event event{.start = kStart, .anticipation_periods = 2, .anticipation_share = 0.3};
  EXPECT_THAT(Weights(event, kStart - 3, 5), ElementsAre(0, -0.3, -0.3, 1, 1));
}

TEST(EventTest, AddsItselfWhollyWhenAbsentFromTheHistory) {
  const Event event{.start = kStart};
  EXPECT_EQ(EventWeight(event, kStart + 3, kStart + 2), 1);
  EXPECT_EQ(ContainedWeight(event, kStart + 2), 0);
}

TEST(EventTest, ContainsWhatItHadReachedWhenPartlyInTheHistory) {
  const Event event{.start = kStart,
                    .ramp_periods = 4,
                    .history_status = HistoryStatus::kPartlyIn,
                    .in_history_since = kStart};
  EXPECT_EQ(ContainedWeight(event, kStart + 1), 0.5);
  EXPECT_THAT(Weights(event, kStart + 2, 3, kStart + 1), ElementsAre(0.75, 1, 1));
}

TEST(EventTest, ContainsTheAnticipationAlreadySeen) {
  const Event event{.start = kStart,
                    .anticipation_periods = 2,
                    .anticipation_share = 0.3,
                    .history_status = HistoryStatus::kPartlyIn,
                    .in_history_since = kStart - 2};
  EXPECT_EQ(ContainedWeight(event, kStart - 1), -0.3);
}

TEST(EventTest, ContainsNothingInABacktestFromBeforeItWasInTheHistory) {
  const Event partly{
      .start = kStart, .history_status = HistoryStatus::kPartlyIn, .in_history_since = kStart + 2};
  EXPECT_EQ(ContainedWeight(partly, kStart + 1), 0);
  EXPECT_EQ(ContainedWeight(partly, kStart + 2), 1);
  const Event fully{.start = kStart, .ramp_periods = 2, .history_status = HistoryStatus::kFullyIn};
  EXPECT_EQ(ContainedWeight(fully, kStart - 1), 0);
  EXPECT_THAT(Weights(fully, kStart - 1, 3, kStart - 1), ElementsAre(0, 0.5, 1));
}

TEST(EventTest, ChangesNothingWhileItIsFullyInTheHistory) {
  const Event event{.start = kStart,
                    .end = kStart + 8,
                    .ramp_periods = 12,
                    .history_status = HistoryStatus::kFullyIn};
  EXPECT_EQ(ContainedWeight(event, kStart + 3), 1);
  EXPECT_THAT(Weights(event, kStart + 7, 3, kStart + 3), ElementsAre(1, 1, 0));
}

TEST(EventTest, ContainsNothingOnceItEnded) {
  const Event event{.start = kStart, .end = kStart + 1, .history_status = HistoryStatus::kFullyIn};
  EXPECT_EQ(ContainedWeight(event, kStart + 5), 0);
  EXPECT_THAT(Weights(event, kStart + 6, 2, kStart + 5), ElementsAre(0, 0));
}

TEST(EventTest, MultipliesMeansByTheChangeAgainstTheHistory) {
  EXPECT_DOUBLE_EQ(EventFactor(-0.2, 1, 0), 0.8);
  EXPECT_DOUBLE_EQ(EventFactor(-0.2, 1, 1), 1.0);
  EXPECT_DOUBLE_EQ(EventFactor(-0.5, 0, 1), 2.0);  // its end gives back what it took
  EXPECT_DOUBLE_EQ(EventFactor(-0.2, 1, 0.5), 0.8 / 0.9);
  EXPECT_DOUBLE_EQ(EventFactor(0.3, -0.5, 0), 0.85);
}

TEST(EventTest, NeverMultipliesByZeroOrLess) {
  EXPECT_GT(EventFactor(3, -1, 0), 0);
  EXPECT_TRUE(std::isfinite(EventFactor(0, 1, 1)));
  EXPECT_TRUE(std::isfinite(EventFactor(-2, 1, 1)));
}

TEST(EffectTest, IsItsModeWhenFixed) {
  EXPECT_EQ(EffectAt({.kind = EffectLaw::Kind::kFixed, .mode = -0.2}, 0.7), -0.2);
}

TEST(EffectTest, InvertsTheTriangularDistribution) {
  const EffectLaw law{.kind = EffectLaw::Kind::kTriangular, .low = -0.3, .mode = -0.1, .high = 0.1};
  EXPECT_DOUBLE_EQ(EffectAt(law, 0.5), -0.1);
  EXPECT_DOUBLE_EQ(EffectAt(law, 0.125), -0.2);
  EXPECT_DOUBLE_EQ(EffectAt(law, 0.875), 0.0);
  EXPECT_NEAR(EffectAt(law, 1e-12), -0.3, 1e-6);
  EXPECT_NEAR(EffectAt(law, 1 - 1e-12), 0.1, 1e-6);
}

TEST(EffectTest, TakesTrianglesWithTheModeAtAnEndOrWithoutWidth) {
  const EffectLaw left{.kind = EffectLaw::Kind::kTriangular, .low = 0, .mode = 0, .high = 1};
  EXPECT_DOUBLE_EQ(EffectAt(left, 0.75), 0.5);
  const EffectLaw right{.kind = EffectLaw::Kind::kTriangular, .low = 0, .mode = 1, .high = 1};
  EXPECT_DOUBLE_EQ(EffectAt(right, 0.25), 0.5);
  const EffectLaw point{.kind = EffectLaw::Kind::kTriangular, .low = 0.2, .mode = 0.2, .high = 0.2};
  EXPECT_EQ(EffectAt(point, 0.3), 0.2);
}

TEST(EffectTest, PutsTheTenthAndNinetiethPercentilesOfANormalWhereItSays) {
  const EffectLaw law{.kind = EffectLaw::Kind::kNormal, .low = -0.3, .mode = -0.2, .high = -0.1};
  EXPECT_NEAR(EffectAt(law, 0.1), -0.3, 1e-12);
  EXPECT_NEAR(EffectAt(law, 0.5), -0.2, 1e-12);
  EXPECT_NEAR(EffectAt(law, 0.9), -0.1, 1e-12);
}

TEST(EffectTest, CutsANormalBeforeItTakesEverything) {
  const EffectLaw law{.kind = EffectLaw::Kind::kNormal, .low = -0.99, .mode = 0, .high = 0.99};
  EXPECT_EQ(EffectAt(law, 1e-9), -0.95);
  const EffectLaw wide{.kind = EffectLaw::Kind::kNormal, .low = -0.9, .mode = 0, .high = 5};
  EXPECT_EQ(EffectAt(wide, 1 - 1e-9), 3.0);
}

TEST(EffectTest, IsMonotoneInItsDraw) {
  for (const auto kind : {EffectLaw::Kind::kTriangular, EffectLaw::Kind::kNormal}) {
    const EffectLaw law{.kind = kind, .low = -0.6, .mode = -0.5, .high = 0.4};
    double before = -1;
    for (int i = 0; i < 10'000; ++i) {
      const double effect = EffectAt(law, (i + 0.5) / 10'000);
      ASSERT_GE(effect, before);
      before = effect;
    }
  }
}

TEST(ResolveCoursesTest, HoldsTheLastValueAndIsFreeBeforeTheFirst) {
  const Window horizon{kStart, kStart + 3};
  const std::vector<DriverCourse> courses = ResolveCourses({{.driver = "rate",
                                                             .mode = DriverAssumption::Mode::kShift,
                                                             .first = kStart + 1,
                                                             .values = {0.5, 1},
                                                             .moves_others = true}},
                                                           {"income", "rate"}, horizon);
  ASSERT_EQ(courses.size(), 1u);
  EXPECT_EQ(courses[0].driver, 1);
  EXPECT_EQ(courses[0].mode, DriverCourse::Mode::kShift);
  EXPECT_TRUE(courses[0].moves_others);
  EXPECT_TRUE(std::isnan(courses[0].values[0]));
  EXPECT_THAT(std::vector<double>(courses[0].values.begin() + 1, courses[0].values.end()),
              ElementsAre(0.5, 1, 1));
}

TEST(ResolveCoursesTest, SkipsValuesBeforeTheHorizonAndDriversTheModelDoesNotUse) {
  const std::vector<DriverCourse> courses =
      ResolveCourses({{.driver = "rate", .first = kStart - 1, .values = {1, 2, 3}},
                      {.driver = "oil", .first = kStart, .values = {50}}},
                     {"income", "rate"}, {kStart, kStart + 2});
  ASSERT_EQ(courses.size(), 1u);
  EXPECT_THAT(courses[0].values, ElementsAre(2, 3, 3));
}

}  // namespace
}  // namespace jalon::sim
