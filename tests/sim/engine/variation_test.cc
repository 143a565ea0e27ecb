// R/O on the variation: thresholds that depend on where a stock or a ratio starts from. Statistical
// checks are at 4 standard errors of a fixed seed: false alarm 6e-5 per check, about ten checks.
#include <cmath>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "sim/engine/path_value.h"
#include "sim/engine/run.h"
#include "sim/engine/sampled.h"
#include "sim/objective/objective.h"
#include "tests/sim/engine/exact_laws.h"
#include "tests/sim/engine/tiny_bank.h"

namespace jalon::sim {
namespace {

using ::testing::ElementsAre;

constexpr int kPaths = 16'384;

TargetEstimate EstimateOf(const TinyBank& bank, int64_t paths = kPaths) {
  InlineExecutor executor;
  const auto last =
      RunToPrecision(bank.plan(), {.max_paths = paths}, executor, {}, [](const Checkpoint&) {});
  EXPECT_TRUE(last.ok()) << last.status();
  return last->estimates[0];
}

// A Gaussian stock that starts at 1,000 and moves by `sd` a month.
TinyBank GaussianStock(double sd) {
  TinyBank bank = MakeTinyBank({.kinds = {}, .others = {StockOf("stock", Measure::kMoney)}});
  bank.Series("r1-b1", "stock").dispersion = sd;
  bank.Series("r1-b1", "stock").shape = 1e12;
  return bank;
}

TEST(VariationTest, ComparesWithTheRealisedOpeningLevel) {
  TinyBank bank = GaussianStock(2.0);
  const std::vector<double> ratios = {0.5, 1.0, 1.2};
  bank.targets = {OnVariation(bank.revision, bank.For("bank", "stock"), 1005.0, ratios)};
  const TargetEstimate estimate = EstimateOf(bank);
  for (size_t j = 0; j < ratios.size(); ++j) {
    const double exact = 1.0 - ExactNormalCdf(ratios[j] * 5.0 / std::sqrt(48.0));
    EXPECT_NEAR(estimate.probability[j], exact, 4.0 * std::sqrt(exact * (1 - exact) / kPaths));
  }
  EXPECT_EQ(estimate.opening_mean, 1000.0);
  EXPECT_EQ(estimate.ro_undefined_share, 0.0);
}

TEST(VariationTest, StartsFromALevelThatIsItselfSimulated) {
  TinyBank bank = GaussianStock(2.0);
  // The year after the landing: Y0 has 12 months of noise, Y - Y0 another 12.
  const double objective = 1100.0;  // beyond Y0 on every path
  bank.targets = {OnVariation(bank.revision, bank.For("bank", "stock", Year(2027)), objective,
                              {1.0, 0.1, 0.05})};
  const TargetEstimate estimate = EstimateOf(bank);
  // Y - 0.9 Y0 >= 0.1 O: (Y - Y0) + 0.1 Y0 against 110.
  for (int j : {1, 2}) {
    const double r = j == 1 ? 0.1 : 0.05;
    const double sd = std::sqrt(48.0 * (1.0 + r * r));
    const double exact = 1.0 - ExactNormalCdf((r * objective - r * 1000.0) / sd);
    EXPECT_NEAR(estimate.probability[j], exact, 4.0 * std::sqrt(exact * (1 - exact) / kPaths));
  }
  EXPECT_NEAR(estimate.opening_mean, 1000.0, 4.0 * std::sqrt(48.0 / kPaths));
}

TEST(VariationTest, HasNoMeaningWhereTheStockAlreadyStandsBeyondTheObjective) {
  TinyBank bank = GaussianStock(2.0);
  bank.targets = {
      OnVariation(bank.revision, bank.For("bank", "stock", Year(2027)), 1000.0, {1.0, 0.5})};
  const TargetEstimate estimate = EstimateOf(bank);
  EXPECT_NEAR(estimate.ro_undefined_share, 0.5, 4.0 * 0.5 / std::sqrt(kPaths));
  // Attainment itself asks for no variation.
  EXPECT_NEAR(estimate.probability[0], 0.5, 4.0 * 0.5 / std::sqrt(kPaths));
  // Y0 < 1,000 and Y >= (1,000 + Y0) / 2: the angle between the lines of two independent normals.
  const double exact = (M_PI / 2.0 - std::atan(0.5)) / (2.0 * M_PI);
  EXPECT_NEAR(estimate.probability[1], exact, 4.0 * std::sqrt(exact * (1 - exact) / kPaths));
}

TEST(VariationTest, IsMissingEverywhereForAnObjectiveBelowARealisedLevel) {
  TinyBank bank = GaussianStock(2.0);
  bank.targets = {OnVariation(bank.revision, bank.For("bank", "stock"), 990.0, {1.0, 0.9})};
  const TargetEstimate estimate = EstimateOf(bank);
  EXPECT_EQ(estimate.ro_undefined_share, 1.0);
  EXPECT_EQ(estimate.probability[1], 0.0);
  EXPECT_GT(estimate.probability[0], 0.8);
}

TEST(VariationTest, AsksForLessWhereLowerIsBetter) {
  TinyBank bank = GaussianStock(2.0);
  Target target = bank.For("bank", "stock");
  target.direction = Direction::kLowerIsBetter;
  bank.targets = {OnVariation(bank.revision, target, 995.0, {0.5, 1.0, 1.2})};
  const TargetEstimate estimate = EstimateOf(bank);
  for (size_t j = 0; j < 3; ++j) {
    const double ratio = std::vector<double>{0.5, 1.0, 1.2}[j];
    const double exact = ExactNormalCdf(-ratio * 5.0 / std::sqrt(48.0));
    EXPECT_NEAR(estimate.probability[j], exact, 4.0 * std::sqrt(exact * (1 - exact) / kPaths));
  }
}

TEST(VariationTest, ComparesARatioOfFlowsWithTheYearBefore) {
  TinyBank bank = MakeTinyBank({.kinds = {IndicatorKind::kCount, IndicatorKind::kCount},
                                .others = {RatioOf("ratio", "k1", "k2")}});
  const Target target = bank.For("bank", "ratio");
  EXPECT_EQ(OpeningWindow(bank.revision.network, target.range.indicator, target.window),
            Year(2025));
  bank.targets = {OnVariation(bank.revision, target, 1.2, {1.0, 0.5})};
  const Plan plan = bank.plan();
  const BlockOutcome block = SimulateBlock(plan, 0, StopToken()).value();
  for (int lane = 0; lane < kPathsPerBlock; ++lane) {
    const PathValue path = PathValueOf(plan, block, 0, lane);
    EXPECT_EQ(path.opening, 1.0);  // 240 over 240, realised
    EXPECT_EQ(Attains(bank.targets[0], 1, path), path.numerator >= 1.1 * path.denominator);
  }
}

TEST(VariationTest, ComparesARatioOfStocksWithThePeriodBefore) {
  TinyBank bank =
      MakeTinyBank({.kinds = {},
                    .others = {RatioOf("ratio", "sa", "sb"), StockOf("sa", Measure::kCount),
                               StockOf("sb", Measure::kCount)}});
  const Target target = bank.For("bank", "ratio");
  const Window december{Period::Month(2025, 12), Period::Month(2025, 12)};
  EXPECT_EQ(OpeningWindow(bank.revision.network, target.range.indicator, target.window), december);
}

TEST(VariationTest, MeetsTiesOfWholeNumbers) {
  // 110 % of +10 is +11: 1.1 x 1,010 - 0.1 x 1,000 is 1,011 in decimal, not in binary.
  TinyBank bank = MakeTinyBank({.kinds = {}, .others = {StockOf("stock", Measure::kCount)}});
  bank.SetRealised("r1-b1", "stock", Period::Month(2025, 12), 1011.0);
  const Window december{Period::Month(2025, 12), Period::Month(2025, 12)};
  bank.targets = {OnVariation(bank.revision, bank.For("bank", "stock", december), 1010.0,
                              {0.9, 1.0, 1.1, 1.101})};
  EXPECT_THAT(EstimateOf(bank, 16).probability, ElementsAre(1.0, 1.0, 1.0, 0.0));
}

TEST(VariationTest, WantsOneWeightPerThreshold) {
  TinyBank bank = GaussianStock(2.0);
  bank.targets = {OnVariation(bank.revision, bank.For("bank", "stock"), 1005.0, {1.0, 0.9})};
  bank.targets[0].opening->weights.pop_back();
  bank.targets[0].opening->objective = NAN;
  bank.targets[0].opening->window = Year(2000);
  const Violations found = ViolationsFromStatus(BuildPlan(bank.input()).status());
  std::vector<std::string> reasons;
  for (const Violation& violation : found.kept()) reasons.push_back(violation.reason);
  EXPECT_THAT(reasons, ::testing::UnorderedElementsAre("SIZE_MISMATCH", "NOT_FINITE",
                                                       "WINDOW_BEFORE_REALISATIONS"));
}

}  // namespace
}  // namespace jalon::sim
