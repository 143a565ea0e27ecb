#include "sim/engine/driver_paths.h"

#include <algorithm>
#include <cmath>

#include "absl/functional/function_ref.h"
#include "sim/base/hash64.h"
#include "sim/base/math.h"
#include "sim/engine/off_formula.h"
#include "sim/engine/shared_stage.h"
#include "sim/random/stream.h"

namespace jalon::sim {
namespace {

constexpr int kWhetherDraw = 1;
constexpr int kSizeDraw = 2;

// Innovations of a path: [period x driver].
std::vector<double> DrawInnovations(const Plan& plan, const DriverSimulator& simulator,
                                    SharedDraws& draws) {
  std::vector<StreamKey> streams;
  for (const std::string& id : plan.shared.drivers.driver_ids) {
    streams.push_back({.purpose = Purpose::kDriver, .id = Hash64(id)});
  }
  std::vector<double> normals;
  for (int t = 0; t < simulator.period_count(); ++t) {
    for (StreamKey stream : streams) {
      stream.period = plan.as_of + 1 + t;
      normals.push_back(draws.Normal(stream));
    }
  }
  return normals;
}

// How far the authority departs from its formula in `period` on a path.
double DrawDeviation(const Plan& plan, SharedDraws& draws, int d, Period period) {
  const DerivedDriver& driver = plan.derived_drivers.driver(d);
  const DeviationLaw& law = driver.rule.deviation;
  if (!(law.probability > 0.0) || !IsEffective(driver.rule, period)) return 0.0;
  StreamKey stream{
      .purpose = Purpose::kDriver, .id = Hash64(driver.id), .period = period, .draw = kWhetherDraw};
  if (!(draws.RareUniform(stream) < law.probability)) return 0.0;
  stream.draw = kSizeDraw;
  return DeviationAt(law, draws.RareUniform(stream));
}

// Known values with the driver model's path after as_of.
std::vector<double> WithFreeDrivers(const Plan& plan, const DriverSimulator& simulator,
                                    const std::vector<double>& normals) {
  std::vector<double> values = plan.driver_history;
  const std::vector<double> simulated = simulator.Simulate(normals);
  const int driver_count = simulator.driver_count();
  const int window_size = plan.driver_window.size();
  const int known = window_size - simulator.period_count();
  for (int t = 0; t < simulator.period_count(); ++t) {
    for (int d = 0; d < driver_count; ++d) {
      values[static_cast<size_t>(d) * window_size + known + t] = simulated[t * driver_count + d];
    }
  }
  return values;
}

// What the scenario makes of a derived driver's value in force; NaN courses leave it.
double Told(const DriverCourse& course, int t, double in_force) {
  const double value = course.values[t];
  if (std::isnan(value)) return in_force;
  return course.mode == DriverCourse::Mode::kShift ? in_force + value : value;
}

const DriverCourse* CourseOf(const PlanRegime& regime, int d) {
  for (const DriverCourse& course : regime.derived_courses) {
    if (course.driver == d) return &course;
  }
  return nullptr;
}

// Half a step of the driver's rounding, or what doubles lose.
bool Differs(const DerivedRule& rule, double told, double in_force) {
  const double slack =
      rule.rounding_step > 0.0 ? 0.5 * rule.rounding_step : 1e-9 * (1.0 + std::fabs(in_force));
  return std::fabs(told - in_force) > slack;
}

// Innovations of the expected path.
std::vector<double> NoInnovations(const DriverSimulator& simulator) {
  return std::vector<double>(
      static_cast<size_t>(simulator.period_count()) * simulator.driver_count(), 0.0);
}

// Derived drivers after as_of: their formulas, deviations, and what the regime tells them.
void FillDerived(const Plan& plan, const PlanRegime& regime, std::vector<double>& values,
                 absl::FunctionRef<double(int, Period)> deviation) {
  plan.derived_drivers.Fill(
      {values, plan.driver_window}, plan.as_of + 1, [&](int d, Period period) {
        DerivedDrivers::Decision decision{.deviation = deviation(d, period)};
        const DriverCourse* course = CourseOf(regime, d);
        if (course == nullptr) return decision;
        const int t = period - plan.as_of - 1;
        decision.told = [course, t](double in_force) { return Told(*course, t, in_force); };
        return decision;
      });
}

}  // namespace

std::vector<double> DriverPaths(const Plan& plan, int64_t path) {
  StreamDraws draws(plan.seed, path);
  return DriverPaths(plan, 0, draws);
}

std::vector<double> DriverPaths(const Plan& plan, int regime, SharedDraws& draws) {
  const PlanRegime& its = plan.regimes[regime];
  if (!its.driver_simulator) return plan.driver_history;
  const DriverSimulator& simulator = *its.driver_simulator;
  std::vector<double> values =
      WithFreeDrivers(plan, simulator, DrawInnovations(plan, simulator, draws));
  FillDerived(plan, its, values,
              [&](int d, Period period) { return DrawDeviation(plan, draws, d, period); });
  return values;
}

std::vector<double> MeanDriverPaths(const Plan& plan, int regime) {
  const PlanRegime& its = plan.regimes[regime];
  if (!its.driver_simulator) return plan.driver_history;
  const DriverSimulator& simulator = *its.driver_simulator;
  std::vector<double> values = WithFreeDrivers(plan, simulator, NoInnovations(simulator));
  FillDerived(plan, its, values, [](int, Period) { return 0.0; });
  return values;
}

std::vector<OffFormula> FindOffFormula(const Plan& plan, int regime) {
  std::vector<OffFormula> found;
  const PlanRegime& its = plan.regimes[regime];
  if (!its.driver_simulator || its.derived_courses.empty()) return found;
  const DriverSimulator& simulator = *its.driver_simulator;
  std::vector<double> values = WithFreeDrivers(plan, simulator, NoInnovations(simulator));
  std::vector<bool> seen(plan.derived_drivers.count(), false);
  plan.derived_drivers.Fill(
      {values, plan.driver_window}, plan.as_of + 1, [&](int d, Period period) {
        DerivedDrivers::Decision decision;
        const DriverCourse* course = CourseOf(its, d);
        if (course == nullptr) return decision;
        decision.told = [&, d, period, course](double in_force) {
          const double told = Told(*course, period - plan.as_of - 1, in_force);
          const DerivedDriver& driver = plan.derived_drivers.driver(d);
          if (!seen[d] && Differs(driver.rule, told, in_force)) {
            seen[d] = true;
            found.push_back({driver.id, period, told, in_force});
          }
          return told;
        };
        return decision;
      });
  return found;
}

double DriverDeviation(const Elasticity& elasticity, double value) {
  if (std::isnan(value)) return 0.0;
  if (elasticity.prior.transform == ElasticityPrior::Transform::kLevel) {
    return value - elasticity.reference;
  }
  if (!(value > 0.0)) return kLowestLogDriver;
  return std::max(Log(value) - elasticity.reference, kLowestLogDriver);
}

}  // namespace jalon::sim
