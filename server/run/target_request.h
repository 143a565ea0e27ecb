// What a run is asked to compute, read with every violation.
#ifndef JALON_SERVER_RUN_TARGET_REQUEST_H_
#define JALON_SERVER_RUN_TARGET_REQUEST_H_

#include <cstdint>
#include <optional>
#include <vector>

#include "absl/time/time.h"
#include "jalon/v1/simulation_service.pb.h"
#include "server/convert/checks.h"
#include "sim/network/network.h"

namespace jalon::server {

// A TargetSpec resolved against a network.
struct TargetRequest {
  std::vector<sim::Window> windows;
  v1::TargetSpec::Granularity granularity = v1::TargetSpec::GRANULARITY_WINDOW;
  // Depths of the tree; units by index, tops of subtrees; segments and indicators by index.
  std::vector<int> depths;
  std::vector<int> units;
  // Empty: those with series.
  std::vector<int> segments;
  std::vector<int> indicators;
  std::vector<double> quantile_levels;
  std::vector<double> ro_levels;
  bool objectives_only = false;
};

// How far a run goes.
struct PrecisionRequest {
  std::optional<double> target_half_width;
  double confidence_level = 0.95;
  int64_t max_path_count = 4'096;
  std::optional<absl::Duration> time_budget;
};

// Reads them with all violations, below `run.targets` and `run.precision`.
TargetRequest ReadTargets(const v1::TargetSpec& proto, const sim::Network& network,
                          bool has_objectives, Checks& checks);
PrecisionRequest ReadPrecision(const v1::Precision& proto, Checks& checks);

}  // namespace jalon::server

#endif  // JALON_SERVER_RUN_TARGET_REQUEST_H_
