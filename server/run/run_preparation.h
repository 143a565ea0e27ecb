// From what a caller asks of a run to everything the engine needs.
#ifndef JALON_SERVER_RUN_RUN_PREPARATION_H_
#define JALON_SERVER_RUN_RUN_PREPARATION_H_

#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "jalon/v1/simulation_service.pb.h"
#include "server/cache/baseline_cache.h"
#include "server/run/archive.h"
#include "server/run/limits.h"
#include "server/run/row_axis.h"
#include "server/run/simulation_job.h"

namespace jalon::server {

// A run that could start: every default resolved and echoed.
struct PreparedRun {
  // As shown to callers, without name, times and state; `provenance` is complete but for the path
  // count and the command that replays it.
  v1::Run run;
  SimulationInput input;
  RowAxis axis;
  // Predicted memory at the peak, in bytes, and processor time up to the path limit, in seconds;
  // the part of it that one thread does while others wait, before the first path.
  int64_t peak_bytes = 0;
  double cpu_seconds = 0;
  double serial_seconds = 0;
};

struct RunQuestion {
  // `networks/{network}`.
  std::string network;
  // Its output-only fields are ignored.
  const v1::Run& run;
  // Threads of the pool.
  int parallelism = 1;
  // Where blocks of baselines are kept; null to keep none and to look for none.
  BaselineCache* baselines = nullptr;
};

// Reads what the run refers to and builds its plan. Waits for the store: call it from a request
// thread. The same question gives the same plan, bit for bit, as long as the seed is given.
//
// A run with a baseline takes its block from `baselines`; where it is not held, the run's job
// computes it first, and both are counted in what it costs.
//
// Errors: kInvalidArgument with all violations of a stage (names and the baseline; then targets and
// precision; then the plan), kNotFound for a resource that does not exist, kFailedPrecondition for
// a model that is not usable or a baseline that can no longer be computed, kResourceExhausted for
// too large a result.
absl::StatusOr<PreparedRun> PrepareRun(Archive& archive, const Limits& limits,
                                       const RunQuestion& question);

}  // namespace jalon::server

#endif  // JALON_SERVER_RUN_RUN_PREPARATION_H_
