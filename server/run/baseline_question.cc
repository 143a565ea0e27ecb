#include "server/run/baseline_question.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "server/convert/time.h"
#include "server/run/engine_version.h"

namespace jalon::server {
namespace {

void CheckUsable(const v1::Run& baseline, Checks& checks) {
  const auto bad = [&](absl::string_view rule) {
    checks.Add("baseline", baseline.name(), rule, "BAD_BASELINE");
  };
  if (baseline.state() != v1::Run::STATE_SUCCEEDED) {
    bad(absl::StrCat("must be a run that has succeeded, it is ",
                     v1::Run::State_Name(baseline.state())));
  }
  if (!baseline.baseline().empty()) bad("must be a run without baseline of its own");
  if (baseline.provenance().regimes_size() > 0) {
    bad("must be a run of one scenario: differences from a mixture are not computed");
  }
  if (baseline.estimator() == v1::ESTIMATOR_SAMPLED) {
    bad("must be a run of ESTIMATOR_CONDITIONAL: whole paths are not kept by scrambles");
    return;
  }
  const std::string version = EngineVersionOf(v1::ESTIMATOR_CONDITIONAL);
  if (baseline.provenance().engine_version() == version) return;
  bad(absl::StrCat("must be a run of this engine (", version, "), it is of ",
                   baseline.provenance().engine_version(), ": run it again"));
}

void CheckLeftOut(const v1::Run& baseline, const v1::Run& asked, Checks& checks) {
  const auto decided = [&](absl::string_view field, std::string value, absl::string_view theirs) {
    checks.Add(field, std::move(value),
               absl::StrCat("must be left out, or be the baseline's: ", theirs), "SET_BY_BASELINE");
  };
  const int64_t paths = baseline.provenance().path_count();
  if (asked.has_seed() && asked.seed() != baseline.seed()) {
    decided("seed", absl::StrCat(asked.seed()), absl::StrCat(baseline.seed()));
  }
  if (!asked.as_of().empty() && asked.as_of() != baseline.as_of()) {
    decided("as_of", asked.as_of(), baseline.as_of());
  }
  if (asked.estimator() == v1::ESTIMATOR_SAMPLED) {
    decided("estimator", v1::Estimator_Name(asked.estimator()),
            v1::Estimator_Name(v1::ESTIMATOR_CONDITIONAL));
  }
  if (asked.law_check_paths() != 0 && asked.law_check_paths() != baseline.law_check_paths()) {
    decided("law_check_paths", absl::StrCat(asked.law_check_paths()),
            absl::StrCat(baseline.law_check_paths()));
  }
  const v1::Precision& precision = asked.precision();
  if (precision.has_max_path_count() && precision.max_path_count() != paths) {
    decided("precision.max_path_count", absl::StrCat(precision.max_path_count()),
            absl::StrCat(paths));
  }
  constexpr absl::string_view kPaths = "must be left out: the paths are those of the baseline";
  if (precision.has_target_half_width()) {
    checks.Add("precision.target_half_width", absl::StrCat(precision.target_half_width()), kPaths,
               "SET_BY_BASELINE");
  }
  if (precision.has_time_budget()) {
    checks.Add("precision.time_budget", absl::FormatDuration(FromProto(precision.time_budget())),
               kPaths, "SET_BY_BASELINE");
  }
}

}  // namespace

void CheckBaseline(const v1::Run& baseline, const v1::Run& asked, Checks& checks) {
  CheckUsable(baseline, checks);
  CheckLeftOut(baseline, asked, checks);
}

void InheritFromBaseline(const v1::Run& baseline, v1::Run& run) {
  if (run.model().empty()) {
    run.set_model(baseline.model());
    if (run.revision().empty()) run.set_revision(baseline.revision());
  }
  if (run.objective_set().empty()) run.set_objective_set(baseline.objective_set());
  if (!run.has_targets()) *run.mutable_targets() = baseline.targets();
  run.set_seed(baseline.seed());
  run.set_as_of(baseline.as_of());
  run.set_estimator(v1::ESTIMATOR_CONDITIONAL);
  run.set_law_check_paths(baseline.law_check_paths());
  run.mutable_precision()->set_max_path_count(baseline.provenance().path_count());
  if (!run.precision().has_confidence_level()) {
    run.mutable_precision()->set_confidence_level(baseline.precision().confidence_level());
  }
}

v1::BaselineProvenance ProvenanceOfBaseline(const v1::Run& baseline) {
  const v1::Provenance& source = baseline.provenance();
  v1::BaselineProvenance made;
  made.set_run(baseline.name());
  made.set_spec_hash(source.spec_hash());
  made.set_model(source.model());
  made.set_scenario(source.scenario());
  made.set_objective_set(source.objective_set());
  made.set_data_hash(source.data_hash());
  made.set_model_hash(source.model_hash());
  made.set_scenario_hash(source.scenario_hash());
  made.set_objective_set_hash(source.objective_set_hash());
  made.set_path_count(source.path_count());
  return made;
}

}  // namespace jalon::server
