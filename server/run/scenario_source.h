// Scenarios as runs meet them: out of the store, with what the regimes of a mixture assume.
#ifndef JALON_SERVER_RUN_SCENARIO_SOURCE_H_
#define JALON_SERVER_RUN_SCENARIO_SOURCE_H_

#include <string>

#include "absl/status/statusor.h"
#include "server/run/archive.h"
#include "sim/base/period.h"
#include "sim/scenario/scenario.h"

namespace jalon::server {

struct LoadedScenario {
  v1::Scenario info;
  sim::Scenario value;
};

// The scenario kept under `name`, of a network of `frequency`; its id is the last one of the name.
// Regimes are as they were when the mixture was made. Waits for the store: never from a callback.
// Errors: kNotFound, kDataLoss for content that cannot be read back, kInvalidArgument for a
// scenario that this network's frequency cannot hold.
absl::StatusOr<LoadedScenario> LoadScenario(Archive& archive, const std::string& name,
                                            sim::Frequency frequency);

}  // namespace jalon::server

#endif  // JALON_SERVER_RUN_SCENARIO_SOURCE_H_
