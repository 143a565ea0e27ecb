#include "clients/cli/reliability.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace jalon::client {
namespace {

using ::testing::IsEmpty;

TEST(ReliabilityTest, GroupsPromisesIntoBandsOfTenPoints) {
  const auto bands = Reliability({{.probability = 0.05, .attained = false, .group = "a"},
                                  {.probability = 0.31, .attained = true, .group = "a"},
                                  {.probability = 0.39, .attained = false, .group = "b"},
                                  {.probability = 0.33, .attained = false, .group = "b"}});

  ASSERT_EQ(bands.size(), 3u);
  EXPECT_DOUBLE_EQ(bands[1].low, 0.3);
  EXPECT_DOUBLE_EQ(bands[1].high, 0.4);
  EXPECT_EQ(bands[1].count, 3);
  EXPECT_EQ(bands[1].group_count, 2);
  EXPECT_NEAR(bands[1].promised, (0.31 + 0.39 + 0.33) / 3, 1e-15);
  EXPECT_NEAR(bands[1].realised, 1.0 / 3, 1e-15);
}

TEST(ReliabilityTest, TheLastRowIsOverAll) {
  const auto bands =
      Reliability({{.probability = 0.2, .attained = true}, {.probability = 0.8, .attained = true}});

  ASSERT_EQ(bands.size(), 3u);
  EXPECT_EQ(bands[2].count, 2);
  EXPECT_NEAR(bands[2].promised, 0.5, 1e-15);
  EXPECT_EQ(bands[2].realised, 1.0);
  EXPECT_NEAR(bands[2].brier, (0.64 + 0.04) / 2, 1e-15);
}

TEST(ReliabilityTest, CertaintiesBelongToTheOutermostBands) {
  const auto bands = Reliability({{.probability = 0.0}, {.probability = 1.0, .attained = true}});

  ASSERT_EQ(bands.size(), 3u);
  EXPECT_EQ(bands[0].low, 0.0);
  EXPECT_EQ(bands[1].high, 1.0);
  EXPECT_EQ(bands[2].brier, 0.0);
}

TEST(ReliabilityTest, WithoutPromisesThereAreNoBands) { EXPECT_THAT(Reliability({}), IsEmpty()); }

TEST(WindowValueTest, AddsAveragesOrTakesTheLastPeriod) {
  v1::Indicator indicator;
  indicator.set_time_aggregation(v1::Indicator::TIME_AGGREGATION_SUM);
  EXPECT_EQ(WindowValue(indicator, {1.0, 2.0, 6.0}), 9.0);
  indicator.set_time_aggregation(v1::Indicator::TIME_AGGREGATION_MEAN);
  EXPECT_EQ(WindowValue(indicator, {1.0, 2.0, 6.0}), 3.0);
  indicator.set_time_aggregation(v1::Indicator::TIME_AGGREGATION_LAST);
  EXPECT_EQ(WindowValue(indicator, {1.0, std::nullopt, 6.0}), 6.0);
}

TEST(WindowValueTest, IsUnknownWhenAPeriodItNeedsIs) {
  v1::Indicator indicator;
  indicator.set_time_aggregation(v1::Indicator::TIME_AGGREGATION_SUM);
  EXPECT_EQ(WindowValue(indicator, {1.0, std::nullopt}), std::nullopt);
  EXPECT_EQ(WindowValue(indicator, {}), std::nullopt);
  indicator.set_time_aggregation(v1::Indicator::TIME_AGGREGATION_LAST);
  EXPECT_EQ(WindowValue(indicator, {1.0, std::nullopt}), std::nullopt);
}

TEST(AttainsTest, FollowsTheDirection) {
  v1::Indicator indicator;
  indicator.set_direction(v1::Indicator::DIRECTION_HIGHER_IS_BETTER);
  EXPECT_TRUE(Attains(indicator, 10, 10));
  EXPECT_FALSE(Attains(indicator, 9, 10));
  indicator.set_direction(v1::Indicator::DIRECTION_LOWER_IS_BETTER);
  EXPECT_TRUE(Attains(indicator, 9, 10));
  EXPECT_FALSE(Attains(indicator, 11, 10));
}

}  // namespace
}  // namespace jalon::client
