// From what a run is asked for to the engine's targets: rows, thresholds, columns.
#ifndef JALON_SERVER_RUN_RUN_ROWS_H_
#define JALON_SERVER_RUN_RUN_ROWS_H_

#include <cstdint>
#include <vector>

#include "absl/status/statusor.h"
#include "jalon/v1/result.pb.h"
#include "server/run/placed_objectives.h"
#include "server/run/row_axis.h"
#include "server/run/target_request.h"
#include "sim/engine/target.h"
#include "sim/network/network.h"
#include "sim/network/realisations.h"

namespace jalon::server {

// The rows of a run, in canonical order, with what each needs. Shape: vectors are [row] but where
// they say otherwise.
struct RunRows {
  // [window], by first then last period: those of `rows`.
  std::vector<sim::Window> windows;
  std::vector<AxisRow> rows;
  std::vector<sim::Target> targets;
  // NaN where the row has no objective.
  std::vector<double> objectives;
  // [column], and [R/O level]: ascending.
  std::vector<v1::StatisticSpec> specs;
  std::vector<double> ro_levels;
  bool has_objectives = false;
};

struct RowsInput {
  const sim::Network& network;
  const sim::Realisations& realisations;
  const TargetRequest& request;
  // Null for a forecast.
  const PlacedObjectives* objectives = nullptr;
  int64_t max_cells = 0;
};

// Errors: kInvalidArgument (nothing to compute, objectives on nodes without series),
// kResourceExhausted when rows x columns exceed `max_cells`.
absl::StatusOr<RunRows> MakeRows(const RowsInput& input);

}  // namespace jalon::server

#endif  // JALON_SERVER_RUN_RUN_ROWS_H_
