// From what a run is asked for to the engine's targets: rows, thresholds, columns.
#ifndef JALON_SERVER_RUN_TARGETS_H_
#define JALON_SERVER_RUN_TARGETS_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "jalon/v1/provenance.pb.h"
#include "jalon/v1/result.pb.h"
#include "jalon/v1/simulation_service.pb.h"
#include "server/convert/checks.h"
#include "server/run/placed_objectives.h"
#include "server/run/result_table.h"
#include "server/run/row_axis.h"
#include "sim/engine/run.h"
#include "sim/engine/target.h"
#include "sim/network/network.h"
#include "sim/network/realisations.h"
#include "sim/network/revision.h"

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

// The rows of a run, in canonical order, with what each needs. Shape: all vectors [row].
struct RunRows {
  std::vector<sim::Window> windows;
  std::vector<AxisRow> rows;
  std::vector<sim::Target> targets;
  // NaN where the row has no objective.
  std::vector<double> objectives;
  // Index of the indicator's declaration in `network`, for R/O.
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

// The table of a checkpoint of the engine, whose targets are the rows.
ResultTable MakeTable(const RunRows& rows, const sim::Checkpoint& checkpoint,
                      const std::vector<double>& realised_to_date);

// Adds what only the conditional estimator says: knowledge intervals, and how each row is
// estimated.
void AddConditionalColumns(RunRows& rows);

// The part of each row's window realised by `as_of`, NaN where none is: of a stock its last level,
// of a ratio numerator over denominator so far. Shape: [row].
std::vector<double> RealisedToDate(const sim::Revision& revision, const RunRows& rows,
                                   sim::Period as_of);

}  // namespace jalon::server

#endif  // JALON_SERVER_RUN_TARGETS_H_
