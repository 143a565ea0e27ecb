#include "sim/stats/wilson.h"

#include <gtest/gtest.h>

namespace jalon::sim {
namespace {

// Newcombe (1998), table I, method 3: 81 of 263 gives 0.2553 to 0.3662.
TEST(WilsonTest, AgreesWithAPublishedTable) {
  const Interval interval = WilsonInterval(81, 263, 0.95);
  EXPECT_NEAR(interval.low, 0.2553, 5e-5);
  EXPECT_NEAR(interval.high, 0.3662, 5e-5);
}

// Same table: 15 of 148 and 1 of 29.
TEST(WilsonTest, AgreesOnSmallShares) {
  EXPECT_NEAR(WilsonInterval(15, 148, 0.95).low, 0.0624, 5e-5);
  EXPECT_NEAR(WilsonInterval(15, 148, 0.95).high, 0.1605, 5e-5);
  EXPECT_NEAR(WilsonInterval(1, 29, 0.95).low, 0.0061, 5e-5);
  EXPECT_NEAR(WilsonInterval(1, 29, 0.95).high, 0.1718, 5e-5);
}

TEST(WilsonTest, IsExactAtTheEdges) {
  EXPECT_EQ(WilsonInterval(0, 20, 0.95).low, 0.0);
  EXPECT_NEAR(WilsonInterval(0, 20, 0.95).high, 0.1611, 5e-5);
  EXPECT_EQ(WilsonInterval(20, 20, 0.95).high, 1.0);
}

TEST(WilsonTest, KnowsNothingWithoutTrials) {
  EXPECT_EQ(WilsonInterval(0, 0, 0.95), (Interval{0.0, 1.0}));
}

// Mirror images: the interval of the failures is that of the successes, turned over.
TEST(WilsonTest, TurnsOverWithItsSuccesses) {
  const Interval hits = WilsonInterval(37, 500, 0.99);
  const Interval misses = WilsonInterval(463, 500, 0.99);
  EXPECT_NEAR(hits.low, 1.0 - misses.high, 1e-15);
  EXPECT_NEAR(hits.high, 1.0 - misses.low, 1e-15);
}

}  // namespace
}  // namespace jalon::sim
