#include "server/run/run_provenance.h"

#include "absl/strings/str_cat.h"
#include "server/base/sha256.h"
#include "server/convert/serialize.h"
#include "server/run/baseline_question.h"
#include "server/run/engine_version.h"
#include "sim/engine/conditional/conditional.h"

namespace jalon::server {
namespace {

void FillEngine(v1::Estimator estimator, v1::Provenance& provenance) {
  provenance.set_engine_version(EngineVersionOf(estimator));
  if (estimator == v1::ESTIMATOR_SAMPLED) {
    provenance.set_estimator("sampled");
    return;
  }
  provenance.set_estimator("conditional");
  provenance.set_scramble_count(sim::kScrambleCount);
}

// Clears what things are called: equal content gives equal numbers.
void ClearNames(v1::Provenance& provenance) {
  // Their hashes and weights are in the scenario's.
  provenance.clear_regimes();
  provenance.clear_revision();
  provenance.clear_model();
  provenance.clear_scenario();
  provenance.clear_objective_set();
  if (!provenance.has_baseline()) return;
  provenance.mutable_baseline()->clear_run();
  provenance.mutable_baseline()->clear_model();
  provenance.mutable_baseline()->clear_scenario();
  provenance.mutable_baseline()->clear_objective_set();
}

}  // namespace

void FillProvenance(const RunSources& sources, const std::optional<v1::Run>& baseline,
                    v1::Run& run) {
  v1::Provenance& provenance = *run.mutable_provenance();
  provenance.set_revision(run.revision());
  provenance.set_model(run.model());
  provenance.set_scenario(run.scenario());
  provenance.set_objective_set(run.objective_set());
  provenance.set_data_hash(sources.revision->info.content_hash());
  provenance.set_model_hash(sources.model->info.content_hash());
  provenance.set_scenario_hash(sources.scenario_hash);
  provenance.mutable_regimes()->Assign(sources.regimes.begin(), sources.regimes.end());
  provenance.set_objective_set_hash(sources.objectives_hash);
  provenance.set_seed(run.seed());
  provenance.set_as_of(run.as_of());
  provenance.set_law_check_paths(run.law_check_paths());
  FillEngine(run.estimator(), provenance);
  if (baseline.has_value()) *provenance.mutable_baseline() = ProvenanceOfBaseline(*baseline);
  v1::Provenance content = provenance;
  ClearNames(content);
  provenance.set_spec_hash(
      ToHex(Sha256(absl::StrCat(DeterministicBytes(content), DeterministicBytes(run.targets()),
                                DeterministicBytes(run.precision())))));
}

absl::Status CheckSameEngine(const v1::Provenance& then, const v1::Provenance& now) {
  if (then.engine_version() == now.engine_version()) return absl::OkStatus();
  return absl::FailedPreconditionError(absl::StrCat(
      "the run is of engine ", then.engine_version(), " and this server's is ",
      now.engine_version(), ", whose paths have other numbers: run it again, then replay that"));
}

}  // namespace jalon::server
