// Stocks against what is known exactly. Statistical checks are at 4 standard errors of a fixed
// seed: false alarm 6e-5 per check, about twenty checks.
#include <cmath>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "sim/engine/run.h"
#include "sim/engine/sampled.h"
#include "tests/sim/engine/exact_laws.h"
#include "tests/sim/engine/tiny_bank.h"

namespace jalon::sim {
namespace {

using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr int kPaths = 16'384;
const Window kDecember{Period::Month(2026, 12), Period::Month(2026, 12)};

void ExpectTail(const std::vector<double>& values, double o, double exact) {
  double count = 0.0;
  for (double value : values) count += value >= o;
  const double n = static_cast<double>(values.size());
  EXPECT_NEAR(count / n, exact, 4.0 * std::sqrt(exact * (1.0 - exact) / n) + 1e-12) << "o=" << o;
}

// Customers, by accounts opened (k1) and closed (k2).
TinyBank Customers(double mean = 20.0) {
  return MakeTinyBank({.kinds = {IndicatorKind::kCount, IndicatorKind::kCount},
                       .mean = mean,
                       .others = {StockOf("stock", Measure::kCount, {"k1"}, {"k2"})}});
}

// Outstandings observed without flows.
TinyBank Outstandings(double level = 1000.0) {
  return MakeTinyBank({.kinds = {}, .others = {StockOf("stock", Measure::kMoney)}, .stock = level});
}

std::vector<double> Levels(TinyBank& bank, int paths = kPaths, const Window& window = kDecember) {
  bank.targets = {bank.For("bank", "stock", window)};
  return TargetPaths(bank.plan(), paths)[0];
}

TEST(StockTest, IsItsOpeningLevelPlusWhatEntersMinusWhatLeaves) {
  TinyBank bank = Customers();
  bank.Series("r1-b1", "stock").law = Law::kExactStock;
  bank.targets = {bank.For("bank", "stock"), bank.For("bank", "k1"), bank.For("bank", "k2")};
  const auto values = TargetPaths(bank.plan(), 64);
  for (int p = 0; p < 64; ++p) {
    EXPECT_EQ(values[0][p], 1000.0 + values[1][p] - values[2][p]);
  }
}

TEST(StockTest, BringsItsFlowsIntoThePlanWithTheSameBits) {
  TinyBank bank = Customers();
  bank.model.national.laws[0].persistent_sd = 0.1;
  const std::vector<double> alone = Levels(bank, 64);
  EXPECT_EQ(bank.plan().series_count(), 3);
  bank.targets = {bank.For("bank", "k2"), bank.For("bank", "k1"), bank.For("bank", "stock")};
  EXPECT_EQ(TargetPaths(bank.plan(), 64)[2], alone);
}

TEST(StockTest, SharesAFlowWithAnotherStock) {
  TinyBank bank =
      MakeTinyBank({.branches_per_region = 2,
                    .kinds = {IndicatorKind::kCount, IndicatorKind::kCount, IndicatorKind::kCount},
                    .others = {StockOf("old", Measure::kCount, {"k3"}, {"k2"}),
                               StockOf("stock", Measure::kCount, {"k1", "k2"}, {"k3"})}});
  for (ModelSeries& series : bank.model.series) {
    if (series.law == Law::kStock) series.law = Law::kExactStock;
  }
  for (const char* indicator : {"old", "stock", "k1", "k2", "k3"}) {
    bank.targets.push_back(bank.For("bank", indicator));
  }
  const auto values = TargetPaths(bank.plan(), 16);
  for (int p = 0; p < 16; ++p) {
    EXPECT_EQ(values[0][p], 2000.0 + values[4][p] - values[3][p]);
    EXPECT_EQ(values[1][p], 2000.0 + values[2][p] + values[3][p] - values[4][p]);
  }
}

TEST(StockTest, LeavesOutFlowsOfAStockThatIsKnown) {
  TinyBank bank = Customers();
  bank.targets = {bank.For("bank", "stock", {Period::Month(2025, 12), Period::Month(2025, 12)})};
  const Plan plan = bank.plan();
  EXPECT_EQ(plan.series_count(), 1);
  EXPECT_THAT(TargetPaths(plan, 16)[0], Each(1000.0));
}

TEST(StockTest, IsGaussianUnderAConstantRateAndGaussianNoise) {
  TinyBank bank = Outstandings();
  ModelSeries& series = bank.Series("r1-b1", "stock");
  series.dispersion = 5.0;
  series.shape = 1e12;  // a normal law
  bank.model.level.mean[0] = 0.02;
  const std::vector<double> levels = Levels(bank);
  double mean = 1000.0, variance = 0.0;
  for (int t = 0; t < 12; ++t) {
    mean *= 1.02;
    variance = variance * 1.02 * 1.02 + 25.0;
  }
  for (double z : {-2.0, -1.0, 0.0, 0.5, 1.5}) {
    ExpectTail(levels, mean + z * std::sqrt(variance), 1.0 - ExactNormalCdf(z));
  }
}

TEST(StockTest, AddsPersistentEffectsOfTheBranchAndTheSeriesEveryPeriod) {
  TinyBank bank = Outstandings(200.0);
  ModelSeries& series = bank.Series("r1-b1", "stock");
  series.series_effect_sd = 0.003;
  series.unit_scale = 200.0;
  bank.model.branch_loading[0] = 0.004;
  bank.model.level.mean[0] = -0.01;
  const std::vector<double> levels = Levels(bank);
  double mean = 200.0, weight = 0.0;
  for (int t = 0; t < 12; ++t) {
    mean *= 0.99;
    weight = weight * 0.99 + 1.0;
  }
  const double sd = 200.0 * 0.005 * weight;
  for (double z : {-1.5, 0.0, 1.0}) ExpectTail(levels, mean + z * sd, 1.0 - ExactNormalCdf(z));
}

TEST(StockTest, SharesItsRateThroughTheRegion) {
  TinyBank bank = MakeTinyBank(
      {.branches_per_region = 2, .kinds = {}, .others = {StockOf("stock", Measure::kMoney)}});
  bank.model.regional.laws[0].persistent_sd = 0.01;
  const Window january{Period::Month(2026, 1), Period::Month(2026, 1)};
  const std::vector<double> levels = Levels(bank, kPaths, january);
  for (double z : {-1.0, 0.0, 2.0}) {
    ExpectTail(levels, 2000.0 + z * 20.0, 1.0 - ExactNormalCdf(z));
  }
}

TEST(StockTest, LetsAnEventActOnTheRateAlone) {
  TinyBank bank = MakeTinyBank({.kinds = {IndicatorKind::kAmount},
                                .mean = 3.0,
                                .others = {StockOf("stock", Measure::kMoney, {"k1"})}});
  Event event = FixedEvent("reform", -0.5);
  event.indicators = {"stock"};
  bank.scenario.events = {event};
  bank.model.level.mean[1] = -0.04;
  const Window january{Period::Month(2026, 1), Period::Month(2026, 1)};
  bank.targets = {bank.For("bank", "stock", january), bank.For("bank", "k1", january)};
  const auto values = TargetPaths(bank.plan(), 16);
  for (int p = 0; p < 16; ++p) EXPECT_NEAR(values[0][p], 1000.0 - 20.0 + values[1][p], 1e-9);
}

TEST(StockTest, FollowsADriverWithAnElasticityOfTheRate) {
  TinyBank bank = Outstandings();
  AddDriver(bank, {.value = 2.0, .sd = 0.0, .beta = 0.01});
  bank.scenario.drivers = {{.driver = "rate",
                            .mode = DriverAssumption::Mode::kImpose,
                            .first = Period::Month(2026, 1),
                            .values = {3.0}}};
  for (double level : Levels(bank, 16)) EXPECT_NEAR(level, 1000.0 * std::pow(1.01, 12), 1e-9);
}

TEST(StockTest, CountsThingsInWholeNumbersWithoutBias) {
  TinyBank bank = MakeTinyBank({.kinds = {IndicatorKind::kCount},
                                .mean = 0.5,
                                .others = {StockOf("stock", Measure::kCount, {"k1"})},
                                .stock = 20.0});
  bank.model.level.mean[1] = -0.007;
  const Window january{Period::Month(2026, 1), Period::Month(2026, 1)};
  const std::vector<double> levels = Levels(bank, kPaths, january);
  for (double level : levels) ASSERT_EQ(level, std::floor(level));
  EXPECT_NEAR(Mean(levels), 20.0 * 0.993 + 0.5, 4.0 * StandardError(levels));
}

TEST(StockTest, KeepsFractionsOfVolumes) {
  TinyBank bank = MakeTinyBank(
      {.kinds = {IndicatorKind::kAmount}, .others = {StockOf("stock", Measure::kMoney, {"k1"})}});
  bank.model.level.mean[1] = -0.007;
  const std::vector<double> levels = Levels(bank, 16);
  EXPECT_NE(levels[0], std::floor(levels[0]));
}

TEST(StockTest, AveragesItsLevels) {
  TinyBank bank = Customers();
  Target mean = bank.For("bank", "stock");
  mean.aggregation = Aggregation::kMean;
  bank.targets = {mean};
  for (int m = 1; m <= 12; ++m) {
    const Period month = Period::Month(2026, m);
    bank.targets.push_back(bank.For("bank", "stock", {month, month}));
  }
  const auto values = TargetPaths(bank.plan(), 16);
  for (int p = 0; p < 16; ++p) {
    double sum = 0.0;
    for (int m = 1; m <= 12; ++m) sum += values[m][p];
    EXPECT_EQ(values[0][p], sum / 12.0);
  }
}

TEST(StockTest, StartsFromNothingWhereAUnitOpens) {
  TinyBank bank = Customers();
  NetworkSpec spec = bank.revision.network.spec();
  spec.units.back().opened = Period::Month(2026, 11);
  const Network network = Network::Create(spec).value();
  std::vector<double> nothing(bank.revision.realisations.series_count() * 24, std::nan(""));
  bank.revision.realisations = Realisations::Create(network, Period::Month(2024, 1),
                                                    bank.revision.realisations.keys(), nothing)
                                   .value();
  bank.revision.network = network;
  const Window last{Period::Month(2026, 11), Period::Month(2026, 12)};
  bank.targets = {bank.For("bank", "stock"), bank.For("bank", "k1", last),
                  bank.For("bank", "k2", last),
                  bank.For("bank", "stock", {Period::Month(2026, 10), Period::Month(2026, 10)})};
  const auto values = TargetPaths(bank.plan(), 16);
  for (int p = 0; p < 16; ++p) {
    EXPECT_EQ(values[0][p], values[1][p] - values[2][p]);
    EXPECT_EQ(values[3][p], 0.0);
  }
}

TEST(StockTest, IsNothingFromTheClosingOfItsUnitOn) {
  TinyBank bank = Customers();
  NetworkSpec spec = bank.revision.network.spec();
  spec.units.back().closed = Period::Month(2026, 7);
  const Network network = Network::Create(spec).value();
  bank.revision.realisations =
      Rekeyed(bank.revision.realisations, bank.revision.network, network).value();
  bank.revision.network = network;
  EXPECT_THAT(Levels(bank, 16), Each(0.0));
}

TEST(StockTest, CatchesUpFromTheLastReportedLevelByTheFlowsRealisedSince) {
  TinyBank bank = Customers();
  bank.SetRealised("r1-b1", "stock", Period::Month(2025, 11), std::nan(""));
  bank.SetRealised("r1-b1", "stock", Period::Month(2025, 12), std::nan(""));
  bank.SetRealised("r1-b1", "k1", Period::Month(2025, 11), 50.0);
  bank.Series("r1-b1", "stock").law = Law::kExactStock;
  const Window january{Period::Month(2026, 1), Period::Month(2026, 1)};
  bank.targets = {bank.For("bank", "stock", january), bank.For("bank", "k1", january),
                  bank.For("bank", "k2", january)};
  const auto values = TargetPaths(bank.plan(), 16);
  for (int p = 0; p < 16; ++p) {
    EXPECT_EQ(values[0][p], 1030.0 + values[1][p] - values[2][p]);
  }
}

TEST(StockTest, TakesALevelThatWasNotReportedForLongAsItWas) {
  TinyBank bank = Customers();
  for (Period p = Period::Month(2024, 3); p <= Period::Month(2025, 12); p = p + 1) {
    bank.SetRealised("r1-b1", "stock", p, std::nan(""));
  }
  bank.SetRealised("r1-b1", "stock", Period::Month(2024, 2), 700.0);
  bank.Series("r1-b1", "stock").law = Law::kExactStock;
  bank.targets = {bank.For("bank", "stock"), bank.For("bank", "k1"), bank.For("bank", "k2")};
  const auto values = TargetPaths(bank.plan(), 16);
  for (int p = 0; p < 16; ++p) {
    EXPECT_EQ(values[0][p], 700.0 + values[1][p] - values[2][p]);
  }
}

TEST(StockTest, StartsFromTheModelsLevelWhereNoneWasEverReported) {
  TinyBank bank = Customers();
  for (Period p = Period::Month(2024, 1); p <= Period::Month(2025, 12); p = p + 1) {
    bank.SetRealised("r1-b1", "stock", p, std::nan(""));
  }
  bank.Series("r1-b1", "stock").law = Law::kExactStock;
  bank.Series("r1-b1", "stock").opening_stock = 55.0;
  bank.targets = {bank.For("bank", "stock"), bank.For("bank", "k1"), bank.For("bank", "k2"),
                  bank.For("bank", "stock", {Period::Month(2025, 6), Period::Month(2025, 6)})};
  const auto values = TargetPaths(bank.plan(), 16);
  for (int p = 0; p < 16; ++p) {
    EXPECT_EQ(values[0][p], 55.0 + values[1][p] - values[2][p]);
    EXPECT_EQ(values[3][p], 55.0);
  }
}

TEST(StockTest, LandsInMidYearOnTheLevelRealisedThen) {
  TinyBank bank = Customers();
  bank.model.as_of = Period::Month(2025, 6);
  bank.as_of = Period::Month(2025, 9);
  bank.model.drivers.last = bank.model.as_of;
  bank.SetRealised("r1-b1", "stock", Period::Month(2025, 9), 1234.0);
  bank.SetRealised("r1-b1", "stock", Period::Month(2025, 10), 1.0);  // not known yet
  bank.Series("r1-b1", "stock").law = Law::kExactStock;
  const Window left{Period::Month(2025, 10), Period::Month(2025, 12)};
  bank.targets = {bank.For("bank", "stock", Year(2025)), bank.For("bank", "k1", left),
                  bank.For("bank", "k2", left)};
  const auto values = TargetPaths(bank.plan(), 16);
  for (int p = 0; p < 16; ++p) {
    EXPECT_EQ(values[0][p], 1234.0 + values[1][p] - values[2][p]);
  }
}

TEST(StockTest, StartsFromNoCustomerAtAll) {
  TinyBank bank = MakeTinyBank({.kinds = {IndicatorKind::kCount},
                                .others = {StockOf("stock", Measure::kCount, {"k1"})},
                                .stock = 0.0});
  bank.model.level.mean[1] = -0.05;
  for (double level : Levels(bank, 64)) {
    EXPECT_TRUE(std::isfinite(level));
    EXPECT_GT(level, 0.0);
  }
}

TEST(StockTest, FailsByNameWhenARateExplodes) {
  TinyBank bank = Outstandings();
  bank.model.level.mean[0] = 1e40;
  bank.targets = {bank.For("bank", "stock")};
  InlineExecutor executor;
  const auto last =
      RunToPrecision(bank.plan(), {.max_paths = 16}, executor, {}, [](const Checkpoint&) {});
  EXPECT_EQ(last.status().code(), absl::StatusCode::kInternal);
  EXPECT_THAT(last.status().message(), HasSubstr("targets[0]"));
}

TEST(StockTest, RefusesAModelThatTakesAStockForAFlow) {
  TinyBank bank = Customers();
  bank.Series("r1-b1", "stock").law = Law::kStudentT;
  bank.Series("r1-b1", "stock").opening_stock = 0.0;
  bank.Series("r1-b1", "stock").dispersion = 1.0;
  bank.targets = {bank.For("bank", "stock")};
  const Violations found = ViolationsFromStatus(BuildPlan(bank.input()).status());
  ASSERT_EQ(found.total_count(), 1);
  EXPECT_EQ(found.kept()[0].reason, "STOCK_LAW_MISMATCH");
  EXPECT_THAT(found.kept()[0].value, HasSubstr("stock"));
}

TEST(StockTest, KeepsTheLatticeOfItsQuantiles) {
  TinyBank bank = Customers(0.4);
  bank.targets = {bank.For("bank", "stock")};
  InlineExecutor executor;
  const auto last = RunToPrecision(bank.plan(), {.max_paths = 1024, .summary = {{0.1, 0.5, 0.9}}},
                                   executor, {}, [](const Checkpoint&) {});
  ASSERT_TRUE(last.ok());
  for (double q : last->estimates[0].quantiles) EXPECT_EQ(q, std::floor(q));
}

}  // namespace
}  // namespace jalon::sim
