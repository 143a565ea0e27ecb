// Where a run's numbers come from, as its answer says it.
#ifndef JALON_SERVER_RUN_RUN_PROVENANCE_H_
#define JALON_SERVER_RUN_RUN_PROVENANCE_H_

#include <optional>

#include "absl/status/status.h"
#include "jalon/v1/simulation_service.pb.h"
#include "server/run/run_sources.h"

namespace jalon::server {

// Fills `provenance` of a run whose question is echoed, but for the path count and the command that
// replays it. Its `spec_hash` covers content and not names: equal content gives equal numbers.
void FillProvenance(const RunSources& sources, const std::optional<v1::Run>& baseline,
                    v1::Run& run);

// Whether a run of provenance `then` has paths that a run of provenance `now` gives bit for bit:
// both by the same engine version. Errors: kFailedPrecondition naming the two.
absl::Status CheckSameEngine(const v1::Provenance& then, const v1::Provenance& now);

}  // namespace jalon::server

#endif  // JALON_SERVER_RUN_RUN_PROVENANCE_H_
