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

// Sum over a window of a node's figures; NaN when a period has none.
double Total(const CreditedSums& sums, const SeriesKey& node, const Window& window) {
  double sum = 0.0;
  for (const double value : sums.Values(node, window)) sum += value;
  return sum;
}

// Sums of series in period `t` of the earlier window, as they were and with the later one's days.
class DaysMoved {
 public:
  DaysMoved(const CreditedSums& sums, const WindowPair& pair, const PairedDays& days)
      : revision_(sums.revision()), realisations_(sums.realisations()), pair_(pair), days_(days) {}

  double Moved(const NodeRange& range, int t) const { return SumsOf(range, t).moved; }
  // What moving makes of a sum; 1 where it is 0.
  double RatioOf(const NodeRange& range, int t) const {
    const Sums sums = SumsOf(range, t);
    return sums.plain == 0.0 ? 1.0 : sums.moved / sums.plain;
  }

 private:
  struct Sums {
    double plain = 0.0;
    double moved = 0.0;
  };

  Sums SumsOf(const NodeRange& range, int t) const {
    const bool exposed =
        revision_.network.indicator(range.indicator).exposure == Exposure::kOpeningDays;
    Sums sums;
    for (const int row : realisations_.RowsIn(range)) {
      const double value = realisations_.at(row, pair_.against.first + t);
      if (std::isnan(value)) continue;
      sums.plain += value;
      sums.moved += exposed ? value * days_.Ratio(realisations_.key(row).unit, t) : value;
    }
    return sums;
  }

  const Revision& revision_;
  const Realisations& realisations_;
  const WindowPair& pair_;
  const PairedDays& days_;
};

// Eliminations inside `range` over the earlier window, each with the days of what is below it.
double MovedEliminations(const CreditedSums& sums, const NodeRange& range, const WindowPair& pair,
                         const DaysMoved& days) {
  double sum = 0.0;
  for (const auto& [place, value] : sums.eliminations().In(range, pair.against)) {
    const SeriesKey& at = place.first;
    const NodeRange below = RangeOf(sums.revision().network, at.indicator, at.unit, at.segment);
    sum += value * days.RatioOf(below, place.second - pair.against.first);
  }
  return sum;
}

// The figures of the earlier window with the days of the later one.
double MovedTotal(const CreditedSums& sums, const SeriesKey& node, const WindowPair& pair,
                  const DaysMoved& days) {
  const NodeRange range = RangeOf(sums.revision().network, node.indicator, node.unit, node.segment);
  double sum = 0.0;
  if (!sums.AddsUp(node)) {
    const std::vector<double> declared = sums.Values(node, pair.against);
    for (int t = 0; t < pair.against.size(); ++t) sum += declared[t] * days.RatioOf(range, t);
    return sum;
  }
  for (int t = 0; t < pair.against.size(); ++t) sum += days.Moved(range, t);
  return sum + MovedEliminations(sums, range, pair, days);
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

CalendarEffect SplitChange(const CreditedSums& sums, const SeriesKey& node, const WindowPair& pair,
                           const PairedDays& days) {
  CalendarEffect effect;
  effect.against = Total(sums, node, pair.against);
  effect.window = Total(sums, node, pair.window);
  effect.calendar = std::isnan(effect.against)
                        ? effect.against
                        : MovedTotal(sums, node, pair, DaysMoved(sums, pair, days));
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
