#include "server/run/replay_command.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "absl/strings/string_view.h"
#include "server/base/ids.h"
#include "server/run/target_request.h"

namespace jalon::server {
namespace {

std::string IdOf(const std::string& name) { return name.substr(name.rfind('/') + 1); }

void AddOption(absl::string_view flag, absl::string_view value, v1::Provenance& provenance) {
  if (value.empty()) return;
  provenance.add_replay_arguments(std::string(flag));
  provenance.add_replay_arguments(std::string(value));
}

template <typename Values>
std::string Levels(const Values& values) {
  std::string text;
  for (const double value : values) {
    absl::StrAppend(&text, text.empty() ? "" : ",", absl::StrFormat("%.12g", value));
  }
  return text;
}

template <typename Texts>
void AddEach(absl::string_view flag, const Texts& texts, v1::Provenance& provenance) {
  for (const std::string& text : texts) AddOption(flag, text, provenance);
}

// A joint set as the command line spells it: `LABEL=UNIT,UNIT:INDICATOR,INDICATOR`.
std::string JointText(const v1::JointSet& set) {
  std::string text = absl::StrCat(set.label(), "=", absl::StrJoin(set.units(), ","));
  if (!set.indicators().empty()) absl::StrAppend(&text, ":", absl::StrJoin(set.indicators(), ","));
  return text;
}

void AddReplayTargets(const v1::Run& run, bool is_forecast, v1::Provenance& provenance) {
  const v1::TargetSpec& targets = run.targets();
  // A forecast is spelled row window by row window, which leaves no granularity to say.
  if (is_forecast) {
    AddEach("--window", run.windows(), provenance);
  } else {
    AddEach("--window", targets.windows(), provenance);
    AddOption("--ro", Levels(targets.ro_levels()), provenance);
    AddOption("--score-levels", Levels(targets.score_levels()), provenance);
    for (const v1::JointSet& set : targets.joint_sets()) {
      AddOption("--joint", JointText(set), provenance);
    }
    if (targets.without_scores()) provenance.add_replay_arguments("--no-scores");
  }
  AddOption("--quantiles", Levels(targets.quantile_levels()), provenance);
  AddEach("--level", targets.levels(), provenance);
  AddEach("--unit", targets.units(), provenance);
  AddEach("--segment", targets.segments(), provenance);
  AddEach("--indicator", targets.indicators(), provenance);
}

// A run that a clock or a person stopped comes back by its path count.
void AddReplayPrecision(const v1::Run& run, v1::Provenance& provenance) {
  const v1::Termination::Reason reason = run.termination().reason();
  const bool by_count =
      reason == v1::Termination::REASON_TIME_LIMIT || reason == v1::Termination::REASON_CANCELLED;
  // A baseline decides paths and seed.
  const bool has_baseline = !run.baseline().empty();
  if (!has_baseline)
    AddOption("--paths",
              absl::StrCat(by_count ? provenance.path_count() : run.precision().max_path_count()),
              provenance);
  if (run.precision().has_target_half_width()) {
    AddOption("--half-width", absl::StrFormat("%.12g", run.precision().target_half_width()),
              provenance);
  }
  if (run.precision().confidence_level() != PrecisionRequest{}.confidence_level) {
    AddOption("--confidence", absl::StrFormat("%.12g", run.precision().confidence_level()),
              provenance);
  }
  if (!has_baseline) AddOption("--seed", absl::StrCat(run.seed()), provenance);
  if (!has_baseline && run.law_check_paths() > 0) {
    AddOption("--check-laws", absl::StrCat(run.law_check_paths()), provenance);
  }
}

}  // namespace

void AddReplayCommand(v1::Run& run) {
  v1::Provenance& provenance = *run.mutable_provenance();
  provenance.clear_replay_arguments();
  // `simulate` takes the question of a baseline, a forecast too.
  const bool is_forecast = run.objective_set().empty() && run.baseline().empty();
  provenance.add_replay_arguments(is_forecast ? "forecast" : "simulate");
  AddOption("--network", IdOf(ParseResourceName(run.model())->parent), provenance);
  if (!run.objective_set().empty()) {
    AddOption("--objectives", IdOf(run.objective_set()), provenance);
  }
  if (!run.baseline().empty()) AddOption("--baseline", IdOf(run.baseline()), provenance);
  AddOption("--model", IdOf(run.model()), provenance);
  AddOption("--revision", IdOf(run.revision()), provenance);
  if (!run.scenario().empty()) AddOption("--scenario", IdOf(run.scenario()), provenance);
  AddOption("--as-of", run.as_of(), provenance);
  AddOption("--estimator", provenance.estimator(), provenance);
  AddReplayTargets(run, is_forecast, provenance);
  AddReplayPrecision(run, provenance);
}

}  // namespace jalon::server
