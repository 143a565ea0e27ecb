#include "sim/engine/driver_paths.h"

#include <algorithm>
#include <cmath>

#include "sim/base/hash64.h"
#include "sim/base/math.h"
#include "sim/engine/shared_stage.h"
#include "sim/random/stream.h"

namespace jalon::sim {

namespace {

// [driver x Plan::driver_window]: what is known, then the path the normals give.
std::vector<double> PathsFrom(const Plan& plan, const std::vector<double>& normals) {
  std::vector<double> values = plan.driver_history;
  const DriverSimulator& simulator = *plan.driver_simulator;
  const int driver_count = simulator.driver_count();
  const std::vector<double> simulated = simulator.Simulate(normals);
  const int window_size = plan.driver_window.size();
  const int known = window_size - simulator.period_count();
  for (int t = 0; t < simulator.period_count(); ++t) {
    for (int d = 0; d < driver_count; ++d) {
      values[static_cast<size_t>(d) * window_size + known + t] = simulated[t * driver_count + d];
    }
  }
  return values;
}

}  // namespace

std::vector<double> DriverPaths(const Plan& plan, int64_t path) {
  if (!plan.driver_simulator) return plan.driver_history;
  std::vector<StreamKey> streams;
  for (const std::string& id : plan.shared.drivers.driver_ids) {
    streams.push_back(
        {.purpose = Purpose::kDriver, .id = Hash64(id), .path = static_cast<uint64_t>(path)});
  }
  std::vector<double> normals;
  for (int t = 0; t < plan.driver_simulator->period_count(); ++t) {
    for (StreamKey stream : streams) {
      stream.period = plan.as_of + 1 + t;
      normals.push_back(DrawNormal(plan.seed, stream));
    }
  }
  return PathsFrom(plan, normals);
}

std::vector<double> MeanDriverPaths(const Plan& plan) {
  if (!plan.driver_simulator) return plan.driver_history;
  const DriverSimulator& simulator = *plan.driver_simulator;
  const size_t count = static_cast<size_t>(simulator.period_count()) * simulator.driver_count();
  return PathsFrom(plan, std::vector<double>(count, 0.0));
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
