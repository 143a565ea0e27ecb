// Opening days of every branch, period by period, and the exposure they make.
#ifndef JALON_SIM_CALENDAR_OPENING_DAYS_H_
#define JALON_SIM_CALENDAR_OPENING_DAYS_H_

#include <cmath>
#include <cstdint>
#include <optional>
#include <vector>

#include "sim/base/period.h"
#include "sim/network/calendar_table.h"
#include "sim/network/network.h"

namespace jalon::sim {

// Opening days that make an exposure of 1: a month of a five-day week (253 days a year), a quarter
// of it. A constant, so that levels, fits and forecasts of any window agree.
constexpr double ReferenceDays(Frequency frequency) {
  return frequency == Frequency::kMonth ? 21.0 : 63.0;
}

// A calendar table resolved for the leaf units of a network over a window. Immutable value.
//
// Of what is declared for a leaf the nearest prevails: its own, its kind's, its parent's and so on
// to the network's; week and holidays are looked up apart, and so is every date and every imported
// period. Without holidays none is kept. Days of a period: imported ones as they are, otherwise
// those of the week that are no holiday, with the dates applied. A unit with a date but no week has
// no calendar.
class OpeningDays {
 public:
  // No unit, no period: every exposure is 1.
  OpeningDays() = default;
  // Requires a table that ValidateCalendars accepts. Cost: O(leaf units x periods + dates).
  OpeningDays(const Network& network, const CalendarTable& table, const Window& window);

  const Window& window() const { return window_; }
  // True when no unit has a calendar.
  bool empty() const { return days_.empty(); }

  // Week of a leaf unit, nullopt when no rule gives one; its holidays.
  std::optional<OpeningWeek> week(int unit) const { return weeks_[unit]; }
  HolidaySet holidays(int unit) const { return holidays_[unit]; }

  // Opening days of a leaf unit in a period of the window; NaN without calendar (and for units that
  // are no leaf).
  double days(int unit, Period period) const {
    return empty() ? std::nan("") : days_[Place(unit, period)];
  }
  bool is_imported(int unit, Period period) const {
    return !empty() && imported_[Place(unit, period)];
  }
  // days / ReferenceDays: what the mean of an exposed cell is multiplied by. 1 without calendar, 0
  // for a period without an opening day.
  double exposure(int unit, Period period) const {
    const double known = days(unit, period);
    return std::isnan(known) ? 1.0 : known / ReferenceDays(period.frequency);
  }

 private:
  size_t Place(int unit, Period period) const {
    return static_cast<size_t>(unit) * window_.size() + (period - window_.first);
  }

  Window window_;
  // [unit]
  std::vector<std::optional<OpeningWeek>> weeks_;
  std::vector<HolidaySet> holidays_;
  // [unit x period]; empty when no unit has a calendar.
  std::vector<double> days_;
  std::vector<bool> imported_;
};

}  // namespace jalon::sim

#endif  // JALON_SIM_CALENDAR_OPENING_DAYS_H_
