#include "sim/drivers/drivers.h"

#include <cmath>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "sim/base/missing.h"

namespace jalon::sim {
namespace {

using ::testing::DoubleEq;
using ::testing::ElementsAre;
using ::testing::Eq;
using ::testing::IsEmpty;
using ::testing::NanSensitiveDoubleEq;
using ::testing::Optional;

Driver Quarterly(QuarterRule rule, std::vector<double> values = {3, 6, 12}) {
  return {.id = "q",
          .frequency = Frequency::kQuarter,
          .quarter_rule = rule,
          .first = Period::Quarter(2025, 1),
          .values = std::move(values)};
}

Driver Monthly(QuarterRule rule, std::vector<double> values) {
  return {.id = "m",
          .quarter_rule = rule,
          .first = Period::Month(2025, 1),
          .values = std::move(values)};
}

const Window kNineMonths{Period::Month(2025, 1), Period::Month(2025, 9)};
const Window kTwoQuarters{Period::Quarter(2025, 1), Period::Quarter(2025, 2)};

TEST(DriverValuesTest, GivesItsOwnPeriodsAsTheyAreAndMissingOutside) {
  const Driver driver = Monthly(QuarterRule::kStep, {1, kMissing, 3});
  EXPECT_THAT(
      DriverValues(driver, Frequency::kMonth, {Period::Month(2024, 12), Period::Month(2025, 4)}),
      ElementsAre(NanSensitiveDoubleEq(kMissing), 1, NanSensitiveDoubleEq(kMissing), 3,
                  NanSensitiveDoubleEq(kMissing)));
}

TEST(DriverValuesTest, RepeatsARateInEachMonthOfItsQuarter) {
  EXPECT_THAT(DriverValues(Quarterly(QuarterRule::kStep), Frequency::kMonth, kNineMonths),
              ElementsAre(3, 3, 3, 6, 6, 6, 12, 12, 12));
}

TEST(DriverValuesTest, SharesAFlowInThirdsWhoseSumIsTheQuarter) {
  EXPECT_THAT(DriverValues(Quarterly(QuarterRule::kThird), Frequency::kMonth, kNineMonths),
              ElementsAre(1, 1, 1, 2, 2, 2, 4, 4, 4));
}

TEST(DriverValuesTest, JoinsMidPointsOfQuartersAndIsFlatAtBothEnds) {
  EXPECT_THAT(DriverValues(Quarterly(QuarterRule::kLinear), Frequency::kMonth, kNineMonths),
              ElementsAre(3, 3, 4, 5, 6, 8, 10, 12, 12));
}

TEST(DriverValuesTest, IsFlatBesideAMissingQuarter) {
  EXPECT_THAT(DriverValues(Quarterly(QuarterRule::kLinear, {3, kMissing, 12}), Frequency::kMonth,
                           kNineMonths),
              ElementsAre(3, 3, 3, NanSensitiveDoubleEq(kMissing), NanSensitiveDoubleEq(kMissing),
                          NanSensitiveDoubleEq(kMissing), 12, 12, 12));
}

TEST(DriverValuesTest, AveragesMonthsIntoQuartersAndSumsFlows) {
  const std::vector<double> months = {1, 2, 6, 10, kMissing, 20};
  EXPECT_THAT(DriverValues(Monthly(QuarterRule::kStep, months), Frequency::kQuarter, kTwoQuarters),
              ElementsAre(3, NanSensitiveDoubleEq(kMissing)));
  EXPECT_THAT(DriverValues(Monthly(QuarterRule::kThird, months), Frequency::kQuarter, kTwoQuarters),
              ElementsAre(9, NanSensitiveDoubleEq(kMissing)));
}

TEST(KnownAtTest, CutsADriverAtItsOwnFrequency) {
  const Driver driver = Monthly(QuarterRule::kStep, {1, 2, 3});
  EXPECT_THAT(KnownAt(driver, Period::Month(2025, 2)).values, ElementsAre(1, 2));
  EXPECT_THAT(KnownAt(driver, Period::Month(2024, 2)).values, IsEmpty());
  EXPECT_EQ(KnownAt(driver, Period::Month(2030, 1)), driver);
}

TEST(KnownAtTest, KnowsAQuarterOnlyOnceItEnded) {
  const Driver driver = Quarterly(QuarterRule::kLinear);
  EXPECT_THAT(KnownAt(driver, Period::Month(2025, 5)).values, ElementsAre(3));
  EXPECT_THAT(KnownAt(driver, Period::Month(2025, 6)).values, ElementsAre(3, 6));
}

TEST(KnownAtTest, KnowsEveryMonthOfAQuarter) {
  const Driver driver = Monthly(QuarterRule::kStep, {1, 2, 3, 4, 5});
  EXPECT_THAT(KnownAt(driver, Period::Quarter(2025, 1)).values, ElementsAre(1, 2, 3));
}

TEST(KnownAtTest, DoesNotLetALinearDriverLookAhead) {
  const Driver known = KnownAt(Quarterly(QuarterRule::kLinear), Period::Month(2025, 6));
  EXPECT_THAT(
      DriverValues(known, Frequency::kMonth, {Period::Month(2025, 5), Period::Month(2025, 6)}),
      ElementsAre(DoubleEq(6), DoubleEq(6)));
}

TEST(DriverTableTest, ComparesMissingValuesAsEqual) {
  EXPECT_EQ(Monthly(QuarterRule::kStep, {1, kMissing}), Monthly(QuarterRule::kStep, {1, kMissing}));
  EXPECT_FALSE(Monthly(QuarterRule::kStep, {1, kMissing}) == Monthly(QuarterRule::kStep, {1, 2}));
  EXPECT_FALSE(Monthly(QuarterRule::kStep, {1}) == Monthly(QuarterRule::kStep, {1, kMissing}));
}

TEST(DriverTableTest, FindsDriversInAnyOrder) {
  const DriverTable table{.drivers = {{.id = "rate"}, {.id = "income"}}};
  EXPECT_THAT(table.Find("income"), Optional(1));
  EXPECT_THAT(table.Find("oil"), Eq(std::nullopt));
}

TEST(DriverTableTest, SortsDriversByIdAndPriorsByDriverIndicatorAndLag) {
  const DriverTable sorted =
      SortedDrivers({.drivers = {{.id = "rate"}, {.id = "income"}},
                     .priors = {{.driver = "rate", .indicator = "loans", .lag = 3},
                                {.driver = "rate", .indicator = "loans", .lag = 1},
                                {.driver = "rate", .indicator = "cards", .lag = 9}}});
  EXPECT_EQ(sorted.drivers[0].id, "income");
  EXPECT_EQ(sorted.priors[0].indicator, "cards");
  EXPECT_EQ(sorted.priors[1].lag, 1);
}

}  // namespace
}  // namespace jalon::sim
