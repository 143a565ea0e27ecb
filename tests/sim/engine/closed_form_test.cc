// The engine against laws known exactly. Each check is at 4 standard errors of a fixed seed: false
// alarm 6e-5 per check, about thirty checks.
#include <cmath>

#include "gtest/gtest.h"
#include "sim/engine/sampled.h"
#include "tests/sim/engine/exact_laws.h"
#include "tests/sim/engine/tiny_bank.h"

namespace jalon::sim {
namespace {

constexpr int kPaths = 16'384;

// Share of paths at or above `o`, compared with `exact` at 4 standard errors.
void ExpectTail(const std::vector<double>& values, double o, double exact) {
  double count = 0.0;
  for (double value : values) count += value >= o;
  const double n = static_cast<double>(values.size());
  EXPECT_NEAR(count / n, exact, 4.0 * std::sqrt(exact * (1.0 - exact) / n) + 1e-12) << "o=" << o;
}

std::vector<double> YearPaths(TinyBank& bank, const std::string& unit = "bank") {
  bank.targets = {bank.YearOf(unit)};
  return TargetPaths(bank.plan(), kPaths)[0];
}

TEST(ClosedFormTest, SumsPoissonMonthsToAPoissonYear) {
  TinyBank bank = MakeTinyBank({.mean = 5.0});
  const std::vector<double> year = YearPaths(bank);
  for (int o : {45, 55, 60, 65, 75}) ExpectTail(year, o, ExactCountTail(60.0, 1.0, o));
}

TEST(ClosedFormTest, SumsSmallPoissonMonthsOfABranchThatSellsLittle) {
  TinyBank bank = MakeTinyBank({.mean = 0.1});
  const std::vector<double> year = YearPaths(bank);
  for (int o : {1, 2, 3}) ExpectTail(year, o, ExactCountTail(1.2, 1.0, o));
}

TEST(ClosedFormTest, SumsNegativeBinomialMonthsAndBranchesAtEqualDispersion) {
  TinyBank bank = MakeTinyBank({.branches_per_region = 2, .mean = 3.0});
  for (ModelSeries& series : bank.model.series) series.dispersion = 2.5;
  const std::vector<double> year = YearPaths(bank);
  for (int o : {50, 65, 72, 80, 100}) ExpectTail(year, o, ExactCountTail(72.0, 2.5, o));
}

TEST(ClosedFormTest, SumsLargeNegativeBinomialMonths) {
  TinyBank bank = MakeTinyBank({.mean = 2000.0});
  bank.model.series[0].dispersion = 7.0;
  const std::vector<double> year = YearPaths(bank);
  for (int o : {23'000, 24'000, 24'500}) ExpectTail(year, o, ExactCountTail(24'000.0, 7.0, o));
}

TEST(ClosedFormTest, SumsGammaMonthsAtConstantScale) {
  TinyBank bank = MakeTinyBank({.kinds = {IndicatorKind::kAmount}, .mean = 1.5});
  const std::vector<double> year = YearPaths(bank);
  for (double o : {8.0, 14.0, 18.0, 25.0, 32.0}) ExpectTail(year, o, ExactGammaTail(18.0, 2.0, o));
}

TEST(ClosedFormTest, KeepsTheZeroMassOfCompoundAmounts) {
  TinyBank bank = MakeTinyBank({.kinds = {IndicatorKind::kAmount}, .mean = 1.5});
  // Sizes gamma(shape a, scale b): dispersion = b (a + 1), number of sizes Poisson(mean / (a b)).
  bank.model.series[0].law = Law::kCompoundGamma;
  bank.model.series[0].shape = 2.0;
  bank.model.series[0].dispersion = 3.0;
  bank.targets = {bank.On("bank", {Period::Month(2026, 1), Period::Month(2026, 1)})};
  const std::vector<double> month = TargetPaths(bank.plan(), kPaths)[0];
  ExpectTail(month, 1e-300, 1.0 - std::exp(-1.5 / 2.0));
  EXPECT_NEAR(Mean(month), 1.5, 4.0 * StandardError(month));
  EXPECT_NEAR(StandardError(month) * std::sqrt(kPaths), std::sqrt(4.5), 0.15);
}

TEST(ClosedFormTest, DrawsStudentMonths) {
  TinyBank bank = MakeTinyBank({.kinds = {IndicatorKind::kNetFlow}, .mean = -4.0});
  bank.targets = {bank.On("bank", {Period::Month(2026, 1), Period::Month(2026, 1)})};
  const std::vector<double> month = TargetPaths(bank.plan(), kPaths)[0];
  const double scale = 3.0 / std::sqrt(5.0 / 3.0);
  for (double o : {-12.0, -6.0, -4.0, 0.0, 5.0}) {
    ExpectTail(month, o, 1.0 - ExactStudent5Cdf((o + 4.0) / scale));
  }
}

TEST(ClosedFormTest, FollowsALognormalNationalShock) {
  TinyBank bank = MakeTinyBank({.kinds = {IndicatorKind::kAmount}, .mean = 100.0});
  bank.model.series[0].dispersion = 1e-7;
  bank.model.national.laws[0].persistent_sd = 0.3;
  const std::vector<double> year = YearPaths(bank);
  for (double o : {700.0, 1000.0, 1200.0, 1500.0}) {
    ExpectTail(year, o, ExactNormalCdf((std::log(1200.0 / o) - 0.045) / 0.3));
  }
}

TEST(ClosedFormTest, FollowsAGaussianSharedShockOnTheIdentityLink) {
  TinyBank bank = MakeTinyBank({.kinds = {IndicatorKind::kNetFlow}, .mean = 5.0});
  bank.model.series[0].shape = 1e12;  // a normal law
  bank.model.series[0].unit_scale = 4.0;
  bank.model.regional.laws[0].persistent_sd = 0.5;
  const std::vector<double> year = YearPaths(bank);
  const double sd = std::sqrt(12.0 * 9.0 + 24.0 * 24.0);
  for (double o : {200.0, 230.0, 240.0, 260.0}) {
    ExpectTail(year, o, ExactNormalCdf((240.0 - o) / sd));
  }
}

TEST(ClosedFormTest, GivesTheLatentItsAutoregressiveVariance) {
  TinyBank bank = MakeTinyBank({.kinds = {IndicatorKind::kAmount}, .mean = 100.0});
  bank.model.series[0].dispersion = 1e-7;
  bank.model.national.laws[0] = {.autoregression = 0.8, .innovation_sd = 0.1};
  bank.model.national.state_mean[0] = 0.2;
  bank.model.national.state_sd[0] = 0.15;
  bank.targets = {bank.On("bank", {Period::Month(2026, 3), Period::Month(2026, 3)})};
  const std::vector<double> month = TargetPaths(bank.plan(), kPaths)[0];
  const double variance = 0.01 * (1.0 + 0.64 + 0.64 * 0.64) + 0.0225 * std::pow(0.64, 3);
  const double sd = std::sqrt(variance);
  const double center = std::log(100.0) + 0.2 * std::pow(0.8, 3) - 0.5 * variance;
  for (double z : {-1.5, -0.5, 0.0, 1.0, 2.0}) {
    ExpectTail(month, std::exp(center + z * sd), 1.0 - ExactNormalCdf(z));
  }
}

TEST(ClosedFormTest, SharesTheBranchEffectBetweenIndicatorsOfABranch) {
  TinyBank bank = MakeTinyBank({.branches_per_region = 2,
                                .kinds = {IndicatorKind::kAmount, IndicatorKind::kAmount},
                                .mean = 100.0});
  for (ModelSeries& series : bank.model.series) series.dispersion = 1e-9;
  bank.model.branch_loading = {0.2, -0.1};
  bank.targets = {bank.YearOf("r1-b1", 0), bank.YearOf("r1-b1", 1), bank.YearOf("r1-b2", 0)};
  const auto values = TargetPaths(bank.plan(), 1024);
  double same = 0.0;
  for (size_t p = 0; p < values[0].size(); ++p) {
    const double u1 = (std::log(values[0][p] / 1200.0) + 0.02) / 0.2;
    const double u2 = (std::log(values[1][p] / 1200.0) + 0.005) / -0.1;
    ASSERT_NEAR(u1, u2, 1e-3);
    same += values[0][p] == values[2][p];
  }
  EXPECT_EQ(same, 0.0) << "another branch has another effect";
}

TEST(ClosedFormTest, CorrelatesIndicatorsByTheirLoadings) {
  TinyBank bank =
      MakeTinyBank({.kinds = {IndicatorKind::kAmount, IndicatorKind::kAmount}, .mean = 100.0});
  for (ModelSeries& series : bank.model.series) series.dispersion = 1e-9;
  for (LatentLaw& law : bank.model.national.laws) law.persistent_sd = 0.2;
  bank.model.national.rank = 1;
  bank.model.national.loadings = {0.8, 0.5};
  bank.targets = {bank.YearOf("bank", 0), bank.YearOf("bank", 1)};
  const auto values = TargetPaths(bank.plan(), kPaths);
  double cross = 0.0;
  for (int p = 0; p < kPaths; ++p) {
    const double a = (std::log(values[0][p] / 1200.0) + 0.02) / 0.2;
    const double b = (std::log(values[1][p] / 1200.0) + 0.02) / 0.2;
    cross += a * b / kPaths;
  }
  EXPECT_NEAR(cross, 0.4, 4.0 * std::sqrt(1.16 / kPaths));
}

TEST(ClosedFormTest, KeepsTheMeanWhateverTheUncertainty) {
  TinyBank bank = MakeTinyBank({.region_count = 2, .mean = 30.0});
  bank.model.national.laws[0] = {.autoregression = 0.7, .innovation_sd = 0.1, .persistent_sd = 0.2};
  bank.model.regional.laws[0].persistent_sd = 0.1;
  bank.model.branch_loading[0] = 0.2;
  bank.model.series[0].series_effect_sd = 0.3;
  bank.model.level.own_variance.assign(2, 0.01);
  bank.model.level.rank = 1;
  bank.model.level.shared_factor = {0.1, 0.2};
  bank.model.trend.own_variance.assign(2, 1e-4);
  bank.model.season.own_variance.assign(24, 0.01);
  const std::vector<double> year = YearPaths(bank);
  EXPECT_NEAR(Mean(year), 720.0, 4.0 * StandardError(year));
}

TEST(ClosedFormTest, MovesTheMeanByTheElasticityTimesTheDriver) {
  TinyBank bank = MakeTinyBank({.mean = 1000.0});
  AddDriver(bank, {.value = 2.0, .sd = 0.0, .beta = -0.1});
  bank.scenario.drivers = {{.driver = "rate",
                            .mode = DriverAssumption::Mode::kImpose,
                            .first = Period::Month(2026, 1),
                            .values = {3.0}}};
  const std::vector<double> year = YearPaths(bank);
  EXPECT_NEAR(Mean(year), 12'000.0 * std::exp(-0.1), 4.0 * StandardError(year));
}

TEST(ClosedFormTest, WaitsForTheLagOfADriver) {
  TinyBank bank = MakeTinyBank({.mean = 1000.0});
  AddDriver(bank, {.value = 2.0, .sd = 0.0, .beta = -0.1, .lag = 4});
  bank.scenario.drivers = {{.driver = "rate",
                            .mode = DriverAssumption::Mode::kShift,
                            .first = Period::Month(2026, 1),
                            .values = {1.0}}};
  const std::vector<double> year = YearPaths(bank);
  EXPECT_NEAR(Mean(year), 4'000.0 + 8'000.0 * std::exp(-0.1), 4.0 * StandardError(year));
}

TEST(ClosedFormTest, WidensByAnUncertainElasticity) {
  TinyBank bank = MakeTinyBank({.kinds = {IndicatorKind::kAmount}, .mean = 100.0});
  bank.model.series[0].dispersion = 1e-7;
  AddDriver(bank, {.value = 2.0, .sd = 0.0, .beta = -0.1, .beta_sd = 0.05});
  bank.scenario.drivers = {{.driver = "rate",
                            .mode = DriverAssumption::Mode::kImpose,
                            .first = Period::Month(2026, 1),
                            .values = {4.0}}};
  const std::vector<double> year = YearPaths(bank);
  for (double z : {-1.0, 0.0, 1.5}) {
    ExpectTail(year, 1200.0 * std::exp(-0.2 + 0.1 * z), 1.0 - ExactNormalCdf(z));
  }
}

TEST(ClosedFormTest, AveragesAndKeepsTheLastMonth) {
  TinyBank bank = MakeTinyBank({.mean = 5.0});
  Target mean = bank.YearOf("bank");
  mean.aggregation = Aggregation::kMean;
  Target last = bank.YearOf("bank");
  last.aggregation = Aggregation::kLast;
  bank.targets = {bank.YearOf("bank"), mean, last,
                  bank.On("bank", {Period::Month(2026, 12), Period::Month(2026, 12)})};
  const auto values = TargetPaths(bank.plan(), 256);
  for (int p = 0; p < 256; ++p) {
    EXPECT_EQ(values[1][p], values[0][p] / 12.0);
    EXPECT_EQ(values[2][p], values[3][p]);
  }
}

TEST(ClosedFormTest, SquaresEtaOnTheSquareRootLink) {
  TinyBank bank = MakeTinyBank({.kinds = {IndicatorKind::kAmount}});
  bank.model.series[0].link = Link::kSqrt;
  bank.model.series[0].dispersion = 1e-7;
  bank.model.level.mean[0] = 10.0;
  bank.model.national.laws[0].persistent_sd = 2.0;
  bank.scenario.events = {FixedEvent("reform", -0.5)};
  const std::vector<double> year = YearPaths(bank);
  for (double z : {-1.0, 0.0, 1.0}) {
    const double root = 10.0 + 2.0 * z;
    ExpectTail(year, 12.0 * 0.5 * root * root, 1.0 - ExactNormalCdf(z));
  }
}

}  // namespace
}  // namespace jalon::sim
