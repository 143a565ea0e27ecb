// Scores of a run: from weights and objectives to what the engine accumulates, and from its
// estimates to the tables of ReadScores.
#ifndef JALON_SERVER_RUN_SCORE_ROWS_H_
#define JALON_SERVER_RUN_SCORE_ROWS_H_

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "jalon/v1/result.pb.h"
#include "jalon/v1/score.pb.h"
#include "server/run/placed_objectives.h"
#include "server/run/result_table.h"
#include "server/run/row_axis.h"
#include "server/run/run_rows.h"
#include "sim/engine/scores.h"
#include "sim/network/network.h"
#include "sim/network/score_policy.h"

namespace jalon::server {

// A weight's row: an indicator (and segment) of one score.
struct WeightRow {
  AxisRow row;
  // As declared for the unit, and its share in the score.
  double declared = 0.0;
  double weight = 0.0;
  // Index of the score, and of the term in it; -1 for what does not count.
  int score = 0;
  int term = -1;
};

// What a run keeps of scores. Empty (no rows) in a run without objectives.
struct ScoreRows {
  // For the engine. Scores are those of `rows`.
  sim::PlanScores plan;
  // [score]: unit and window; indicator and segment are 0.
  std::vector<AxisRow> rows;
  // In canonical order: indicator, unit, segment, window.
  std::vector<WeightRow> weight_rows;
  std::vector<v1::StatisticSpec> specs;
  std::vector<v1::StatisticSpec> weight_specs;
  // Sets, windows and counts of the joint sets; probabilities are still 0.
  std::vector<v1::JointAttainment> joint_sets;
  // Shared with every table of the run and its readers.
  std::shared_ptr<const RowAxis> axis;
  std::shared_ptr<const RowAxis> weight_axis;
  // What readers must know, one sentence each.
  std::vector<std::string> notices;
};

struct ScoreRowsInput {
  const sim::Network& network;
  const sim::ScorePolicy& policy;
  // Rows of the run; scores are made of those that have an objective.
  const RunRows& rows;
  // The whole objective set: a score is left out where the run computes a part of it only.
  const PlacedObjectives& objectives;
  const v1::TargetSpec& request;
};

// Reads `joint_sets` and `score_levels` of a request. Violations (labels missing, too long or
// repeated, unknown units and indicators, levels out of range, too many) go to `checks`.
void CheckScoreRequest(const v1::TargetSpec& request, const sim::Network& network, Checks& checks);

// Arranges the scores of a run: one per unit and window that has an objective, with the weights of
// the policy and those of indicators without objective, or whose R/O has no meaning, given to the
// others. An indicator with objectives by segment and none for all segments shares its weight among
// them equally. Errors: kInvalidArgument when a unit of a joint set has no objective in the run
// (NO_OBJECTIVE).
absl::StatusOr<ScoreRows> MakeScoreRows(const ScoreRowsInput& input);

// The tables of a checkpoint.
struct ScoreTables {
  std::shared_ptr<const RowAxis> axis;
  std::shared_ptr<const RowAxis> weight_axis;
  ResultTable scores;
  ResultTable weights;
  std::vector<v1::JointAttainment> joint_sets;
};

// Null when the run has no scores.
std::shared_ptr<const ScoreTables> MakeScoreTables(const ScoreRows& rows,
                                                   const sim::ScoreEstimates& estimates,
                                                   const std::string& table_id, int64_t path_count);

}  // namespace jalon::server

#endif  // JALON_SERVER_RUN_SCORE_ROWS_H_
