// Inputs at the edge of sense: a finite answer or a clear refusal, never a NaN, never a hang.
#include <cmath>

#include "gtest/gtest.h"
#include "sim/engine/run.h"
#include "sim/engine/sampled.h"
#include "tests/sim/engine/tiny_bank.h"

namespace jalon::sim {
namespace {

// Runs paths and checks that every number is finite.
void ExpectFinite(const TinyBank& bank, int paths = 256) {
  InlineExecutor executor;
  const auto last =
      RunToPrecision(bank.plan(), {.max_paths = paths, .summary = {{0.01, 0.5, 0.99}}}, executor,
                     {}, [](const Checkpoint&) {});
  ASSERT_TRUE(last.ok()) << last.status();
  for (const TargetEstimate& estimate : last->estimates) {
    EXPECT_TRUE(std::isfinite(estimate.mean));
    EXPECT_TRUE(std::isfinite(estimate.standard_deviation));
    for (double quantile : estimate.quantiles) EXPECT_TRUE(std::isfinite(quantile));
  }
}

TinyBank AllKinds(double mean) {
  TinyBank bank = MakeTinyBank(
      {.kinds = {IndicatorKind::kCount, IndicatorKind::kAmount, IndicatorKind::kNetFlow},
       .mean = mean});
  for (int k = 0; k < 3; ++k) bank.targets.push_back(bank.YearOf("bank", k));
  return bank;
}

TEST(ExtremeTest, StandsMeansOfABillion) { ExpectFinite(AllKinds(1e9)); }

TEST(ExtremeTest, StandsMeansOfABillionth) { ExpectFinite(AllKinds(1e-9)); }

TEST(ExtremeTest, StandsASigmaOfThree) {
  TinyBank bank = AllKinds(1e6);
  for (LatentLaw& law : bank.model.national.laws) law.persistent_sd = 3.0;
  for (ModelSeries& series : bank.model.series) series.series_effect_sd = 3.0;
  ExpectFinite(bank);
}

TEST(ExtremeTest, StandsLargeDispersions) {
  TinyBank bank = AllKinds(20.0);
  for (ModelSeries& series : bank.model.series) series.dispersion = 1e4;
  ExpectFinite(bank);
}

TEST(ExtremeTest, StandsACompoundLawOfRareLargeSizes) {
  TinyBank bank = AllKinds(5.0);
  bank.model.series[1].law = Law::kCompoundGamma;
  bank.model.series[1].shape = 0.5;
  bank.model.series[1].dispersion = 1e3;
  ExpectFinite(bank);
}

TEST(ExtremeTest, StandsCompoundLawsOfAnyShapeAndSize) {
  for (const double shape : {1e-8, 0.03, 70.0, 1e8}) {
    for (const double dispersion : {1e-12, 1e-3, 1e6}) {
      TinyBank bank = AllKinds(5.0);
      bank.model.series[1].law = Law::kCompoundGamma;
      bank.model.series[1].shape = shape;
      bank.model.series[1].dispersion = dispersion;
      // Some of these take milliseconds a draw.
      ExpectFinite(bank, 32);
    }
  }
}

TEST(ExtremeTest, StandsNetFlowsOfHardlyAnyDegreesOfFreedom) {
  for (const double degrees : {2.0000001, 1e9}) {
    TinyBank bank = AllKinds(5.0);
    bank.model.series[2].shape = degrees;
    bank.model.series[2].dispersion = 1e9;
    ExpectFinite(bank);
  }
}

TEST(ExtremeTest, IsZeroWhereTheLevelIsNothing) {
  TinyBank bank = AllKinds(20.0);
  for (int i = 0; i < 2; ++i) bank.model.level.mean[i] = -1e4;
  const auto values = TargetPaths(bank.plan(), 64);
  for (int target = 0; target < 2; ++target) {
    for (double value : values[target]) EXPECT_EQ(value, 0.0);
  }
}

TEST(ExtremeTest, StandsTheLongestHorizon) {
  TinyBank bank = AllKinds(20.0);
  bank.model.trend.mean.assign(3, 0.01);
  for (LatentLaw& law : bank.model.national.laws) {
    law = {.autoregression = 0.99, .innovation_sd = 0.05, .persistent_sd = 0.1};
  }
  bank.targets = {bank.On("bank", {Period::Month(2026, 1), Period::Month(2030, 12)})};
  ExpectFinite(bank);
}

TEST(ExtremeTest, RunsAQuarterlyNetwork) {
  TinyBank bank = MakeTinyBank({.frequency = Frequency::kQuarter, .mean = 50.0});
  bank.model.season.mean = {0.2, -0.2, 0.1, -0.1};
  bank.model.national.laws[0].persistent_sd = 0.1;
  const Window year = {Period::Quarter(2026, 1), Period::Quarter(2026, 4)};
  bank.targets = {bank.On("bank", year)};
  const std::vector<double> values = TargetPaths(bank.plan(), 4'096)[0];
  double mean = 0.0;
  for (double season : bank.model.season.mean) mean += 50.0 * std::exp(season);
  EXPECT_NEAR(Mean(values), mean, 4.0 * StandardError(values));
}

}  // namespace
}  // namespace jalon::sim
