// What the names in a run's question stand for. Internal to server/run.
#ifndef JALON_SERVER_RUN_RUN_SOURCES_H_
#define JALON_SERVER_RUN_RUN_SOURCES_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "jalon/v1/simulation_service.pb.h"
#include "server/run/archive.h"
#include "server/run/placed_objectives.h"
#include "sim/network/network.h"
#include "sim/scenario/scenario.h"

namespace jalon::server {

// What the run's names stand for.
struct RunSources {
  std::shared_ptr<const LoadedModel> model;
  std::shared_ptr<const LoadedRevision> revision;
  sim::Scenario scenario{.id = "none", .label = "Nothing assumed"};
  std::string scenario_hash;
  // Of a mixture, as it was made.
  std::vector<v1::ScenarioRegime> regimes;
  // Null without.
  std::shared_ptr<const PlacedObjectives> objectives;
  std::string objectives_hash;
  // What was done with provisional periods for the fit, and whether they were completed.
  std::vector<std::string> provisional;
  bool completed = false;

  const sim::Network& network() const { return revision->value.network; }
};

// Reads them; the revision is the model's where `run` names none, and its provisional periods are
// treated as in the model's fit. Waits for the store. Errors: kNotFound for a resource that does
// not exist, kFailedPrecondition for a model that is not usable.
absl::StatusOr<RunSources> ReadSources(Archive& archive, const v1::Run& run);

}  // namespace jalon::server

#endif  // JALON_SERVER_RUN_RUN_SOURCES_H_
