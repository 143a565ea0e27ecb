// What every handler works with; owned by the application, which outlives all handlers.
#ifndef JALON_SERVER_RPC_ENVIRONMENT_H_
#define JALON_SERVER_RPC_ENVIRONMENT_H_

#include <string>

#include "server/base/clock.h"
#include "server/cache/baseline_cache.h"
#include "server/cache/surface_cache.h"
#include "server/observe/log.h"
#include "server/rpc/call_gate.h"
#include "server/rpc/upload_gate.h"
#include "server/run/archive.h"
#include "server/run/limits.h"
#include "server/run/live_fits.h"
#include "server/run/live_runs.h"
#include "server/run/scheduler.h"
#include "server/store/store_thread.h"

namespace jalon::server {

struct Environment {
  const Limits& limits;
  const Clock& clock;
  Logger& log;
  CallGate& gate;
  UploadGate& uploads;
  StoreThread& store;
  // What the store holds, as values.
  Archive& archive;
  // What runs leave for differences to them.
  BaselineCache& baselines;
  // What runs leave for any run after them.
  SurfaceCache& surfaces;
  // Answers calls: its threads may wait for the store.
  Scheduler& requests;
  // Long work that cannot be cut into steps: fits and imports.
  Scheduler& batch;
  // Simulations, in steps.
  Scheduler& jobs;
  // Simulations and fits in progress.
  LiveRuns& runs;
  LiveFits& fits;
  // Threads of `jobs`.
  int worker_count = 1;
  std::string data_directory;
};

}  // namespace jalon::server

#endif  // JALON_SERVER_RPC_ENVIRONMENT_H_
