// What opening days explain of the change between two windows.
#ifndef JALON_SIM_CALENDAR_CALENDAR_EFFECT_H_
#define JALON_SIM_CALENDAR_CALENDAR_EFFECT_H_

#include <cstdint>
#include <optional>
#include <vector>

#include "sim/calendar/opening_days.h"
#include "sim/network/realisations.h"
#include "sim/network/revision.h"

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
struct CalendarEffect {
  // Realised in `against`: NaN when one of its periods has no value at all.
  double against = 0.0;
  // What `against` would have been with the days of `window`: each known cell times the ratio of
  // its unit's days. NaN as `against`.
  double calendar = 0.0;
  // Realised in `window`: NaN when one of its periods has no value at all.
  double window = 0.0;
};

// The split for the series inside `range`. Cells of an indicator that is not exposed to opening
// days have ratio 1. Requires an indicator whose periods add up and windows of one size. Cost:
// O(series inside x periods).
CalendarEffect SplitChange(const Revision& revision, const NodeRange& range, const WindowPair& pair,
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
