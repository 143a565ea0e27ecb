// Sixteen scrambles at a time against one path at a time, and one instruction set against another.
#include <cmath>
#include <random>
#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "sim/base/math.h"
#include "sim/base/missing.h"
#include "sim/engine/conditional/conditional.h"
#include "sim/engine/conditional/lane_functions.h"
#include "sim/engine/conditional/plan_state.h"
#include "sim/kernel/isa.h"
#include "tests/sim/engine/conditional/kinds_bank.h"
#include "tests/sim/engine/conditional/steps_bank.h"
#include "tests/sim/engine/conditional/variations.h"
#include "tests/sim/engine/same_bits.h"
#include "tests/sim/engine/tiny_bank.h"
#include "tests/sim/kernel/every_isa.h"

namespace jalon::sim {
namespace {

TinyBank WithThresholds(TinyBank bank) {
  for (size_t i = 0; i < bank.targets.size(); ++i) {
    bank.targets[i].thresholds = {0.0, 3.0, 100.5, 250.0, 700.0, 1'500.0};
    if (i % 2 == 1) bank.targets[i].direction = Direction::kLowerIsBetter;
  }
  return bank;
}

// Every number of a block by the naive evaluator. Laws by moments agree to 3e-6, but for a skewness
// below 0.0015, where the naive evaluator takes the normal law; tables and curves are each within
// 1e-4 and 1e-5 of the law.
void ExpectTheNaiveNumbers(const TinyBank& bank) {
  const Plan plan = bank.plan();
  const absl::StatusOr<ConditionalPlan> made = ConditionalPlan::Make(plan, {});
  ASSERT_TRUE(made.ok()) << made.status();
  const ConditionalPlanState& state = made->state();
  const PathMeans middle = state.means.At(state.states->Middle(0));
  const SlotSeries slots(plan, middle.rates);
  StudentSums students;
  const ConditionalBlock block = ComputeConditionalBlock(*made, 3, StopToken()).value();
  for (int i = 0; i < plan.target_count(); ++i) {
    SCOPED_TRACE("target " + std::to_string(i) + " law " +
                 std::to_string(static_cast<int>(made->law(i))));
    TargetLaw law = ChooseLaw(plan, slots, middle, students, i);
    while (!students.Step()) {
    }
    ASSERT_EQ(law.law, made->law(i));
    MakeThresholdTables(plan, i, law);
    TargetEvaluator naive(plan, i, law);
    double variance = 0.0;
    ConditionalBlock::Opening opening;
    for (int lane = 0; lane < kScrambleCount; ++lane) {
      ConditionalValue value;
      naive.Evaluate(state.means.At(state.states->At(3 * kScrambleCount + lane)), value);
      const double scale = std::fabs(value.mean) + std::sqrt(value.variance) + 1e-9;
      EXPECT_NEAR(block.mean[i * kScrambleCount + lane], value.mean, 1e-11 * scale);
      variance += value.variance;
      opening.mean += value.opening;
      opening.undefined += value.undefined;
      // Differences of two levels are near symmetric, where the naive evaluator takes the normal
      // law.
      const double error = law.reach.empty() && !law.opening_moves ? 5e-5 : 1.2e-4;
      for (size_t j = 0; j < law.thresholds.size(); ++j) {
        const size_t row = state.program().first_threshold[i] + j;
        EXPECT_NEAR(block.probability[row * kScrambleCount + lane], value.probability[j], error)
            << j;
      }
    }
    EXPECT_NEAR(block.variance[i], variance, 1e-9 * variance + 1e-12);
    if (!law.opening_moves) continue;
    const ConditionalBlock::Opening& its = block.openings[state.program().targets[i].opening];
    EXPECT_NEAR(its.mean, opening.mean, 1e-11 * std::fabs(opening.mean));
    EXPECT_NEAR(its.undefined, opening.undefined, 1e-4);
  }
}

class LanesTest : public ::testing::TestWithParam<int> {};

TEST_P(LanesTest, AreTheNaivePathsOfFlows) {
  ExpectTheNaiveNumbers(WithThresholds(MakeRandomBank(300 + GetParam())));
}

TEST_P(LanesTest, AreTheNaivePathsOfEveryKind) {
  ExpectTheNaiveNumbers(WithThresholds(MakeKindsBank(60 + GetParam())));
}

TEST_P(LanesTest, AreTheNaivePathsOfVariationsToCome) {
  ExpectTheNaiveNumbers(VariationsToCome(60 + GetParam()));
}

// Levels that are known, and such that start from known ones; a stock whose last months are missing
// while its flows are known.
TEST_P(LanesTest, AreTheNaivePathsFromTheMiddleOfAYear) {
  TinyBank bank = MakeKindsBank(80 + GetParam());
  bank.targets.clear();
  for (int month = 13 - GetParam(); month <= 12; ++month) {
    bank.SetRealised("r1-b1", "s-customers", Period::Month(2025, month), kMissing);
  }
  for (const char* unit : {"bank", "r1-b1"}) {
    for (const char* id : {"s-customers", "s-deposits", "t-income", "t-rate"}) {
      for (const Window& window : {Window{Period::Month(2025, 9), Period::Month(2025, 10)},
                                   Window{Period::Month(2025, 6), Period::Month(2026, 5)}}) {
        bank.targets.push_back(bank.For(unit, id, window));
      }
    }
  }
  ExpectTheNaiveNumbers(WithThresholds(std::move(bank)));
}

TEST_P(LanesTest, AreTheNaivePathsOfRatiosInSteps) {
  const SalesShape shape = {.sales = 3.0 + 0.7 * GetParam(), .arrivals = 8.0};
  ExpectTheNaiveNumbers(RatiosInSteps(60 + GetParam(), shape));
}

TEST_P(LanesTest, AreTheNaivePathsOfRatiosOfFewCounts) {
  const SalesShape shape = {.sales = 0.2 + 0.7 * GetParam(), .arrivals = 0.4 + GetParam()};
  ExpectTheNaiveNumbers(RatiosInSteps(70 + GetParam(), shape));
}

INSTANTIATE_TEST_SUITE_P(Seeds, LanesTest, ::testing::Range(0, 4));

TEST(LaneFunctionsTest, AreTheScalarOnes) {
  std::vector<double> z;
  for (double x = -9.0; x <= 9.0; x += 0.037) z.push_back(x);
  std::vector<double> p = z;
  LaneNormalCdfs(p);
  std::vector<double> e = z;
  LaneExponentials(e);
  for (size_t k = 0; k < z.size(); ++k) {
    EXPECT_NEAR(p[k], NormalCdf(z[k]), 1e-13);
    EXPECT_NEAR(e[k] / Exp(z[k]), 1.0, 1e-15);
  }
}

// Skewness of both signs up to 1, from far below to far above.
TEST(LaneFunctionsTest, GiveTheGammaLawByThreeMoments) {
  for (double skewness : {-1.0, -0.4, -1e-3, 0.0, 1e-5, 0.02, 0.3, 0.7, 1.0}) {
    LaneMixture mixture{};
    for (int lane = 0; lane < kLaneCount; ++lane) {
      mixture.mean[lane] = 5.0;
      mixture.variance[lane] = 4.0;
      mixture.third[lane] = 8.0 * skewness;
      mixture.weight[lane] = 1.0 / kLaneCount;
    }
    for (double z = -7.0; z <= 9.0; z += 0.13) {
      const double x = 5.0 + 2.0 * z;
      EXPECT_NEAR(mixture.UpperTail(x), UpperTail({5.0, 4.0, 8.0 * skewness}, x),
                  std::fabs(skewness) < 0.0015 ? 1e-4 : 3e-6)
          << skewness << " " << z;
    }
  }
}

ConditionalBlock BlockOf(const Plan& plan) {
  return ComputeConditionalBlock(ConditionalPlan::Make(plan, {}).value(), 1, StopToken()).value();
}

TEST(LaneIsaTest, GivesTheSameBitsWithFusedMultiplyAdd) {
  for (const TinyBank& bank :
       {WithThresholds(MakeRandomBank(311)), WithThresholds(MakeKindsBank(71))}) {
    const Plan plan = bank.plan();
    const std::vector<ConditionalBlock> blocks =
        UnderEach(SameBitsIsas(), [&] { return BlockOf(plan); });
    for (size_t k = 1; k < blocks.size(); ++k) {
      EXPECT_TRUE(SameBits(blocks[k].mean, blocks[0].mean));
      EXPECT_TRUE(SameBits(blocks[k].variance, blocks[0].variance));
      EXPECT_TRUE(SameBits(blocks[k].probability, blocks[0].probability));
    }
  }
}

TEST(LaneIsaTest, GivesTheSameNumbersEverywhere) {
  const Plan plan = WithThresholds(MakeKindsBank(72)).plan();
  const std::vector<ConditionalBlock> blocks =
      UnderEach(KernelIsas(), [&] { return BlockOf(plan); });
  for (const ConditionalBlock& block : blocks) {
    for (size_t k = 0; k < block.probability.size(); ++k) {
      EXPECT_NEAR(block.probability[k], blocks[0].probability[k], 1e-9);
    }
  }
}

}  // namespace
}  // namespace jalon::sim
