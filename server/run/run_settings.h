// What a run's question decides in numbers. Internal to server/run.
#ifndef JALON_SERVER_RUN_RUN_SETTINGS_H_
#define JALON_SERVER_RUN_RUN_SETTINGS_H_

#include <cstdint>

#include "absl/status/statusor.h"
#include "jalon/v1/simulation_service.pb.h"
#include "server/run/run_sources.h"
#include "server/run/target_request.h"
#include "sim/base/period.h"

namespace jalon::server {

// The question's own numbers.
struct RunSettings {
  TargetRequest targets;
  PrecisionRequest precision;
  sim::Period as_of;
  v1::Estimator estimator = v1::ESTIMATOR_CONDITIONAL;
  int64_t law_check_paths = 0;
};

// Reads them, defaults resolved. Errors: kInvalidArgument with all violations of targets, precision
// and the rest.
absl::StatusOr<RunSettings> ReadSettings(const v1::Run& run, const RunSources& sources);

}  // namespace jalon::server

#endif  // JALON_SERVER_RUN_RUN_SETTINGS_H_
