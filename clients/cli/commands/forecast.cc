#include <algorithm>
#include <memory>

#include "absl/strings/str_cat.h"
#include "clients/cli/command.h"
#include "clients/cli/commands/commands.h"
#include "clients/cli/exit_code.h"
#include "clients/cli/latest.h"
#include "clients/cli/periods.h"
#include "clients/cli/provenance.h"
#include "clients/cli/results.h"
#include "clients/cli/run_request.h"
#include "clients/cli/watch.h"

namespace jalon::client {
namespace {

struct ForecastArguments {
  RunArguments run;
  int horizon = 12;
  bool annual = false;
};

// The model's as_of, unless the command line gave one.
absl::StatusOr<std::string> AsOf(Context& context, const RunArguments& run) {
  if (!run.as_of.empty()) return run.as_of;
  auto client = context.client();
  if (!client.ok()) return client.status();
  auto name = ModelOrLatest(context, run.model);
  if (!name.ok()) return name.status();
  v1::GetModelRequest request;
  request.set_name(*name);
  auto model = (*client)->GetModel(request);
  if (!model.ok()) return model.status();
  return model->as_of();
}

// A forecast hides what came after as_of: the model must be fitted no later. Fits one when the
// newest model saw more.
absl::StatusOr<std::string> ModelFor(Context& context, const RunArguments& run) {
  if (run.as_of.empty() || !run.model.empty()) return ModelOrLatest(context, run.model);
  auto client = context.client();
  if (!client.ok()) return client.status();
  auto parent = context.network();
  if (!parent.ok()) return parent.status();
  auto revision = LatestRevision(context);
  if (!revision.ok()) return revision.status();
  v1::ListModelsRequest list;
  list.set_parent(*parent);
  auto models = (*client)->ListModels(list);
  if (!models.ok()) return models.status();
  for (const auto& model : models->models()) {
    if (model.state() == v1::Model::STATE_SUCCEEDED && model.as_of() == run.as_of &&
        model.revision() == *revision) {
      return model.name();
    }
  }
  v1::CreateModelRequest request;
  request.set_parent(*parent);
  request.set_request_id(NewRequestId());
  request.mutable_model()->set_as_of(run.as_of);
  request.mutable_model()->set_revision(*revision);
  context.err() << "fitting a model as of " << run.as_of << "\n";
  auto created = (*client)->CreateModel(request);
  if (!created.ok()) return created.status();
  auto fitted = FollowModel(context, created->name());
  if (!fitted.ok()) return fitted.status();
  const absl::Status ended = StatusOfFit(*fitted);
  if (!ended.ok()) return ended;
  return fitted->name();
}

// Adds the windows of a horizon: each period, or each whole year's part of it.
void AddWindows(const std::string& as_of, const ForecastArguments& arguments,
                v1::TargetSpec& spec) {
  const std::string first = PeriodPlus(as_of, 1);
  const std::string last = PeriodPlus(as_of, arguments.horizon);
  if (!arguments.annual) {
    spec.add_windows(absl::StrCat(first, "..", last));
    spec.set_granularity(v1::TargetSpec::GRANULARITY_PERIOD);
    return;
  }
  const int per_year = as_of.find('Q') != std::string::npos ? 4 : 12;
  for (int from = 1; from <= arguments.horizon; from += per_year) {
    const int to = std::min(from + per_year - 1, arguments.horizon);
    spec.add_windows(absl::StrCat(PeriodPlus(as_of, from), "..", PeriodPlus(as_of, to)));
  }
  spec.set_granularity(v1::TargetSpec::GRANULARITY_WINDOW);
}

// unit, segment, indicator, period, quantile, value; on a screen one line per row with quantiles as
// columns.
absl::Status WriteForecast(Context& context, const v1::Run& run) {
  auto client = context.client();
  if (!client.ok()) return client.status();
  std::vector<v1::StatisticSpec> quantiles;
  v1::View view;
  for (const auto& spec : run.statistics()) {
    if (spec.statistic() != v1::STATISTIC_QUANTILE) continue;
    quantiles.push_back(spec);
    *view.add_statistics() = spec;
  }
  std::vector<Column> columns = {{"unit", "Unit", "Entité"},
                                 {"segment", "Segment", "Segment"},
                                 {"indicator", "Indicator", "Indicateur"},
                                 {"period", "Period", "Période", CellFormat::kPeriod}};
  if (context.is_screen()) {
    for (const auto& spec : quantiles) {
      const std::string key = StatisticKey(spec);
      columns.push_back({key, key, key, CellFormat::kNumber});
    }
  } else {
    columns.push_back({"quantile", "Quantile", "Quantile", CellFormat::kNumber});
    columns.push_back({"value", "Value", "Valeur", CellFormat::kNumber});
  }
  TableWriter table = context.table(columns);
  const absl::Status status = ForEachRow(**client, run.name(), view, [&](const ResultRow& row) {
    std::vector<Cell> cells = {row.key.unit, row.key.segment, row.key.indicator, row.key.window};
    for (size_t q = 0; q < row.values.size(); ++q) {
      const Cell value = OptionalCell(row.values[q]);
      if (context.is_screen()) {
        cells.push_back(value);
      } else {
        table.Row({cells[0], cells[1], cells[2], cells[3], quantiles[q].level(), value});
      }
    }
    if (context.is_screen()) table.Row(std::move(cells));
  });
  if (status.ok()) table.Finish();
  return status;
}

int RunForecast(Context& context, const ForecastArguments& arguments) {
  RunArguments run = arguments.run;
  if (context.is_screen() && run.quantiles.empty()) run.quantiles = "0.1,0.5,0.9";
  auto model = ModelFor(context, run);
  if (!model.ok()) return ReportError(context, model.status());
  run.model = *model;
  auto request = MakeRunRequest(context, run);
  if (!request.ok()) return ReportError(context, request.status());
  if (run.windows.empty()) {
    auto as_of = AsOf(context, run);
    if (!as_of.ok()) return ReportError(context, as_of.status());
    AddWindows(*as_of, arguments, *request->mutable_run()->mutable_targets());
  }
  auto ended = CreateAndFollow(context, *request, run.dry_run);
  if (!ended.ok()) return ReportError(context, ended.status());
  if (!ended->has_value()) {
    context.Next("the same without --dry-run", "run it");
    return kExitOk;
  }
  const v1::Run& result = **ended;
  if (result.provenance().path_count() > 0) {
    const absl::Status written = WriteForecast(context, result);
    if (!written.ok()) return ReportError(context, written);
    context.beside() << "\n";
    WriteProvenance(context, result);
  }
  const int code = ExitCodeOfRun(context, result);
  if (code == kExitOk) {
    context.Next(absl::StrCat("jalon runs results ", ShortId(result.name()), " -o csv"),
                 "every row and column of this answer");
  }
  return code;
}

}  // namespace

void AddForecast(const Command& app, Invocation& invocation) {
  const Command command =
      app.Add("forecast", "Quantiles of what comes, for every unit and segment");
  auto a = std::make_shared<ForecastArguments>();  // lives as long as the parsed command
  command.Option("--horizon", a->horizon, "Periods after as-of; default 12", {.range = {{1, 60}}});
  command.Flag("--annual", a->annual, "Sums over years of the horizon, not single periods");
  command.Option("--quantiles", a->run.quantiles, "0.05,0.5 or first:last:step");
  command.Option("--window", a->run.windows, "These windows instead of --horizon");
  AddRunOptions(command, a->run);
  command.Examples(
      "Examples:\n"
      "  jalon forecast --horizon 12 --level region --indicator housing-loans\n"
      "  jalon forecast --as-of 2025-12 --horizon 12 --quantiles 0.01:0.99:0.01 -o csv > q.csv");
  command.OnChosen([&invocation, a] {
    invocation.run = [a](Context& context) { return RunForecast(context, *a); };
  });
}

}  // namespace jalon::client
