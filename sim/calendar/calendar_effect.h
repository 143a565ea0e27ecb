// What opening days explain of the change between two windows.
#ifndef JALON_SIM_CALENDAR_CALENDAR_EFFECT_H_
#define JALON_SIM_CALENDAR_CALENDAR_EFFECT_H_

#include <cstdint>
#include <optional>
#include <vector>

#include "sim/calendar/opening_days.h"
#include "sim/credit/credited_sum.h"
#include "sim/network/realisations.h"

namespace jalon::sim {

// Two windows of as many periods, compared period by period: the first of one with the first of the
// other, and so on.
struct WindowPair {
  Window window;
  Window against;
};

// Opening days of both windows.
struct PairedDays {
  PairedDays(const Network& network, const CalendarTable& table, const WindowPair& pair)
      : window(network, table, pair.window), against(network, table, pair.against) {}

  // Days of period `t` of the window over those of period `t` of the other; 1 for a unit without
  // calendar and where the other has no opening day (nothing to scale).
  double Ratio(int unit, int t) const;

  OpeningDays window;
  OpeningDays against;
};

// The change of a node between two windows, in the indicator's unit; NaN where it is not known.
//   window - against = (calendar - against) + (window - calendar)
//                       calendar effect        the rest
// Figures are those of head office (sim/credit/credited_sum.h): children plus eliminations, or the
// declared total where the indicator does not add up.
struct CalendarEffect {
  // Realised in `against`: NaN when one of its periods has no value at all.
  double against = 0.0;
  // What `against` would have been with the days of `window`: each known cell times the ratio of
  // its unit's days, an elimination or a declared total times what that makes of the sum below it
  // (1 where that sum is 0). NaN as `against`.
  double calendar = 0.0;
  // Realised in `window`: NaN when one of its periods has no value at all.
  double window = 0.0;
};

// The split for everything below a node. Cells of an indicator that is not exposed to opening days
// have ratio 1. Requires an indicator whose periods add up and windows of one size. Cost: O(series
// below x periods), and that of the series below each unit with eliminations.
CalendarEffect SplitChange(const CreditedSums& sums, const SeriesKey& node, const WindowPair& pair,
                           const PairedDays& days);

// Leaf units with the same week, holidays and days in both windows.
struct CalendarGroup {
  std::optional<OpeningWeek> week;
  HolidaySet holidays = HolidaySet::kNone;
  double against_days = 0.0;
  double window_days = 0.0;
  int64_t unit_count = 0;

  friend bool operator==(const CalendarGroup&, const CalendarGroup&) = default;
};

// The groups among the leaf units below `units`, by week (none last), holidays and days. Units
// without known days in one of the periods are left out.
std::vector<CalendarGroup> GroupCalendars(const Network& network, const PairedDays& days,
                                          const std::vector<int>& units);

}  // namespace jalon::sim

#endif  // JALON_SIM_CALENDAR_CALENDAR_EFFECT_H_
