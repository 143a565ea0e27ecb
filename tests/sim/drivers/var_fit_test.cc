#include <cmath>
#include <random>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "sim/algebra/matrices.h"
#include "sim/base/missing.h"
#include "sim/drivers/driver_simulator.h"
#include "sim/drivers/var_model.h"
#include "tests/sim/network/small_network.h"

namespace jalon::sim {
namespace {

using ::testing::ElementsAre;

const Period kFirst = Period::Month(2020, 1);

Driver Named(std::string id, std::vector<double> values) {
  return {.id = std::move(id), .first = kFirst, .values = std::move(values)};
}

// Two correlated mean-reverting drivers: x = 5 + 0.8 (x - 5) + e, y = 0.5 y + 0.3 (x - 5) + f, with
// sd(e) = 1, sd(f) = 2, corr = 0.6.
DriverTable Simulated(int periods, unsigned seed) {
  std::mt19937_64 random(seed);
  std::normal_distribution<double> normal;
  std::vector<double> x = {5};
  std::vector<double> y = {0};
  for (int t = 1; t < periods; ++t) {
    const double z0 = normal(random);
    const double z1 = normal(random);
    y.push_back(0.5 * y.back() + 0.3 * (x.back() - 5) + 2 * (0.6 * z0 + 0.8 * z1));
    x.push_back(5 + 0.8 * (x.back() - 5) + z0);
  }
  return {.drivers = {Named("x", x), Named("y", y)}};
}

VarOptions At(const DriverTable& table) {
  return {.as_of = kFirst + (static_cast<int>(table.drivers[0].values.size()) - 1)};
}

VarModel Fit(const DriverTable& table, const VarOptions& options) {
  std::vector<std::string> ids;
  for (const Driver& driver : table.drivers) ids.push_back(driver.id);
  return *FitVar(table, ids, Frequency::kMonth, options);
}

// With 20,000 periods standard errors of coefficients are below 0.01: a right fit strays by more
// than 0.05 less than once in a million seeds.
TEST(VarFitTest, FindsTheTruthInALongHistoryWhenThePriorIsLoose) {
  const DriverTable table = Simulated(20'000, 1);
  VarOptions options = At(table);
  options.own_tightness = options.cross_tightness = 100;
  const VarModel model = Fit(table, options);
  EXPECT_NEAR(model.coefficients[0], 0.8, 0.05);
  EXPECT_NEAR(model.coefficients[1], 0.0, 0.05);
  EXPECT_NEAR(model.coefficients[2], 0.3, 0.05);
  EXPECT_NEAR(model.coefficients[3], 0.5, 0.05);
  EXPECT_NEAR(model.intercept[0], 1.0, 0.25);
  EXPECT_NEAR(model.innovation_factor[0], 1.0, 0.05);
  EXPECT_NEAR(model.innovation_factor[2], 1.2, 0.05);
  EXPECT_NEAR(model.innovation_factor[3], 1.6, 0.05);
}

// The worked example of docs/model/drivers.md.
TEST(VarFitTest, FitsFiveValuesAsByHand) {
  const DriverTable table{.drivers = {Named("x", {1, 2, 4, 3, 3.5})}};
  const VarModel model = Fit(table, At(table));
  EXPECT_NEAR(model.coefficients[0], 0.905407, 1e-6);
  EXPECT_NEAR(model.intercept[0], 0.338998, 1e-6);
  EXPECT_NEAR(model.innovation_factor[0], 1.305725, 1e-6);
}

TEST(VarFitTest, IsARandomWalkWhenThePriorIsTight) {
  VarOptions options = At(Simulated(200, 2));
  options.own_tightness = options.cross_tightness = 1e-6;
  const VarModel model = Fit(Simulated(200, 2), options);
  EXPECT_NEAR(model.coefficients[0], 1, 1e-6);
  EXPECT_NEAR(model.coefficients[1], 0, 1e-6);
  EXPECT_NEAR(model.coefficients[3], 1, 1e-6);
  EXPECT_NEAR(model.intercept[0], 0, 1e-4);
}

TEST(VarFitTest, StaysStableOnTwoYearsOfFiveDrivers) {
  std::mt19937_64 random(3);
  std::normal_distribution<double> normal;
  for (int trial = 0; trial < 50; ++trial) {
    DriverTable table;
    for (int d = 0; d < 5; ++d) {
      std::vector<double> values = {100};
      for (int t = 1; t < 24; ++t) values.push_back(values.back() * 1.02 + normal(random));
      table.drivers.push_back(Named("d" + std::to_string(d), values));
    }
    const VarModel model = Fit(table, At(table));
    EXPECT_LE(SpectralRadius(model.coefficients, 5), 1 + 1e-9);
    EXPECT_TRUE(ValidateVar(model).empty());
  }
}

TEST(VarFitTest, KeepsADriverThatNeverMovesWhereItIs) {
  DriverTable table = Simulated(60, 4);
  table.drivers.push_back(Named("z", std::vector<double>(60, 0.1 + 0.2)));
  const VarModel model = Fit(table, At(table));
  EXPECT_EQ(model.intercept[2], 0);
  EXPECT_THAT(std::vector<double>(model.coefficients.begin() + 6, model.coefficients.end()),
              ElementsAre(0, 0, 1));
  EXPECT_EQ(model.coefficients[2], 0);
  EXPECT_EQ(model.innovation_factor[8], 0);
  const auto simulator = DriverSimulator::Create(model, model.last_values, {}, 1);
  EXPECT_EQ(simulator->Simulate(std::vector<double>{1, 1, 1})[2], 0.1 + 0.2);
}

TEST(VarFitTest, TakesDriversOneByOneWhenNoneMoves) {
  const DriverTable table{.drivers = {Named("a", {1, 1, 1}), Named("b", {2, 2, 2})}};
  const VarModel model = Fit(table, At(table));
  EXPECT_THAT(model.coefficients, ElementsAre(1, 0, 0, 1));
  EXPECT_THAT(model.innovation_factor, ElementsAre(0, 0, 0, 0));
}

TEST(VarFitTest, HoldsADriverThatStopsBeforeTheEndAtItsLastValue) {
  DriverTable table = Simulated(60, 5);
  for (int t = 40; t < 60; ++t) table.drivers[1].values[t] = kMissing;
  const VarModel model = Fit(table, At(table));
  EXPECT_EQ(model.last_values[1], table.drivers[1].values[39]);
  EXPECT_EQ(model.last, kFirst + 59);
}

TEST(VarFitTest, LearnsNothingFromTheMonthsADriverStoodStillBecauseItStopped) {
  DriverTable stopped = Simulated(60, 6);
  DriverTable short_table = stopped;
  stopped.drivers[1].values.resize(40);
  short_table.drivers[0].values.resize(40);
  short_table.drivers[1].values.resize(40);
  VarOptions options = At(stopped);
  const VarModel long_model = *FitVar(stopped, {"y"}, Frequency::kMonth, options);
  const VarModel short_model = *FitVar(short_table, {"y"}, Frequency::kMonth, At(short_table));
  EXPECT_EQ(long_model.coefficients, short_model.coefficients);
  EXPECT_EQ(long_model.innovation_factor, short_model.innovation_factor);
}

TEST(VarFitTest, DoesNotLookPastItsDate) {
  DriverTable full = Simulated(60, 7);
  full.drivers.push_back(
      {.id = "z",
       .frequency = Frequency::kQuarter,
       .quarter_rule = QuarterRule::kLinear,
       .first = Period::Quarter(2020, 1),
       .values = {1, 2, 4, 3, 7, 6, 5, 9, 8, 10, 12, 11, 13, 15, 14, 17, 16, 19, 18, 20}});
  DriverTable cut = full;
  cut.drivers[0].values.resize(40);
  cut.drivers[1].values.resize(40);
  cut.drivers[2].values.resize(13);
  const VarOptions options{.as_of = kFirst + 39};
  EXPECT_EQ(Fit(full, options), Fit(cut, options));
}

TEST(VarFitTest, DoesNotDependOnTheOrderOrRepetitionOfIds) {
  const DriverTable table = Simulated(60, 8);
  EXPECT_EQ(*FitVar(table, {"y", "x", "y"}, Frequency::kMonth, At(table)), Fit(table, At(table)));
}

TEST(VarFitTest, DoesNotDependOnTheUnitOfADriver) {
  const DriverTable table = Simulated(60, 9);
  DriverTable scaled = table;
  for (double& value : scaled.drivers[0].values) value *= 1024;
  const VarModel model = Fit(table, At(table));
  const VarModel other = Fit(scaled, At(table));
  EXPECT_NEAR(other.coefficients[0], model.coefficients[0], 1e-9);
  EXPECT_NEAR(other.coefficients[1] / 1024, model.coefficients[1], 1e-9);
  EXPECT_NEAR(other.innovation_factor[2], model.innovation_factor[2], 1e-9);
  EXPECT_NEAR(other.innovation_factor[0] / 1024, model.innovation_factor[0], 1e-9);
}

TEST(VarFitTest, BridgesGapsWithTheLastValueSeen) {
  DriverTable table = Simulated(60, 10);
  DriverTable filled = table;
  table.drivers[0].values[30] = kMissing;
  filled.drivers[0].values[30] = filled.drivers[0].values[29];
  EXPECT_EQ(Fit(table, At(table)), Fit(filled, At(filled)));
}

TEST(VarFitTest, FitsNothingWithoutDrivers) {
  const VarModel model = *FitVar({}, {}, Frequency::kMonth, {.as_of = kFirst});
  EXPECT_EQ(model.driver_count(), 0);
  EXPECT_EQ(model.last, kFirst);
}

TEST(VarFitTest, RefusesUnknownAndShortDriversAndNamesEach) {
  DriverTable table = Simulated(60, 11);
  const auto unknown = FitVar(table, {"oil", "x", "steel"}, Frequency::kMonth, At(table));
  EXPECT_EQ(ViolationsFromStatus(unknown.status()).total_count(), 2);
  table.drivers[1].values = {1, 2};
  const Violations few = ViolationsFromStatus(
      FitVar(table, {"x", "y"}, Frequency::kMonth, {.as_of = kFirst + 59}).status());
  ASSERT_EQ(few.total_count(), 1);
  EXPECT_EQ(few.kept()[0].reason, "TOO_FEW_PERIODS");
  EXPECT_EQ(few.kept()[0].value, "y");
}

TEST(VarFitTest, RefusesValuesWhoseSquaresOverflow) {
  const DriverTable table{.drivers = {Named("x", {1e300, -1e300, 1e300, 1})}};
  const Violations violations =
      ViolationsFromStatus(FitVar(table, {"x"}, Frequency::kMonth, At(table)).status());
  EXPECT_TRUE(HasViolation(violations, "drivers[0]", "OUT_OF_RANGE"));
}

TEST(VarFitTest, RefusesATightnessThatIsNotPositive) {
  const DriverTable table = Simulated(60, 12);
  VarOptions options = At(table);
  options.own_tightness = 0;
  options.cross_tightness = kMissing;
  const Violations violations =
      ViolationsFromStatus(FitVar(table, {"x"}, Frequency::kMonth, options).status());
  EXPECT_TRUE(HasViolation(violations, "own_tightness", "OUT_OF_RANGE"));
  EXPECT_TRUE(HasViolation(violations, "cross_tightness", "OUT_OF_RANGE"));
}

TEST(VarFitTest, RefusesADateOfAnotherFrequency) {
  const DriverTable table = Simulated(60, 13);
  const Violations violations = ViolationsFromStatus(
      FitVar(table, {"x"}, Frequency::kMonth, {.as_of = Period::Quarter(2024, 1)}).status());
  EXPECT_TRUE(HasViolation(violations, "as_of", "BAD_FREQUENCY"));
}

}  // namespace
}  // namespace jalon::sim
