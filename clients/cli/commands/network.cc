#include <map>
#include <memory>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "clients/cli/calendar_report.h"
#include "clients/cli/command.h"
#include "clients/cli/commands/commands.h"
#include "clients/cli/commands/network_tables.h"
#include "clients/cli/driver_report.h"
#include "clients/cli/exit_code.h"
#include "clients/cli/latest.h"
#include "clients/cli/paging.h"
#include "clients/cli/score_report.h"
#include "clients/cli/time_text.h"

namespace jalon::client {
namespace {

struct NetworkArguments {
  CalendarArguments calendar;
  std::string unit;
  std::string etag;
  std::string window;
  std::string objectives;
  int depth = -1;
  bool yes = false;
};
using Arguments = std::shared_ptr<NetworkArguments>;  // shared by the parser and the command run

int ListNetworks(Context& context) {
  auto client = context.client();
  if (!client.ok()) return ReportError(context, client.status());
  TableWriter table =
      context.table({{"network", "Network", "Réseau"},
                     {"label", "Label", "Libellé"},
                     {"units", "Units", "Entités", CellFormat::kCount},
                     {"indicators", "Indicators", "Indicateurs", CellFormat::kCount},
                     {"series", "Series", "Séries", CellFormat::kCount},
                     {"first", "First", "Début", CellFormat::kPeriod},
                     {"last", "Last", "Fin", CellFormat::kPeriod},
                     {"latest_revision", "Revision", "Révision"}});
  std::string first;
  const absl::Status status =
      ForEachPage(**client, &Client::ListNetworks, v1::ListNetworksRequest(),
                  [&](const v1::ListNetworksResponse& page) {
                    for (const auto& n : page.networks()) {
                      if (first.empty()) first = ShortId(n.name());
                      table.Row({ShortId(n.name()), n.display_name(), n.unit_count(),
                                 n.indicator_count(), n.series_count(), n.first_period(),
                                 n.last_period(), ShortId(n.latest_revision())});
                    }
                  });
  if (!status.ok()) return ReportError(context, status);
  table.Finish();
  if (first.empty()) {
    context.Next("jalon import FOLDER --network ID", "there is none yet");
  } else {
    context.Next(absl::StrCat("jalon network show --network ", first), "what one of them holds");
  }
  return kExitOk;
}

int ShowNetwork(Context& context) {
  auto client = context.client();
  if (!client.ok()) return ReportError(context, client.status());
  auto name = context.network();
  if (!name.ok()) return ReportError(context, name.status());
  v1::GetNetworkRequest request;
  request.set_name(*name);
  auto network = (*client)->GetNetwork(request);
  if (!network.ok()) return ReportError(context, network.status());
  v1::GetRevisionRequest revision_request;
  revision_request.set_name(network->latest_revision());
  auto revision = (*client)->GetRevision(revision_request);
  if (!revision.ok()) return ReportError(context, revision.status());
  TableWriter table = context.table({{"what", "Network", "Réseau"}, {"value", "", ""}});
  table.Row({"name", network->name()});
  table.Row({"label", network->display_name()});
  table.Row({"currency", network->currency()});
  table.Row({"levels", absl::StrJoin(revision->level_names(), " > ")});
  table.Row({"units", network->unit_count()});
  table.Row({"branches", revision->leaf_count()});
  table.Row({"segments", network->segment_count()});
  table.Row({"indicators", network->indicator_count()});
  table.Row({"drivers", revision->driver_count()});
  table.Row({"series", network->series_count()});
  table.Row({"realisations", revision->realisation_count()});
  table.Row({"history", absl::StrCat(network->first_period(), " to ", network->last_period())});
  table.Row({"revision", revision->name()});
  table.Row({"data hash", revision->content_hash()});
  table.Row({"etag", network->etag()});
  table.Finish();
  context.Next("jalon series --depth 1", "its history, by level");
  return kExitOk;
}

// `customers=5200 market=urban population=41000`, by name.
std::string AttributesText(const v1::Unit& unit) {
  std::map<std::string, std::string> sorted(unit.texts().begin(), unit.texts().end());
  for (const auto& [name, value] : unit.attributes()) {
    sorted[name] = FormatExactly(value, Locale::kEnglish);
  }
  std::string text;
  for (const auto& [name, value] : sorted) {
    absl::StrAppend(&text, text.empty() ? "" : " ", name, "=", value);
  }
  return text;
}

std::string KindText(v1::Attribute::Kind kind) {
  switch (kind) {
    case v1::Attribute::KIND_SHARE:
      return "share";
    case v1::Attribute::KIND_TEXT:
      return "text";
    default:
      return "number";
  }
}

int ListAttributes(Context& context) {
  auto client = context.client();
  if (!client.ok()) return ReportError(context, client.status());
  auto revision = LatestRevision(context);
  if (!revision.ok()) return ReportError(context, revision.status());
  v1::ListUnitsRequest request;
  request.set_parent(*revision);
  request.set_page_size(1);
  auto first = (*client)->ListUnits(request);
  if (!first.ok()) return ReportError(context, first.status());
  TableWriter table = context.table({{"attribute", "Attribute", "Attribut"},
                                     {"kind", "Kind", "Type"},
                                     {"unit", "Unit of measure", "Unité de mesure"},
                                     {"label", "Label", "Libellé"}});
  for (const v1::Attribute& a : first->attributes()) {
    const bool in_french = context.french() ? !a.label_fr().empty() : a.label_en().empty();
    table.Row({a.name(), KindText(a.kind()), a.unit_of_measure(),
               in_french ? a.label_fr() : a.label_en()});
  }
  table.Finish();
  context.Next("jalon network units", "the values of each unit");
  return kExitOk;
}

int ListUnits(Context& context, const NetworkArguments& arguments) {
  auto client = context.client();
  if (!client.ok()) return ReportError(context, client.status());
  auto revision = LatestRevision(context);
  if (!revision.ok()) return ReportError(context, revision.status());
  v1::ListUnitsRequest request;
  request.set_parent(*revision);
  request.set_unit(arguments.unit);
  if (arguments.depth >= 0) request.set_depth(arguments.depth);
  request.set_page_size(1000);
  TableWriter table = context.table({{"unit", "Unit", "Entité"},
                                     {"label", "Label", "Libellé"},
                                     {"level", "Level", "Niveau"},
                                     {"kind", "Kind", "Type"},
                                     {"parent", "Parent", "Parent"},
                                     {"opened", "Opened", "Ouverture", CellFormat::kPeriod},
                                     {"closed", "Closed", "Fermeture", CellFormat::kPeriod},
                                     {"subtree", "Subtree", "Sous-arbre", CellFormat::kCount},
                                     {"attributes", "Attributes", "Attributs"}});
  const bool french = context.french();
  const absl::Status status =
      ForEachPage(**client, &Client::ListUnits, request, [&](const v1::ListUnitsResponse& page) {
        for (const auto& u : page.units()) {
          const std::string label = french && !u.label_fr().empty() ? u.label_fr() : u.label_en();
          table.Row({u.id(), label.empty() ? u.label_fr() : label, u.level(), u.kind(), u.parent(),
                     u.opened(), u.closed(), u.subtree_size(), AttributesText(u)});
        }
      });
  if (!status.ok()) return ReportError(context, status);
  table.Finish();
  context.Next("jalon series --unit ID", "the history of one");
  return kExitOk;
}

int ListSegments(Context& context) {
  auto client = context.client();
  if (!client.ok()) return ReportError(context, client.status());
  auto revision = LatestRevision(context);
  if (!revision.ok()) return ReportError(context, revision.status());
  v1::ListSegmentsRequest request;
  request.set_parent(*revision);
  TableWriter table = context.table({{"segment", "Segment", "Segment"},
                                     {"label_en", "English", "Anglais"},
                                     {"label_fr", "French", "Français"},
                                     {"parent", "Parent", "Parent"}});
  const absl::Status status = ForEachPage(
      **client, &Client::ListSegments, request, [&](const v1::ListSegmentsResponse& page) {
        for (const auto& s : page.segments()) {
          table.Row({s.id(), s.label_en(), s.label_fr(), s.parent()});
        }
      });
  if (!status.ok()) return ReportError(context, status);
  table.Finish();
  context.Next("jalon series --segment ID", "the history of one");
  return kExitOk;
}

int ListRevisions(Context& context) {
  auto client = context.client();
  if (!client.ok()) return ReportError(context, client.status());
  auto network = context.network();
  if (!network.ok()) return ReportError(context, network.status());
  v1::ListRevisionsRequest request;
  request.set_parent(*network);
  TableWriter table = context.table({{"revision", "Revision", "Révision"},
                                     {"sequence", "No", "No", CellFormat::kCount},
                                     {"base", "From", "Depuis"},
                                     {"series", "Series", "Séries", CellFormat::kCount},
                                     {"values", "Values", "Valeurs", CellFormat::kCount},
                                     {"last", "Last", "Fin", CellFormat::kPeriod},
                                     {"created", "Created", "Créée", CellFormat::kTime}});
  const absl::Status status = ForEachPage(
      **client, &Client::ListRevisions, request, [&](const v1::ListRevisionsResponse& page) {
        for (const auto& r : page.revisions()) {
          table.Row({ShortId(r.name()), r.sequence(), ShortId(r.base_revision()), r.series_count(),
                     r.realisation_count(), r.last_period(), TimeText(r.create_time())});
        }
      });
  if (!status.ok()) return ReportError(context, status);
  table.Finish();
  context.Next("jalon fit --revision ID", "fit a model to one of them");
  return kExitOk;
}

// A window is needed with a unit: weights change with the year.
int ShowWeights(Context& context, const NetworkArguments& arguments) {
  auto revision = LatestRevision(context);
  if (!revision.ok()) return ReportError(context, revision.status());
  if (arguments.unit.empty()) {
    const absl::Status written = WriteScorePolicy(context, *revision);
    if (!written.ok()) return ReportError(context, written);
    context.Next("jalon network weights --unit UNIT --window 2027",
                 "the weights that hold in one unit");
    return kExitOk;
  }
  v1::ResolveWeightsRequest request;
  request.set_revision(*revision);
  request.set_unit(arguments.unit);
  request.set_window(arguments.window);
  if (!arguments.objectives.empty()) {
    auto set = context.FullName("objectiveSets", arguments.objectives);
    if (!set.ok()) return ReportError(context, set.status());
    request.set_objective_set(*set);
  }
  const absl::Status written = WriteUnitWeights(context, request);
  if (!written.ok()) return ReportError(context, written);
  context.Next("jalon runs scores RUN --weights",
               "effective weights, once a run has simulated them");
  return kExitOk;
}

int DeleteNetwork(Context& context, const NetworkArguments& arguments) {
  auto client = context.client();
  if (!client.ok()) return ReportError(context, client.status());
  if (!arguments.yes || context.options().network.empty()) {
    context.err() << "error: deleting a network deletes its models, sets and runs: name it with "
                     "--network ID and confirm with --yes\n";
    return kExitUsage;
  }
  auto network = context.network();
  if (!network.ok()) return ReportError(context, network.status());
  v1::DeleteNetworkRequest request;
  request.set_name(*network);
  request.set_etag(arguments.etag);
  request.set_request_id(NewRequestId());
  auto deleted = (*client)->DeleteNetwork(request);
  if (!deleted.ok()) return ReportError(context, deleted.status());
  context.Done(*network, absl::StrCat("deleted, with ", deleted->deleted_count(), " resources"));
  context.Next("jalon network list", "the networks that are left");
  return kExitOk;
}

void AddCalendar(const Command& calendar, CalendarArguments& a) {
  calendar.Examples(
      "Examples:\n"
      "  jalon network calendar --window 2027 --unit lille\n"
      "  jalon network calendar --window 2027-05 --against 2026-05\n"
      "  jalon network calendar --window 2026-05 --against 2025-05 --split --depth 1");
  calendar.Option("--window", a.window, "Period, year or first..last", {.required = true});
  calendar.Option("--against", a.against, "Compare with this window: the change of days");
  calendar.Flag("--split", a.split, "Split what was realised into calendar effect and the rest");
  calendar.Option("--run", a.run, "Split with this run's means where nothing is realised yet");
  calendar.Option("--unit", a.units, "Units; default: the whole network");
  calendar.Option("--indicator", a.indicators, "Indicators to split; default: those exposed");
  calendar.Option("--depth", a.depth, "Levels below each unit to split too", {.range = {{0, 8}}});
}

void AddDriverOptions(const Command& command, DriverReportOptions& options) {
  command.Examples(
      "Examples:\n"
      "  jalon network drivers --formulas\n"
      "  jalon network drivers --plot --driver livret_a --scenario severely-adverse");
  command.Option("--driver", options.drivers, "Only these drivers");
  command.Flag("--plot", options.plot, "Draw their history");
  command.Flag("--ascii", options.ascii, "Draw with plain characters");
  command.Option("--scenario", options.scenario, "Draw what this scenario assumes as well");
  command.Option("--since", options.since, "First period drawn (YYYY-MM or YYYY-Qn)");
  command.Option("--width", options.width, "Columns of a drawing (default: the terminal's)",
                 {.range = std::pair(40.0, 200.0)});
  command.Flag("--formulas", options.formulas,
               "Formulas of derived drivers, and how often they were departed from");
}

}  // namespace

void AddNetwork(const Command& app, Invocation& invocation) {
  const Command command = app.Add("network", "Networks, units, segments, drivers, revisions");
  command.RequireOne();
  command.Examples(
      "Examples:\n"
      "  jalon network list\n"
      "  jalon network units --unit bretagne -o csv");
  auto arguments = std::make_shared<NetworkArguments>();
  const auto add = [&](const char* name, const char* what, auto run) {
    const Command sub = command.Add(name, what);
    sub.Examples(absl::StrCat("Example:\n  jalon network ", name));
    sub.OnChosen([&invocation, run] { invocation.run = run; });
    return sub;
  };
  add("list", "The networks of the server", ListNetworks);
  add("show", "One network and its newest revision", ShowNetwork);
  const Command units = add("units", "Units, depth-first", [arguments](Context& context) {
    return ListUnits(context, *arguments);
  });
  units.Option("--unit", arguments->unit, "Only this unit and below");
  units.Option("--depth", arguments->depth, "At most this many levels below it");
  AddCalendar(
      add("calendar", "Opening days, and what they do to a comparison of two windows",
          [arguments](Context& context) { return ReportCalendar(context, arguments->calendar); }),
      arguments->calendar);
  add("attributes", "What the attributes of units mean, where declared", ListAttributes);
  add("segments", "Segments, depth-first", ListSegments);
  auto drivers = std::make_shared<DriverReportOptions>();
  AddDriverOptions(add("drivers", "Drivers: their history, drawn on request, and their formulas",
                       [drivers](Context& context) { return ReportDrivers(context, *drivers); }),
                   *drivers);
  add("channels", "Channels with their declared shares", ListChannels);
  auto reconcile = std::make_shared<ReconcileArguments>();
  const Command prove =
      add("reconcile", "Prove that parents are children plus eliminations; exit 1 when one is not",
          [reconcile](Context& context) { return Reconcile(context, *reconcile); });
  prove.Option("--window", reconcile->window, "A period, a year or first..last");
  prove.Option("--perimeter", reconcile->perimeter,
               "target: restated with the branches; original: as imported",
               {.one_of = {"target", "original"}});
  auto means = std::make_shared<MeansArguments>();
  const Command list_means = add("means", "Means of branches, seen and planned",
                                 [means](Context& context) { return ListMeans(context, *means); });
  list_means.Option("--mean", means->mean, "Only this one, e.g. advisers");
  list_means.Option("--unit", means->unit, "Only branches below this unit");
  list_means.Option("--perimeter", means->perimeter,
                    "target: means that followed the customers; original: as imported",
                    {.one_of = {"target", "original"}});
  add("revisions", "Revisions, newest first", ListRevisions);
  AddNetworkPerimeter(command, invocation);
  AddNetworkExport(command, invocation);
  const Command weights =
      command.Add("weights", "Weights of indicators in scores: as declared, or of one unit");
  weights.Examples(
      "Examples:\n"
      "  jalon network weights -o csv\n"
      "  jalon network weights --unit lille --window 2027 --objectives plan-2027");
  weights.OnChosen([&invocation, arguments] {
    invocation.run = [arguments](Context& context) { return ShowWeights(context, *arguments); };
  });
  weights.Option("--unit", arguments->unit, "The weights that hold in this unit; needs --window");
  weights.Option("--window", arguments->window, "Window of the score, e.g. 2027");
  weights.Option("--objectives", arguments->objectives,
                 "Set whose missing objectives give their weight to the others");
  const Command remove =
      add("delete", "Delete a network and all that hangs on it",
          [arguments](Context& context) { return DeleteNetwork(context, *arguments); });
  remove.Flag("--yes", arguments->yes, "Really");
  remove.Option("--etag", arguments->etag, "Only if it has not changed since (see show)");
}

}  // namespace jalon::client
