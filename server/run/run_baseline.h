// What a run costs and keeps for differences: the baseline it is compared with, or the block it
// leaves as one. Internal to server/run.
#ifndef JALON_SERVER_RUN_RUN_BASELINE_H_
#define JALON_SERVER_RUN_RUN_BASELINE_H_

#include "absl/status/status.h"
#include "jalon/v1/simulation_service.pb.h"
#include "server/run/checked_question.h"
#include "server/run/run_preparation.h"

namespace jalon::server {

// A variant keeps the draws of its baseline, which has no regime among them. Errors:
// kInvalidArgument (BAD_BASELINE) for a mixture with a baseline.
absl::Status CheckOneRegime(const CheckedQuestion& asked, const v1::Run& run);

// A run without baseline may be one: it leaves its block where the cache could hold it. A mixture
// cannot (CheckBaseline).
void ConsiderKeeping(const RunQuestion& question, PreparedRun& prepared);

// Gives a run its baseline: the block where it is held, else what computes it first; its cost is
// added, and a notice of what has no counterpart. Errors: kFailedPrecondition where the baseline
// cannot be computed again as it was.
absl::Status AddBaseline(const CheckedQuestion& asked, PreparedRun& prepared);

}  // namespace jalon::server

#endif  // JALON_SERVER_RUN_RUN_BASELINE_H_
