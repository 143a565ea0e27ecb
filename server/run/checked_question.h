// The first stage of a run's preparation: the names in its question, and what its baseline gives.
// Internal to server/run.
#ifndef JALON_SERVER_RUN_CHECKED_QUESTION_H_
#define JALON_SERVER_RUN_CHECKED_QUESTION_H_

#include <optional>

#include "absl/status/statusor.h"
#include "jalon/v1/simulation_service.pb.h"
#include "server/run/archive.h"
#include "server/run/limits.h"
#include "server/run/run_preparation.h"

namespace jalon::server {

// A question whose first stage is over.
struct CheckedQuestion {
  Archive& archive;
  const Limits& limits;
  const RunQuestion& question;
  // With what a baseline gave.
  const v1::Run& run;
  const std::optional<v1::Run>& baseline;
};

// The first stage: names, and what a baseline asks for. Returns the baseline as stored,
// if there is one, and `run` is then what is left to it filled in. Waits for the store. Errors:
// kInvalidArgument with all violations of names and of what the baseline rules, or of precision
// where it does not exist and is not all that is wrong; kNotFound where it is.
absl::StatusOr<std::optional<v1::Run>> ReadBaseline(Archive& archive, const RunQuestion& question,
                                                    v1::Run& run);

}  // namespace jalon::server

#endif  // JALON_SERVER_RUN_CHECKED_QUESTION_H_
