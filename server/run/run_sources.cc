#include "server/run/run_sources.h"

#include <utility>

#include "server/base/sha256.h"
#include "server/convert/scenario.h"
#include "server/run/completion.h"
#include "server/run/scenario_source.h"
#include "sim/base/status_macros.h"

namespace jalon::server {
namespace {

absl::Status ReadScenario(Archive& archive, const std::string& name, RunSources& sources) {
  if (name.empty()) return absl::OkStatus();
  JALON_ASSIGN_OR_RETURN(LoadedScenario loaded,
                         LoadScenario(archive, name, sources.network().frequency()));
  sources.scenario = std::move(loaded.value);
  sources.scenario_hash = ScenarioHash(sources.scenario);
  sources.regimes.assign(loaded.info.mixture().begin(), loaded.info.mixture().end());
  return absl::OkStatus();
}

absl::Status ReadObjectives(Archive& archive, const std::string& name, RunSources& sources) {
  if (name.empty()) return absl::OkStatus();
  JALON_ASSIGN_OR_RETURN(const auto stored, archive.Get<store::v1::ObjectiveSetRecord>(name));
  JALON_ASSIGN_OR_RETURN(sources.objectives,
                         archive.GetPlacedObjectives(stored.record, *sources.revision));
  sources.objectives_hash = ToHex(*DigestFromBytes(stored.record.objectives()));
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<RunSources> ReadSources(Archive& archive, const v1::Run& run) {
  RunSources sources;
  JALON_ASSIGN_OR_RETURN(sources.model, archive.GetModel(run.model()));
  JALON_ASSIGN_OR_RETURN(sources.revision,
                         archive.GetRevision(run.revision().empty() ? sources.model->info.revision()
                                                                    : run.revision()));
  // A model fitted on completed figures meets them in its runs too.
  JALON_ASSIGN_OR_RETURN(
      TreatedRevision treated,
      TreatProvisional(archive, std::move(sources.revision), sources.model->info.fit_options()));
  sources.revision = std::move(treated.revision);
  sources.provisional = std::move(treated.notes);
  sources.completed = sources.model->info.fit_options().provisional_periods() ==
                      v1::FitOptions::PROVISIONAL_PERIODS_COMPLETE;
  JALON_RETURN_IF_ERROR(ReadScenario(archive, run.scenario(), sources));
  JALON_RETURN_IF_ERROR(ReadObjectives(archive, run.objective_set(), sources));
  return sources;
}

}  // namespace jalon::server
