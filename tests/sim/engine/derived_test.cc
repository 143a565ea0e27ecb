// Derived indicators against what is known exactly. Statistical checks are at 4 standard errors of
// a fixed seed: false alarm 6e-5 per check, about ten checks.
#include <cmath>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "sim/engine/sampled.h"
#include "tests/sim/engine/exact_laws.h"
#include "tests/sim/engine/tiny_bank.h"

namespace jalon::sim {
namespace {

constexpr int kPaths = 16'384;

void ExpectTail(const std::vector<double>& values, double o, double exact) {
  double count = 0.0;
  for (double value : values) count += value >= o;
  const double n = static_cast<double>(values.size());
  EXPECT_NEAR(count / n, exact, 4.0 * std::sqrt(exact * (1.0 - exact) / n) + 1e-12) << "o=" << o;
}

TEST(DerivedTest, OfGaussiansIsGaussian) {
  TinyBank bank = MakeTinyBank({.kinds = {IndicatorKind::kNetFlow, IndicatorKind::kNetFlow},
                                .mean = 10.0,
                                .others = {DerivedOf("margin", "2 * k1 - 0.5 * k2")}});
  for (ModelSeries& series : bank.model.series) series.shape = 1e12;
  bank.targets = {bank.For("bank", "margin")};
  const std::vector<double> year = TargetPaths(bank.plan(), kPaths)[0];
  const double sd = std::sqrt(12.0 * 9.0 * (4.0 + 0.25));
  for (double z : {-1.5, 0.0, 1.0}) ExpectTail(year, 180.0 + z * sd, 1.0 - ExactNormalCdf(z));
}

TEST(DerivedTest, MultipliesAFlowByADriverOfThePathAndThePeriod) {
  TinyBank bank = MakeTinyBank({.kinds = {IndicatorKind::kAmount},
                                .mean = 100.0,
                                .others = {DerivedOf("interest", "k1 * (yield - 0.5) / 100")}});
  AddRate(bank, "yield", 2.0, 0.3);
  bank.model.series[0].dispersion = 1e-9;
  const Window march{Period::Month(2026, 3), Period::Month(2026, 3)};
  bank.targets = {bank.For("bank", "interest", march)};
  const std::vector<double> values = TargetPaths(bank.plan(), kPaths)[0];
  const double sd = 0.3 * std::sqrt(3.0);
  for (double z : {-1.0, 0.0, 1.5}) ExpectTail(values, 1.5 + z * sd, 1.0 - ExactNormalCdf(z));
}

TEST(DerivedTest, MultipliesTheMeanOfOpeningAndClosingLevels) {
  TinyBank bank = MakeTinyBank({.kinds = {IndicatorKind::kAmount},
                                .mean = 50.0,
                                .others = {DerivedOf("interest", "mean(stock) * yield / 1200"),
                                           StockOf("stock", Measure::kMoney, {"k1"})}});
  AddRate(bank, "yield", 3.0, 0.0);
  bank.targets = {bank.For("bank", "interest")};
  for (int m = 0; m <= 12; ++m) {
    const Period month = Period::Month(2025, 12) + m;
    bank.targets.push_back(bank.For("bank", "stock", {month, month}));
  }
  const auto values = TargetPaths(bank.plan(), 16);
  for (int p = 0; p < 16; ++p) {
    double interest = 0.0;
    for (int m = 1; m <= 12; ++m) interest += 0.5 * (values[m][p] + values[m + 1][p]) * 3.0 / 1200;
    EXPECT_NEAR(values[0][p], interest, 1e-9 * interest);
  }
}

TEST(DerivedTest, FollowsAScenario) {
  TinyBank bank = MakeTinyBank({.kinds = {IndicatorKind::kAmount},
                                .mean = 100.0,
                                .others = {DerivedOf("interest", "k1 * yield")}});
  AddRate(bank, "yield", 2.0, 0.3);
  bank.scenario.drivers = {{.driver = "yield",
                            .mode = DriverAssumption::Mode::kImpose,
                            .first = Period::Month(2026, 1),
                            .values = {4.0}}};
  bank.targets = {bank.For("bank", "interest"), bank.For("bank", "k1")};
  const auto values = TargetPaths(bank.plan(), 16);
  for (int p = 0; p < 16; ++p) EXPECT_NEAR(values[0][p], 4.0 * values[1][p], 1e-9 * values[0][p]);
}

TEST(DerivedTest, AddsOverUnits) {
  TinyBank bank = MakeTinyBank({.branches_per_region = 3,
                                .kinds = {IndicatorKind::kAmount},
                                .others = {DerivedOf("interest", "k1 * yield + k1")}});
  AddRate(bank, "yield", 2.0, 0.3);
  for (const char* unit : {"bank", "r1-b1", "r1-b2", "r1-b3"}) {
    bank.targets.push_back(bank.For(unit, "interest"));
  }
  const auto values = TargetPaths(bank.plan(), 16);
  for (int p = 0; p < 16; ++p) {
    EXPECT_NEAR(values[0][p], values[1][p] + values[2][p] + values[3][p], 1e-9 * values[0][p]);
  }
}

TEST(DerivedTest, CanStandBelowTheLineOfARatio) {
  TinyBank bank = MakeTinyBank(
      {.kinds = {IndicatorKind::kAmount, IndicatorKind::kAmount},
       .others = {DerivedOf("income", "0.5 * k1 + 2 * k2"), RatioOf("ratio", "k1", "income")}});
  bank.targets = {bank.For("bank", "ratio"), bank.For("bank", "k1"), bank.For("bank", "k2")};
  const auto values = TargetPaths(bank.plan(), 16);
  for (int p = 0; p < 16; ++p) {
    const double income = 0.5 * values[1][p] + 2.0 * values[2][p];
    EXPECT_NEAR(values[0][p], values[1][p] / income, 1e-12);
  }
}

TEST(DerivedTest, MultipliesByADerivedDriverOfThePath) {
  TinyBank bank = MakeTinyBank({.kinds = {IndicatorKind::kAmount},
                                .mean = 100.0,
                                .others = {DerivedOf("interest", "k1 * (yield - livret) / 100")}});
  AddRate(bank, "yield", 2.0, 0.3);
  const DerivedRule rule{.formula = "yield - 1.5"};
  Driver livret{.id = "livret", .derived = rule, .first = Period::Month(2024, 1)};
  livret.values.assign(24, 0.5);
  bank.revision.drivers.drivers.push_back(livret);
  bank.revision.drivers = SortedDrivers(std::move(bank.revision.drivers));
  bank.model.derived_drivers = {{.id = "livret", .rule = rule, .last_value = 0.5}};
  bank.targets = {bank.For("bank", "interest"), bank.For("bank", "k1")};
  const auto values = TargetPaths(bank.plan(), 16);
  // The margin is 1.5 whatever the yield does.
  for (int p = 0; p < 16; ++p) {
    EXPECT_NEAR(values[0][p], 0.015 * values[1][p], 1e-9 * values[1][p]);
  }
}

TEST(DerivedTest, RefusesADriverTheModelDoesNotHave) {
  TinyBank bank = MakeTinyBank(
      {.kinds = {IndicatorKind::kAmount}, .others = {DerivedOf("interest", "k1 * yield")}});
  bank.targets = {bank.For("bank", "interest")};
  const Violations found = ViolationsFromStatus(BuildPlan(bank.input()).status());
  ASSERT_EQ(found.total_count(), 1);
  EXPECT_EQ(found.kept()[0].reason, "DRIVER_NOT_IN_MODEL");
  EXPECT_EQ(found.kept()[0].value, "yield");
}

TEST(DerivedTest, RefusesAWindowBeforeTheFirstValueOfItsDriver) {
  TinyBank bank = MakeTinyBank(
      {.kinds = {IndicatorKind::kAmount}, .others = {DerivedOf("interest", "k1 * yield")}});
  AddRate(bank, "yield", 2.0, 0.0);
  Driver& driver = bank.revision.drivers.drivers[0];
  driver.first = Period::Month(2025, 6);
  driver.values.resize(7);
  bank.targets = {bank.For("bank", "interest", Year(2025))};
  const Violations found = ViolationsFromStatus(BuildPlan(bank.input()).status());
  ASSERT_EQ(found.total_count(), 1);
  EXPECT_EQ(found.kept()[0].reason, "DRIVER_WITHOUT_VALUE");
}

TEST(DerivedTest, RefusesMeanLevelsInTheFirstPeriodOfHistory) {
  TinyBank bank = MakeTinyBank(
      {.kinds = {},
       .others = {DerivedOf("interest", "0.01 * mean(stock)"), StockOf("stock", Measure::kMoney)}});
  bank.targets = {bank.For("bank", "interest", Year(2024))};
  const Violations found = ViolationsFromStatus(BuildPlan(bank.input()).status());
  ASSERT_EQ(found.total_count(), 1);
  EXPECT_EQ(found.kept()[0].reason, "WINDOW_BEFORE_REALISATIONS");
}

}  // namespace
}  // namespace jalon::sim
