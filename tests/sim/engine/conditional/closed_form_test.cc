// The conditional estimator where the answer is known: no sampled noise, so tolerances are those of
// tables and of 16 scrambles.
#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "sim/base/math.h"
#include "sim/engine/conditional/conditional.h"
#include "sim/random/laws.h"
#include "tests/sim/engine/tiny_bank.h"

namespace jalon::sim {
namespace {

TargetEstimate EstimateOf(const TinyBank& bank, int blocks = 64, std::vector<double> levels = {}) {
  const Plan plan = bank.plan();
  const ConditionalPlan conditional = ConditionalPlan::Make(plan, std::move(levels)).value();
  ConditionalAccumulator accumulator(conditional);
  for (int block = 0; block < blocks; ++block) {
    accumulator.Fold(ComputeConditionalBlock(conditional, block, StopToken()).value());
  }
  return accumulator.EstimatesAt(0.95)[0];
}

TinyBank CountBank() {
  TinyBank bank = MakeTinyBank({.mean = 6.0});
  for (ModelSeries& series : bank.model.series) series.dispersion = 1.8;
  bank.targets = {bank.YearOf("r1-b1")};
  return bank;
}

TEST(ConditionalClosedFormTest, IsTheNegativeBinomialOfTheYear) {
  TinyBank bank = CountBank();
  bank.targets[0].thresholds = {55.0, 72.0, 90.0};
  const TargetEstimate estimate = EstimateOf(bank, 1, {0.1, 0.5, 0.9});
  const CountLaw law{72.0, 1.8};
  for (size_t j = 0; j < 3; ++j) {
    EXPECT_NEAR(estimate.probability[j], 1.0 - Cdf(law, bank.targets[0].thresholds[j] - 1.0), 1e-4);
    // Nothing is shared: scrambles agree.
    EXPECT_NEAR(estimate.probability_low[j], estimate.probability_high[j], 1e-14);
  }
  EXPECT_NEAR(estimate.mean, 72.0, 1e-9);
  EXPECT_NEAR(estimate.standard_deviation, std::sqrt(1.8 * 72.0), 1e-9);
  EXPECT_EQ(estimate.quantiles[0], Quantile(law, 0.1));
  EXPECT_EQ(estimate.quantiles[1], Quantile(law, 0.5));
  EXPECT_EQ(estimate.quantiles[2], Quantile(law, 0.9));
}

TEST(ConditionalClosedFormTest, CountsATieForBothDirections) {
  TinyBank bank = CountBank();
  bank.targets.push_back(bank.targets[0]);
  bank.targets[0].thresholds = {72.0};
  const double higher = EstimateOf(bank, 1).probability[0];
  bank.targets[0].direction = Direction::kLowerIsBetter;
  const double lower = EstimateOf(bank, 1).probability[0];
  const CountLaw law{72.0, 1.8};
  EXPECT_NEAR(higher + lower, 1.0 + Cdf(law, 72.0) - Cdf(law, 71.0), 2e-4);
}

TEST(ConditionalClosedFormTest, IsTheGammaOfTheYear) {
  TinyBank bank = MakeTinyBank({.kinds = {IndicatorKind::kAmount}, .mean = 6.0});
  bank.targets = {bank.YearOf("r1-b1")};
  bank.targets[0].thresholds = {50.0, 72.0, 100.0};
  const TargetEstimate estimate = EstimateOf(bank, 1, {0.05, 0.5, 0.95});
  const AmountLaw law{72.0, 2.0};
  for (size_t j = 0; j < 3; ++j) {
    EXPECT_NEAR(estimate.probability[j], 1.0 - Cdf(law, bank.targets[0].thresholds[j]), 1e-4);
  }
  EXPECT_NEAR(estimate.quantiles[1], Quantile(law, 0.5), 0.05);
  EXPECT_NEAR(estimate.quantiles[0], Quantile(law, 0.05), 0.05);
  EXPECT_NEAR(estimate.quantiles[2], Quantile(law, 0.95), 0.05);
}

// What sales earn at a fee each, over the year, below `unit`; `fee` is imposed unless it is free.
TinyBank FeeBank(const std::string& unit, double mean, bool is_free = false) {
  TinyBank bank = MakeTinyBank({.branches_per_region = 2,
                                .kinds = {IndicatorKind::kCount},
                                .mean = mean,
                                .others = {DerivedOf("s-fees", "k1 * fee")}});
  AddRate(bank, "fee", 2.5, 0.2);
  if (!is_free) {
    bank.scenario.drivers = {{.driver = "fee",
                              .mode = DriverAssumption::Mode::kImpose,
                              .first = Period::Month(2026, 1),
                              .values = std::vector<double>(12, 2.5)}};
  }
  bank.targets = {bank.For(unit, "s-fees")};
  return bank;
}

TEST(ConditionalClosedFormTest, CountsAtAKnownRateAreALawOfCountsInStepsOfTheRate) {
  // One branch is exact; two are the same law, Poisson being closed; many are three moments.
  struct Case {
    const char* unit;
    double mean;
    double year;
    double tolerance;
  };
  for (const Case& c : {Case{"r1-b1", 3.0, 36.0, 1e-4}, Case{"r1", 3.0, 72.0, 1e-4},
                        Case{"r1", 40.0, 960.0, 3e-4}}) {
    TinyBank bank = FeeBank(c.unit, c.mean);
    // A multiple of the fee, a little more, and the one below.
    const double middle = 2.5 * c.year;
    bank.targets[0].thresholds = {middle, middle + 0.3, middle - 2.5};
    const TargetEstimate estimate = EstimateOf(bank, 1, {0.5});
    const CountLaw law{c.year, 1.0};
    EXPECT_NEAR(estimate.probability[0], 1.0 - Cdf(law, c.year - 1.0), c.tolerance);
    EXPECT_NEAR(estimate.probability[1], 1.0 - Cdf(law, c.year), c.tolerance);
    EXPECT_NEAR(estimate.probability[2], 1.0 - Cdf(law, c.year - 2.0), c.tolerance);
    EXPECT_NEAR(estimate.mean, middle, 1e-9 * middle);
    EXPECT_NEAR(estimate.standard_deviation, 2.5 * std::sqrt(c.year), 1e-6 * middle);
    EXPECT_EQ(estimate.quantiles[0], 2.5 * Quantile(law, 0.5));
  }
}

// 65,536 paths: 5 standard errors of a share, false alarm 6e-7 a check.
TEST(ConditionalClosedFormTest, CountsAtAKnownRateAgreeWithPaths) {
  TinyBank bank = FeeBank("r1", 2.0);
  bank.model.branch_loading[0] = 0.2;
  bank.model.national.laws[0].persistent_sd = 0.1;
  bank.targets[0].thresholds = {100.0, 120.0, 120.1, 150.0};
  const TargetEstimate estimate = EstimateOf(bank);
  const std::vector<double> values = TargetPaths(bank.plan(), 65'536)[0];
  for (size_t j = 0; j < 4; ++j) {
    const double share =
        static_cast<double>(
            std::count_if(values.begin(), values.end(),
                          [&](double value) { return value >= bank.targets[0].thresholds[j]; })) /
        static_cast<double>(values.size());
    EXPECT_NEAR(estimate.probability[j], share, 5.0 * 0.5 / 256.0 + 0.002) << j;
  }
}

TEST(ConditionalClosedFormTest, CountsAtARateThatMovesHaveNoLattice) {
  TinyBank bank = FeeBank("r1-b1", 3.0, true);
  bank.targets[0].thresholds = {90.0};
  const Plan plan = bank.plan();
  EXPECT_EQ(ConditionalPlan::MakeWherePossible(plan, {}).law(0), LawUsed::kSampled);
  // Known, but another one from July on: two lattices that smooth each other.
  bank = FeeBank("r1-b1", 3.0);
  bank.targets[0].thresholds = {90.0};
  bank.scenario.drivers[0].values[6] = 3.0;
  const Plan stepped = bank.plan();
  EXPECT_EQ(ConditionalPlan::MakeWherePossible(stepped, {}).law(0), LawUsed::kThreeMoments);
  // Shifted, it still moves.
  bank.scenario.drivers[0].values[6] = 2.5;
  bank.scenario.drivers[0].mode = DriverAssumption::Mode::kShift;
  const Plan shifted = bank.plan();
  EXPECT_EQ(ConditionalPlan::MakeWherePossible(shifted, {}).law(0), LawUsed::kSampled);
}

TEST(ConditionalClosedFormTest, SharesTheEffectOfABranchBetweenItsSeries) {
  // Two branches of amounts that hardly vary by themselves: the year is a lognormal times 72 each.
  TinyBank bank =
      MakeTinyBank({.branches_per_region = 1, .kinds = {IndicatorKind::kAmount}, .mean = 600.0});
  bank.model.branch_loading[0] = 0.2;
  for (ModelSeries& series : bank.model.series) series.dispersion = 1e-6;
  bank.targets = {bank.YearOf("r1-b1")};
  bank.targets[0].thresholds = {6'000.0, 7'200.0, 9'000.0};
  const TargetEstimate estimate = EstimateOf(bank, 1);
  for (size_t j = 0; j < 3; ++j) {
    const double z = (std::log(bank.targets[0].thresholds[j] / 7'200.0) + 0.02) / 0.2;
    EXPECT_NEAR(estimate.probability[j], NormalCdf(-z), 2e-4);
  }
}

// One national shock: ln of the year's mean is normal, and own noise is small.
TEST(ConditionalClosedFormTest, IsTheOneFactorGaussian) {
  TinyBank bank = MakeTinyBank(
      {.region_count = 2, .branches_per_region = 2, .kinds = {IndicatorKind::kAmount}});
  for (ModelSeries& series : bank.model.series) series.dispersion = 1e-6;
  bank.model.national.laws[0].persistent_sd = 0.15;
  bank.targets = {bank.YearOf("bank")};
  const double mean = 4.0 * 12.0 * 20.0;
  for (double z : {-1.5, -0.4, 0.0, 0.8, 2.0}) {
    bank.targets[0].thresholds.push_back(mean * std::exp(0.15 * z - 0.5 * 0.15 * 0.15));
  }
  const TargetEstimate estimate = EstimateOf(bank, 256, {0.05, 0.5});
  int j = 0;
  for (double z : {-1.5, -0.4, 0.0, 0.8, 2.0}) {
    // 256 points hit each 1/256 of the shock once: a step is off by less than that.
    EXPECT_NEAR(estimate.probability[j++], NormalCdf(-z), 1.0 / 256.0) << z;
  }
  EXPECT_NEAR(estimate.mean, mean, 0.002 * mean);
  EXPECT_NEAR(std::log(estimate.quantiles[1] / mean), -0.5 * 0.15 * 0.15, 0.003);
}

TEST(ConditionalClosedFormTest, IsTheSumOfNetFlows) {
  TinyBank bank = MakeTinyBank({.kinds = {IndicatorKind::kNetFlow}});
  for (ModelSeries& series : bank.model.series) series.shape = 1e9;
  bank.model.branch_loading[0] = 0.05;
  bank.targets = {bank.YearOf("r1-b1")};
  const Plan probe = bank.plan();
  const double sd = std::hypot(probe.series[0].dispersion * std::sqrt(12.0),
                               12.0 * probe.series[0].unit_scale * 0.05);
  const double mean = EstimateOf(bank, 1).mean;
  bank.targets[0].thresholds = {mean - sd, mean, mean + 2.0 * sd};
  const TargetEstimate estimate = EstimateOf(bank, 1);
  EXPECT_NEAR(estimate.probability[0], NormalCdf(1.0), 1e-4);
  EXPECT_NEAR(estimate.probability[1], 0.5, 1e-4);
  EXPECT_NEAR(estimate.probability[2], NormalCdf(-2.0), 1e-4);
  EXPECT_NEAR(estimate.standard_deviation, sd, 1e-9 * sd);
}

TEST(ConditionalClosedFormTest, IsTheStockAtAConstantRate) {
  TinyBank bank = MakeTinyBank({.kinds = {}, .others = {StockOf("stock", Measure::kMoney)}});
  ModelSeries& series = bank.Series("r1-b1", "stock");
  series.dispersion = 4.0;
  series.shape = 1e12;
  series.series_effect_sd = 0.002;
  series.unit_scale = 1000.0;
  bank.model.level.mean[0] = 0.015;
  bank.targets = {bank.For("bank", "stock")};
  double own = 0.0;
  double variance = 0.0;
  for (int t = 0; t < 12; ++t) {
    own += 2.0 * std::pow(1.015, t);
    variance += std::pow(4.0 * std::pow(1.015, t), 2.0);
  }
  const double sd = std::sqrt(variance + own * own);
  const double mean = 1000.0 * std::pow(1.015, 12);
  bank.targets[0].thresholds = {mean - sd, mean + 0.5 * sd};
  const TargetEstimate estimate = EstimateOf(bank, 1);
  EXPECT_NEAR(estimate.mean, mean, 1e-6);
  EXPECT_NEAR(estimate.standard_deviation, sd, 1e-6);
  EXPECT_NEAR(estimate.probability[0], NormalCdf(1.0), 2e-4);
  EXPECT_NEAR(estimate.probability[1], NormalCdf(-0.5), 2e-4);
}

TEST(ConditionalClosedFormTest, KnowsWhatIsRealised) {
  TinyBank bank = MakeTinyBank({.mean = 5.0});
  bank.targets = {bank.On("bank", Year(2025))};
  bank.targets[0].thresholds = {59.0, 60.0, 61.0};
  const TargetEstimate estimate = EstimateOf(bank, 1, {0.5});
  EXPECT_EQ(estimate.probability, (std::vector<double>{1.0, 1.0, 0.0}));
  EXPECT_EQ(estimate.mean, 60.0);
  EXPECT_EQ(estimate.quantiles[0], 60.0);
}

TEST(ConditionalClosedFormTest, MeasuresAVariationFromAKnownOpening) {
  TinyBank bank = MakeTinyBank({.kinds = {}, .others = {StockOf("stock", Measure::kMoney)}});
  ModelSeries& series = bank.Series("r1-b1", "stock");
  series.dispersion = 10.0;
  series.shape = 1e12;
  bank.targets = {OnVariation(bank.revision, bank.For("bank", "stock"), 1'040.0, {0.5, 1.0})};
  const TargetEstimate estimate = EstimateOf(bank, 1);
  const double sd = 10.0 * std::sqrt(12.0);
  EXPECT_NEAR(estimate.probability[0], NormalCdf(-20.0 / sd), 2e-4);
  EXPECT_NEAR(estimate.probability[1], NormalCdf(-40.0 / sd), 2e-4);
  EXPECT_EQ(estimate.opening_mean, 1'000.0);
  EXPECT_EQ(estimate.ro_undefined_share, 0.0);
}

TEST(ConditionalClosedFormTest, RefusesByNameWhatHasNone) {
  TinyBank bank = MakeTinyBank({.mean = 1.0, .others = {RatioOf("share", "k1", "k1")}});
  bank.targets = {bank.YearOf("bank"), bank.For("bank", "share")};
  const absl::Status status = ConditionalPlan::Make(bank.plan(), {}).status();
  const Violations violations = ViolationsFromStatus(status);
  ASSERT_EQ(violations.kept().size(), 1u) << status;
  EXPECT_EQ(violations.kept()[0].field, "targets[1]");
  EXPECT_EQ(violations.kept()[0].reason, "NO_CLOSED_FORM");
}

TEST(ConditionalClosedFormTest, RefusesScores) {
  TinyBank bank = CountBank();
  Plan plan = bank.plan();
  plan.scores.joint_sets = {{{.target = 0, .value = 70.0}}};
  EXPECT_FALSE(ConditionalPlan::Make(plan, {}).ok());
}

}  // namespace
}  // namespace jalon::sim
