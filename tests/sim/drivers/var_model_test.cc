#include "sim/drivers/var_model.h"

#include <cmath>
#include <functional>

#include "gtest/gtest.h"
#include "tests/sim/network/small_network.h"

namespace jalon::sim {
namespace {

VarModel Good() {
  return {.driver_ids = {"income", "rate"},
          .intercept = {1, 0.5},
          .coefficients = {0.9, 0.1, 0, 0.5},
          .innovation_factor = {2, 0, -1, 3},
          .last = Period::Month(2025, 12),
          .last_values = {10, 2}};
}

bool BreaksOnly(const std::function<void(VarModel&)>& edit, absl::string_view field,
                absl::string_view reason) {
  VarModel model = Good();
  edit(model);
  const Violations violations = ValidateVar(model);
  return violations.total_count() == 1 && HasViolation(violations, field, reason);
}

TEST(VarModelTest, AcceptsAGoodModelAndOneWithoutDrivers) {
  EXPECT_TRUE(ValidateVar(Good()).empty());
  EXPECT_TRUE(ValidateVar({}).empty());
}

TEST(VarModelTest, RefusesIdsOutOfOrder) {
  EXPECT_TRUE(BreaksOnly(
      [](VarModel& m) {
        m.driver_ids = {"rate", "income"};
      },
      "driver_ids[1]", "NOT_SORTED"));
  EXPECT_TRUE(BreaksOnly(
      [](VarModel& m) {
        m.driver_ids = {"rate", "rate"};
      },
      "driver_ids[1]", "NOT_SORTED"));
}

TEST(VarModelTest, RefusesSizesThatDisagree) {
  EXPECT_TRUE(BreaksOnly([](VarModel& m) { m.intercept.pop_back(); }, "intercept", "BAD_SHAPE"));
  EXPECT_TRUE(
      BreaksOnly([](VarModel& m) { m.coefficients.push_back(0); }, "coefficients", "BAD_SHAPE"));
}

TEST(VarModelTest, RefusesNumbersThatAreNotFinite) {
  EXPECT_TRUE(BreaksOnly([](VarModel& m) { m.coefficients[2] = std::nan(""); }, "coefficients[2]",
                         "NOT_FINITE"));
  EXPECT_TRUE(
      BreaksOnly([](VarModel& m) { m.last_values[1] = INFINITY; }, "last_values[1]", "NOT_FINITE"));
}

TEST(VarModelTest, RefusesAModelWhosePathsExplode) {
  EXPECT_TRUE(
      BreaksOnly([](VarModel& m) { m.coefficients[0] = 1.01; }, "coefficients", "UNSTABLE"));
}

TEST(VarModelTest, RefusesAFactorThatIsNotLowerTriangular) {
  EXPECT_TRUE(BreaksOnly([](VarModel& m) { m.innovation_factor[1] = 0.1; }, "innovation_factor[1]",
                         "NOT_TRIANGULAR"));
  EXPECT_TRUE(BreaksOnly([](VarModel& m) { m.innovation_factor[3] = -1; }, "innovation_factor[3]",
                         "NEGATIVE"));
}

}  // namespace
}  // namespace jalon::sim
