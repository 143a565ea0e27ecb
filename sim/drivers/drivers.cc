#include "sim/drivers/drivers.h"

#include <algorithm>
#include <cmath>
#include <tuple>
#include <utility>

#include "sim/base/missing.h"

namespace jalon::sim {
namespace {

constexpr int kMonthsPerQuarter = 3;

bool SameValue(double a, double b) { return a == b || (std::isnan(a) && std::isnan(b)); }

auto PlaceOf(const ElasticityPrior& prior) {
  return std::tie(prior.driver, prior.indicator, prior.lag);
}

// The value of one of the driver's own periods.
double ValueAt(const Driver& driver, int index) {
  const int place = index - driver.first.index;
  const bool inside = place >= 0 && place < static_cast<int>(driver.values.size());
  return inside ? driver.values[place] : kMissing;
}

double OrElse(double value, double fallback) { return std::isnan(value) ? fallback : value; }

// Between mid-points of quarters: the middle month has its quarter's value.
double LinearMonth(const Driver& driver, int month) {
  const int quarter = month / kMonthsPerQuarter;
  const double here = ValueAt(driver, quarter);
  const int beside = quarter + month % kMonthsPerQuarter - 1;
  const double there = OrElse(ValueAt(driver, beside), here);
  return (2.0 * here + there) / 3.0;
}

double MonthOfQuarter(const Driver& driver, int month) {
  switch (driver.quarter_rule) {
    case QuarterRule::kStep:
      return ValueAt(driver, month / kMonthsPerQuarter);
    case QuarterRule::kLinear:
      return LinearMonth(driver, month);
    case QuarterRule::kThird:
      return ValueAt(driver, month / kMonthsPerQuarter) / kMonthsPerQuarter;
  }
  return kMissing;
}

double QuarterOfMonths(const Driver& driver, int quarter) {
  double sum = 0.0;
  for (int month = 0; month < kMonthsPerQuarter; ++month) {
    sum += ValueAt(driver, quarter * kMonthsPerQuarter + month);
  }
  return driver.quarter_rule == QuarterRule::kThird ? sum : sum / kMonthsPerQuarter;
}

double ValueIn(const Driver& driver, Period period) {
  if (driver.frequency == period.frequency) return ValueAt(driver, period.index);
  return driver.frequency == Frequency::kQuarter ? MonthOfQuarter(driver, period.index)
                                                 : QuarterOfMonths(driver, period.index);
}

// Index of the driver's last period that has ended by the end of `period`.
int LastEnded(Frequency frequency, Period period) {
  if (frequency == period.frequency) return period.index;
  return frequency == Frequency::kQuarter
             ? (period.index + 1) / kMonthsPerQuarter - 1
             : period.index * kMonthsPerQuarter + kMonthsPerQuarter - 1;
}

}  // namespace

bool operator==(const Driver& a, const Driver& b) {
  const auto declared = [](const Driver& d) {
    return std::tie(d.id, d.label_fr, d.label_en, d.unit, d.driver_class, d.scope, d.frequency,
                    d.quarter_rule, d.derived, d.first);
  };
  return declared(a) == declared(b) &&
         std::equal(a.values.begin(), a.values.end(), b.values.begin(), b.values.end(), SameValue);
}

std::optional<int> DriverTable::Find(absl::string_view id) const {
  for (size_t i = 0; i < drivers.size(); ++i) {
    if (drivers[i].id == id) return static_cast<int>(i);
  }
  return std::nullopt;
}

DriverTable SortedDrivers(DriverTable table) {
  std::sort(table.drivers.begin(), table.drivers.end(),
            [](const Driver& a, const Driver& b) { return a.id < b.id; });
  std::sort(
      table.priors.begin(), table.priors.end(),
      [](const ElasticityPrior& a, const ElasticityPrior& b) { return PlaceOf(a) < PlaceOf(b); });
  return table;
}

std::vector<double> DriverValues(const Driver& driver, Frequency frequency, const Window& window) {
  std::vector<double> values;
  values.reserve(window.size());
  for (int t = 0; t < window.size(); ++t) {
    values.push_back(ValueIn(driver, {frequency, window.first.index + t}));
  }
  return values;
}

Driver KnownAt(Driver driver, Period as_of) {
  const int known = LastEnded(driver.frequency, as_of) - driver.first.index + 1;
  const int count = static_cast<int>(driver.values.size());
  driver.values.resize(std::clamp(known, 0, count));
  return driver;
}

}  // namespace jalon::sim
