// Derived drivers inside a run: recomputed on every path, departed from, and told by scenarios.
#include <cmath>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "sim/base/violation.h"
#include "sim/engine/driver_paths.h"
#include "sim/engine/off_formula.h"
#include "tests/sim/engine/tiny_bank.h"

namespace jalon::sim {
namespace {

using ::testing::ElementsAre;
using ::testing::Field;
using ::testing::IsEmpty;

DerivedRule Livret() {
  return {.formula = "mean(rate, 2) + 0.5",
          .rounding_step = 0.1,
          .floor = 0.5,
          .effective_months = {2, 8},
          .announcement_lag = 1};
}

// A bank that feels `livret`, derived from a moving `rate`.
TinyBank DerivedBank(const DerivedRule& rule = Livret()) {
  TinyBank bank = MakeTinyBank({});
  AddDriver(bank, {.id = "rate", .value = 2.0, .sd = 0.2, .beta = 0.0});
  Driver livret{.id = "livret", .derived = rule, .first = Period::Month(2024, 1)};
  livret.values.assign(24, 2.4);
  bank.revision.drivers.drivers.push_back(livret);
  bank.revision.drivers = SortedDrivers(std::move(bank.revision.drivers));
  bank.model.derived_drivers = {{.id = "livret", .rule = rule, .last_value = 2.4}};
  bank.model.elasticities[0].prior.driver = "livret";
  bank.model.elasticities[0].driver = 1;
  bank.model.elasticities[0].reference = 2.4;
  bank.model.elasticity.mean[0] = 0.5;
  bank.targets = {bank.YearOf("bank")};
  return bank;
}

// Value of a driver (0 rate, 1 livret) in a month of 2026 on a path.
double ValueOf(const Plan& plan, const std::vector<double>& paths, int driver, int month) {
  const int t = Period::Month(2026, month) - plan.driver_window.first;
  return paths[static_cast<size_t>(driver) * plan.driver_window.size() + t];
}

TEST(DerivedDriverTest, FollowsItsFormulaOnEveryPathAndHoldsBetweenDates) {
  const Plan plan = DerivedBank().plan();
  bool moved = false;
  for (int path = 0; path < 50; ++path) {
    const std::vector<double> paths = DriverPaths(plan, path);
    EXPECT_EQ(ValueOf(plan, paths, 1, 1), 2.4);
    const double january = ValueOf(plan, paths, 0, 1);
    const double february = Settle(Livret(), 0.5 * (2.0 + january) + 0.5);
    const double august =
        Settle(Livret(), 0.5 * (ValueOf(plan, paths, 0, 6) + ValueOf(plan, paths, 0, 7)) + 0.5);
    for (int month = 2; month <= 7; ++month) {
      EXPECT_EQ(ValueOf(plan, paths, 1, month), february);
    }
    for (int month = 8; month <= 12; ++month) {
      EXPECT_EQ(ValueOf(plan, paths, 1, month), august);
    }
    moved = moved || february != august;
  }
  EXPECT_TRUE(moved);
}

TEST(DerivedDriverTest, LeavesTheOtherDriversWhereTheyWere) {
  TinyBank without = MakeTinyBank({});
  AddDriver(without, {.id = "rate", .value = 2.0, .sd = 0.2, .beta = -0.1});
  without.targets = {without.YearOf("bank")};
  const Plan alone = without.plan();
  const Plan both = DerivedBank().plan();
  for (int path = 0; path < 8; ++path) {
    const std::vector<double> a = DriverPaths(alone, path);
    const std::vector<double> b = DriverPaths(both, path);
    for (int month = 1; month <= 12; ++month) {
      EXPECT_EQ(ValueOf(alone, a, 0, month), ValueOf(both, b, 0, month));
    }
  }
}

// 4,000 paths: the share of departures has a standard error of 0.7 points; 4 of them.
TEST(DerivedDriverTest, DepartsAsOftenAsItsLawSaysAndUntilTheNextDate) {
  DerivedRule rule = Livret();
  rule.deviation = {.probability = 0.3, .size = 1.0};
  const Plan plan = DerivedBank(rule).plan();
  const Plan faithful = DerivedBank().plan();
  const int path_count = 4'000;
  int february = 0;
  int august = 0;
  int both = 0;
  for (int path = 0; path < path_count; ++path) {
    const std::vector<double> bent = DriverPaths(plan, path);
    const std::vector<double> straight = DriverPaths(faithful, path);
    const auto departs = [&](int month) {
      return ValueOf(plan, bent, 1, month) - ValueOf(faithful, straight, 1, month) > 0.5;
    };
    february += departs(2);
    august += departs(8);
    both += departs(2) && departs(8);
    EXPECT_EQ(departs(2), departs(7));
    EXPECT_EQ(departs(8), departs(12));
  }
  EXPECT_NEAR(february / double(path_count), 0.3, 0.03);
  EXPECT_NEAR(august / double(path_count), 0.3, 0.03);
  EXPECT_NEAR(both / double(path_count), 0.09, 0.02);
}

DriverAssumption Told(const std::string& driver, DriverAssumption::Mode mode, double value) {
  return {.driver = driver, .mode = mode, .first = Period::Month(2026, 1), .values = {value}};
}

TEST(DerivedDriverTest, FollowsADriverThatAScenarioImposes) {
  TinyBank bank = DerivedBank();
  bank.scenario.drivers = {Told("rate", DriverAssumption::Mode::kImpose, 4.0)};
  const Plan plan = bank.plan();
  const std::vector<double> paths = DriverPaths(plan, 3);
  EXPECT_EQ(ValueOf(plan, paths, 1, 2), 3.5);  // December still had 2: (2 + 4) / 2 + 0.5
  EXPECT_EQ(ValueOf(plan, paths, 1, 8), 4.5);
  EXPECT_THAT(FindOffFormula(plan), IsEmpty());
}

TEST(DerivedDriverTest, SaysWhereAScenarioPullsItAwayFromItsFormula) {
  TinyBank bank = DerivedBank();
  bank.scenario.drivers = {Told("livret", DriverAssumption::Mode::kImpose, 1.0)};
  const Plan plan = bank.plan();
  EXPECT_THAT(FindOffFormula(plan),
              ElementsAre(OffFormula{"livret", Period::Month(2026, 1), 1.0, 2.4}));
  const std::vector<double> paths = DriverPaths(plan, 3);
  for (int month = 1; month <= 12; ++month) EXPECT_EQ(ValueOf(plan, paths, 1, month), 1.0);
}

TEST(DerivedDriverTest, SaysNothingOfAnAssumptionThatAgreesWithTheFormula) {
  TinyBank bank = DerivedBank();
  // Without innovations the rate stays at 2: the formula gives 2.5 from February on.
  bank.scenario.drivers = {{.driver = "livret", .first = Period::Month(2026, 2), .values = {2.5}}};
  EXPECT_THAT(FindOffFormula(bank.plan()), IsEmpty());
  bank.scenario.drivers[0].values = {2.5, 2.6};
  EXPECT_THAT(FindOffFormula(bank.plan()),
              ElementsAre(Field(&OffFormula::period, Period::Month(2026, 3))));
}

TEST(DerivedDriverTest, AddsAShiftToWhatIsInForceOnEveryPath) {
  TinyBank bank = DerivedBank();
  const Plan free = bank.plan();
  bank.scenario.drivers = {Told("livret", DriverAssumption::Mode::kShift, -0.3)};
  const Plan shifted = bank.plan();
  for (int path = 0; path < 8; ++path) {
    const std::vector<double> a = DriverPaths(free, path);
    const std::vector<double> b = DriverPaths(shifted, path);
    EXPECT_NEAR(ValueOf(free, a, 1, 9) - 0.3, ValueOf(shifted, b, 1, 9), 1e-12);
  }
}

TEST(DerivedDriverTest, MovesTheTargetThroughItsElasticity) {
  TinyBank bank = DerivedBank();
  bank.scenario.drivers = {Told("rate", DriverAssumption::Mode::kImpose, 2.0)};
  const double before = Mean(TargetPaths(bank.plan(), 512)[0]);
  bank.scenario.drivers = {Told("rate", DriverAssumption::Mode::kImpose, 4.0)};
  const double after = Mean(TargetPaths(bank.plan(), 512)[0]);
  // Elasticity 0.5 per point: one point more from February on, two more from August on.
  EXPECT_NEAR(after / before, (1 * 1.0 + 6 * std::exp(0.5) + 5 * std::exp(1.0)) / 12, 0.05);
}

TEST(DerivedDriverTest, IsRefusedInAModelThatDoesNotKnowItsInputs) {
  TinyBank bank = DerivedBank();
  bank.model.derived_drivers[0].rule.formula = "nothing + 1";
  const Violations found = ValidateModel(bank.model);
  ASSERT_EQ(found.total_count(), 1);
  EXPECT_EQ(found.kept()[0].reason, "UNKNOWN_DRIVER");
}

}  // namespace
}  // namespace jalon::sim
