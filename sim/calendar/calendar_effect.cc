#include "sim/calendar/calendar_effect.h"

#include <cmath>
#include <map>
#include <set>
#include <tuple>

namespace jalon::sim {
namespace {

// Sum of a leaf's days over a window; NaN when one is not known.
double TotalDays(const OpeningDays& days, int unit) {
  double sum = 0.0;
  for (int t = 0; t < days.window().size(); ++t) sum += days.days(unit, days.window().first + t);
  return sum;
}

// Sum over a window of what a node realised; NaN when a period has no value at all.
double Total(const Revision& revision, const NodeRange& range, const Window& window) {
  double sum = 0.0;
  for (const double value : SumRealised(revision.realisations, range, window)) sum += value;
  return sum;
}

std::set<int> LeavesBelow(const Network& network, const std::vector<int>& units) {
  std::set<int> leaves;
  for (const int unit : units) {
    for (int u = unit; u < network.unit_end(unit); ++u) {
      if (network.is_leaf(u)) leaves.insert(u);
    }
  }
  return leaves;
}

}  // namespace

double PairedDays::Ratio(int unit, int t) const {
  const double now = window.days(unit, window.window().first + t);
  const double before = against.days(unit, against.window().first + t);
  return before > 0 && !std::isnan(now) ? now / before : 1.0;
}

CalendarEffect SplitChange(const Revision& revision, const NodeRange& range, const WindowPair& pair,
                           const PairedDays& days) {
  const Realisations& realisations = revision.realisations;
  const bool exposed =
      revision.network.indicator(range.indicator).exposure == Exposure::kOpeningDays;
  CalendarEffect effect;
  effect.against = Total(revision, range, pair.against);
  effect.window = Total(revision, range, pair.window);
  for (const int row : realisations.RowsIn(range)) {
    for (int t = 0; t < pair.against.size(); ++t) {
      const double value = realisations.at(row, pair.against.first + t);
      if (std::isnan(value)) continue;
      effect.calendar += exposed ? value * days.Ratio(realisations.key(row).unit, t) : value;
    }
  }
  if (std::isnan(effect.against)) effect.calendar = effect.against;
  return effect;
}

std::vector<CalendarGroup> GroupCalendars(const Network& network, const PairedDays& days,
                                          const std::vector<int>& units) {
  std::map<std::tuple<int, HolidaySet, double, double>, int64_t> counts;
  constexpr int kNoWeek = 9;
  for (const int u : LeavesBelow(network, units)) {
    const double before = TotalDays(days.against, u);
    const double now = TotalDays(days.window, u);
    if (std::isnan(before) || std::isnan(now)) continue;
    const auto week = days.window.week(u);
    ++counts[{week ? static_cast<int>(*week) : kNoWeek, days.window.holidays(u), before, now}];
  }
  std::vector<CalendarGroup> groups;
  for (const auto& [key, count] : counts) {
    const auto& [week, holidays, before, now] = key;
    CalendarGroup group{
        .holidays = holidays, .against_days = before, .window_days = now, .unit_count = count};
    if (week != kNoWeek) group.week = static_cast<OpeningWeek>(week);
    groups.push_back(group);
  }
  return groups;
}

}  // namespace jalon::sim
