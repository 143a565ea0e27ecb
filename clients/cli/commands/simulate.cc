#include <memory>

#include "absl/strings/str_cat.h"
#include "clients/cli/attainment_report.h"
#include "clients/cli/command.h"
#include "clients/cli/commands/commands.h"
#include "clients/cli/exit_code.h"
#include "clients/cli/latest.h"
#include "clients/cli/law_report.h"
#include "clients/cli/provenance.h"
#include "clients/cli/run_request.h"
#include "clients/cli/watch.h"

namespace jalon::client {
namespace {

struct SimulateArguments {
  RunArguments run;
  int64_t rows = 40;
};

// Whether the run's own filters keep objectives from it that weigh in scores: it has none then.
bool IsPart(const v1::Run& run) {
  const v1::TargetSpec& targets = run.targets();
  return run.weight_row_count() == 0 &&
         (targets.indicators_size() > 0 || targets.segments_size() > 0);
}

void NextScores(Context& context, const v1::Run& run) {
  if (run.score_row_count() == 0 || IsPart(run)) return;
  const bool weighted = run.weight_row_count() > 0;
  context.Next(absl::StrCat("jalon runs scores ", ShortId(run.name())),
               weighted ? "scores, payoffs and all objectives together, unit by unit"
                        : "all objectives together, unit by unit");
}

int RunSimulate(Context& context, const SimulateArguments& arguments) {
  RunArguments run = arguments.run;
  if (run.baseline.empty()) {
    auto objectives = ObjectiveSetOrLatest(context, run.objectives);
    if (!objectives.ok()) return ReportError(context, objectives.status());
    run.objectives = *objectives;
  }
  auto request = MakeRunRequest(context, run);
  if (!request.ok()) return ReportError(context, request.status());
  auto ended = CreateAndFollow(context, *request, run.dry_run);
  if (!ended.ok()) return ReportError(context, ended.status());
  if (!ended->has_value()) {
    context.Next("the same without --dry-run", "run it");
    return kExitOk;
  }
  const v1::Run& result = **ended;
  if (result.provenance().path_count() > 0) {
    const absl::Status written =
        WriteAttainment(context, result.name(), {.shown_rows = arguments.rows});
    if (!written.ok()) return ReportError(context, written);
    WriteLawChecksBeside(context, result);
    context.beside() << "\n";
    WriteProvenance(context, result);
  }
  const int code = ExitCodeOfRun(context, result);
  if (code == kExitOk) NextScores(context, result);
  if (code == kExitOk) {
    context.Next(absl::StrCat("jalon runs results ", ShortId(result.name()), " -o csv"),
                 "every row and column of this answer");
  }
  return code;
}

}  // namespace

void AddSimulate(const Command& app, Invocation& invocation) {
  const Command command =
      app.Add("simulate", "How likely each objective is attained, by Monte Carlo simulation");
  auto a = std::make_shared<SimulateArguments>();  // lives as long as the parsed command
  command.Option("--objectives", a->run.objectives, "Objective set; default: the newest");
  AddRunOptions(command, a->run);
  command.Option("--baseline", a->run.baseline,
                 "Run to compare with: gives the differences, on the same random draws; model, "
                 "objectives, paths and seed are the baseline's");
  command.Option("--window", a->run.windows, "Windows to forecast beside the objectives");
  command.Option("--quantiles", a->run.quantiles, "Quantiles to keep, e.g. 0.1,0.5,0.9");
  command.Option("--ro", a->run.ro_levels, "R/O levels to keep, e.g. 0.8,1,1.1");
  command.Option("--score-levels", a->run.score_levels,
                 "Scores whose chance is kept, e.g. 0.6,1,1.3; default: the R/O levels");
  command.Option("--joint", a->run.joint_sets,
                 "Objectives to attain together: LABEL=UNIT,UNIT or LABEL=UNIT,UNIT:INDICATOR");
  command.Flag("--no-scores", a->run.no_scores,
               "Leave out scores and joint attainment, which need whole paths: a quicker answer");
  command.Option("--check-laws", a->run.check_laws,
                 "Compare closed forms with this many whole paths first, e.g. 256; what is off by "
                 "more than 0.1 point is sampled",
                 {.range = {{0, 2'147'483'647}}});
  command.Option("--rows", a->rows, "Rows shown on a screen; files get all");
  command.Examples(
      "Examples:\n"
      "  jalon simulate --objectives plan-2027 --half-width 0.01\n"
      "  jalon simulate --scenario phone-signature --indicator home-insurance -o csv > p.csv\n"
      "  jalon simulate --baseline plan --scenario phone-signature\n"
      "  jalon simulate --no-scores --ro 1 --id quick\n"
      "  jalon simulate --check-laws 256");
  command.OnChosen([&invocation, a] {
    invocation.run = [a](Context& context) { return RunSimulate(context, *a); };
  });
}

}  // namespace jalon::client
