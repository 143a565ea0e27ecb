#include "server/convert/objective.h"

#include <algorithm>
#include <cmath>
#include <tuple>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/civil_time.h"
#include "server/convert/enums.h"
#include "server/convert/key_columns.h"

namespace jalon::server {
namespace {

constexpr double kMaxTicks = 9007199254740992.0;  // 2^53

// Ticks of a value, when it is a whole number of steps (up to rounding of the decimal text).
std::optional<int64_t> TicksOf(const sim::Indicator& indicator, double value) {
  const double ticks = value / indicator.rounding_step;
  const double whole = std::nearbyint(ticks);
  if (!(std::abs(whole) < kMaxTicks)) return std::nullopt;
  if (std::abs(ticks - whole) > 1e-6 + 1e-15 * std::abs(whole)) return std::nullopt;
  return static_cast<int64_t>(whole);
}

// Changes after publication; their dates are checked by sim::ValidateObjectives.
void ReadChanges(const v1::Objective& proto, const sim::Indicator& indicator, Checks& checks,
                 sim::Objective* objective) {
  for (int i = 0; i < proto.changes_size(); ++i) {
    const v1::ObjectiveChange& change = proto.changes(i);
    const std::optional<int64_t> ticks = TicksOf(indicator, change.old_value());
    if (!ticks.has_value()) {
      checks.Add(absl::StrCat("changes[", i, "].old_value"), absl::StrCat(change.old_value()),
                 absl::StrCat("must be a whole number of steps of ", indicator.rounding_step),
                 "NOT_A_WHOLE_STEP");
    }
    checks.Text(absl::StrCat("changes[", i, "].reason"), change.reason(), 1'000);
    objective->changes.push_back(
        {.date = change.changed_on(), .old_ticks = ticks.value_or(0), .reason = change.reason()});
  }
}

void ReadValue(const v1::Objective& proto, const sim::Network& network, Checks& checks,
               sim::Objective* objective) {
  if (!checks.Required("value", proto.has_value())) return;
  // An unknown indicator is reported by sim::ValidateObjectives.
  const std::optional<int> k = network.FindIndicator(proto.indicator());
  if (!k.has_value()) return;
  const sim::Indicator& indicator = network.indicator(*k);
  ReadChanges(proto, indicator, checks, objective);
  const std::optional<int64_t> ticks = TicksOf(indicator, proto.value());
  if (ticks.has_value()) {
    objective->ticks = *ticks;
    return;
  }
  checks.Add("value", absl::StrCat(proto.value()),
             absl::StrCat("must be a whole number of steps of ", indicator.rounding_step),
             "NOT_A_WHOLE_STEP");
}

std::optional<int> DepthOf(const sim::Network& network, absl::string_view level) {
  for (int depth = 0; depth < network.depth_count(); ++depth) {
    if (network.level_name(depth) == level) return depth;
  }
  return std::nullopt;
}

std::string LevelNames(const sim::Network& network) {
  std::string names;
  for (int depth = 0; depth < network.depth_count(); ++depth) {
    absl::StrAppend(&names, depth == 0 ? "" : ", ", network.level_name(depth));
  }
  return names;
}

}  // namespace

std::vector<sim::Objective> ReadObjectives(const v1::ObjectiveList& list,
                                           const sim::Network& network, Checks& checks) {
  std::vector<sim::Objective> objectives;
  for (int i = 0; i < list.objectives_size(); ++i) {
    const v1::Objective& proto = list.objectives(i);
    Checks inner(absl::StrCat("objectives[", i, "]"));
    sim::Objective objective{
        .unit = proto.unit(),
        .segment = proto.segment().empty() ? sim::kAllSegments : proto.segment(),
        .indicator = proto.indicator(),
        .reason = proto.reason(),
        .pinned = proto.pinned()};
    inner.Required("unit", !proto.unit().empty());
    inner.Required("indicator", !proto.indicator().empty());
    inner.Text("reason", proto.reason(), 1'000);
    objective.window =
        inner.Window("window", proto.window(), network.frequency())
            .value_or(sim::Window{{network.frequency(), 0}, {network.frequency(), 0}});
    ReadValue(proto, network, inner, &objective);
    checks.Merge(inner.violations());
    objectives.push_back(std::move(objective));
  }
  return objectives;
}

sim::GrowthRule ReadGrowthRule(const v1::GrowthRule& proto, const sim::Network& network,
                               Checks& checks) {
  sim::GrowthRule rule{.growth_ratio = proto.growth()};
  const sim::Period any{network.frequency(), 0};
  rule.base = checks.Window("base_window", proto.base_window(), network.frequency())
                  .value_or(sim::Window{any, any});
  rule.window =
      checks.Window("window", proto.window(), network.frequency()).value_or(sim::Window{any, any});
  checks.Inside("growth", proto.growth(), -1, 1'000);
  checks.Required("levels", proto.levels_size() > 0);
  for (int i = 0; i < proto.levels_size(); ++i) {
    if (const std::optional<int> depth = DepthOf(network, proto.levels(i))) {
      rule.depths.push_back(*depth);
      continue;
    }
    checks.Add(absl::StrCat("levels[", i, "]"), proto.levels(i),
               absl::StrCat("must be one of ", LevelNames(network)), "UNKNOWN_LEVEL");
  }
  for (int i = 0; i < proto.indicators_size(); ++i) {
    rule.indicators.push_back(proto.indicators(i));
    if (network.FindIndicator(proto.indicators(i)).has_value()) continue;
    checks.Add(absl::StrCat("indicators[", i, "]"), proto.indicators(i),
               "must be an indicator of the network", "UNKNOWN_INDICATOR");
  }
  return rule;
}

void CheckObjectiveSet(const v1::ObjectiveSet& set, sim::Frequency frequency, Checks& checks) {
  checks.Text("display_name", set.display_name(), 400);
  checks.Text("author", set.author(), 400);
  checks.Text("reason", set.reason(), 2'000);
  if (!set.fiscal_year().empty()) checks.Window("fiscal_year", set.fiscal_year(), frequency);
  if (!set.perimeter().empty()) checks.Period("perimeter", set.perimeter(), frequency);
  absl::CivilDay day;
  if (!set.publication_date().empty() && !absl::ParseCivilTime(set.publication_date(), &day)) {
    checks.Add("publication_date", set.publication_date(), "must be YYYY-MM-DD", "BAD_DATE");
  }
}

void SortObjectives(const sim::Network& network, std::vector<sim::Objective>& objectives) {
  const auto key = [&network](const sim::Objective& objective) {
    return std::tuple(network.FindIndicator(objective.indicator).value_or(-1),
                      network.FindUnit(objective.unit).value_or(-1),
                      network.FindSegment(objective.segment).value_or(-1), objective.window);
  };
  std::stable_sort(
      objectives.begin(), objectives.end(),
      [&](const sim::Objective& a, const sim::Objective& b) { return key(a) < key(b); });
}

store::v1::ObjectiveTable ToTable(const sim::Network& network,
                                  const std::vector<sim::Objective>& objectives) {
  store::v1::ObjectiveTable table;
  KeyColumnsBuilder keys(&table);
  for (size_t i = 0; i < objectives.size(); ++i) {
    const sim::Objective& objective = objectives[i];
    keys.Add(objective.unit, objective.segment, objective.indicator);
    keys.AddWindow(objective.window.ToString());
    table.add_ticks(objective.ticks);
    if (objective.pinned) table.add_pinned_rows(i);
    for (const sim::ObjectiveChange& change : objective.changes) {
      table.add_change_rows(i);
      table.add_change_dates(change.date);
      table.add_change_old_ticks(change.old_ticks);
      table.add_change_reasons(change.reason);
    }
    if (objective.reason.empty()) continue;
    table.add_reason_rows(i);
    table.add_reasons(objective.reason);
  }
  for (const std::string& id : table.indicators()) {
    const std::optional<int> k = network.FindIndicator(id);
    table.add_rounding_steps(k.has_value() ? network.indicator(*k).rounding_step : 1.0);
  }
  table.set_frequency(ToProto(network.frequency()));
  return table;
}

absl::StatusOr<std::vector<sim::Objective>> FromTable(const store::v1::ObjectiveTable& table) {
  const absl::Status damaged = absl::DataLossError("stored objectives cannot be read back");
  const int count = table.ticks_size();
  if (table.unit_index_size() != count || table.segment_index_size() != count ||
      table.indicator_index_size() != count || table.window_index_size() != count ||
      table.reason_rows_size() != table.reasons_size() ||
      table.change_dates_size() != table.change_rows_size() ||
      table.change_old_ticks_size() != table.change_rows_size() ||
      table.change_reasons_size() != table.change_rows_size()) {
    return damaged;
  }
  std::vector<sim::Window> windows;
  const sim::Frequency frequency = FromProto(table.frequency()).value_or(sim::Frequency::kMonth);
  for (const std::string& text : table.windows()) {
    const absl::StatusOr<sim::Window> window = sim::ParseWindow(text, frequency);
    if (!window.ok()) return damaged;
    windows.push_back(*window);
  }
  std::vector<sim::Objective> objectives(count);
  for (int i = 0; i < count; ++i) {
    const uint32_t unit = table.unit_index(i);
    const uint32_t segment = table.segment_index(i);
    const uint32_t indicator = table.indicator_index(i);
    const uint32_t window = table.window_index(i);
    if (unit >= static_cast<uint32_t>(table.units_size()) ||
        segment >= static_cast<uint32_t>(table.segments_size()) ||
        indicator >= static_cast<uint32_t>(table.indicators_size()) || window >= windows.size()) {
      return damaged;
    }
    objectives[i] = {.unit = table.units(unit),
                     .segment = table.segments(segment),
                     .indicator = table.indicators(indicator),
                     .window = windows[window],
                     .ticks = table.ticks(i)};
  }
  for (const uint32_t row : table.pinned_rows()) {
    if (row >= objectives.size()) return damaged;
    objectives[row].pinned = true;
  }
  for (int i = 0; i < table.reason_rows_size(); ++i) {
    if (table.reason_rows(i) >= objectives.size()) return damaged;
    objectives[table.reason_rows(i)].reason = table.reasons(i);
  }
  for (int i = 0; i < table.change_rows_size(); ++i) {
    if (table.change_rows(i) >= objectives.size()) return damaged;
    objectives[table.change_rows(i)].changes.push_back({.date = table.change_dates(i),
                                                        .old_ticks = table.change_old_ticks(i),
                                                        .reason = table.change_reasons(i)});
  }
  return objectives;
}

}  // namespace jalon::server
