#include <cmath>
#include <functional>
#include <limits>

#include "gtest/gtest.h"
#include "sim/drivers/drivers.h"
#include "sim/network/revision.h"
#include "tests/sim/network/small_network.h"

namespace jalon::sim {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

DriverTable Good() {
  return {.drivers = {{.id = "rate", .first = Period::Month(2025, 1), .values = {2, std::nan("")}},
                      {.id = "income", .first = Period::Month(2025, 1), .values = {100, 101}}},
          .priors = {{.driver = "rate", .indicator = "loans", .source = "study"},
                     {.driver = "income",
                      .indicator = "loans",
                      .transform = ElasticityPrior::Transform::kLog,
                      .source = "study"}}};
}

// True when `edit` breaks exactly one rule of the good table.
bool BreaksOnly(const std::function<void(DriverTable&)>& edit, absl::string_view field,
                absl::string_view reason) {
  DriverTable table = Good();
  edit(table);
  const Violations violations = ValidateDrivers(table);
  return violations.total_count() == 1 && HasViolation(violations, field, reason);
}

TEST(DriversViolationsTest, AcceptsAGoodTableAndAnEmptyOne) {
  EXPECT_TRUE(ValidateDrivers(Good()).empty());
  EXPECT_TRUE(ValidateDrivers({}).empty());
}

TEST(DriversViolationsTest, RefusesBadAndRepeatedIds) {
  EXPECT_TRUE(BreaksOnly([](DriverTable& t) { t.drivers.push_back(t.drivers[0]); }, "drivers[2].id",
                         "DUPLICATE_ID"));
  EXPECT_TRUE(BreaksOnly(
      [](DriverTable& t) {
        t.drivers.push_back(t.drivers[0]);
        t.drivers[2].id = "a b";
      },
      "drivers[2].id", "BAD_ID"));
}

TEST(DriversViolationsTest, RefusesAnotherFrequencyThanItsOwn) {
  EXPECT_TRUE(BreaksOnly([](DriverTable& t) { t.drivers[0].frequency = Frequency::kQuarter; },
                         "drivers[0].first", "BAD_FREQUENCY"));
}

TEST(DriversViolationsTest, RefusesInfiniteValuesAndDriversWithoutValues) {
  EXPECT_TRUE(BreaksOnly([](DriverTable& t) { t.drivers[1].values[1] = kInfinity; },
                         "drivers[1].values[1]", "NOT_FINITE"));
  EXPECT_TRUE(BreaksOnly([](DriverTable& t) { t.drivers[0].values = {std::nan("")}; },
                         "drivers[0].values", "NO_VALUES"));
}

TEST(DriversViolationsTest, RefusesPriorsOnUnknownDrivers) {
  EXPECT_TRUE(BreaksOnly([](DriverTable& t) { t.priors[0].driver = "oil"; }, "priors[0].driver",
                         "UNKNOWN_DRIVER"));
}

TEST(DriversViolationsTest, RefusesRepeatedPriorsButNotAnotherLag) {
  EXPECT_TRUE(BreaksOnly([](DriverTable& t) { t.priors.push_back(t.priors[0]); }, "priors[2]",
                         "DUPLICATE_PRIOR"));
  DriverTable table = Good();
  table.priors.push_back(table.priors[0]);
  table.priors[2].lag = 3;
  EXPECT_TRUE(ValidateDrivers(table).empty());
}

TEST(DriversViolationsTest, RefusesLagsAndNumbersOutsideTheirRange) {
  EXPECT_TRUE(
      BreaksOnly([](DriverTable& t) { t.priors[0].lag = 25; }, "priors[0].lag", "OUT_OF_RANGE"));
  EXPECT_TRUE(
      BreaksOnly([](DriverTable& t) { t.priors[0].lag = -1; }, "priors[0].lag", "OUT_OF_RANGE"));
  EXPECT_TRUE(BreaksOnly([](DriverTable& t) { t.priors[0].mean = std::nan(""); }, "priors[0].mean",
                         "NOT_FINITE"));
  EXPECT_TRUE(
      BreaksOnly([](DriverTable& t) { t.priors[0].sd = 0; }, "priors[0].sd", "NOT_POSITIVE"));
  EXPECT_TRUE(BreaksOnly([](DriverTable& t) { t.priors[0].sd = kInfinity; }, "priors[0].sd",
                         "NOT_POSITIVE"));
}

TEST(DriversViolationsTest, AsksWhereAPriorComesFrom) {
  EXPECT_TRUE(BreaksOnly([](DriverTable& t) { t.priors[0].source = ""; }, "priors[0].source",
                         "MISSING_SOURCE"));
}

TEST(DriversViolationsTest, RefusesTheLogarithmOfADriverThatIsNotPositive) {
  EXPECT_TRUE(BreaksOnly([](DriverTable& t) { t.drivers[1].values[1] = 0; }, "priors[1].transform",
                         "LOG_OF_NON_POSITIVE"));
}

TEST(CheckDriversTest, RefusesScopesAndIndicatorsTheNetworkDoesNotHave) {
  DriverTable table = Good();
  EXPECT_TRUE(CheckDrivers(SmallNetwork(), table).empty());
  table.drivers[0].scope = "north";
  EXPECT_TRUE(CheckDrivers(SmallNetwork(), table).empty());
  table.drivers[1].scope = "west";
  table.priors[0].indicator = "cards";
  const Violations violations = CheckDrivers(SmallNetwork(), table);
  EXPECT_EQ(violations.total_count(), 2);
  EXPECT_TRUE(HasViolation(violations, "drivers[1].scope", "UNKNOWN_UNIT"));
  EXPECT_TRUE(HasViolation(violations, "priors[0].indicator", "UNKNOWN_INDICATOR"));
}

}  // namespace
}  // namespace jalon::sim
