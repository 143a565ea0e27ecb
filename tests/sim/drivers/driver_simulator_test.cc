#include "sim/drivers/driver_simulator.h"

#include <cmath>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "sim/base/missing.h"
#include "tests/sim/network/small_network.h"

namespace jalon::sim {
namespace {

using Mode = DriverCourse::Mode;

// Two drivers; S = {{4, -2}, {-2, 10}}.
VarModel Two() {
  return {.driver_ids = {"income", "rate"},
          .intercept = {1, 0.5},
          .coefficients = {0.9, 0.1, 0.2, 0.5},
          .innovation_factor = {2, 0, -1, 3},
          .last = Period::Month(2025, 12),
          .last_values = {10, 2}};
}

DriverSimulator Simulator(std::vector<DriverCourse> courses, int periods = 3) {
  return *DriverSimulator::Create(Two(), Two().last_values, std::move(courses), periods);
}

const std::vector<double> kNormals = {0.3, -1.2, 1.1, 0.4, -0.7, 2.0};

TEST(DriverSimulatorTest, StepsByItsRecursionWithoutCourses) {
  const std::vector<double> path = Simulator({}).Simulate(kNormals);
  double x = 10.0;
  double y = 2.0;
  for (int t = 0; t < 3; ++t) {
    const double z0 = kNormals[2 * t];
    const double z1 = kNormals[2 * t + 1];
    const double next = 1.0 + 0.9 * x + 0.1 * y + 2.0 * z0;
    y = 0.5 + 0.2 * x + 0.5 * y - z0 + 3.0 * z1;
    x = next;
    EXPECT_NEAR(path[2 * t], x, 1e-12);
    EXPECT_NEAR(path[2 * t + 1], y, 1e-12);
  }
}

TEST(DriverSimulatorTest, ImposesADriverWithoutMovingAnyOther) {
  const std::vector<double> free = Simulator({}).Simulate(kNormals);
  const std::vector<double> path =
      Simulator({{.driver = 0, .values = {50, 60, 70}}}).Simulate(kNormals);
  EXPECT_EQ(path[0], 50);
  EXPECT_EQ(path[4], 70);
  for (int t = 0; t < 3; ++t) EXPECT_EQ(path[2 * t + 1], free[2 * t + 1]);
}

TEST(DriverSimulatorTest, SaysWhichValuesAreTheSameOnEveryPath) {
  const DriverSimulator simulator =
      Simulator({{.driver = 0, .moves_others = true, .values = {kMissing, 60, 70}},
                 {.driver = 1, .mode = Mode::kShift, .values = {1, 1, 2}}});
  EXPECT_FALSE(simulator.is_imposed(0, 0)) << "free";
  EXPECT_TRUE(simulator.is_imposed(0, 1));
  EXPECT_TRUE(simulator.is_imposed(0, 2));
  EXPECT_FALSE(simulator.is_imposed(1, 2)) << "shifted";
}

TEST(DriverSimulatorTest, ShiftsADriverWithoutMovingAnyOther) {
  const std::vector<double> free = Simulator({}).Simulate(kNormals);
  const std::vector<double> path =
      Simulator({{.driver = 1, .mode = Mode::kShift, .values = {1, 1, 2}}}).Simulate(kNormals);
  EXPECT_EQ(path[1], free[1] + 1);
  EXPECT_EQ(path[5], free[5] + 2);
  for (int t = 0; t < 3; ++t) EXPECT_EQ(path[2 * t], free[2 * t]);
}

TEST(DriverSimulatorTest, GoesOnFromTheSimulatedValueOnceADriverIsFreeAgain) {
  const std::vector<double> free = Simulator({}).Simulate(kNormals);
  const std::vector<double> path =
      Simulator({{.driver = 0, .values = {kMissing, 60, kMissing}}}).Simulate(kNormals);
  EXPECT_EQ(path[0], free[0]);
  EXPECT_EQ(path[2], 60);
  EXPECT_EQ(path[4], free[4]);
}

// E[x_1 | x_0 = v] = m_1 + S_10 / S_00 (v - m_0) and Var = S_11 - S_10^2 / S_00.
TEST(DriverSimulatorTest, MovesTheOtherDriverByTheBivariateClosedForm) {
  const DriverSimulator simulator =
      Simulator({{.driver = 0, .moves_others = true, .values = {15}}}, 1);
  const double m0 = 1 + 0.9 * 10 + 0.1 * 2;
  const double m1 = 0.5 + 0.2 * 10 + 0.5 * 2;
  const double mean = m1 + -2.0 / 4.0 * (15 - m0);
  const double variance = 10 - 4.0 / 4.0;
  const auto rate = [&](double z0, double z1) {
    return simulator.Simulate(std::vector<double>{z0, z1})[1];
  };
  EXPECT_NEAR(rate(0, 0), mean, 1e-12);
  // The path is linear in z: the squared coefficients add up to the conditional variance.
  const double by_z0 = rate(1, 0) - mean;
  const double by_z1 = rate(0, 1) - mean;
  EXPECT_NEAR(by_z0 * by_z0 + by_z1 * by_z1, variance, 1e-12);
  EXPECT_NEAR(by_z0, 0, 1e-12);  // all of z0 went into the held driver
  EXPECT_EQ(simulator.Simulate(std::vector<double>{5, 5})[0], 15);
}

// E[x_0 | x_1 = v]: the held driver mixes two normals.
TEST(DriverSimulatorTest, ConditionsOnADriverWhoseInnovationMixesNormals) {
  const DriverSimulator simulator =
      Simulator({{.driver = 1, .moves_others = true, .values = {7}}}, 1);
  const double m0 = 1 + 0.9 * 10 + 0.1 * 2;
  const double m1 = 0.5 + 0.2 * 10 + 0.5 * 2;
  const auto income = [&](double z0, double z1) {
    return simulator.Simulate(std::vector<double>{z0, z1})[0];
  };
  const double mean = m0 + -2.0 / 10.0 * (7 - m1);
  EXPECT_NEAR(income(0, 0), mean, 1e-12);
  const double by_z0 = income(1, 0) - mean;
  const double by_z1 = income(0, 1) - mean;
  EXPECT_NEAR(by_z0 * by_z0 + by_z1 * by_z1, 4 - 4.0 / 10.0, 1e-12);
}

TEST(DriverSimulatorTest, LetsLaterPeriodsFollowThroughTheCoefficients) {
  const std::vector<double> zeros(4, 0.0);
  const std::vector<double> path =
      Simulator({{.driver = 0, .moves_others = true, .values = {15, kMissing}}}, 2).Simulate(zeros);
  EXPECT_NEAR(path[2], 1 + 0.9 * 15 + 0.1 * path[1], 1e-12);
  EXPECT_NEAR(path[3], 0.5 + 0.2 * 15 + 0.5 * path[1], 1e-12);
}

TEST(DriverSimulatorTest, ShiftsAgainstThePathWithoutCoursesAndMovesTheOthers) {
  const std::vector<double> free = Simulator({}).Simulate(kNormals);
  const std::vector<double> path =
      Simulator({{.driver = 0, .mode = Mode::kShift, .moves_others = true, .values = {2, 2, 2}}})
          .Simulate(kNormals);
  // d is the difference to the free path: d_0 = 2, d_1 = (A d)_1 + g (2 - (A d)_0).
  const double g = -2.0 / 4.0;
  double d0 = 0;
  double d1 = 0;
  for (int t = 0; t < 3; ++t) {
    const double next = 0.2 * d0 + 0.5 * d1 + g * (2 - (0.9 * d0 + 0.1 * d1));
    d0 = 2;
    d1 = next;
    EXPECT_NEAR(path[2 * t] - free[2 * t], d0, 1e-12);
    EXPECT_NEAR(path[2 * t + 1] - free[2 * t + 1], d1, 1e-12);
  }
}

// Three drivers, two held: the third gets S_FM S_MM^-1 (surprises), by hand.
TEST(DriverSimulatorTest, ConditionsOnTwoHeldDriversAtOnce) {
  const VarModel model{.driver_ids = {"a", "b", "c"},
                       .intercept = {0, 0, 0},
                       .coefficients = {1, 0, 0, 0, 1, 0, 0, 0, 1},
                       .innovation_factor = {1, 0, 0, 1, 1, 0, 1, 2, 1},
                       .last = Period::Month(2025, 12),
                       .last_values = {0, 0, 0}};
  // S = {{1,1,1},{1,2,3},{1,3,6}}; S_MM^-1 of a and b = {{2,-1},{-1,1}}; S_FM = {1,3}.
  const DriverSimulator simulator =
      *DriverSimulator::Create(model, model.last_values,
                               {{.driver = 0, .moves_others = true, .values = {5}},
                                {.driver = 1, .moves_others = true, .values = {7}}},
                               1);
  const std::vector<double> path = simulator.Simulate(std::vector<double>{0, 0, 0});
  EXPECT_NEAR(path[2], (1 * 2 + 3 * -1) * 5 + (1 * -1 + 3 * 1) * 7, 1e-12);
}

TEST(DriverSimulatorTest, LetsADriverThatNeverMovesMoveNobody) {
  VarModel model = Two();
  model.innovation_factor = {0, 0, 0, 3};
  model.coefficients = {1, 0, 0, 0.5};
  const DriverSimulator simulator = *DriverSimulator::Create(
      model, model.last_values, {{.driver = 0, .moves_others = true, .values = {99}}}, 1);
  EXPECT_EQ(simulator.Simulate(std::vector<double>{0, 0})[1], 0.5 + 0.5 * 2);
}

TEST(DriverSimulatorTest, StaysFiniteWhenTwoHeldDriversAreOne) {
  VarModel model = Two();
  model.innovation_factor = {2, 0, 2, 0};
  const DriverSimulator simulator =
      *DriverSimulator::Create(model, model.last_values,
                               {{.driver = 0, .moves_others = true, .values = {15}},
                                {.driver = 1, .moves_others = true, .values = {-4}}},
                               1);
  EXPECT_THAT(simulator.Simulate(std::vector<double>{1, 1}), testing::ElementsAre(15, -4));
}

TEST(DriverSimulatorTest, DoesNotDependOnTheUnitsOfDrivers) {
  const auto moved = [](double unit) {
    VarModel model = Two();
    model.coefficients = {0.9, 0.1 * unit, 0.2 / unit, 0.5};
    model.intercept = {unit, 0.5};
    model.innovation_factor = {2 * unit, 0, -1, 3};
    model.last_values = {10 * unit, 2};
    const DriverSimulator simulator = *DriverSimulator::Create(
        model, model.last_values, {{.driver = 0, .moves_others = true, .values = {15 * unit}}}, 1);
    return simulator.Simulate(std::vector<double>{0.5, 0.5})[1];
  };
  EXPECT_NEAR(moved(1e9), moved(1), 1e-9);
  EXPECT_NEAR(moved(1e-9), moved(1), 1e-9);
}

TEST(DriverSimulatorTest, RefusesCoursesThatDoNotFit) {
  const auto refused = DriverSimulator::Create(Two(), {1},
                                               {{.driver = 2, .values = {1, 2}},
                                                {.driver = 0, .values = {1}},
                                                {.driver = 0, .values = {1, INFINITY}}},
                                               2);
  const Violations violations = ViolationsFromStatus(refused.status());
  EXPECT_TRUE(HasViolation(violations, "start", "BAD_SHAPE"));
  EXPECT_TRUE(HasViolation(violations, "courses[0].driver", "OUT_OF_RANGE"));
  EXPECT_TRUE(HasViolation(violations, "courses[1].values", "BAD_SHAPE"));
  EXPECT_TRUE(HasViolation(violations, "courses[2].driver", "DUPLICATE"));
  EXPECT_TRUE(HasViolation(violations, "courses[2].values[1]", "NOT_FINITE"));
  EXPECT_EQ(violations.total_count(), 5);
}

TEST(DriverSimulatorTest, RefusesAModelThatIsBroken) {
  VarModel model = Two();
  model.coefficients[0] = 2;
  EXPECT_TRUE(
      HasViolation(ViolationsFromStatus(DriverSimulator::Create(model, {1, 1}, {}, 2).status()),
                   "coefficients", "UNSTABLE"));
}

}  // namespace
}  // namespace jalon::sim
