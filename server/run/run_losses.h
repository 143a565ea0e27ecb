// What the events of a run take away, without running it.
#ifndef JALON_SERVER_RUN_RUN_LOSSES_H_
#define JALON_SERVER_RUN_RUN_LOSSES_H_

#include <vector>

#include "absl/status/statusor.h"
#include "jalon/v1/simulation_service.pb.h"
#include "server/run/archive.h"
#include "server/run/run_preparation.h"

namespace jalon::server {

// Where the sales that the events of a run take away go: sim::LossesOfEvents over all its windows,
// for units at most `depth` levels below the root. `question.run` is a run as PrepareRun echoed it.
// Errors: those of PrepareRun's first stage.
absl::StatusOr<std::vector<v1::EventLosses>> LossesOfRun(Archive& archive,
                                                         const RunQuestion& question, int depth);

}  // namespace jalon::server

#endif  // JALON_SERVER_RUN_RUN_LOSSES_H_
