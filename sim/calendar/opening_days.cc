#include "sim/calendar/opening_days.h"

#include <algorithm>
#include <map>
#include <utility>

#include "sim/base/missing.h"
#include "sim/calendar/dates.h"
#include "sim/calendar/holidays.h"

namespace jalon::sim {
namespace {

// Everything declared for one scope.
struct Layer {
  std::optional<OpeningWeek> week;
  std::optional<HolidaySet> holidays;
  // [day]: open
  std::map<int32_t, bool> dates;
  // [period index]: days
  std::map<int32_t, double> days;
};

// The declarations of a table by scope.
class Layers {
 public:
  Layers(const Network& network, const CalendarTable& table) : network_(network) {
    for (const CalendarRule& rule : table.rules) {
      Layer& layer = At(rule.scope);
      if (rule.week.has_value()) layer.week = rule.week;
      if (rule.holidays.has_value()) layer.holidays = rule.holidays;
    }
    for (const CalendarDate& date : table.dates) At(date.scope).dates[date.day] = date.is_open;
    for (const ImportedDays& days : table.days) At(days.scope).days[days.period.index] = days.days;
  }

  // Layers of a leaf, nearest first.
  std::vector<const Layer*> Of(int leaf) const {
    std::vector<const Layer*> chain;
    AddUnit(leaf, chain);
    const auto kind = by_kind_.find(network_.unit(leaf).kind);
    if (kind != by_kind_.end()) chain.push_back(&kind->second);
    for (int u = network_.unit_parent(leaf); u >= 0; u = network_.unit_parent(u)) AddUnit(u, chain);
    return chain;
  }

 private:
  Layer& At(const CalendarScope& scope) {
    if (!scope.unit_kind.empty()) return by_kind_[scope.unit_kind];
    return by_unit_[scope.unit.empty() ? 0 : network_.FindUnit(scope.unit).value()];
  }

  void AddUnit(int u, std::vector<const Layer*>& chain) const {
    const auto layer = by_unit_.find(u);
    if (layer != by_unit_.end()) chain.push_back(&layer->second);
  }

  const Network& network_;
  std::map<int, Layer> by_unit_;
  std::map<std::string, Layer> by_kind_;
};

// Days of each (week, holidays) over a window, computed once.
class RuleTable {
 public:
  explicit RuleTable(const Window& window) : window_(window) {}

  const std::vector<double>& Of(OpeningWeek week, HolidaySet set) {
    std::vector<double>& days = known_[{week, set}];
    for (int t = static_cast<int>(days.size()); t < window_.size(); ++t) {
      days.push_back(RuleDays(week, set, window_.first + t));
    }
    return days;
  }

 private:
  const Window window_;
  std::map<std::pair<OpeningWeek, HolidaySet>, std::vector<double>> known_;
};

// Moves `days` [period] by the dates of a chain of layers.
void ApplyDates(const std::vector<const Layer*>& chain, std::pair<OpeningWeek, HolidaySet> rule,
                const Window& window, std::vector<double>& days) {
  std::map<int32_t, bool> dates;
  for (const Layer* layer : chain) dates.insert(layer->dates.begin(), layer->dates.end());
  const int32_t first = FirstDay(window.first), end = FirstDay(window.last + 1);
  for (auto date = dates.lower_bound(first); date != dates.end() && date->first < end; ++date) {
    const bool was_open = IsOpenByRule(rule.first, rule.second, date->first);
    if (was_open == date->second) continue;
    const Date parts = DateOf(date->first);
    const Period period = window.first.frequency == Frequency::kMonth
                              ? Period::Month(parts.year, parts.month)
                              : Period::Quarter(parts.year, (parts.month + 2) / 3);
    days[period - window.first] += date->second ? 1.0 : -1.0;
  }
}

// Puts the imported days of a chain over `days` [period], marking them in `imported`.
void ApplyImported(const std::vector<const Layer*>& chain, const Window& window,
                   std::vector<double>& days, std::vector<bool>& imported) {
  for (auto layer = chain.rbegin(); layer != chain.rend(); ++layer) {
    for (const auto& [index, value] : (*layer)->days) {
      const int t = index - window.first.index;
      if (t < 0 || t >= window.size()) continue;
      days[t] = value;
      imported[t] = true;
    }
  }
}

std::optional<OpeningWeek> WeekOf(const std::vector<const Layer*>& chain) {
  for (const Layer* layer : chain) {
    if (layer->week.has_value()) return layer->week;
  }
  return std::nullopt;
}

HolidaySet HolidaysOfChain(const std::vector<const Layer*>& chain) {
  for (const Layer* layer : chain) {
    if (layer->holidays.has_value()) return *layer->holidays;
  }
  return HolidaySet::kNone;
}

}  // namespace

OpeningDays::OpeningDays(const Network& network, const CalendarTable& table, const Window& window)
    : window_(window),
      weeks_(network.unit_count()),
      holidays_(network.unit_count(), HolidaySet::kNone) {
  if (table.empty()) return;
  const Layers layers(network, table);
  RuleTable rules(window);
  bool any = false;
  for (int u = 0; u < network.unit_count(); ++u) {
    std::vector<double> days(window.size(), kMissing);
    std::vector<bool> imported(window.size(), false);
    if (network.is_leaf(u)) {
      const std::vector<const Layer*> chain = layers.Of(u);
      weeks_[u] = WeekOf(chain);
      holidays_[u] = HolidaysOfChain(chain);
      if (weeks_[u].has_value()) {
        days = rules.Of(*weeks_[u], holidays_[u]);
        ApplyDates(chain, {*weeks_[u], holidays_[u]}, window, days);
      }
      ApplyImported(chain, window, days, imported);
    }
    any = any || !std::all_of(days.begin(), days.end(), [](double d) { return std::isnan(d); });
    days_.insert(days_.end(), days.begin(), days.end());
    imported_.insert(imported_.end(), imported.begin(), imported.end());
  }
  if (any) return;
  days_.clear();
  imported_.clear();
}

}  // namespace jalon::sim
