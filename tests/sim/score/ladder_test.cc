#include <cmath>
#include <vector>

#include "gtest/gtest.h"
#include "sim/score/score.h"

namespace jalon::sim {
namespace {

constexpr auto kLinear = RungShape::kLinear;
constexpr auto kStep = RungShape::kStep;

// The variable part documented for one large French network: nothing below 60 %, the share attained
// from 60 to 100 %, then up to 160 % at 130 % and 200 % at 170 %.
const std::vector<PayoffRung> kLadder = {
    {0.6, 0.6, kLinear}, {1.0, 1.0, kLinear}, {1.3, 1.6, kLinear}, {1.7, 2.0, kLinear}};

TEST(PayoffTest, PaysNothingBelowTheFirstRungAndTheLastOneBeyond) {
  EXPECT_EQ(Payoff(kLadder, 0.5999, 1.0), 0.0);
  EXPECT_EQ(Payoff(kLadder, -3.0, 1.0), 0.0);
  EXPECT_EQ(Payoff(kLadder, 1.7, 1.0), 2.0);
  EXPECT_EQ(Payoff(kLadder, 99.0, 1.0), 2.0);
}

TEST(PayoffTest, RisesInStraightLinesBetweenRungs) {
  EXPECT_EQ(Payoff(kLadder, 0.6, 1.0), 0.6);
  EXPECT_DOUBLE_EQ(Payoff(kLadder, 0.8, 1.0), 0.8);
  EXPECT_DOUBLE_EQ(Payoff(kLadder, 1.15, 1.0), 1.3);
  EXPECT_DOUBLE_EQ(Payoff(kLadder, 1.5, 1.0), 1.8);
}

TEST(PayoffTest, StaysOnAStepUntilTheNextRungIsReached) {
  const std::vector<PayoffRung> steps = {{0.6, 0.5, kStep}, {1.0, 1.0, kStep}};
  EXPECT_EQ(Payoff(steps, 0.999999, 1.0), 0.5);
  EXPECT_EQ(Payoff(steps, 1.0, 1.0), 1.0) << "a threshold reached is passed";
}

TEST(PayoffTest, IsMultipliedByTheQualityFactor) {
  EXPECT_DOUBLE_EQ(Payoff(kLadder, 1.0, 0.9), 0.9);
  EXPECT_EQ(Payoff(kLadder, 1.3, 0.0), 0.0);
}

TEST(PayoffTest, NeverFallsWhenTheScoreRises) {
  double before = 0.0;
  for (int i = 0; i <= 2'000; ++i) {
    const double payoff = Payoff(kLadder, i * 1e-3, 1.0);
    EXPECT_GE(payoff, before);
    before = payoff;
  }
}

TEST(ScoreTest, IsTheWeightedMeanOfBoundedRatios) {
  const std::vector<ScoreTerm> terms = {
      {.weight = 0.5, .floor = 0.0, .cap = 1.2}, {.weight = 0.3, .floor = 0.5}, {.weight = 0.2}};
  EXPECT_DOUBLE_EQ(Score(terms, std::vector<double>{1.5, 0.2, 1.1}),
                   0.5 * 1.2 + 0.3 * 0.5 + 0.2 * 1.1);
}

TEST(ScoreTest, IsExactlyOneWhenEveryObjectiveIsMetExactly) {
  // 12 x (1 / 12) is not 1 in binary.
  const std::vector<ScoreTerm> terms(12, {.weight = 1.0 / 12});
  EXPECT_EQ(Score(terms, std::vector<double>(12, 1.0)), 1.0);
  EXPECT_EQ(ScoreExcess(terms, std::vector<double>(12, 1.0)), 0.0);
}

TEST(ScoreTest, IsOneWithoutTerms) { EXPECT_EQ(Score({}, {}), 1.0); }

}  // namespace
}  // namespace jalon::sim
