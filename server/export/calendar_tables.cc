// Opening days, and shares of the year.
#include "absl/strings/str_cat.h"
#include "absl/time/civil_time.h"
#include "server/export/csv_writer.h"
#include "server/export/tables.h"

namespace jalon::server {
namespace {

std::string Text(const std::optional<sim::OpeningWeek>& week) {
  if (!week) return "";
  switch (*week) {
    case sim::OpeningWeek::kMonFri:
      return "mon_fri";
    case sim::OpeningWeek::kTueSat:
      return "tue_sat";
    case sim::OpeningWeek::kMonSat:
      return "mon_sat";
  }
  return "";
}

std::string Text(const std::optional<sim::HolidaySet>& holidays) {
  if (!holidays) return "";
  switch (*holidays) {
    case sim::HolidaySet::kNone:
      return "none";
    case sim::HolidaySet::kFrance:
      return "france";
    case sim::HolidaySet::kAlsaceMoselle:
      return "alsace_moselle";
  }
  return "";
}

std::string DateText(int32_t days_since_1970) {
  return absl::FormatCivilTime(absl::CivilDay(1970, 1, 1) + days_since_1970);
}

}  // namespace

std::string WriteCalendars(const sim::Revision& revision) {
  CsvWriter csv({"unit", "kind", "week", "holidays"});
  for (const sim::CalendarRule& rule : revision.calendars.rules) {
    csv.Row({rule.scope.unit, rule.scope.unit_kind, Text(rule.week), Text(rule.holidays)});
  }
  return csv.TakeRows();
}

std::string WriteOpeningDates(const sim::Revision& revision) {
  CsvWriter csv({"unit", "kind", "date", "open"});
  for (const sim::CalendarDate& date : revision.calendars.dates) {
    csv.Row({date.scope.unit, date.scope.unit_kind, DateText(date.day), YesNoText(date.is_open)});
  }
  return csv.TakeRows();
}

std::string WriteOpeningDays(const sim::Revision& revision) {
  CsvWriter csv({"unit", "kind", "period", "days"});
  for (const sim::ImportedDays& days : revision.calendars.days) {
    csv.Row({days.scope.unit, days.scope.unit_kind, days.period.ToString(), NumberText(days.days)});
  }
  return csv.TakeRows();
}

std::string WritePhasing(const sim::Revision& revision) {
  CsvWriter csv({"unit", "indicator", "month", "share"});
  for (const sim::PhasingShare& share : revision.phasing.shares) {
    csv.Row({share.unit, share.indicator, absl::StrCat(share.season + 1), NumberText(share.share)});
  }
  return csv.TakeRows();
}

}  // namespace jalon::server
