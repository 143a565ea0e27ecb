#include "server/run/run_settings.h"

#include "absl/strings/str_cat.h"
#include "server/convert/checks.h"
#include "server/run/score_rows.h"
#include "sim/base/status_macros.h"
#include "sim/engine/conditional/conditional.h"

namespace jalon::server {
namespace {

void ReadEstimator(v1::Estimator asked, Checks& checks, RunSettings& settings) {
  if (!v1::Estimator_IsValid(asked)) {
    checks.Add("estimator", absl::StrCat(asked), "must be an Estimator of this API",
               "UNKNOWN_VALUE");
  }
  if (asked != v1::ESTIMATOR_UNSPECIFIED) settings.estimator = asked;
}

// After the estimator.
void ReadLawCheck(int32_t paths, bool has_objectives, Checks& checks, RunSettings& settings) {
  settings.law_check_paths = paths;
  checks.InRange("law_check_paths", paths, 0, sim::kMaxLawCheckPaths);
  const auto must_be_zero = [&](absl::string_view why) {
    if (paths == 0) return;
    checks.Add("law_check_paths", absl::StrCat(paths), absl::StrCat("must be 0 ", why),
               "OUT_OF_RANGE");
  };
  if (settings.estimator == v1::ESTIMATOR_SAMPLED) {
    must_be_zero("of ESTIMATOR_SAMPLED, whose rows have no law");
  }
  if (!has_objectives) must_be_zero("without objective set: laws are compared at its thresholds");
}

}  // namespace

absl::StatusOr<RunSettings> ReadSettings(const v1::Run& run, const RunSources& sources) {
  RunSettings settings{.as_of = sources.model->value.as_of};
  Checks targets("run.targets"), precision("run.precision"), rest("run");
  settings.targets =
      ReadTargets(run.targets(), sources.network(), sources.objectives != nullptr, targets);
  CheckScoreRequest(run.targets(), sources.network(), targets);
  settings.precision = ReadPrecision(run.precision(), precision);
  ReadEstimator(run.estimator(), rest, settings);
  ReadLawCheck(run.law_check_paths(), sources.objectives != nullptr, rest, settings);
  if (!run.as_of().empty()) {
    const auto as_of = rest.Period("as_of", run.as_of(), sources.network().frequency());
    if (as_of.has_value()) settings.as_of = *as_of;
  }
  sim::Violations all = targets.violations();
  all.Merge(precision.violations());
  all.Merge(rest.violations());
  JALON_RETURN_IF_ERROR(all.ToStatus());
  return settings;
}

}  // namespace jalon::server
