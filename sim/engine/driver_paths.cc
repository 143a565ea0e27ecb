#include "sim/engine/driver_paths.h"

#include "sim/base/hash64.h"
#include "sim/random/stream.h"

namespace jalon::sim {

std::vector<double> DriverPaths(const Plan& plan, int64_t path) {
  std::vector<double> values = plan.driver_history;
  if (!plan.driver_simulator) return values;
  const DriverSimulator& simulator = *plan.driver_simulator;
  const int driver_count = simulator.driver_count();
  std::vector<StreamKey> streams;
  for (const std::string& id : plan.shared.drivers.driver_ids) {
    streams.push_back(
        {.purpose = Purpose::kDriver, .id = Hash64(id), .path = static_cast<uint64_t>(path)});
  }
  std::vector<double> normals;
  for (int t = 0; t < simulator.period_count(); ++t) {
    for (StreamKey stream : streams) {
      stream.period = plan.as_of + 1 + t;
      normals.push_back(DrawNormal(plan.seed, stream));
    }
  }
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

}  // namespace jalon::sim
