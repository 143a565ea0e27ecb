#include "sim/objective/history/pair_statistics.h"

#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/sim/objective/history/history_draws.h"

namespace jalon::sim {
namespace {

std::vector<PairedCase> Line(int count, double slope) {
  std::vector<PairedCase> cases;
  for (int i = 0; i < count; ++i) {
    cases.push_back({.node = i, .x = double(i), .y = slope * i + (i % 2 == 0 ? 0.1 : -0.1)});
  }
  return cases;
}

TEST(RankCorrelationTest, IsOneForARisingCurveAndMinusOneForAFallingOne) {
  std::vector<PairedCase> cases;
  for (int i = 0; i < 20; ++i) cases.push_back({.node = i, .x = double(i), .y = double(i) * i * i});
  EXPECT_NEAR(RankCorrelation(cases)->value, 1.0, 1e-9);
  for (PairedCase& c : cases) c.y = -c.y;
  EXPECT_NEAR(RankCorrelation(cases)->value, -1.0, 1e-9);
}

TEST(RankCorrelationTest, AgreesWithAHandComputedOneWithTies) {
  // Ranks of x 0..9; of y 1 1 1 3 5 5 7 7 9 9 halved where tied: a textbook case.
  const std::vector<double> y = {10, 10, 10, 13, 15, 15, 17, 17, 19, 19};
  std::vector<PairedCase> cases;
  for (int i = 0; i < 10; ++i) cases.push_back({.node = i, .x = double(i), .y = y[i]});
  // Mean ranks 1 1 1 3 4.5 4.5 6.5 6.5 8.5 8.5: covariance 79, squares 82.5 and 79.
  EXPECT_NEAR(RankCorrelation(cases)->value, 79 / std::sqrt(82.5 * 79), 1e-12);
}

TEST(RankCorrelationTest, ComparesInsideGroupsOnly) {
  // Two groups far apart, each falling inside.
  std::vector<PairedCase> cases;
  for (int i = 0; i < 40; ++i) {
    const int group = i / 20;
    cases.push_back({.group = group, .node = i, .x = 100.0 * group + i, .y = 100.0 * group - i});
  }
  EXPECT_NEAR(RankCorrelation(cases)->value, -1.0, 1e-9);
  EXPECT_EQ(RankCorrelation(cases)->count, 40);
}

TEST(RankCorrelationTest, SaysNothingOfTooFewOrEqualCases) {
  EXPECT_FALSE(RankCorrelation(Line(9, 1)).has_value());
  std::vector<PairedCase> flat = Line(20, 1);
  for (PairedCase& c : flat) c.x = 1;
  EXPECT_FALSE(RankCorrelation(flat).has_value());
  EXPECT_FALSE(RankCorrelation({}).has_value());
}

TEST(SlopeTest, IsThatOfTheLineInsideGroups) {
  std::vector<PairedCase> cases = Line(20, 0.4);
  for (PairedCase c : Line(20, 0.4)) {
    c.group = 1;
    c.y += 1'000;
    cases.push_back(c);
  }
  EXPECT_NEAR(SlopeWithinGroups(cases)->value, 0.4, 2e-3);
  EXPECT_EQ(SlopeWithinGroups(cases)->count, 40);
}

TEST(SlopeTest, GrowsItsErrorWhenANodeRepeatsItself) {
  std::vector<PairedCase> once;
  for (int i = 0; i < 200; ++i) {
    once.push_back({.node = i, .x = HistoryNormal(0, 0, i), .y = HistoryNormal(1, 0, i)});
  }
  std::vector<PairedCase> fourfold;
  for (int group = 0; group < 4; ++group) {
    for (PairedCase c : once) {
      c.group = group;
      fourfold.push_back(c);
    }
  }
  // The same cases four times say no more than once.
  EXPECT_NEAR(SlopeWithinGroups(fourfold)->standard_error, SlopeWithinGroups(once)->standard_error,
              1e-9);
}

TEST(SlopeTest, SaysNothingOfFewNodesOrOneX) {
  EXPECT_FALSE(SlopeWithinGroups(Line(9, 1)).has_value());
  std::vector<PairedCase> flat = Line(20, 1);
  for (PairedCase& c : flat) c.x = 1;
  EXPECT_FALSE(SlopeWithinGroups(flat).has_value());
}

}  // namespace
}  // namespace jalon::sim
