#include "server/run/run_echo.h"

#include <algorithm>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "server/base/ids.h"
#include "server/run/run_notices.h"
#include "sim/engine/off_formula.h"
#include "sim/provisional/completion.h"

namespace jalon::server {
namespace {

// What a reader must know of the world simulated.
void AddFormulaNotices(const sim::Plan& plan, v1::Run& run) {
  for (int r = 0; r < plan.regime_count(); ++r) {
    const std::string where =
        run.provenance().regimes().empty() ? "" : absl::StrCat("in ", plan.regimes[r].id, ", ");
    for (const sim::OffFormula& off : sim::FindOffFormula(plan, r)) {
      run.add_notices(absl::StrCat(where, "driver ", off.driver,
                                   " is off its formula (hors formule) from ",
                                   off.period.ToString(), ": ", off.told, " told, ", off.in_force,
                                   " by the formula on the central path"));
    }
  }
}

// Realised months that are not final, as the run meets them.
void AddProvisionalNotices(const RunSources& sources, sim::Period as_of, v1::Run& run) {
  if (sources.completed) {
    for (const std::string& note : sources.provisional) run.add_notices(note);
    return;
  }
  for (const sim::ProvisionalNote& note : sim::ProvisionalPeriods(sources.revision->value)) {
    if (as_of < note.window.first) continue;
    run.add_notices(absl::StrCat(note.indicator, ": ", note.window.first.ToString(), " to ",
                                 std::min(as_of, note.window.last).ToString(),
                                 " provisional: counted as first reported"));
  }
}

}  // namespace

void EchoQuestion(const v1::Run& asked, const RunSources& sources, const RunSettings& settings,
                  v1::Run& run) {
  run.set_display_name(asked.display_name());
  run.set_model(asked.model());
  run.set_revision(sources.revision->info.name());
  run.set_scenario(asked.scenario());
  run.set_objective_set(asked.objective_set());
  *run.mutable_targets() = asked.targets();
  run.set_seed(asked.has_seed() ? asked.seed() : RandomBits());
  run.set_as_of(settings.as_of.ToString());
  *run.mutable_precision() = asked.precision();
  run.mutable_precision()->set_confidence_level(settings.precision.confidence_level);
  run.mutable_precision()->set_max_path_count(settings.precision.max_path_count);
  run.set_estimator(settings.estimator);
  run.set_law_check_paths(asked.law_check_paths());
  run.set_baseline(asked.baseline());
  run.set_state(v1::Run::STATE_QUEUED);
}

void DescribeRows(const RunRows& rows, v1::Run& run) {
  run.set_row_count(static_cast<int64_t>(rows.rows.size()));
  for (const sim::Window& window : rows.windows) run.add_windows(window.ToString());
  for (const v1::StatisticSpec& spec : rows.specs) *run.add_statistics() = spec;
}

void DescribeScores(const ScoreRows& scores, v1::Run& run) {
  run.set_score_row_count(static_cast<int64_t>(scores.rows.size()));
  run.set_weight_row_count(static_cast<int64_t>(scores.weight_rows.size()));
  for (const std::string& notice : scores.notices) run.add_notices(notice);
}

void AddSourceNotices(const RunSources& sources, sim::Period as_of, v1::Run& run) {
  AddProvisionalNotices(sources, as_of, run);
  for (std::string& notice :
       NoticesOf(sources.revision->value, sources.model->value.as_of, sources.scenario)) {
    run.add_notices(std::move(notice));
  }
}

void AddPlanNotices(const RunSources& sources, const sim::Plan& plan, v1::Run& run) {
  AddFormulaNotices(plan, run);
  for (std::string& notice : MeanNoticesOf(sources.revision->value, sources.model->value, plan)) {
    run.add_notices(std::move(notice));
  }
}

}  // namespace jalon::server
