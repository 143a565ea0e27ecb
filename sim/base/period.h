// Months and quarters, and inclusive windows of them (DECISIONS D9).
#ifndef JALON_SIM_BASE_PERIOD_H_
#define JALON_SIM_BASE_PERIOD_H_

#include <compare>
#include <cstdint>
#include <ostream>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace jalon::sim {

// The base frequency of a network.
enum class Frequency { kMonth, kQuarter };

// Periods in a year: 12 or 4.
constexpr int PeriodsPerYear(Frequency frequency) {
  return frequency == Frequency::kMonth ? 12 : 4;
}

// One month or quarter, counted from January (first quarter) 1900 = 0.
// Periods of different frequencies are never compared; callers check the network's frequency first.
struct Period {
  Frequency frequency = Frequency::kMonth;
  int32_t index = 0;

  static Period Month(int year, int month) {
    return {Frequency::kMonth, (year - 1900) * 12 + month - 1};
  }
  static Period Quarter(int year, int quarter) {
    return {Frequency::kQuarter, (year - 1900) * 4 + quarter - 1};
  }

  int year() const { return 1900 + index / PeriodsPerYear(frequency); }
  // 0-based place in the year: 0..11 for months, 0..3 for quarters.
  int season() const { return index % PeriodsPerYear(frequency); }
  // `YYYY-MM` or `YYYY-Qn`.
  std::string ToString() const;

  friend Period operator+(Period p, int n) { return {p.frequency, p.index + n}; }
  friend Period operator-(Period p, int n) { return {p.frequency, p.index - n}; }
  // Number of periods from `b` to `a`.
  friend int operator-(Period a, Period b) { return a.index - b.index; }
  friend auto operator<=>(const Period&, const Period&) = default;
};

std::ostream& operator<<(std::ostream& out, Period period);

// Parses `YYYY-MM` or `YYYY-Qn` with years 1900 to 2199.
// Errors: kInvalidArgument naming the text and the two accepted forms.
absl::StatusOr<Period> ParsePeriod(absl::string_view text);

// An inclusive range of periods of one frequency; empty when last < first.
struct Window {
  Period first;
  Period last;

  int size() const { return last < first ? 0 : last - first + 1; }
  bool contains(Period p) const { return first <= p && p <= last; }
  // `YYYY-MM..YYYY-MM`, or the year `YYYY` when it is exactly one calendar year, or one period.
  std::string ToString() const;

  friend auto operator<=>(const Window&, const Window&) = default;
};

std::ostream& operator<<(std::ostream& out, const Window& window);

// Parses `YYYY` (needs the frequency), one period, or `first..last`; a `first..last` of two
// years is accepted too. Errors: kInvalidArgument (bad text, last before first, wrong frequency).
absl::StatusOr<Window> ParseWindow(absl::string_view text, Frequency frequency);

}  // namespace jalon::sim

#endif  // JALON_SIM_BASE_PERIOD_H_
