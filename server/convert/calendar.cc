#include "server/convert/calendar.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "sim/calendar/calendar_rules.h"

namespace jalon::server {
namespace {

absl::Status Damaged(absl::string_view what) {
  return absl::DataLossError(absl::StrCat("stored calendar: ", what));
}

// OkStatus, or that the content breaks the rules it was written under.
absl::Status CheckStored(const sim::Violations& violations) {
  return violations.empty() ? absl::OkStatus() : Damaged(violations.kept().front().message);
}

}  // namespace

v1::OpeningWeek ToProto(std::optional<sim::OpeningWeek> week) {
  if (!week.has_value()) return v1::OPENING_WEEK_UNSPECIFIED;
  switch (*week) {
    case sim::OpeningWeek::kMonFri:
      return v1::OPENING_WEEK_MON_FRI;
    case sim::OpeningWeek::kTueSat:
      return v1::OPENING_WEEK_TUE_SAT;
    case sim::OpeningWeek::kMonSat:
      return v1::OPENING_WEEK_MON_SAT;
  }
  return v1::OPENING_WEEK_UNSPECIFIED;
}

v1::HolidaySet ToProto(sim::HolidaySet holidays) {
  switch (holidays) {
    case sim::HolidaySet::kNone:
      return v1::HOLIDAY_SET_NONE;
    case sim::HolidaySet::kFrance:
      return v1::HOLIDAY_SET_FRANCE;
    case sim::HolidaySet::kAlsaceMoselle:
      return v1::HOLIDAY_SET_ALSACE_MOSELLE;
  }
  return v1::HOLIDAY_SET_UNSPECIFIED;
}

std::optional<sim::OpeningWeek> FromProto(v1::OpeningWeek week) {
  switch (week) {
    case v1::OPENING_WEEK_MON_FRI:
      return sim::OpeningWeek::kMonFri;
    case v1::OPENING_WEEK_TUE_SAT:
      return sim::OpeningWeek::kTueSat;
    case v1::OPENING_WEEK_MON_SAT:
      return sim::OpeningWeek::kMonSat;
    default:
      return std::nullopt;
  }
}

std::optional<sim::HolidaySet> FromProto(v1::HolidaySet holidays) {
  switch (holidays) {
    case v1::HOLIDAY_SET_NONE:
      return sim::HolidaySet::kNone;
    case v1::HOLIDAY_SET_FRANCE:
      return sim::HolidaySet::kFrance;
    case v1::HOLIDAY_SET_ALSACE_MOSELLE:
      return sim::HolidaySet::kAlsaceMoselle;
    default:
      return std::nullopt;
  }
}

store::v1::CalendarContent ToProto(const sim::CalendarTable& table) {
  store::v1::CalendarContent content;
  const auto set_scope = [](const sim::CalendarScope& scope, auto* proto) {
    proto->set_unit(scope.unit);
    proto->set_unit_kind(scope.unit_kind);
  };
  for (const sim::CalendarRule& rule : table.rules) {
    auto* proto = content.add_rules();
    set_scope(rule.scope, proto);
    proto->set_week(ToProto(rule.week));
    if (rule.holidays.has_value()) proto->set_holidays(ToProto(*rule.holidays));
  }
  for (const sim::CalendarDate& date : table.dates) {
    auto* proto = content.add_dates();
    set_scope(date.scope, proto);
    proto->set_day(date.day);
    proto->set_is_open(date.is_open);
  }
  for (const sim::ImportedDays& days : table.days) {
    auto* proto = content.add_days();
    set_scope(days.scope, proto);
    proto->set_period(days.period.ToString());
    proto->set_days(days.days);
  }
  return content;
}

absl::StatusOr<sim::CalendarTable> FromProto(const store::v1::CalendarContent& content,
                                             const sim::Network& network) {
  sim::CalendarTable table;
  const auto scope = [](const auto& proto) -> sim::CalendarScope {
    return {proto.unit(), proto.unit_kind()};
  };
  for (const auto& proto : content.rules()) {
    table.rules.push_back({scope(proto), FromProto(proto.week()), FromProto(proto.holidays())});
  }
  for (const auto& proto : content.dates()) {
    table.dates.push_back({scope(proto), proto.day(), proto.is_open()});
  }
  for (const auto& proto : content.days()) {
    const absl::StatusOr<sim::Period> period = sim::ParsePeriod(proto.period());
    if (!period.ok()) return Damaged(period.status().message());
    table.days.push_back({scope(proto), *period, proto.days()});
  }
  const absl::Status checked = CheckStored(sim::ValidateCalendars(network, table));
  if (!checked.ok()) return checked;
  return table;
}

store::v1::PhasingContent ToProto(const sim::PhasingTable& table) {
  store::v1::PhasingContent content;
  for (const sim::PhasingShare& share : table.shares) {
    auto* proto = content.add_shares();
    proto->set_indicator(share.indicator);
    proto->set_unit(share.unit);
    proto->set_season(share.season);
    proto->set_share(share.share);
  }
  return content;
}

absl::StatusOr<sim::PhasingTable> FromProto(const store::v1::PhasingContent& content,
                                            const sim::Network& network) {
  sim::PhasingTable table;
  for (const auto& proto : content.shares()) {
    table.shares.push_back({proto.indicator(), proto.unit(), proto.season(), proto.share()});
  }
  const absl::Status checked = CheckStored(sim::ValidatePhasing(network, table));
  if (!checked.ok()) return checked;
  return table;
}

}  // namespace jalon::server
