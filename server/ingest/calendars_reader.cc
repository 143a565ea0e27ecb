#include "server/ingest/calendars_reader.h"

#include <algorithm>
#include <optional>
#include <set>

#include "absl/status/statusor.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "server/ingest/text_rules.h"
#include "sim/calendar/calendar_rules.h"
#include "sim/calendar/dates.h"

namespace jalon::server {
namespace {

std::optional<sim::OpeningWeek> WeekOf(FieldReader& fields) {
  using sim::OpeningWeek;
  if (!fields.Has("week")) return std::nullopt;
  return fields.Choice<OpeningWeek>("week",
                                    {{"mon_fri", OpeningWeek::kMonFri},
                                     {"tue_sat", OpeningWeek::kTueSat},
                                     {"mon_sat", OpeningWeek::kMonSat}},
                                    OpeningWeek::kMonFri);
}

std::optional<sim::HolidaySet> HolidaysOf(FieldReader& fields) {
  using sim::HolidaySet;
  if (!fields.Has("holidays")) return std::nullopt;
  return fields.Choice<HolidaySet>("holidays",
                                   {{"none", HolidaySet::kNone},
                                    {"france", HolidaySet::kFrance},
                                    {"alsace_moselle", HolidaySet::kAlsaceMoselle}},
                                   HolidaySet::kNone);
}

}  // namespace

CalendarsReader::CalendarsReader(const Mapping& mapping, const sim::Revision* base)
    : mapping_(mapping) {
  if (base == nullptr) return;
  base_root_ = base->network.unit(0).id;
  const sim::CalendarTable& table = base->calendars;
  for (const sim::CalendarRule& rule : table.rules) {
    Put(rules_, base_rules_, {rule.scope, 0}, rule, {});
  }
  for (const sim::CalendarDate& date : table.dates) {
    Put(dates_, base_dates_, {date.scope, date.day}, date, {});
  }
  for (const sim::ImportedDays& days : table.days) {
    Put(days_, base_days_, {days.scope, days.period.index}, days, {});
  }
  base_shares_ = base->phasing.shares;
}

void CalendarsReader::ReadRules(TableReader& reader) {
  while (reader.NextRow()) AddRule(RowOf(reader, TableKind::kCalendars));
}

void CalendarsReader::ReadDates(TableReader& reader) {
  while (reader.NextRow()) AddDate(RowOf(reader, TableKind::kOpeningDates));
}

void CalendarsReader::ReadDays(TableReader& reader) {
  while (reader.NextRow()) AddDays(RowOf(reader, TableKind::kOpeningDays));
}

void CalendarsReader::ReadPhasing(TableReader& reader) {
  while (reader.NextRow()) AddShare(RowOf(reader, TableKind::kPhasing));
}

std::string CalendarsReader::UnitOf(const FieldReader& fields) const {
  std::string unit = fields.Text("unit");
  if (mapping_.make_ids && !unit.empty()) unit = MakeId(unit);
  return unit == base_root_ ? std::string() : unit;
}

sim::CalendarScope CalendarsReader::ScopeOf(const FieldReader& fields) const {
  return {UnitOf(fields), fields.Text("kind")};
}

template <typename T>
void CalendarsReader::Put(Listed<T>& list, std::map<Key, size_t>& of_base, const Key& key, T item,
                          Origin origin) {
  const auto known = of_base.find(key);
  const bool is_of_base = origin.line == 0;
  if (known != of_base.end()) {
    list.items[known->second] = std::move(item);
    list.origins[known->second] = std::move(origin);
    // A second row of the files is a duplicate for the table's own rules to find.
    of_base.erase(known);
    return;
  }
  if (is_of_base) of_base.emplace(key, list.items.size());
  list.items.push_back(std::move(item));
  list.origins.push_back(std::move(origin));
}

void CalendarsReader::AddRule(const DeclaredRow& row) {
  FieldReader fields(row, violations_);
  const sim::CalendarRule rule{ScopeOf(fields), WeekOf(fields), HolidaysOf(fields)};
  Put(rules_, base_rules_, {rule.scope, 0}, rule, OriginOf(row));
}

void CalendarsReader::AddDate(const DeclaredRow& row) {
  FieldReader fields(row, violations_);
  if (!fields.Require("date")) return;
  const absl::StatusOr<int32_t> day = sim::ParseDate(fields.Text("date"));
  if (!day.ok()) {
    fields.Refuse("date", "must be a date, YYYY-MM-DD or DD/MM/YYYY, from 1900 to 2199",
                  "BAD_DATE");
    return;
  }
  const sim::CalendarDate date{ScopeOf(fields), *day, fields.YesNo("open", false)};
  Put(dates_, base_dates_, {date.scope, date.day}, date, OriginOf(row));
}

void CalendarsReader::AddDays(const DeclaredRow& row) {
  FieldReader fields(row, violations_);
  if (!fields.Require("period") || !fields.Require("days")) return;
  const std::optional<sim::Period> period = fields.Period("period", mapping_.frequency);
  const std::optional<double> count = fields.Number("days");
  if (!period.has_value() || !count.has_value()) return;
  const sim::ImportedDays days{ScopeOf(fields), *period, *count};
  Put(days_, base_days_, {days.scope, period->index}, days, OriginOf(row));
}

void CalendarsReader::AddShare(const DeclaredRow& row) {
  FieldReader fields(row, violations_);
  if (!fields.Require("indicator") || !fields.Require("month") || !fields.Require("share")) return;
  const int seasons = sim::PeriodsPerYear(mapping_.frequency);
  const int month = fields.Whole("month", 1, seasons, 0);
  const std::optional<double> share = fields.Number("share");
  if (month == 0 || !share.has_value()) return;
  std::string indicator = fields.Text("indicator");
  if (mapping_.make_ids) indicator = MakeId(indicator);
  shares_.items.push_back({indicator, UnitOf(fields), month - 1, *share});
  shares_.origins.push_back(OriginOf(row));
}

template <typename T>
void CalendarsReader::AddOrigins(const sim::Violations& found, absl::string_view list,
                                 const Listed<T>& listed) {
  for (sim::Violation violation : found.kept()) {
    if (!absl::StartsWith(violation.field, absl::StrCat(list, "["))) continue;
    const std::optional<size_t> index = ListIndex(violation.field);
    const bool known = index.has_value() && *index < listed.origins.size();
    violations_.Add(WithOrigin(std::move(violation), known ? listed.origins[*index] : Origin()));
  }
}

sim::CalendarTable CalendarsReader::Calendars(const sim::Network& network) {
  sim::CalendarTable table{rules_.items, dates_.items, days_.items};
  const sim::Violations found = sim::ValidateCalendars(network, table);
  AddOrigins(found, "rules", rules_);
  AddOrigins(found, "dates", dates_);
  AddOrigins(found, "days", days_);
  return found.empty() ? sim::SortedCalendars(network, std::move(table)) : sim::CalendarTable();
}

sim::PhasingTable CalendarsReader::Phasing(const sim::Network& network) {
  std::set<std::pair<std::string, std::string>> replaced;
  for (const sim::PhasingShare& share : shares_.items)
    replaced.emplace(share.indicator, share.unit);
  Listed<sim::PhasingShare> all = shares_;
  for (const sim::PhasingShare& share : base_shares_) {
    if (!replaced.contains({share.indicator, share.unit})) all.items.push_back(share);
  }
  const sim::PhasingTable table{all.items};
  const sim::Violations found = sim::ValidatePhasing(network, table);
  AddOrigins(found, "shares", all);
  return found.empty() ? sim::SortedPhasing(network, table) : sim::PhasingTable();
}

}  // namespace jalon::server
