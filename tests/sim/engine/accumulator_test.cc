#include <algorithm>
#include <cmath>
#include <limits>
#include <random>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "sim/engine/sampled.h"
#include "tests/sim/engine/tiny_bank.h"

namespace jalon::sim {
namespace {

using ::testing::DoubleNear;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

// A plan with one target; the accumulator looks at targets only.
Plan OneTarget(std::vector<double> thresholds, Direction direction,
               IndicatorKind kind = IndicatorKind::kAmount) {
  TinyBank bank = MakeTinyBank({.kinds = {kind}});
  bank.targets = {bank.YearOf("bank")};
  bank.targets[0].thresholds = std::move(thresholds);
  bank.targets[0].direction = direction;
  return bank.plan();
}

// Folds `values`, 16 to a block.
void FoldAll(TargetAccumulator& accumulator, const std::vector<double>& values) {
  for (size_t first = 0; first < values.size(); first += kPathsPerBlock) {
    BlockOutcome outcome{.block = accumulator.blocks_folded()};
    outcome.values.assign(values.begin() + first, values.begin() + first + kPathsPerBlock);
    ASSERT_TRUE(accumulator.Fold(outcome).ok());
  }
}

TargetEstimate EstimateOf(const Plan& plan, const std::vector<double>& values,
                          std::vector<double> quantile_levels) {
  TargetAccumulator accumulator(plan, {.quantile_levels = std::move(quantile_levels)});
  FoldAll(accumulator, values);
  return accumulator.Estimates()[0];
}

std::vector<double> OneTo(int n) {
  std::vector<double> values;
  for (int i = 1; i <= n; ++i) values.push_back(i);
  return values;
}

TEST(AccumulatorTest, GivesMeanSpreadAndStandardError) {
  const Plan plan = OneTarget({}, Direction::kHigherIsBetter);
  const TargetEstimate estimate = EstimateOf(plan, OneTo(16), {});
  EXPECT_DOUBLE_EQ(estimate.mean, 8.5);
  EXPECT_NEAR(estimate.standard_deviation, std::sqrt(340.0 / 15.0), 1e-12);
  EXPECT_NEAR(estimate.mean_standard_error, std::sqrt(340.0 / 15.0 / 16.0), 1e-12);
}

TEST(AccumulatorTest, CountsATieAsAttained) {
  const TargetEstimate higher =
      EstimateOf(OneTarget({16.0, 13.0, 20.0}, Direction::kHigherIsBetter), OneTo(16), {});
  EXPECT_THAT(higher.probability, ElementsAre(1.0 / 16, 4.0 / 16, 0.0));
  const TargetEstimate lower =
      EstimateOf(OneTarget({1.0, 4.0, 20.0}, Direction::kLowerIsBetter), OneTo(16), {});
  EXPECT_THAT(lower.probability, ElementsAre(1.0 / 16, 4.0 / 16, 1.0));
}

TEST(AccumulatorTest, PutsWilsonBoundsAroundAProbability) {
  const TargetEstimate estimate =
      EstimateOf(OneTarget({13.0}, Direction::kHigherIsBetter), OneTo(16), {});
  // 4 of 16 at 95 %: textbook values.
  EXPECT_THAT(estimate.probability_low, ElementsAre(DoubleNear(0.1018, 5e-5)));
  EXPECT_THAT(estimate.probability_high, ElementsAre(DoubleNear(0.4950, 5e-5)));
}

TEST(AccumulatorTest, NeverPromisesCertainty) {
  const TargetEstimate estimate =
      EstimateOf(OneTarget({0.0}, Direction::kHigherIsBetter), OneTo(16), {});
  EXPECT_EQ(estimate.probability[0], 1.0);
  EXPECT_LT(estimate.probability_low[0], 0.85);
}

TEST(AccumulatorTest, IsWidestAtItsWidestThreshold) {
  const Plan plan = OneTarget({1.0, 9.0}, Direction::kHigherIsBetter);
  TargetAccumulator accumulator(plan, {});
  FoldAll(accumulator, OneTo(16));
  const TargetEstimate estimate = accumulator.Estimates()[0];
  EXPECT_DOUBLE_EQ(accumulator.WidestHalfWidth(0.95),
                   0.5 * (estimate.probability_high[1] - estimate.probability_low[1]));
}

TEST(AccumulatorTest, HasNoWidthWithoutThresholds) {
  const Plan plan = OneTarget({}, Direction::kHigherIsBetter);
  TargetAccumulator accumulator(plan, {});
  FoldAll(accumulator, OneTo(16));
  EXPECT_EQ(accumulator.WidestHalfWidth(0.95), 0.0);
}

TEST(AccumulatorTest, NamesTheTargetOfAValueThatIsNotFinite) {
  const Plan plan = OneTarget({}, Direction::kHigherIsBetter);
  TargetAccumulator accumulator(plan, {});
  BlockOutcome outcome{.values = OneTo(16)};
  outcome.values[3] = std::numeric_limits<double>::infinity();
  const absl::Status status = accumulator.Fold(outcome);
  EXPECT_EQ(status.code(), absl::StatusCode::kInternal);
  EXPECT_THAT(std::string(status.message()), HasSubstr("targets[0]"));
  EXPECT_EQ(accumulator.blocks_folded(), 0);
}

TEST(AccumulatorTest, OfSomeTargetsSaysOfThemWhatOneOfAllSays) {
  TinyBank bank = MakeRandomBank(11);
  for (const char* unit : {"bank", "r1"}) bank.targets.push_back(bank.YearOf(unit));
  const Plan plan = bank.plan();
  ASSERT_GE(plan.target_count(), 2);
  const SummaryOptions options{.quantile_levels = {0.1, 0.5}};
  const std::vector<int> some = {plan.target_count() - 1};
  TargetAccumulator of_all(plan, options);
  TargetAccumulator of_some(plan, options, some);
  for (int block = 0; block < 20; ++block) {
    const BlockOutcome outcome = SimulateBlock(plan, block, StopToken()).value();
    ASSERT_TRUE(of_all.Fold(outcome).ok());
    ASSERT_TRUE(of_some.Fold(outcome).ok());
  }
  ASSERT_EQ(of_some.Estimates().size(), 1u);
  const TargetEstimate found = of_some.Estimates()[0];
  const TargetEstimate expected = of_all.Estimates().back();
  EXPECT_EQ(found.probability, expected.probability);
  EXPECT_EQ(found.mean, expected.mean);
  EXPECT_EQ(found.standard_deviation, expected.standard_deviation);
  EXPECT_EQ(found.quantiles, expected.quantiles);
  EXPECT_LT(of_some.allocated_bytes(), of_all.allocated_bytes());
}

// Scores read them.
TEST(AccumulatorTest, NamesATargetItDoesNotEstimateWhoseValueIsNotFinite) {
  const Plan plan = OneTarget({}, Direction::kHigherIsBetter);
  TargetAccumulator accumulator(plan, {}, {});
  BlockOutcome outcome{.values = OneTo(16)};
  outcome.values[3] = std::numeric_limits<double>::infinity();
  EXPECT_THAT(std::string(accumulator.Fold(outcome).message()), HasSubstr("targets[0]"));
}

TEST(QuantileTest, IsExactUpTo256Paths) {
  const Plan plan = OneTarget({}, Direction::kHigherIsBetter);
  std::vector<double> values = OneTo(256);
  std::reverse(values.begin(), values.end());
  EXPECT_THAT(EstimateOf(plan, values, {0.01, 0.1, 0.5, 0.9, 0.999}).quantiles,
              ElementsAre(3.0, 26.0, 128.0, 231.0, 256.0));
}

TEST(QuantileTest, IsExactForSmallCounts) {
  const Plan plan = OneTarget({}, Direction::kHigherIsBetter, IndicatorKind::kCount);
  std::mt19937_64 engine(1);
  std::poisson_distribution<int> poisson(30.0);
  std::vector<double> values;
  for (int i = 0; i < 4096; ++i) values.push_back(poisson(engine));
  std::vector<double> sorted = values;
  std::sort(sorted.begin(), sorted.end());
  EXPECT_THAT(EstimateOf(plan, values, {0.01, 0.25, 0.5, 0.99}).quantiles,
              ElementsAre(sorted[40], sorted[1023], sorted[2047], sorted[4055]));
}

// Quantiles of `values` by the accumulator, each within `tolerance` of the sorted sample's.
void ExpectCloseToSample(const std::vector<double>& values, double tolerance) {
  const std::vector<double> levels = {0.001, 0.01, 0.1, 0.25, 0.5, 0.75, 0.9, 0.99, 0.999};
  const Plan plan = OneTarget({}, Direction::kHigherIsBetter);
  const std::vector<double> found = EstimateOf(plan, values, levels).quantiles;
  std::vector<double> sorted = values;
  std::sort(sorted.begin(), sorted.end());
  for (size_t i = 0; i < levels.size(); ++i) {
    const double exact = sorted[static_cast<size_t>(std::ceil(levels[i] * values.size())) - 1];
    EXPECT_NEAR(found[i], exact, tolerance * (1.0 + std::fabs(exact))) << levels[i];
  }
}

TEST(QuantileTest, StaysWithinHundredthsOfAStandardDeviationBeyond256Paths) {
  std::mt19937_64 engine(2);
  std::normal_distribution<double> normal;
  std::vector<double> values;
  for (int i = 0; i < 65'536; ++i) values.push_back(normal(engine));
  ExpectCloseToSample(values, 0.01);
}

TEST(QuantileTest, FollowsAHeavyTail) {
  std::mt19937_64 engine(3);
  std::normal_distribution<double> normal;
  std::vector<double> values;
  for (int i = 0; i < 65'536; ++i) values.push_back(std::exp(2.0 * normal(engine)));
  ExpectCloseToSample(values, 0.03);
}

TEST(QuantileTest, StandsAValueFarOutsideTheFirstOnes) {
  std::vector<double> values(256, 0.0);
  for (int i = 0; i < 256; ++i) values[i] = i % 16;
  values.resize(4096, 7.0);
  values[1000] = -1e9;
  values[2000] = 1e9;
  const Plan plan = OneTarget({}, Direction::kHigherIsBetter);
  const TargetEstimate estimate = EstimateOf(plan, values, {0.0001, 0.5, 0.99999});
  EXPECT_EQ(estimate.quantiles[0], -1e9);
  EXPECT_NEAR(estimate.quantiles[1], 7.0, 0.1);
  EXPECT_EQ(estimate.quantiles[2], 1e9);
}

TEST(QuantileTest, KeepsAConstant) {
  const Plan plan = OneTarget({}, Direction::kHigherIsBetter);
  for (double constant : {0.0, 42.5, -1e12}) {
    const TargetEstimate estimate =
        EstimateOf(plan, std::vector<double>(1024, constant), {0.1, 0.5, 0.9});
    EXPECT_THAT(estimate.quantiles, ElementsAre(constant, constant, constant));
    EXPECT_EQ(estimate.standard_deviation, 0.0);
  }
}

TEST(QuantileTest, IsExactInsideAMassAtTheSmallestValue) {
  std::mt19937_64 engine(5);
  std::uniform_real_distribution<double> uniform;
  std::vector<double> values;
  for (int i = 0; i < 4096; ++i) values.push_back(std::max(0.0, uniform(engine) - 0.3));
  const Plan plan = OneTarget({}, Direction::kHigherIsBetter);
  const std::vector<double> found = EstimateOf(plan, values, {0.05, 0.28, 0.5, 0.9}).quantiles;
  EXPECT_EQ(found[0], 0.0);
  EXPECT_EQ(found[1], 0.0);
  EXPECT_NEAR(found[2], 0.2, 0.03);
  EXPECT_NEAR(found[3], 0.6, 0.03);
}

TEST(QuantileTest, NeverDecreasesWithItsLevel) {
  std::mt19937_64 engine(4);
  std::student_t_distribution<double> student(2.0);
  std::vector<double> values;
  for (int i = 0; i < 4096; ++i) values.push_back(student(engine));
  std::vector<double> levels;
  for (int i = 1; i < 1000; ++i) levels.push_back(i / 1000.0);
  const Plan plan = OneTarget({}, Direction::kHigherIsBetter);
  const std::vector<double> quantiles = EstimateOf(plan, values, levels).quantiles;
  EXPECT_TRUE(std::is_sorted(quantiles.begin(), quantiles.end()));
}

}  // namespace
}  // namespace jalon::sim
