#include "server/run/run_preparation.h"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/time/time.h"
#include "server/run/checked_question.h"
#include "server/run/delta_columns.h"
#include "server/run/realised_to_date.h"
#include "server/run/result_columns.h"
#include "server/run/run_baseline.h"
#include "server/run/run_cost.h"
#include "server/run/run_echo.h"
#include "server/run/run_provenance.h"
#include "server/run/run_rows.h"
#include "server/run/run_settings.h"
#include "server/run/run_sources.h"
#include "server/run/score_rows.h"
#include "sim/base/status_macros.h"
#include "sim/engine/conditional/baseline.h"

namespace jalon::server {
namespace {

// Nothing without objectives, or where the request leaves them out.
absl::StatusOr<ScoreRows> ScoresOf(const RunSources& sources, const RunRows& rows,
                                   const v1::TargetSpec& request) {
  if (sources.objectives == nullptr || request.without_scores()) return ScoreRows();
  return MakeScoreRows({.network = sources.network(),
                        .policy = sources.revision->value.score,
                        .rows = rows,
                        .objectives = *sources.objectives,
                        .request = request});
}

// Whether laws are chosen by what the baseline's were chosen by, whatever the scenario.
bool AsksTheSame(const v1::Run& asked, const std::optional<v1::Run>& baseline) {
  return baseline.has_value() && asked.model() == baseline->model() &&
         asked.objective_set() == baseline->objective_set() &&
         asked.targets().SerializeAsString() == baseline->targets().SerializeAsString();
}

// The run itself, whatever it is compared with.
absl::StatusOr<PreparedRun> PrepareAlone(const CheckedQuestion& asked) {
  JALON_ASSIGN_OR_RETURN(RunSources sources, ReadSources(asked.archive, asked.run));
  JALON_ASSIGN_OR_RETURN(const RunSettings settings, ReadSettings(asked.run, sources));
  const sim::Revision& revision = sources.revision->value;
  JALON_ASSIGN_OR_RETURN(RunRows rows, MakeRows({.network = revision.network,
                                                 .realisations = revision.realisations,
                                                 .request = settings.targets,
                                                 .objectives = sources.objectives.get(),
                                                 .max_cells = asked.limits.result_cells}));
  if (settings.estimator != v1::ESTIMATOR_SAMPLED) AddConditionalColumns(rows);
  if (asked.baseline.has_value()) AddDeltaColumns(rows);
  JALON_ASSIGN_OR_RETURN(ScoreRows scores, ScoresOf(sources, rows, asked.run.targets()));
  v1::Run run;
  EchoQuestion(asked.run, sources, settings, run);
  FillProvenance(sources, asked.baseline, run);
  JALON_RETURN_IF_ERROR(CheckOneRegime(asked, run));
  DescribeRows(rows, run);
  DescribeScores(scores, run);
  AddSourceNotices(sources, settings.as_of, run);
  JALON_ASSIGN_OR_RETURN(sim::Plan plan, sim::BuildPlan({.revision = revision,
                                                         .model = sources.model->value,
                                                         .scenario = sources.scenario,
                                                         .targets = rows.targets,
                                                         .as_of = settings.as_of,
                                                         .seed = run.seed()}));
  AddPlanNotices(sources, plan, run);
  plan.scores = scores.plan;
  const RunCost cost = CostOf({.plan = plan,
                               .estimator = settings.estimator,
                               .thread_count = asked.question.parallelism,
                               .quantile_count = QuantileCount(rows),
                               .path_count = settings.precision.max_path_count,
                               .law_check_paths = settings.law_check_paths,
                               .has_baseline = asked.baseline.has_value(),
                               .takes_over_laws = AsksTheSame(asked.run, asked.baseline)});
  RowAxis axis(revision.network, rows.windows, rows.rows);
  sim::TargetIdentities identities;
  if (settings.estimator != v1::ESTIMATOR_SAMPLED) {
    identities = sim::IdentitiesOf(revision.network, rows.targets);
  }
  const int64_t peak_bytes = static_cast<int64_t>(cost.peak_bytes) + identities.bytes();
  std::vector<double> realised = RealisedToDate(revision, rows, settings.as_of);
  const std::string spec_hash = run.provenance().spec_hash();
  return PreparedRun{.run = std::move(run),
                     .input = {.plan = std::move(plan),
                               .rows = std::move(rows),
                               .scores = std::move(scores),
                               .realised_to_date = std::move(realised),
                               .precision = settings.precision,
                               .max_duration = absl::Seconds(asked.limits.run_seconds),
                               .parallelism = asked.question.parallelism,
                               .estimator = settings.estimator,
                               .law_check_paths = settings.law_check_paths,
                               .spec_hash = spec_hash,
                               .identities = std::move(identities)},
                     .axis = std::move(axis),
                     .peak_bytes = peak_bytes,
                     .cpu_seconds = cost.cpu_seconds,
                     .serial_seconds = cost.serial_seconds};
}

}  // namespace

absl::StatusOr<PreparedRun> PrepareRun(Archive& archive, const Limits& limits,
                                       const RunQuestion& question) {
  v1::Run asked = question.run;
  JALON_ASSIGN_OR_RETURN(const std::optional<v1::Run> baseline,
                         ReadBaseline(archive, question, asked));
  JALON_ASSIGN_OR_RETURN(PreparedRun prepared,
                         PrepareAlone({archive, limits, question, asked, baseline}));
  if (baseline.has_value()) {
    JALON_RETURN_IF_ERROR(AddBaseline({archive, limits, question, asked, baseline}, prepared));
  } else {
    ConsiderKeeping(question, prepared);
  }
  return prepared;
}

}  // namespace jalon::server
