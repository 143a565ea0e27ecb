#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "clients/cli/command.h"
#include "clients/cli/commands/commands.h"
#include "clients/cli/exit_code.h"
#include "clients/cli/files.h"
#include "clients/cli/import_report.h"
#include "clients/cli/latest.h"
#include "clients/cli/message_file.h"
#include "clients/cli/paging.h"
#include "clients/cli/time_text.h"

namespace jalon::client {
namespace {

struct ScenarioArguments {
  std::string id, file, label, author, from, mapping, problems, mix;
  std::vector<std::string> sets, paths;
  std::optional<double> weight_confidence;
  bool dry_run = false;
};

// `driver.livret_a=-0.5` as a shift from a period on, `driver.livret_a==2.0` as an imposed value.
absl::Status ApplySet(const std::string& text, const std::string& from, v1::Scenario& scenario) {
  const size_t equals = text.find('=');
  absl::string_view path = absl::string_view(text).substr(0, equals);
  if (equals == std::string::npos || !absl::ConsumePrefix(&path, "driver.") || path.empty()) {
    return absl::InvalidArgumentError(
        absl::StrCat("--set ", text, ": expected driver.ID=SHIFT or driver.ID==VALUE"));
  }
  absl::string_view number = absl::string_view(text).substr(equals + 1);
  const bool impose = absl::ConsumePrefix(&number, "=");
  double value = 0;
  if (!absl::SimpleAtod(number, &value)) {
    return absl::InvalidArgumentError(absl::StrCat("--set ", text, ": not a number"));
  }
  if (from.empty()) return absl::InvalidArgumentError("--set needs --from PERIOD");
  v1::DriverAssumption& driver = *scenario.add_drivers();
  driver.set_driver(std::string(path));
  driver.set_mode(impose ? v1::DriverAssumption::MODE_IMPOSE : v1::DriverAssumption::MODE_SHIFT);
  driver.set_first_period(from);
  driver.add_values(value);
  return absl::OkStatus();
}

// `baseline=0.7,severe=0.3` as regimes with their weights.
absl::Status ApplyMix(Context& context, const std::string& text, v1::Scenario& scenario) {
  for (const absl::string_view part : absl::StrSplit(text, ',')) {
    const std::pair<absl::string_view, absl::string_view> halves =
        absl::StrSplit(part, absl::MaxSplits('=', 1));
    double weight = 0;
    if (halves.first.empty() || !absl::SimpleAtod(halves.second, &weight)) {
      return absl::InvalidArgumentError(
          absl::StrCat("--mix ", text, ": expected SCENARIO=WEIGHT,SCENARIO=WEIGHT"));
    }
    auto name = context.FullName("scenarios", std::string(halves.first));
    if (!name.ok()) return name.status();
    v1::ScenarioRegime& regime = *scenario.add_mixture();
    regime.set_scenario(*name);
    regime.set_weight(weight);
  }
  return absl::OkStatus();
}

absl::StatusOr<v1::CreateScenarioRequest> RequestOf(Context& context,
                                                    const ScenarioArguments& arguments) {
  v1::CreateScenarioRequest request;
  auto parent = context.network();
  if (!parent.ok()) return parent.status();
  request.set_parent(*parent);
  request.set_scenario_id(arguments.id);
  request.set_validate_only(arguments.dry_run);
  request.set_request_id(NewRequestId());
  v1::Scenario& scenario = *request.mutable_scenario();
  if (!arguments.file.empty()) {
    const absl::Status parsed = ParseMessageFile(arguments.file, scenario);
    if (!parsed.ok()) return parsed;
  }
  if (!arguments.label.empty()) scenario.set_display_name(arguments.label);
  if (!arguments.author.empty()) scenario.set_author(arguments.author);
  for (const std::string& set : arguments.sets) {
    const absl::Status applied = ApplySet(set, arguments.from, scenario);
    if (!applied.ok()) return applied;
  }
  if (!arguments.mix.empty()) {
    const absl::Status applied = ApplyMix(context, arguments.mix, scenario);
    if (!applied.ok()) return applied;
  }
  if (arguments.weight_confidence) scenario.set_weight_confidence(*arguments.weight_confidence);
  return request;
}

// What a scenario is made of, in a few words.
std::string ContentText(const v1::Scenario& scenario) {
  if (scenario.mixture_size() > 0) return absl::StrCat(scenario.mixture_size(), " regimes");
  return absl::StrCat(scenario.drivers_size(), " driver assumptions, ", scenario.events_size(),
                      " events");
}

int CreateScenario(Context& context, const ScenarioArguments& arguments) {
  auto client = context.client();
  if (!client.ok()) return ReportError(context, client.status());
  auto request = RequestOf(context, arguments);
  if (!request.ok()) return ReportError(context, request.status());
  auto scenario = (*client)->CreateScenario(*request);
  if (!scenario.ok()) return ReportError(context, scenario.status());
  context.Done(scenario->name(),
               absl::StrCat(arguments.dry_run ? "valid: " : "", ContentText(*scenario), ", hash ",
                            scenario->content_hash().substr(0, 16)));
  if (arguments.dry_run) {
    context.Next("the same without --dry-run", "store it");
  } else {
    context.Next(absl::StrCat("jalon simulate --scenario ", ShortId(scenario->name())),
                 "what this world does to the objectives");
  }
  return kExitOk;
}

absl::StatusOr<v1::ScenarioImportOptions> ImportOptionsOf(Context& context,
                                                          const ScenarioArguments& arguments) {
  auto parent = context.network();
  if (!parent.ok()) return parent.status();
  auto revision = LatestRevision(context);
  if (!revision.ok()) return revision.status();
  v1::ScenarioImportOptions options;
  options.set_parent(*parent);
  options.set_revision(*revision);
  options.set_scenario_id(arguments.id);
  options.set_validate_only(arguments.dry_run);
  options.set_request_id(NewRequestId());
  options.mutable_scenario()->set_display_name(arguments.label);
  options.mutable_scenario()->set_author(arguments.author);
  if (arguments.mapping.empty()) return options;
  auto mapping = ReadFile(arguments.mapping);
  if (!mapping.ok()) return mapping.status();
  options.set_mapping(*std::move(mapping));
  return options;
}

int ImportScenario(Context& context, const ScenarioArguments& arguments) {
  auto client = context.client();
  if (!client.ok()) return ReportError(context, client.status());
  auto options = ImportOptionsOf(context, arguments);
  if (!options.ok()) return ReportError(context, options.status());
  auto files = ReadUploads(arguments.paths);
  if (!files.ok()) return ReportError(context, files.status());
  context.interrupt().Listen();
  auto import =
      (*client)->ImportScenario(*std::move(options), *files, context.interrupt().canceller());
  if (!import.ok()) return ReportError(context, import.status());
  auto ended = AwaitImport(context, *std::move(import));
  if (!ended.ok()) return ReportError(context, ended.status());
  const int code = ReportImport(context, *ended, arguments.problems);
  if (code == kExitOk && arguments.dry_run) {
    context.Next("the same without --dry-run", "store it");
  } else if (code == kExitOk && !ended->scenario().empty()) {
    context.Next(
        absl::StrCat("jalon network drivers --plot --scenario ", ShortId(ended->scenario())),
        "its paths beside the drivers' history");
  }
  return code;
}

int ListScenarios(Context& context, const ScenarioArguments&) {
  auto client = context.client();
  if (!client.ok()) return ReportError(context, client.status());
  auto parent = context.network();
  if (!parent.ok()) return ReportError(context, parent.status());
  v1::ListScenariosRequest request;
  request.set_parent(*parent);
  TableWriter table = context.table({{"scenario", "Scenario", "Scénario"},
                                     {"label", "Label", "Libellé"},
                                     {"drivers", "Drivers", "Facteurs", CellFormat::kCount},
                                     {"events", "Events", "Événements", CellFormat::kCount},
                                     {"regimes", "Regimes", "Régimes", CellFormat::kCount},
                                     {"author", "Author", "Auteur"},
                                     {"created", "Created", "Créé", CellFormat::kTime}});
  std::string first;
  const absl::Status status = ForEachPage(
      **client, &Client::ListScenarios, request, [&](const v1::ListScenariosResponse& page) {
        for (const auto& s : page.scenarios()) {
          if (first.empty()) first = ShortId(s.name());
          table.Row({ShortId(s.name()), s.display_name(), int64_t{s.drivers_size()},
                     int64_t{s.events_size()}, int64_t{s.mixture_size()}, s.author(),
                     TimeText(s.create_time())});
        }
      });
  if (!status.ok()) return ReportError(context, status);
  table.Finish();
  if (first.empty()) {
    context.Next("jalon scenario create ID --set driver.ID=SHIFT --from PERIOD", "there is none");
  } else {
    context.Next(absl::StrCat("jalon scenario show ", first), "what the newest assumes");
  }
  return kExitOk;
}

int ShowScenario(Context& context, const ScenarioArguments& arguments) {
  auto client = context.client();
  if (!client.ok()) return ReportError(context, client.status());
  auto name = context.FullName("scenarios", arguments.id);
  if (!name.ok()) return ReportError(context, name.status());
  v1::GetScenarioRequest request;
  request.set_name(*name);
  auto scenario = (*client)->GetScenario(request);
  if (!scenario.ok()) return ReportError(context, scenario.status());
  context.out() << MessageText(*scenario, context.options().output.format != OutputFormat::kTable);
  context.Next(absl::StrCat("jalon simulate --scenario ", ShortId(*name)),
               "what this world does to the objectives");
  return kExitOk;
}

int DeleteScenario(Context& context, const ScenarioArguments& arguments) {
  auto client = context.client();
  if (!client.ok()) return ReportError(context, client.status());
  auto name = context.FullName("scenarios", arguments.id);
  if (!name.ok()) return ReportError(context, name.status());
  v1::DeleteScenarioRequest request;
  request.set_name(*name);
  auto deleted = (*client)->DeleteScenario(request);
  if (!deleted.ok()) return ReportError(context, deleted.status());
  context.Done(*name, "deleted");
  context.Next("jalon scenario list", "the scenarios that are left");
  return kExitOk;
}

}  // namespace

void AddScenario(const Command& app, Invocation& invocation) {
  const Command command =
      app.Add("scenario", "Scenarios: driver paths and dated events of a world, or several mixed");
  command.RequireOne();
  command.Examples(
      "Examples:\n"
      "  jalon scenario create rates-up --set driver.mortgage_rate=1.0 --from 2027-01\n"
      "  jalon scenario create outlook --mix baseline=0.7,severe=0.3 --weight-confidence 10\n"
      "  jalon scenario show phone-signature");
  auto a = std::make_shared<ScenarioArguments>();  // lives as long as the parsed command
  using Run = int (*)(Context&, const ScenarioArguments&);
  const auto add = [&](const std::string& name, const char* what, const char* example, Run run) {
    const Command sub = command.Add(name, what);
    sub.Examples(absl::StrCat("Example:\n  jalon scenario ", example));
    sub.OnChosen([&invocation, a, run] {
      invocation.run = [a, run](Context& context) { return run(context, *a); };
    });
    return sub;
  };
  const Command create =
      add("create", "Make a scenario from a file, from --set, from --mix, or together",
          "create rates-up --set driver.mortgage_rate=1.0 --from 2027-01", CreateScenario);
  create.Option("scenario", a->id, "Id of the scenario", {.required = true});
  create.Option("--file", a->file, "Scenario as JSON (.json) or text format", {.is_file = true});
  create.Option("--set", a->sets, "driver.ID=SHIFT, or driver.ID==VALUE to impose a value");
  create.Option("--from", a->from, "First period of every --set");
  create.Option("--mix", a->mix,
                "SCENARIO=WEIGHT,...: one of these worlds comes true; weights sum to 1");
  create.Option("--weight-confidence", a->weight_confidence,
                "Observations the weights of --mix are worth (default: they are known)");
  create.Option("--label", a->label, "Label for people");
  create.Option("--author", a->author, "Who makes it");
  create.Flag("--dry-run", a->dry_run, "Check everything, store nothing");
  const Command import =
      add("import", "Make a scenario from tables of driver paths and events",
          "import severe.csv --mapping severe.map --id severely-adverse", ImportScenario);
  import.Option("files", a->paths, "Tables, or a folder of them",
                {.required = true, .is_file = true});
  import.Option("--mapping", a->mapping, "How columns map (docs/file-formats.md)",
                {.is_file = true});
  import.Option("--id", a->id, "Id of the scenario (default: the mapping's)");
  import.Option("--label", a->label, "Label for people");
  import.Option("--author", a->author, "Who makes it");
  import.Option("--problems", a->problems, "Write all problems to this CSV file",
                {.is_file = true});
  import.Flag("--dry-run", a->dry_run, "Check everything, store nothing");
  add("list", "Scenarios, newest first", "list", ListScenarios);
  add("show", "One scenario, in the form that create --file reads", "show phone-signature -o json",
      ShowScenario)
      .Option("scenario", a->id, "Scenario", {.required = true});
  add("delete", "Delete a scenario no run needs", "delete rates-up", DeleteScenario)
      .Option("scenario", a->id, "Scenario", {.required = true});
}

}  // namespace jalon::client
