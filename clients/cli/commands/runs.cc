#include <cmath>
#include <memory>

#include "absl/strings/str_cat.h"
#include "clients/cli/attainment_report.h"
#include "clients/cli/command.h"
#include "clients/cli/commands/commands.h"
#include "clients/cli/exit_code.h"
#include "clients/cli/law_report.h"
#include "clients/cli/message_file.h"
#include "clients/cli/paging.h"
#include "clients/cli/provenance.h"
#include "clients/cli/reliability_report.h"
#include "clients/cli/results.h"
#include "clients/cli/score_report.h"
#include "clients/cli/state_text.h"
#include "clients/cli/time_text.h"
#include "clients/cli/watch.h"

namespace jalon::client {
namespace {

struct RunsArguments {
  std::string id;
  std::vector<std::string> units, segments, indicators, windows;
  int depth = 0;
  int64_t path = 0;
  int64_t rows = 40;
  int limit = 50;
  bool by_indicator = false;
  bool weights = false;
  bool joint = false;
};

v1::View ViewOf(const RunsArguments& a) {
  v1::View view;
  view.mutable_units()->Assign(a.units.begin(), a.units.end());
  view.set_depth(a.depth);
  view.mutable_segments()->Assign(a.segments.begin(), a.segments.end());
  view.mutable_indicators()->Assign(a.indicators.begin(), a.indicators.end());
  view.mutable_windows()->Assign(a.windows.begin(), a.windows.end());
  return view;
}

void ResultsNext(Context& context, const std::string& run) {
  context.Next(absl::StrCat("jalon runs results ", ShortId(run)), "its rows");
}

int ListRuns(Context& context, const RunsArguments& a) {
  auto client = context.client();
  if (!client.ok()) return ReportError(context, client.status());
  auto parent = context.network();
  if (!parent.ok()) return ReportError(context, parent.status());
  v1::ListRunsRequest request;
  request.set_parent(*parent);
  request.set_page_size(a.limit);
  auto page = (*client)->ListRuns(request);
  if (!page.ok()) return ReportError(context, page.status());
  TableWriter table = context.table({{"run", "Run", "Simulation"},
                                     {"label", "Label", "Libellé"},
                                     {"state", "State", "État"},
                                     {"model", "Model", "Modèle"},
                                     {"scenario", "Scenario", "Scénario"},
                                     {"objectives", "Objectives", "Objectifs"},
                                     {"paths", "Paths", "Tirages", CellFormat::kCount},
                                     {"rows", "Rows", "Lignes", CellFormat::kCount},
                                     {"cpu_seconds", "CPU s", "CPU s", CellFormat::kNumber},
                                     {"created", "Created", "Créée", CellFormat::kTime}});
  std::string first;
  for (const auto& r : page->runs()) {
    if (first.empty()) first = ShortId(r.name());
    table.Row({ShortId(r.name()), r.display_name(), StateText(v1::Run::State_Name(r.state())),
               ShortId(r.model()), ShortId(r.scenario()), ShortId(r.objective_set()),
               r.provenance().path_count(), r.row_count(), r.cpu_seconds(),
               TimeText(r.create_time())});
  }
  table.Finish();
  if (first.empty()) {
    context.Next("jalon simulate", "there is none");
  } else {
    ResultsNext(context, first);
  }
  return kExitOk;
}

int ShowRun(Context& context, const RunsArguments& a) {
  auto name = context.FullName("runs", a.id);
  if (!name.ok()) return ReportError(context, name.status());
  const absl::StatusOr<v1::Run> run = ReadRun(context, *name);
  if (!run.ok()) return ReportError(context, run.status());
  const OutputFormat format = context.options().output.format;
  if (format == OutputFormat::kJson || format == OutputFormat::kNdjson) {
    context.out() << MessageText(*run, true);
  } else if (context.is_screen()) {
    context.out() << "state " << StateText(v1::Run::State_Name(run->state())) << "\n";
    WriteProvenance(context, *run);
  } else {
    WriteFacts(context, *run);
  }
  ResultsNext(context, *name);
  return kExitOk;
}

int ShowResults(Context& context, const RunsArguments& a) {
  auto name = context.FullName("runs", a.id);
  if (!name.ok()) return ReportError(context, name.status());
  const absl::Status written =
      WriteAttainment(context, *name, {.shown_rows = a.rows, .view = ViewOf(a)});
  if (!written.ok()) return ReportError(context, written);
  context.Next(absl::StrCat("jalon runs replay ", ShortId(*name), " --path 0"),
               "one path of the many behind these numbers");
  return kExitOk;
}

int ShowReliability(Context& context, const RunsArguments& a) {
  auto name = context.FullName("runs", a.id);
  if (!name.ok()) return ReportError(context, name.status());
  const absl::Status written =
      WriteReliability(context, *name, {.view = ViewOf(a), .by_indicator = a.by_indicator});
  if (!written.ok()) return ReportError(context, written);
  ResultsNext(context, *name);
  return kExitOk;
}

int ShowScores(Context& context, const RunsArguments& a) {
  auto name = context.FullName("runs", a.id);
  if (!name.ok()) return ReportError(context, name.status());
  const absl::Status known = AddHypothesesOf(context, *name);
  if (!known.ok()) return ReportError(context, known);
  const absl::Status written = WriteScores(
      context, *name,
      {.view = ViewOf(a), .weights = a.weights, .joint_sets = a.joint, .shown_rows = a.rows});
  if (!written.ok()) return ReportError(context, written);
  if (a.weights) {
    ResultsNext(context, *name);
  } else {
    context.Next(absl::StrCat("jalon runs scores ", a.id, " --weights"),
                 "what really decides the scores: effective weights");
  }
  return kExitOk;
}

int CancelRun(Context& context, const RunsArguments& a) {
  auto client = context.client();
  if (!client.ok()) return ReportError(context, client.status());
  auto name = context.FullName("runs", a.id);
  if (!name.ok()) return ReportError(context, name.status());
  v1::CancelRunRequest request;
  request.set_name(*name);
  auto run = (*client)->CancelRun(request);
  if (!run.ok()) return ReportError(context, run.status());
  context.Done(run->name(), StateText(v1::Run::State_Name(run->state())));
  ResultsNext(context, *name);
  return kExitOk;
}

int WatchRun(Context& context, const RunsArguments& a) {
  auto client = context.client();
  if (!client.ok()) return ReportError(context, client.status());
  auto name = context.FullName("runs", a.id);
  if (!name.ok()) return ReportError(context, name.status());
  TableWriter table = context.table({{"sequence", "No", "No", CellFormat::kCount},
                                     {"ratio", "Done", "Fait", CellFormat::kRatio},
                                     {"paths", "Paths", "Tirages", CellFormat::kCount},
                                     {"phase", "Phase", "Phase"}});
  // Watching is not owning: Ctrl-C ends this command and leaves the run alone.
  auto run = FollowRun(context, *name, OnInterrupt::kLeave, [&](const v1::WatchRunResponse& event) {
    if (!event.has_progress()) return;
    const v1::Progress& progress = event.progress();
    table.Row({event.sequence(), progress.ratio(), progress.done(), progress.phase()});
  });
  if (!run.ok()) return ReportError(context, run.status());
  table.Finish();
  WriteProvenance(context, *run);
  const int code = ExitCodeOfRun(context, *run);
  if (code == kExitOk) ResultsNext(context, *name);
  return code;
}

// What answers about a mixture say last: which of its scenarios.
void AddRegime(bool mixed, std::vector<Column>& columns) {
  if (mixed) columns.push_back({"regime", "Regime", "Régime"});
}
void AddRegime(bool mixed, const std::string& regime, std::vector<Cell>& cells) {
  if (mixed) cells.emplace_back(regime);
}

int ReplayRun(Context& context, const RunsArguments& a) {
  auto client = context.client();
  if (!client.ok()) return ReportError(context, client.status());
  auto name = context.FullName("runs", a.id);
  if (!name.ok()) return ReportError(context, name.status());
  const absl::StatusOr<v1::Run> run = ReadRun(context, *name);
  if (!run.ok()) return ReportError(context, run.status());
  AddHypotheses(context, *run);
  const bool mixed = run->provenance().regimes_size() > 0;
  std::vector<Column> columns = {{"unit", "Unit", "Entité"},
                                 {"segment", "Segment", "Segment"},
                                 {"indicator", "Indicator", "Indicateur"},
                                 {"window", "Window", "Période", CellFormat::kPeriod},
                                 {"value", "Value", "Valeur", CellFormat::kNumber}};
  AddRegime(mixed, columns);
  TableWriter table = context.table(std::move(columns));
  int64_t rows = 0;
  const absl::Status status =
      ForEachPathRow(**client, *name, a.path, ViewOf(a), [&](const ResultRow& row) {
        if (context.is_screen() && ++rows > a.rows) return;
        std::vector<Cell> cells = {row.key.unit, row.key.segment, row.key.indicator, row.key.window,
                                   OptionalCell(row.values.at(0))};
        AddRegime(mixed, row.regime, cells);
        table.Row(std::move(cells));
      });
  if (!status.ok()) return ReportError(context, status);
  table.Finish();
  if (rows > a.rows) {
    context.out() << absl::StrCat("... ", rows - a.rows, " more of ", rows,
                                  " rows: --rows N shows more, -o csv gives all\n");
  }
  context.Next(absl::StrCat("jalon runs replay ", ShortId(*name), " --path ", a.path + 1),
               "the next path");
  return kExitOk;
}

int ShowLaws(Context& context, const RunsArguments& a) {
  auto name = context.FullName("runs", a.id);
  if (!name.ok()) return ReportError(context, name.status());
  const absl::StatusOr<v1::Run> run = ReadRun(context, *name);
  if (!run.ok()) return ReportError(context, run.status());
  AddHypotheses(context, *run);
  TableWriter table = context.table(LawCheckColumns());
  WriteLawChecks(*run, table);
  table.Finish();
  if (run->law_check_paths() == 0) {
    context.Next("jalon simulate --check-laws 256", "this run did not compare its laws");
  } else {
    ResultsNext(context, *name);
  }
  return kExitOk;
}

// `online 120, unit r01-b002 30`, numbers as they are.
std::string PartsText(const v1::EventLosses& row) {
  std::string text;
  const auto add = [&](const std::string& place, double value) {
    absl::StrAppend(&text, text.empty() ? "" : ", ", place, " ",
                    FormatExactly(std::round(value * 100.0) / 100.0, Locale::kEnglish));
  };
  for (const auto& returned : row.returned()) add(returned.channel(), returned.value());
  for (const auto& moved : row.moved()) add(absl::StrCat("unit ", moved.unit()), moved.value());
  return text;
}

double SumOf(const v1::EventLosses& row, bool moved) {
  double sum = 0.0;
  for (const auto& part : row.returned()) sum += moved ? 0.0 : part.value();
  for (const auto& part : row.moved()) sum += moved ? part.value() : 0.0;
  return sum;
}

int ShowLosses(Context& context, const RunsArguments& a) {
  auto client = context.client();
  if (!client.ok()) return ReportError(context, client.status());
  auto name = context.FullName("runs", a.id);
  if (!name.ok()) return ReportError(context, name.status());
  const absl::StatusOr<v1::Run> run = ReadRun(context, *name);
  if (!run.ok()) return ReportError(context, run.status());
  AddHypotheses(context, *run);
  const bool mixed = run->provenance().regimes_size() > 0;
  v1::ReadEventLossesRequest request;
  request.set_run(*name);
  request.set_depth(a.depth);
  std::vector<Column> columns = {{"event", "Event", "Événement"},
                                 {"unit", "Unit", "Entité"},
                                 {"indicator", "Indicator", "Indicateur"},
                                 {"channel", "Channel", "Canal"},
                                 {"share", "Share", "Part", CellFormat::kRatio},
                                 {"assumed", "Assumed", "Supposé", CellFormat::kRatio},
                                 {"without", "Without", "Sans", CellFormat::kNumber},
                                 {"taken", "Taken", "Pris", CellFormat::kNumber},
                                 {"lost", "Lost", "Perdu", CellFormat::kNumber},
                                 {"returned", "Returned", "Revenu", CellFormat::kNumber},
                                 {"moved", "Moved", "Déplacé", CellFormat::kNumber},
                                 {"received", "Received", "Reçu", CellFormat::kNumber},
                                 {"where", "Where", "Où"}};
  AddRegime(mixed, columns);
  TableWriter table = context.table(std::move(columns));
  const absl::Status status = ForEachPage(
      **client, &Client::ReadEventLosses, request, [&](const v1::ReadEventLossesResponse& page) {
        for (const auto& r : page.rows()) {
          std::vector<Cell> cells = {
              r.event(),         r.unit(),     r.indicator(), r.channel(), r.channel_share(),
              r.assumed_share(), r.without(),  r.taken(),     r.lost(),    SumOf(r, false),
              SumOf(r, true),    r.received(), PartsText(r)};
          AddRegime(mixed, r.regime(), cells);
          table.Row(std::move(cells));
        }
      });
  if (!status.ok()) return ReportError(context, status);
  table.Finish();
  context.beside() << "as if the year up to the model's as_of came again, effects at their means: "
                      "not a forecast\n";
  context.Next(absl::StrCat("jalon runs results ", a.id), "what the run expects of each unit");
  return kExitOk;
}

void AddViewOptions(const Command& sub, const std::shared_ptr<RunsArguments>& a) {
  sub.Option("--unit", a->units, "Only these units");
  sub.Option("--depth", a->depth, "Levels below each unit to show too", {.range = {{0, 8}}});
  sub.Option("--segment", a->segments, "Only these segments");
  sub.Option("--indicator", a->indicators, "Only these indicators");
  sub.Option("--window", a->windows, "Only these windows, as spelled in the run");
}

void AddRowViewOptions(const Command& sub, const std::shared_ptr<RunsArguments>& a) {
  AddViewOptions(sub, a);
  sub.Option("--rows", a->rows, "Rows shown on a screen; files get all");
}

}  // namespace

void AddRuns(const Command& app, Invocation& invocation) {
  const Command command = app.Add("runs", "Runs: list, show, read, watch, cancel, replay");
  command.RequireOne();
  command.Examples(
      "Examples:\n"
      "  jalon runs list\n"
      "  jalon runs replay 0a1b2c3d4e5f --path 17 --unit bretagne");
  auto a = std::make_shared<RunsArguments>();  // lives as long as the parsed command
  using Run = int (*)(Context&, const RunsArguments&);
  const auto add = [&](const std::string& name, const char* what, const char* example, Run run) {
    const Command sub = command.Add(name, what);
    sub.Examples(absl::StrCat("Example:\n  jalon runs ", example));
    sub.OnChosen([&invocation, a, run] {
      invocation.run = [a, run](Context& context) { return run(context, *a); };
    });
    if (name != "list") sub.Option("run", a->id, "Run", {.required = true});
    return sub;
  };
  add("list", "Runs, newest first", "list --limit 10", ListRuns)
      .Option("--limit", a->limit, "At most this many");
  add("show", "Provenance and state", "show 0a1b2c3d4e5f -o json", ShowRun);
  AddRowViewOptions(add("results", "Rows of the newest checkpoint",
                        "results 0a1b2c3d4e5f --unit bretagne -o csv", ShowResults),
                    a);
  const Command reliability =
      add("reliability", "What was promised against what came, once the window is realised",
          "reliability 0a1b2c3d4e5f --by-indicator", ShowReliability);
  AddViewOptions(reliability, a);
  reliability.Flag("--by-indicator", a->by_indicator, "One table per indicator");
  const Command scores =
      add("scores", "Weighted scores, payoffs and all objectives together, unit by unit",
          "scores 0a1b2c3d4e5f --unit bretagne", ShowScores);
  AddRowViewOptions(scores, a);
  scores.Flag("--weights", a->weights, "Nominal and effective weights instead");
  scores.Flag("--joint", a->joint, "The joint sets asked for instead");
  add("laws", "How far closed forms are from whole paths, of a run that compared them",
      "laws 0a1b2c3d4e5f -o csv", ShowLaws);
  add("losses", "Where the sales that events take away go: lost, returned, moved",
      "losses 0a1b2c3d4e5f --depth 2 -o csv", ShowLosses)
      .Option("--depth", a->depth, "Levels below the root to show", {.range = {{0, 8}}});
  add("watch", "Follow a run to its end; Ctrl-C leaves it running", "watch 0a1b2c3d4e5f", WatchRun);
  add("cancel", "Stop a run; its last checkpoint stays", "cancel 0a1b2c3d4e5f", CancelRun);
  const Command replay = add("replay", "One path alone, equal to that path in the run",
                             "replay 0a1b2c3d4e5f --path 17", ReplayRun);
  AddRowViewOptions(replay, a);
  replay.Option("--path", a->path, "Index of the path, from 0", {.required = true});
}

}  // namespace jalon::client
