// Ratios whose numerator goes in steps: closed forms against sums and against whole paths.
#include "sim/engine/conditional/step_law.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <vector>

#include "gtest/gtest.h"
#include "sim/base/math.h"
#include "sim/engine/conditional/conditional.h"
#include "sim/engine/conditional/count_ratio.h"
#include "tests/sim/engine/conditional/steps_bank.h"
#include "tests/support/sanitized.h"

namespace jalon::sim {
namespace {

// By the middle of many small cells.
StepShift ShiftByCells(double mean, double spread) {
  constexpr int kCells = 2'000'000;
  StepShift shift{.second = -1.0 / 12.0};
  for (int k = 0; k < kCells; ++k) {
    const double z = 18.0 * ((k + 0.5) / kCells - 0.5);
    const double x = mean + spread * z;
    const double psi = std::ceil(x) - 0.5 - x;
    const double chance = NormalPdf(z) * 18.0 / kCells;
    shift.first += psi * chance;
    shift.second += psi * psi * chance;
  }
  return shift;
}

TEST(StepLawTest, IsTheMeanOfTheWayToTheNextHalfStep) {
  for (const double mean : {-0.3, 0.0, 17.2, 100.5}) {
    for (const double spread : {0.01, 0.15, 0.4, 2.5}) {
      const StepShift made = ShiftOf(mean, spread);
      const StepShift naive = ShiftByCells(mean, spread);
      EXPECT_NEAR(made.first, naive.first, 4e-6) << mean << " " << spread;
      EXPECT_NEAR(made.second, naive.second, 4e-6) << mean << " " << spread;
    }
  }
}

TEST(StepLawTest, OfAKnownPlaceIsTheWayItself) {
  EXPECT_NEAR(ShiftOf(3.2, 0.0).first, 0.3, 1e-12);
  EXPECT_NEAR(ShiftOf(3.2, 0.0).second, 0.09 - 1.0 / 12.0, 1e-12);
  // N = 3 reaches 3: half a step below.
  EXPECT_EQ(ShiftOf(3.0, 0.0).first, -0.5);
}

double ShareReached(const std::vector<double>& values, double threshold) {
  const auto count = std::count_if(values.begin(), values.end(),
                                   [threshold](double value) { return value >= threshold; });
  return static_cast<double>(count) / static_cast<double>(values.size());
}

double ShareBeyond(const std::vector<double>& values, double threshold) {
  const auto count = std::count_if(values.begin(), values.end(),
                                   [threshold](double value) { return value > threshold; });
  return static_cast<double>(count) / static_cast<double>(values.size());
}

// 4 standard errors (false alarm 6e-5 a check; 20 checks, seed fixed) and 0.15 points. A smooth law
// would be off by 1.2 points.
TEST(StepLawTest, IsTheShareOfWholePaths) {
  constexpr int kPaths = kSanitized ? 16'384 : 262'144;
  TinyBank bank = SalesPerCustomer({.sales = 3.0, .arrivals = 2.0, .customers = 1'000.0});
  // Between 36 and 37 sales a year, and as many customers as arrive.
  Target& target = bank.targets[0];
  for (int k = 0; k < 20; ++k) target.thresholds.push_back((36.0 + 0.05 * k) / 1'024.0);
  const Plan plan = bank.plan();
  const ConditionalPlan conditional = ConditionalPlan::Make(plan, {}).value();
  const ConditionalBlock block = ComputeConditionalBlock(conditional, 0, StopToken()).value();
  const std::vector<double> values = TargetPaths(plan, kPaths)[0];
  double least = 1.0;
  double most = 0.0;
  for (int k = 0; k < 20; ++k) {
    const double share = ShareReached(values, target.thresholds[k]);
    const double p = block.probability[k * kScrambleCount];
    EXPECT_NEAR(p, share, 0.0015 + 4.0 * std::sqrt(share * (1.0 - share) / kPaths)) << k;
    const double step = k == 0 ? 0.0 : block.probability[(k - 1) * kScrambleCount] - p;
    if (k > 0) least = std::min(least, step);
    most = std::max(most, step);
  }
  // A step is steep where whole numbers of sales lie, and flat between them.
  EXPECT_GT(most, 3.0 * std::max(least, 1e-4));
}

LawUsed LawOf(const SalesShape& shape) {
  const Plan plan = SalesPerCustomer(shape).plan();
  return ConditionalPlan::MakeWherePossible(plan, {}).law(0);
}

TEST(StepLawTest, IsForManyCountsOverWhatVaries) {
  EXPECT_EQ(LawOf({.sales = 3.0, .arrivals = 8.0}), LawUsed::kThreeMoments);
}

TEST(StepLawTest, LeavesOthersToTheLawOfFewCounts) {
  // Too few; over what hardly varies; and a sale to every fourth of customers of whom hardly any
  // is to come: sales can meet that exactly where customers are a multiple of four.
  EXPECT_EQ(LawOf({.sales = 0.3, .arrivals = 8.0}), LawUsed::kMatched);
  EXPECT_EQ(LawOf({.sales = 3.0, .arrivals = 0.1}), LawUsed::kMatched);
  EXPECT_EQ(LawOf({.sales = 1.0, .arrivals = 0.03, .customers = 48.0}), LawUsed::kMatched);
}

class CountRatioPathsTest : public ::testing::TestWithParam<SalesShape> {};

// As above, for few counts. Where customers themselves take few values, and thresholds lie between
// them, by up to 0.8 points.
TEST_P(CountRatioPathsTest, IsTheShareOfWholePaths) {
  constexpr int kPaths = kSanitized ? 16'384 : 131'072;
  for (const Direction direction : {Direction::kHigherIsBetter, Direction::kLowerIsBetter}) {
    TinyBank bank = SalesPerCustomer(GetParam());
    Target& target = bank.targets[0];
    target.direction = direction;
    const double customers = GetParam().customers + 12.0 * GetParam().arrivals;
    const double expected = 12.0 * GetParam().sales;
    for (int k = -10; k <= 10; ++k) {
      const double sales = expected + 0.15 * k * std::sqrt(expected);
      if (sales > 0.0) target.thresholds.push_back(sales / customers);
    }
    const Plan plan = bank.plan();
    const ConditionalPlan conditional = ConditionalPlan::Make(plan, {}).value();
    ASSERT_EQ(conditional.law(0), LawUsed::kMatched);
    const ConditionalBlock block = ComputeConditionalBlock(conditional, 0, StopToken()).value();
    const std::vector<double> values = TargetPaths(plan, kPaths)[0];
    for (size_t j = 0; j < target.thresholds.size(); ++j) {
      const bool higher = direction == Direction::kHigherIsBetter;
      const double reached = ShareReached(values, target.thresholds[j]);
      const double share = higher ? reached : 1.0 - ShareBeyond(values, target.thresholds[j]);
      const double slack = GetParam().arrivals < 0.3 ? 0.008 : 0.0015;
      EXPECT_NEAR(block.probability[j * kScrambleCount], share,
                  slack + 4.0 * std::sqrt(share * (1.0 - share) / kPaths))
          << j << (higher ? " higher" : " lower");
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Shapes, CountRatioPathsTest,
                         ::testing::Values(SalesShape{.sales = 0.3, .arrivals = 8.0},
                                           SalesShape{.sales = 1.4, .arrivals = 0.5},
                                           SalesShape{.sales = 2.0, .arrivals = 0.1},
                                           SalesShape{
                                               .sales = 1.0, .arrivals = 0.5, .customers = 48.0}));

TEST(CountRatioTest, CountsTiesOverAKnownDenominator) {
  const SumLaw poisson = {.dispersion = 1.0};
  Cumulants cumulants;
  cumulants.mean = {2.0, 100.0};
  cumulants.pair = {2.0, 0.0, 0.0};
  const double none = std::exp(-2.0);
  for (const double other_step : {1.0, 0.0}) {
    const CountRatio ratio = {.step = 1.0, .other_step = other_step};
    EXPECT_NEAR(ReachedByCounts(ratio, poisson, cumulants, {0.02, true}), 1.0 - 3.0 * none, 1e-12);
    EXPECT_NEAR(ReachedByCounts(ratio, poisson, cumulants, {0.02, false}), 1.0 - 5.0 * none, 1e-12);
  }
}

}  // namespace
}  // namespace jalon::sim
