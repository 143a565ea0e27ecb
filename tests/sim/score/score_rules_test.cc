#include <cmath>
#include <string>

#include "gtest/gtest.h"
#include "sim/score/weights.h"
#include "tests/sim/network/small_network.h"

namespace jalon::sim {
namespace {

Window YearOf(int year) { return {Period::Month(year, 1), Period::Month(year, 12)}; }

ScoreWeight Row(std::string indicator, double weight) {
  return {.indicator = std::move(indicator), .weight = weight};
}

ScorePolicy Complete() {
  ScorePolicy policy{.weights = {Row("accounts", 0.5), Row("loans", 0.3), Row("savings", 0.2)},
                     .quality = {{.scope = {.unit = "n1"}, .factor = 0.9}},
                     .ladder = {{0.6, 0.6, RungShape::kLinear}, {1.0, 1.0}, {1.3, 1.6}}};
  for (ScoreWeight& row : policy.weights) row.complete = true;
  return policy;
}

TEST(ScoreRulesTest, AcceptsACompletePolicy) {
  EXPECT_EQ(ValidateScorePolicy(SmallNetwork(), Complete()).ToStatus(), absl::OkStatus());
}

TEST(ScoreRulesTest, AcceptsTwelveWeightsRoundedToTwoDecimalsOfAPercent) {
  ScorePolicy policy = Complete();
  policy.weights[0].weight = 0.4996;
  EXPECT_TRUE(ValidateScorePolicy(SmallNetwork(), policy).empty());
  policy.weights[0].weight = 0.4994;
  EXPECT_TRUE(HasViolation(ValidateScorePolicy(SmallNetwork(), policy), "weights[0].weight",
                           "SUM_NOT_ONE"));
}

TEST(ScoreRulesTest, LeavesPartialGridsTheirSums) {
  ScorePolicy policy = Complete();
  for (ScoreWeight& row : policy.weights) row.complete = false;
  policy.weights[0].weight = 50;
  EXPECT_TRUE(ValidateScorePolicy(SmallNetwork(), policy).empty());
}

TEST(ScoreRulesTest, NamesEveryUnknownAtOnce) {
  ScorePolicy policy = Complete();
  policy.weights[0].scope.unit = "nowhere";
  policy.weights[1].scope.unit_kind = "mobile";
  policy.weights[2].indicator = "karma";
  policy.quality[0].scope = {.unit = "n1", .unit_kind = "remote"};
  const Violations found = ValidateScorePolicy(SmallNetwork(), policy);
  EXPECT_TRUE(HasViolation(found, "weights[0].unit", "UNKNOWN_UNIT"));
  EXPECT_TRUE(HasViolation(found, "weights[1].unit_kind", "UNKNOWN_UNIT_KIND"));
  EXPECT_TRUE(HasViolation(found, "weights[2].indicator", "UNKNOWN_INDICATOR"));
  EXPECT_TRUE(HasViolation(found, "quality[0].unit_kind", "UNKNOWN_UNIT_KIND"))
      << "n1 is no remote branch";
}

TEST(ScoreRulesTest, RefusesAWeightWhereItsIndicatorAppliesNowhere) {
  NetworkSpec spec = SmallSpec();
  spec.indicators[1].unit_kinds = {"proximity"};  // accounts
  const Network network = *Network::Create(spec);
  ScorePolicy policy{.weights = {Row("accounts", 1), Row("accounts", 1), Row("accounts", 1)}};
  policy.weights[1].scope = {.unit_kind = "remote"};
  policy.weights[2].scope = {.unit = "s2"};
  const Violations found = ValidateScorePolicy(network, policy);
  EXPECT_EQ(found.total_count(), 2);
  EXPECT_TRUE(HasViolation(found, "weights[1].indicator", "NOT_APPLICABLE"));
  EXPECT_TRUE(HasViolation(found, "weights[2].indicator", "NOT_APPLICABLE"));
}

TEST(ScoreRulesTest, RefusesNegativeAndEndlessWeights) {
  ScorePolicy policy{.weights = {Row("accounts", -0.1), Row("loans", std::nan(""))}};
  const Violations found = ValidateScorePolicy(SmallNetwork(), policy);
  EXPECT_TRUE(HasViolation(found, "weights[0].weight", "NEGATIVE"));
  EXPECT_TRUE(HasViolation(found, "weights[1].weight", "NOT_FINITE"));
  EXPECT_EQ(found.total_count(), 2);
}

TEST(ScoreRulesTest, RefusesOverlappingPeriodsOfOneScope) {
  ScorePolicy policy{.weights = {Row("accounts", 1), Row("accounts", 2), Row("loans", 1)}};
  policy.weights[0].window = YearOf(2027);
  policy.weights[1].window = {Period::Month(2027, 12), Period::Month(2028, 3)};
  policy.weights[2].window = {Period::Month(2027, 12), Period::Month(2028, 3)};
  policy.quality = {{.window = YearOf(2027), .factor = 1}, {.factor = 0.9}};
  const Violations found = ValidateScorePolicy(SmallNetwork(), policy);
  EXPECT_TRUE(HasViolation(found, "weights[1].window", "OVERLAPPING_WINDOWS"));
  EXPECT_TRUE(HasViolation(found, "quality[1].window", "OVERLAPPING_WINDOWS"));
  EXPECT_EQ(found.total_count(), 2) << "loans overlap with no other loans";
}

TEST(ScoreRulesTest, CompleteGridsExcludeEachOtherWhateverTheirIndicators) {
  ScorePolicy policy{.weights = {Row("accounts", 1), Row("loans", 1)}};
  policy.weights[0].complete = true;
  policy.weights[1].window = YearOf(2027);
  EXPECT_TRUE(HasViolation(ValidateScorePolicy(SmallNetwork(), policy), "weights[1].window",
                           "OVERLAPPING_WINDOWS"));
}

TEST(ScoreRulesTest, RefusesRepeatedAndMixedRowsOfAGrid) {
  ScorePolicy policy = Complete();
  policy.weights.push_back(Row("loans", 0.0));
  const Violations found = ValidateScorePolicy(SmallNetwork(), policy);
  EXPECT_TRUE(HasViolation(found, "weights[3]", "DUPLICATE"));
  EXPECT_TRUE(HasViolation(found, "weights[3].complete", "MIXED_COMPLETE"));
}

TEST(ScoreRulesTest, RefusesAFloorAtOrAboveTheCap) {
  NetworkSpec spec = SmallSpec();
  spec.indicators[1].attainment_cap = 1.5;  // accounts
  ScorePolicy policy{.weights = {Row("accounts", 1), Row("loans", 1)}};
  policy.weights[0].floor = 1.5;
  policy.weights[1].floor = 1.2;
  policy.weights[1].cap = 1.1;
  const Violations found = ValidateScorePolicy(*Network::Create(spec), policy);
  EXPECT_TRUE(HasViolation(found, "weights[0].floor", "FLOOR_NOT_BELOW_CAP"))
      << "the cap is the indicator's own";
  EXPECT_TRUE(HasViolation(found, "weights[1].floor", "FLOOR_NOT_BELOW_CAP"));
}

TEST(ScoreRulesTest, RefusesWindowsOfAnotherFrequencyOrBackwards) {
  ScorePolicy policy{.weights = {Row("accounts", 1), Row("loans", 1)}};
  policy.weights[0].window = {Period::Quarter(2027, 1), Period::Quarter(2027, 4)};
  policy.weights[1].window = {Period::Month(2027, 5), Period::Month(2027, 4)};
  const Violations found = ValidateScorePolicy(SmallNetwork(), policy);
  EXPECT_TRUE(HasViolation(found, "weights[0].window", "BAD_FREQUENCY"));
  EXPECT_TRUE(HasViolation(found, "weights[1].window", "EMPTY_WINDOW"));
}

TEST(ScoreRulesTest, RefusesQualityOutsideItsRange) {
  ScorePolicy policy{.quality = {{.scope = {.unit = "n1"}, .factor = 1.6},
                                 {.scope = {.unit = "n2"}, .factor = -0.1},
                                 {.factor = std::nan("")}}};
  const Violations found = ValidateScorePolicy(SmallNetwork(), policy);
  for (const char* field : {"quality[0].factor", "quality[1].factor", "quality[2].factor"}) {
    EXPECT_TRUE(HasViolation(found, field, "OUT_OF_RANGE")) << field;
  }
}

TEST(ScoreRulesTest, RefusesALadderThatDoesNotClimb) {
  ScorePolicy policy{.ladder = {{0.6, 0.6}, {0.6, 0.7}, {1.0, 0.5}, {-1.0, 0.5}}};
  const Violations found = ValidateScorePolicy(SmallNetwork(), policy);
  EXPECT_TRUE(HasViolation(found, "ladder[1].threshold", "NOT_INCREASING"));
  EXPECT_TRUE(HasViolation(found, "ladder[2].payoff", "NOT_INCREASING"));
  EXPECT_TRUE(HasViolation(found, "ladder[3].threshold", "NOT_INCREASING"));
  EXPECT_TRUE(HasViolation(found, "ladder[3].threshold", "NEGATIVE"));
}

TEST(ScoreRulesTest, RefusesALadderOfTooManyRungs) {
  ScorePolicy policy;
  for (int i = 0; i <= kMaxRungs; ++i) policy.ladder.push_back({0.1 * i, 0.1 * i});
  EXPECT_TRUE(
      HasViolation(ValidateScorePolicy(SmallNetwork(), policy), "ladder", "TOO_MANY_LEVELS"));
}

}  // namespace
}  // namespace jalon::sim
