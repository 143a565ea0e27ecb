// Scores of a run and weights of a network, as tables.
#ifndef JALON_CLIENTS_CLI_SCORE_REPORT_H_
#define JALON_CLIENTS_CLI_SCORE_REPORT_H_

#include <cstdint>
#include <string>

#include "absl/status/status.h"
#include "clients/cli/context.h"

namespace jalon::client {

struct ScoreReportOptions {
  v1::View view;
  // Weights, nominal and effective, instead of scores.
  bool weights = false;
  // Joint sets instead of scores.
  bool joint_sets = false;
  // Rows on a screen; files get all.
  int64_t shown_rows = 40;
};

// Writes the scores of `run` (a full name), one row per unit and window; on a screen also its joint
// sets, and the weights behind the scores when the view names units. Files get one table with every
// column. Errors: those of ReadScores.
absl::Status WriteScores(Context& context, const std::string& run,
                         const ScoreReportOptions& options);

// Writes what a revision (a full name) declares about scores: weights, on a screen also quality
// factors and the ladder.
absl::Status WriteScorePolicy(Context& context, const std::string& revision);

// Writes the weights of one unit for one window; on a screen also its quality factor and the
// ladder.
absl::Status WriteUnitWeights(Context& context, const v1::ResolveWeightsRequest& request);

}  // namespace jalon::client

#endif  // JALON_CLIENTS_CLI_SCORE_REPORT_H_
