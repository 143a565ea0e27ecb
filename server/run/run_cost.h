// What a run will cost, before it starts. Internal to server/run.
#ifndef JALON_SERVER_RUN_RUN_COST_H_
#define JALON_SERVER_RUN_RUN_COST_H_

#include <cstdint>

#include "jalon/v1/simulation_service.pb.h"
#include "server/run/run_rows.h"
#include "sim/engine/plan.h"

namespace jalon::server {

// What decides the cost of a run.
struct CostQuestion {
  const sim::Plan& plan;
  v1::Estimator estimator = v1::ESTIMATOR_CONDITIONAL;
  int thread_count = 1;
  int quantile_count = 0;
  // The most that the run may draw.
  int64_t path_count = 0;
  int64_t law_check_paths = 0;
  bool has_baseline = false;
  // Whether it asks for the targets of its baseline by the same model: the laws are then the same.
  bool takes_over_laws = false;
};

// Memory at the peak in bytes; processor time up to `path_count`, and the part of it that one
// thread does while others wait (preparation, checkpoints), in seconds. Fresh pages of a
// conditional run are in it, columns of the result are not.
struct RunCost {
  double peak_bytes = 0.0;
  double cpu_seconds = 0.0;
  double serial_seconds = 0.0;
};

// Predicts it; what a baseline itself costs is not in it (run_baseline.h).
RunCost CostOf(const CostQuestion& q);

// Columns that are quantiles.
int QuantileCount(const RunRows& rows);

}  // namespace jalon::server

#endif  // JALON_SERVER_RUN_RUN_COST_H_
