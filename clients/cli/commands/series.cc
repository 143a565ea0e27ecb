#include <map>
#include <memory>
#include <optional>

#include "absl/strings/str_cat.h"
#include "clients/cli/command.h"
#include "clients/cli/commands/commands.h"
#include "clients/cli/exit_code.h"
#include "clients/cli/latest.h"
#include "clients/cli/paging.h"
#include "clients/cli/periods.h"
#include "clients/cli/realised.h"
#include "clients/cli/results.h"
#include "clients/cli/time_text.h"

namespace jalon::client {
namespace {

struct SeriesArguments {
  std::vector<std::string> units, segments, indicators;
  std::string window;
  int depth = 0;
  bool leaves = false;
  std::string perimeter = "target";
};

v1::PerimeterView ViewOf(const std::string& perimeter) {
  if (perimeter == "original") return v1::PERIMETER_VIEW_ORIGINAL;
  if (perimeter == "effect") return v1::PERIMETER_VIEW_EFFECT;
  return v1::PERIMETER_VIEW_TARGET;
}

// One line per series with a small plot.
void WritePlots(TableWriter& table, const v1::RealisationRows& rows) {
  const std::vector<RowKey> keys = KeysOf(rows.keys());
  for (size_t r = 0; r < keys.size(); ++r) {
    std::vector<double> values;
    double sum = 0;
    for (int p = 0; p < rows.period_count(); ++p) {
      const auto value = RealisationAt(rows, static_cast<int64_t>(r) * rows.period_count() + p);
      if (!value.has_value()) continue;
      values.push_back(*value);
      sum += *value;
    }
    table.Row({keys[r].unit, keys[r].segment, keys[r].indicator, rows.first_period(),
               static_cast<int64_t>(values.size()), sum, OptionalCell(LastOf(values)),
               Sparkline(values, 40)});
  }
}

// First period that is not final, by indicator that has one.
absl::StatusOr<std::map<std::string, std::string>> ProvisionalFrom(Client& client,
                                                                   const std::string& revision) {
  auto indicators = ReadIndicators(client, revision);
  if (!indicators.ok()) return indicators.status();
  std::map<std::string, std::string> from;
  for (const auto& [id, indicator] : *indicators) {
    if (!indicator.provisional_from().empty()) from[id] = indicator.provisional_from();
  }
  return from;
}

// One line per value, for files and pipes; `p` marks a figure that is not final.
void WriteValues(TableWriter& table, const v1::RealisationRows& rows,
                 const std::map<std::string, std::string>& provisional_from) {
  const std::vector<RowKey> keys = KeysOf(rows.keys());
  for (size_t r = 0; r < keys.size(); ++r) {
    const auto from = provisional_from.find(keys[r].indicator);
    for (int p = 0; p < rows.period_count(); ++p) {
      const auto value = RealisationAt(rows, static_cast<int64_t>(r) * rows.period_count() + p);
      const std::string period = PeriodPlus(rows.first_period(), p);
      // Periods are written so that text compares as time does.
      const bool provisional = from != provisional_from.end() && from->second <= period;
      table.Row({keys[r].unit, keys[r].segment, keys[r].indicator, period, OptionalCell(value),
                 provisional && value.has_value() ? "p" : ""});
    }
  }
}

template <class Request>
Request RequestOf(const std::string& revision, const SeriesArguments& arguments) {
  Request request;
  request.set_revision(revision);
  request.mutable_units()->Assign(arguments.units.begin(), arguments.units.end());
  request.mutable_segments()->Assign(arguments.segments.begin(), arguments.segments.end());
  request.mutable_indicators()->Assign(arguments.indicators.begin(), arguments.indicators.end());
  request.set_window(arguments.window);
  request.set_perimeter(ViewOf(arguments.perimeter));
  return request;
}

int RunSeries(Context& context, const SeriesArguments& arguments) {
  auto client = context.client();
  if (!client.ok()) return ReportError(context, client.status());
  auto revision = LatestRevision(context);
  if (!revision.ok()) return ReportError(context, revision.status());
  std::vector<Column> columns = {{"unit", "Unit", "Entité"},
                                 {"segment", "Segment", "Segment"},
                                 {"indicator", "Indicator", "Indicateur"}};
  if (context.is_screen()) {
    columns.insert(columns.end(), {{"first", "From", "Depuis", CellFormat::kPeriod},
                                   {"values", "Values", "Valeurs", CellFormat::kCount},
                                   {"total", "Total", "Total", CellFormat::kNumber},
                                   {"last_value", "Last", "Dernier", CellFormat::kNumber},
                                   {"plot", "History", "Historique"}});
  } else {
    columns.insert(columns.end(), {{"period", "Period", "Période", CellFormat::kPeriod},
                                   {"value", "Value", "Valeur", CellFormat::kNumber},
                                   {"mark", "Mark", "Marque"}});
  }
  auto provisional = ProvisionalFrom(**client, *revision);
  if (!provisional.ok()) return ReportError(context, provisional.status());
  TableWriter table = context.table(columns);
  const auto write = [&](const auto& page) {
    context.is_screen() ? WritePlots(table, page.rows())
                        : WriteValues(table, page.rows(), *provisional);
  };
  absl::Status status;
  if (arguments.leaves) {
    status = ForEachPage(**client, &Client::ReadSeries,
                         RequestOf<v1::ReadSeriesRequest>(*revision, arguments), write);
  } else {
    auto request = RequestOf<v1::ReadRealisationsRequest>(*revision, arguments);
    request.set_depth(arguments.depth);
    status = ForEachPage(**client, &Client::ReadRealisations, request, write);
  }
  if (!status.ok()) return ReportError(context, status);
  table.Finish();
  for (const auto& [indicator, from] : *provisional) {
    context.beside() << "p: " << indicator << " is provisional from " << from << " on\n";
  }
  context.Next("jalon fit", "fit a model to this history");
  return kExitOk;
}

}  // namespace

void AddSeries(const Command& app, Invocation& invocation) {
  const Command command =
      app.Add("series", "Realisations: plots on a screen, one line per value with -o csv");
  auto arguments = std::make_shared<SeriesArguments>();  // lives as long as the parsed command
  command.Option("--unit", arguments->units, "Units; default: the whole network");
  command.Option("--segment", arguments->segments, "Segments; default: all together");
  command.Option("--indicator", arguments->indicators, "Indicators; default: all");
  command.Option("--window", arguments->window, "2026, 2026-03 or 2026-01..2026-06");
  command.Option("--depth", arguments->depth, "Levels below each unit to show too",
                 {.range = {{0, 8}}});
  command.Flag("--leaves", arguments->leaves, "Series of branches, not aggregates");
  command.Option("--perimeter", arguments->perimeter,
                 "target: history restated to the target perimeter; original: as imported; effect: "
                 "their difference",
                 {.one_of = {"target", "original", "effect"}});
  command.Examples(
      "Examples:\n"
      "  jalon series --indicator housing-loans --depth 1\n"
      "  jalon series --unit bretagne --leaves -o csv > bretagne.csv\n"
      "  jalon series --unit lille-gares --perimeter effect");
  command.OnChosen([&invocation, arguments] {
    invocation.run = [arguments](Context& context) { return RunSeries(context, *arguments); };
  });
}

}  // namespace jalon::client
