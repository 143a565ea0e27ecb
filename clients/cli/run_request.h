// The options of commands that make runs, and the request they say.
#ifndef JALON_CLIENTS_CLI_RUN_REQUEST_H_
#define JALON_CLIENTS_CLI_RUN_REQUEST_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "clients/cli/command.h"
#include "clients/cli/context.h"

namespace jalon::client {

// What the command line said; unset options are left to the server's defaults.
struct RunArguments {
  std::string id, label, model, scenario, objectives, revision, as_of;
  std::vector<std::string> windows, levels, units, segments, indicators;
  // Lists `0.05,0.5` or ranges `0.01:0.99:0.01`.
  std::string quantiles, ro_levels, score_levels;
  // Sets of objectives, `LABEL=UNIT,UNIT` or `LABEL=UNIT,UNIT:INDICATOR,INDICATOR`.
  std::vector<std::string> joint_sets;
  bool no_scores = false;
  std::optional<int64_t> paths;
  std::optional<double> half_width, confidence, time_budget_seconds;
  std::optional<uint64_t> seed;
  // `conditional`, `sampled`, or empty.
  std::string estimator;
  // Run to compare with; what is left out is then the baseline's.
  std::string baseline;
  // Whole paths that laws are compared with.
  std::optional<int64_t> check_laws;
  bool dry_run = false;
};

// Adds the options every run has.
void AddRunOptions(const Command& command, RunArguments& arguments);

// The request for the chosen network and model (default: the newest, or the baseline's). The
// objective set stays empty unless named.
absl::StatusOr<v1::CreateRunRequest> MakeRunRequest(Context& context,
                                                    const RunArguments& arguments);

// Parses `0.05,0.5,0.95` and `first:last:step` (both ends included, within half a step).
// Errors: kInvalidArgument; at most 199 levels.
absl::StatusOr<std::vector<double>> ParseLevels(const std::string& text);

// Parses a set of objectives whose joint attainment is asked for, `LABEL=UNIT,UNIT` (all
// indicators) or `LABEL=UNIT,UNIT:INDICATOR,INDICATOR`. Errors: kInvalidArgument.
absl::StatusOr<v1::JointSet> ParseJointSet(const std::string& text);

// Creates the run, follows it to its end and returns it; with `dry_run` writes its predicted cost
// instead and returns nothing.
absl::StatusOr<std::optional<v1::Run>> CreateAndFollow(Context& context,
                                                       const v1::CreateRunRequest& request,
                                                       bool dry_run);

}  // namespace jalon::client

#endif  // JALON_CLIENTS_CLI_RUN_REQUEST_H_
