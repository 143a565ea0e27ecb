#include "clients/cli/calendar_report.h"

#include <algorithm>
#include <map>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "clients/cli/exit_code.h"
#include "clients/cli/latest.h"
#include "clients/cli/paging.h"
#include "clients/cli/periods.h"
#include "clients/cli/results.h"

namespace jalon::client {
namespace {

std::string WeekText(v1::OpeningWeek week) {
  switch (week) {
    case v1::OPENING_WEEK_MON_FRI:
      return "mon_fri";
    case v1::OPENING_WEEK_TUE_SAT:
      return "tue_sat";
    case v1::OPENING_WEEK_MON_SAT:
      return "mon_sat";
    default:
      return "";
  }
}

std::string HolidaysText(v1::HolidaySet holidays) {
  switch (holidays) {
    case v1::HOLIDAY_SET_FRANCE:
      return "france";
    case v1::HOLIDAY_SET_ALSACE_MOSELLE:
      return "alsace_moselle";
    default:
      return "none";
  }
}

const Column kWeek{"week", "Week", "Semaine"};
const Column kHolidays{"holidays", "Holidays", "Fériés"};

void WriteDays(TableWriter& table, const v1::ReadOpeningDaysResponse& page) {
  for (const v1::OpeningDaysRow& row : page.rows()) {
    for (int t = 0; t < row.days_size(); ++t) {
      if (row.days(t) < 0) continue;  // not known
      const bool imported =
          std::find(row.imported().begin(), row.imported().end(), t) != row.imported().end();
      table.Row({row.unit(), WeekText(row.week()), HolidaysText(row.holidays()),
                 PeriodPlus(page.first_period(), t), row.days(t), imported ? "imported" : "rule"});
    }
  }
}

int ReportDays(Context& context, Client& client, const std::string& revision,
               const CalendarArguments& a) {
  v1::ReadOpeningDaysRequest request;
  request.set_revision(revision);
  request.set_window(a.window);
  request.mutable_units()->Assign(a.units.begin(), a.units.end());
  TableWriter table = context.table({{"unit", "Unit", "Entité"},
                                     kWeek,
                                     kHolidays,
                                     {"period", "Period", "Période", CellFormat::kPeriod},
                                     {"days", "Days", "Jours", CellFormat::kNumber},
                                     {"source", "From", "Source"}});
  const absl::Status status =
      ForEachPage(client, &Client::ReadOpeningDays, request,
                  [&](const v1::ReadOpeningDaysResponse& page) { WriteDays(table, page); });
  if (!status.ok()) return ReportError(context, status);
  table.Finish();
  context.Next("jalon network calendar --window 2027-05 --against 2026-05",
               "what opening days do to a comparison");
  return kExitOk;
}

v1::ReadCalendarEffectRequest EffectRequest(const std::string& revision,
                                            const CalendarArguments& a) {
  v1::ReadCalendarEffectRequest request;
  request.set_revision(revision);
  request.set_window(a.window);
  request.set_against(a.against);
  request.mutable_units()->Assign(a.units.begin(), a.units.end());
  request.mutable_indicators()->Assign(a.indicators.begin(), a.indicators.end());
  request.set_depth(a.depth);
  return request;
}

int ReportGroups(Context& context, Client& client, const std::string& revision,
                 const CalendarArguments& a) {
  v1::ReadCalendarEffectRequest request = EffectRequest(revision, a);
  request.set_page_size(1);  // groups stand on every page
  auto page = client.ReadCalendarEffect(request);
  if (!page.ok()) return ReportError(context, page.status());
  TableWriter table =
      context.table({kWeek,
                     kHolidays,
                     {"branches", "Branches", "Agences", CellFormat::kCount},
                     {"against_days", "Days before", "Jours avant", CellFormat::kNumber},
                     {"window_days", "Days now", "Jours", CellFormat::kNumber},
                     {"change", "Change", "Écart", CellFormat::kRatio}});
  for (const v1::CalendarGroup& group : page->groups()) {
    table.Row({WeekText(group.week()), HolidaysText(group.holidays()), group.unit_count(),
               group.against_days(), group.window_days(),
               OptionalCell(group.has_change() ? std::optional(group.change()) : std::nullopt)});
  }
  table.Finish();
  context.Next(absl::StrCat("jalon network calendar --window ", a.window, " --against ", a.against,
                            " --split --depth 1"),
               "the same change in what was realised, region by region");
  return kExitOk;
}

using MeanKey = std::pair<std::string, std::string>;

// Means of a run over the window, by unit and indicator.
absl::StatusOr<std::map<MeanKey, double>> ReadMeans(Context& context, Client& client,
                                                    const CalendarArguments& a) {
  std::map<MeanKey, double> means;
  auto run = context.FullName("runs", a.run);
  if (!run.ok()) return run.status();
  v1::View view;
  view.mutable_units()->Assign(a.units.begin(), a.units.end());
  view.set_depth(a.depth);
  view.add_segments("all");
  view.mutable_indicators()->Assign(a.indicators.begin(), a.indicators.end());
  view.add_windows(a.window);
  view.add_statistics()->set_statistic(v1::STATISTIC_MEAN);
  const absl::Status status = ForEachRow(client, *run, view, [&](const ResultRow& row) {
    if (row.values[0].has_value()) means[{row.key.unit, row.key.indicator}] = *row.values[0];
  });
  if (!status.ok()) return status;
  return means;
}

std::optional<double> Known(const std::string& missing, int i, double value) {
  return BitAt(missing, i) ? std::nullopt : std::optional(value);
}

// Writes one page of the split; `means` stand in for what is not realised.
void WriteSplit(TableWriter& table, const v1::ReadCalendarEffectResponse& page,
                const std::map<MeanKey, double>& means) {
  const std::vector<RowKey> keys = KeysOf(page.keys());
  for (int i = 0; i < static_cast<int>(keys.size()) && i < page.against_values_size(); ++i) {
    const auto against = Known(page.against_missing_bitmap(), i, page.against_values(i));
    const auto calendar = Known(page.against_missing_bitmap(), i, page.calendar_values(i));
    auto window = Known(page.window_missing_bitmap(), i, page.window_values(i));
    const auto mean = means.find({keys[i].unit, keys[i].indicator});
    const bool is_forecast = !window.has_value() && mean != means.end();
    if (is_forecast) window = mean->second;
    std::optional<double> effect, change, rest;
    if (calendar.has_value()) effect = *calendar - *against;
    if (calendar.has_value() && *against != 0) change = *calendar / *against - 1;
    if (calendar.has_value() && window.has_value()) rest = *window - *calendar;
    table.Row({keys[i].unit, keys[i].indicator, OptionalCell(against), OptionalCell(effect),
               OptionalCell(rest), OptionalCell(window), OptionalCell(change),
               is_forecast ? "forecast" : "realised"});
  }
}

int ReportSplit(Context& context, Client& client, const std::string& revision,
                const CalendarArguments& a) {
  std::map<MeanKey, double> means;
  if (!a.run.empty()) {
    auto read = ReadMeans(context, client, a);
    if (!read.ok()) return ReportError(context, read.status());
    means = *std::move(read);
  }
  TableWriter table = context.table(
      {{"unit", "Unit", "Entité"},
       {"indicator", "Indicator", "Indicateur"},
       {"against", "Before", "Avant", CellFormat::kNumber},
       {"calendar_effect", "Calendar effect", "Effet calendrier", CellFormat::kNumber},
       {"rest", "Rest", "Reste", CellFormat::kNumber},
       {"window", "Now", "Maintenant", CellFormat::kNumber},
       {"calendar_change", "Calendar", "Calendrier", CellFormat::kRatio},
       {"source", "From", "Source"}});
  const absl::Status status = ForEachPage(
      client, &Client::ReadCalendarEffect, EffectRequest(revision, a),
      [&](const v1::ReadCalendarEffectResponse& page) { WriteSplit(table, page, means); });
  if (!status.ok()) return ReportError(context, status);
  table.Finish();
  context.Next("jalon objectives phase MONTHS --from PLAN --method model",
               "objectives of months that know opening days");
  return kExitOk;
}

}  // namespace

int ReportCalendar(Context& context, const CalendarArguments& a) {
  if (a.against.empty() && (a.split || !a.run.empty())) {
    context.err()
        << "error: --split and --run compare two windows: name the other with --against\n";
    return kExitUsage;
  }
  auto client = context.client();
  if (!client.ok()) return ReportError(context, client.status());
  auto revision = LatestRevision(context);
  if (!revision.ok()) return ReportError(context, revision.status());
  if (a.against.empty()) return ReportDays(context, **client, *revision, a);
  if (a.split || !a.run.empty()) return ReportSplit(context, **client, *revision, a);
  return ReportGroups(context, **client, *revision, a);
}

}  // namespace jalon::client
