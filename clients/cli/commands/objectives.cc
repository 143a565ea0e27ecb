#include <memory>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "clients/cli/command.h"
#include "clients/cli/commands/commands.h"
#include "clients/cli/exit_code.h"
#include "clients/cli/files.h"
#include "clients/cli/import_report.h"
#include "clients/cli/latest.h"
#include "clients/cli/objective_history.h"
#include "clients/cli/paging.h"
#include "clients/cli/results.h"
#include "clients/cli/state_text.h"
#include "clients/cli/time_text.h"

namespace jalon::client {
namespace {

struct ObjectiveArguments {
  std::string from, method, model, scenario;
  std::string id, base, window, growth, mapping, problems, author, reason, etag, fiscal_year, label;
  std::string perimeter, publication_date;
  std::vector<std::string> levels, indicators, units, paths;
  bool dry_run = false, official = false;
};

// `5%` or `0.05`.
absl::StatusOr<double> GrowthOf(absl::string_view text) {
  const bool percent = absl::ConsumeSuffix(&text, "%");
  double value = 0;
  if (!absl::SimpleAtod(text, &value)) {
    return absl::InvalidArgumentError(
        absl::StrCat("--growth ", std::string(text), ": expected 5% or 0.05"));
  }
  return percent ? value / 100 : value;
}

void Describe(const ObjectiveArguments& a, v1::ObjectiveSet& set) {
  set.set_display_name(a.label);
  set.set_fiscal_year(a.fiscal_year);
  set.set_official(a.official);
  set.set_author(a.author);
  set.set_reason(a.reason);
  set.set_perimeter(a.perimeter);
  set.set_publication_date(a.publication_date);
}

void SimulateNext(Context& context, const std::string& set) {
  context.Next(absl::StrCat("jalon simulate --objectives ", ShortId(set)),
               "how likely each objective is attained");
}

// A request for a set on the newest revision; where its objectives come from is still to be said.
absl::StatusOr<v1::CreateObjectiveSetRequest> NewSet(Context& context,
                                                     const ObjectiveArguments& a) {
  auto parent = context.network();
  if (!parent.ok()) return parent.status();
  auto revision = LatestRevision(context);
  if (!revision.ok()) return revision.status();
  v1::CreateObjectiveSetRequest request;
  request.set_parent(*parent);
  request.set_objective_set_id(a.id);
  request.set_revision(*revision);
  request.set_validate_only(a.dry_run);
  request.set_request_id(NewRequestId());
  Describe(a, *request.mutable_objective_set());
  return request;
}

int CreateSet(Context& context, const ObjectiveArguments& a) {
  auto client = context.client();
  if (!client.ok()) return ReportError(context, client.status());
  auto growth = GrowthOf(a.growth);
  if (!growth.ok()) return ReportError(context, growth.status());
  auto request = NewSet(context, a);
  if (!request.ok()) return ReportError(context, request.status());
  v1::GrowthRule& rule = *request->mutable_growth_rule();
  rule.set_base_window(a.base);
  rule.set_window(a.window);
  rule.set_growth(*growth);
  rule.mutable_levels()->Assign(a.levels.begin(), a.levels.end());
  rule.mutable_indicators()->Assign(a.indicators.begin(), a.indicators.end());
  auto set = (*client)->CreateObjectiveSet(*request);
  if (!set.ok()) return ReportError(context, set.status());
  context.Done(set->name(), absl::StrCat(a.dry_run ? "valid: " : "", set->objective_count(),
                                         " objectives; none for ", set->zero_base_count(),
                                         " nodes whose base is 0 and ", set->missing_base_count(),
                                         " whose base is unknown"));
  if (a.dry_run) {
    context.Next("the same without --dry-run", "store them");
  } else {
    SimulateNext(context, set->name());
  }
  return kExitOk;
}

v1::PhasingRule::Method MethodOf(const std::string& text) {
  if (text == "model") return v1::PhasingRule::METHOD_MODEL;
  if (text == "last_year") return v1::PhasingRule::METHOD_LAST_YEAR;
  if (text == "shares") return v1::PhasingRule::METHOD_SHARES;
  return v1::PhasingRule::METHOD_LINEAR;
}

absl::Status FillPhasing(Context& context, const ObjectiveArguments& a, v1::PhasingRule& rule) {
  auto from = context.FullName("objectiveSets", a.from);
  if (!from.ok()) return from.status();
  rule.set_objective_set(*from);
  rule.set_method(MethodOf(a.method));
  if (rule.method() == v1::PhasingRule::METHOD_MODEL || !a.model.empty()) {
    auto model = ModelOrLatest(context, a.model);
    if (!model.ok()) return model.status();
    rule.set_model(*model);
  }
  if (!a.scenario.empty()) {
    auto scenario = context.FullName("scenarios", a.scenario);
    if (!scenario.ok()) return scenario.status();
    rule.set_scenario(*scenario);
  }
  rule.set_base_window(a.base);
  rule.mutable_levels()->Assign(a.levels.begin(), a.levels.end());
  rule.mutable_indicators()->Assign(a.indicators.begin(), a.indicators.end());
  return absl::OkStatus();
}

int PhaseSet(Context& context, const ObjectiveArguments& a) {
  auto client = context.client();
  if (!client.ok()) return ReportError(context, client.status());
  auto request = NewSet(context, a);
  if (!request.ok()) return ReportError(context, request.status());
  const absl::Status filled = FillPhasing(context, a, *request->mutable_phasing_rule());
  if (!filled.ok()) return ReportError(context, filled);
  auto set = (*client)->CreateObjectiveSet(*request);
  if (!set.ok()) return ReportError(context, set.status());
  context.Done(set->name(),
               absl::StrCat(a.dry_run ? "valid: " : "", set->objective_count(),
                            " cumulated objectives; ", set->unphased_count(),
                            " kept as they are (one period, or periods that do not add up)"));
  if (a.dry_run) {
    context.Next("the same without --dry-run", "store them");
    return kExitOk;
  }
  context.Next(absl::StrCat("jalon simulate --objectives ", ShortId(set->name())),
               "the chance of being on plan at the end of each month");
  return kExitOk;
}

int ImportSet(Context& context, const ObjectiveArguments& a) {
  auto client = context.client();
  if (!client.ok()) return ReportError(context, client.status());
  auto parent = context.network();
  if (!parent.ok()) return ReportError(context, parent.status());
  auto revision = LatestRevision(context);
  if (!revision.ok()) return ReportError(context, revision.status());
  auto files = ReadUploads(a.paths);
  if (!files.ok()) return ReportError(context, files.status());
  v1::ObjectiveImportOptions options;
  options.set_parent(*parent);
  options.set_objective_set_id(a.id);
  options.set_revision(*revision);
  options.set_validate_only(a.dry_run);
  options.set_request_id(NewRequestId());
  Describe(a, *options.mutable_objective_set());
  if (!a.mapping.empty()) {
    auto mapping = ReadFile(a.mapping);
    if (!mapping.ok()) return ReportError(context, mapping.status());
    options.set_mapping(*std::move(mapping));
  }
  context.interrupt().Listen();
  auto import =
      (*client)->ImportObjectives(std::move(options), *files, context.interrupt().canceller());
  if (!import.ok()) return ReportError(context, import.status());
  auto ended = AwaitImport(context, *std::move(import));
  if (!ended.ok()) return ReportError(context, ended.status());
  const int code = ReportImport(context, *ended, a.problems);
  if (code != kExitOk) return code;
  if (a.dry_run) {
    context.Next("the same without --dry-run", "store them");
  } else {
    SimulateNext(context, ended->objective_set());
  }
  return kExitOk;
}

int ListSets(Context& context, const ObjectiveArguments& a) {
  auto client = context.client();
  if (!client.ok()) return ReportError(context, client.status());
  auto parent = context.network();
  if (!parent.ok()) return ReportError(context, parent.status());
  v1::ListObjectiveSetsRequest request;
  request.set_parent(*parent);
  request.set_fiscal_year(a.fiscal_year);
  TableWriter table = context.table({{"objective_set", "Set", "Jeu"},
                                     {"label", "Label", "Libellé"},
                                     {"fiscal_year", "Year", "Année"},
                                     {"state", "State", "État"},
                                     {"official", "Official", "Officiel"},
                                     {"objectives", "Objectives", "Objectifs", CellFormat::kCount},
                                     {"author", "Author", "Auteur"},
                                     {"created", "Created", "Créé", CellFormat::kTime},
                                     {"published", "Published", "Publié", CellFormat::kTime},
                                     {"etag", "Etag", "Etag"}});
  std::string first;
  const absl::Status status = ForEachPage(
      **client, &Client::ListObjectiveSets, request,
      [&](const v1::ListObjectiveSetsResponse& page) {
        for (const auto& s : page.objective_sets()) {
          if (first.empty()) first = ShortId(s.name());
          table.Row({ShortId(s.name()), s.display_name(), s.fiscal_year(),
                     StateText(v1::ObjectiveSet::State_Name(s.state())),
                     s.official() ? "official" : "draft", s.objective_count(), s.author(),
                     TimeText(s.create_time()), TimeText(s.publish_time()), s.etag()});
        }
      });
  if (!status.ok()) return ReportError(context, status);
  table.Finish();
  if (first.empty()) {
    context.Next("jalon objectives create ID --base YEAR --window YEAR --growth 5%",
                 "there is none");
  } else {
    context.Next(absl::StrCat("jalon objectives show ", first), "the objectives of the newest");
  }
  return kExitOk;
}

int ShowSet(Context& context, const ObjectiveArguments& a) {
  auto client = context.client();
  if (!client.ok()) return ReportError(context, client.status());
  auto name = ObjectiveSetOrLatest(context, a.id);
  if (!name.ok()) return ReportError(context, name.status());
  v1::ListObjectivesRequest request;
  request.set_parent(*name);
  request.mutable_units()->Assign(a.units.begin(), a.units.end());
  request.mutable_indicators()->Assign(a.indicators.begin(), a.indicators.end());
  TableWriter table = context.table({{"unit", "Unit", "Entité"},
                                     {"segment", "Segment", "Segment"},
                                     {"indicator", "Indicator", "Indicateur"},
                                     {"window", "Window", "Période", CellFormat::kPeriod},
                                     {"value", "Objective", "Objectif", CellFormat::kNumber},
                                     {"reason", "Reason", "Motif"}});
  const absl::Status status = ForEachPage(
      **client, &Client::ListObjectives, request, [&](const v1::ListObjectivesResponse& page) {
        const std::vector<RowKey> keys = KeysOf(page.keys());
        for (size_t i = 0; i < keys.size() && static_cast<int>(i) < page.values_size(); ++i) {
          const auto reason = page.reasons().find(static_cast<uint32_t>(i));
          table.Row({keys[i].unit, keys[i].segment, keys[i].indicator, keys[i].window,
                     page.values(static_cast<int>(i)),
                     reason == page.reasons().end() ? "" : reason->second});
        }
      });
  if (!status.ok()) return ReportError(context, status);
  table.Finish();
  SimulateNext(context, *name);
  return kExitOk;
}

int PublishSet(Context& context, const ObjectiveArguments& a) {
  auto client = context.client();
  if (!client.ok()) return ReportError(context, client.status());
  auto name = context.FullName("objectiveSets", a.id);
  if (!name.ok()) return ReportError(context, name.status());
  v1::PublishObjectiveSetRequest request;
  request.set_name(*name);
  request.set_author(a.author);
  request.set_reason(a.reason);
  request.set_etag(a.etag);
  request.set_request_id(NewRequestId());
  auto set = (*client)->PublishObjectiveSet(request);
  if (!set.ok()) return ReportError(context, set.status());
  context.Done(set->name(), "published: it never changes any more");
  SimulateNext(context, set->name());
  return kExitOk;
}

using Run = int (*)(Context&, const ObjectiveArguments&);

}  // namespace

void AddObjectives(const Command& app, Invocation& invocation) {
  const Command command = app.Add("objectives", "Objective sets: make, import, show, publish");
  command.RequireOne();
  command.Examples(
      "Examples:\n"
      "  jalon objectives create plan-2027 --base 2026 --window 2027 --growth 5% --level branch\n"
      "  jalon objectives import plan.csv --id plan-2027 --fiscal-year 2027");
  auto a = std::make_shared<ObjectiveArguments>();  // lives as long as the parsed command
  const auto add = [&](const std::string& name, const char* what, const char* example, Run run) {
    const Command sub = command.Add(name, what);
    sub.Examples(absl::StrCat("Example:\n  jalon objectives ", example));
    sub.OnChosen([&invocation, a, run] {
      invocation.run = [a, run](Context& context) { return run(context, *a); };
    });
    return sub;
  };
  const auto describe = [a](const Command& sub) {
    sub.Option("--label", a->label, "Label for people");
    sub.Option("--fiscal-year", a->fiscal_year, "Year the set is for");
    sub.Option("--author", a->author, "Who makes it");
    sub.Option("--reason", a->reason, "Why");
    sub.Flag("--official", a->official, "The bank's own set, not a trial");
    sub.Flag("--dry-run", a->dry_run, "Check everything, store nothing");
  };
  const Command create =
      add("create", "Objectives by growth on a realised base, rounded up per node",
          "create plan-1997 --base 1996 --window 1997 --growth 5% --level district", CreateSet);
  create.Option("set", a->id, "Id of the set", {.required = true});
  create.Option("--base", a->base, "Realised window to start from", {.required = true});
  create.Option("--window", a->window, "Window of the objectives", {.required = true});
  create.Option("--growth", a->growth, "5% or 0.05", {.required = true});
  create.Option("--level", a->levels, "Levels that get objectives; default: the branches");
  create.Option("--indicator", a->indicators, "Indicators; default: all");
  describe(create);
  const Command phase = add("phase", "Cumulated objectives of months from those of a year",
                            "phase plan-2027-months --from plan-2027 --method model", PhaseSet);
  phase.Option("set", a->id, "Id of the phased set", {.required = true});
  phase.Option("--from", a->from, "Set to phase", {.required = true});
  phase.Option("--method", a->method,
               "Where the months' shares come from: a model's season, days and events; last year; "
               "equal; or imported (phasing.csv)",
               {.required = true, .one_of = {"model", "last_year", "linear", "shares"}});
  phase.Option("--model", a->model, "Model; default: the newest");
  phase.Option("--scenario", a->scenario, "Its events and driver paths shape the months");
  phase.Option("--base", a->base, "Realised window of last_year; default: a year earlier");
  phase.Option("--level", a->levels, "Only these levels");
  phase.Option("--indicator", a->indicators, "Only these indicators");
  describe(phase);
  const Command in = add("import", "Import a set from CSV, past years' sets too",
                         "import plan.csv --id plan-2027 --fiscal-year 2027", ImportSet);
  in.Option("paths", a->paths, "CSV files", {.required = true, .is_file = true});
  in.Option("--id", a->id, "Id of the set");
  in.Option("--mapping", a->mapping, "File that says what the columns are", {.is_file = true});
  in.Option("--problems", a->problems, "Write every problem to this CSV file", {.is_file = true});
  describe(in);
  in.Option("--perimeter", a->perimeter, "The network as of this period is what they are set for");
  in.Option("--published-on", a->publication_date, "Day the bank published them, YYYY-MM-DD");
  auto past = std::make_shared<ObjectiveHistoryOptions>();
  const Command history = add("history", "Past objectives against what was realised",
                              "history --set plan-2025", ListSets);
  history.OnChosen([&invocation, past] {
    invocation.run = [past](Context& context) { return ReportObjectiveHistory(context, *past); };
  });
  history.Option("--set", past->sets, "Only these sets (default: all with realised windows)");
  history.Option("--level", past->levels, "Levels of units read (default: the deepest)");
  history.Option("--indicator", past->indicators, "Only these indicators");
  history.Flag("--as-published", past->as_published,
               "Judge objectives as they were published, before later changes");
  add("list", "Sets, newest first", "list --fiscal-year 2027", ListSets)
      .Option("--fiscal-year", a->fiscal_year, "Only this year's");
  const Command show =
      add("show", "The objectives of a set", "show plan-2027 --unit bretagne", ShowSet);
  show.Option("set", a->id, "Set; default: the newest");
  show.Option("--unit", a->units, "Only these units");
  show.Option("--indicator", a->indicators, "Only these indicators");
  AddObjectivesRestate(command, invocation);
  const Command publish =
      add("publish", "Make a set immutable",
          "publish plan-2027 --author anne --reason 'agreed on 12 December'", PublishSet);
  publish.Option("set", a->id, "Set", {.required = true});
  publish.Option("--author", a->author, "Who publishes", {.required = true});
  publish.Option("--reason", a->reason, "Why", {.required = true});
  publish.Option("--etag", a->etag, "Only if it has not changed since (see list)");
}

}  // namespace jalon::client
