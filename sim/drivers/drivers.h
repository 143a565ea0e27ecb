// Drivers: what the economy, competitors, regulators, the bank or customers do, period by period.
#ifndef JALON_SIM_DRIVERS_DRIVERS_H_
#define JALON_SIM_DRIVERS_DRIVERS_H_

#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "sim/base/period.h"
#include "sim/base/violation.h"
#include "sim/drivers/derived_rule.h"

namespace jalon::sim {

enum class DriverClass { kEconomic, kCompetitive, kRegulatory, kInternal, kCustomer };

// How a quarterly driver enters a monthly network (D9); echoed with every answer that uses it.
enum class QuarterRule {
  kStep,    // the quarter's value in each of its months: rates
  kLinear,  // linear between quarter mid-points, flat at both ends: levels
  kThird,   // a third of the quarter in each of its months: flows
};

// A driver and its history.
struct Driver {
  std::string id;
  std::string label_fr;
  std::string label_en;
  // For people: `%`, `index 2015=100`...
  std::string unit;
  DriverClass driver_class = DriverClass::kEconomic;
  // Id of the unit it describes; empty for the whole network.
  std::string scope;
  Frequency frequency = Frequency::kMonth;
  QuarterRule quarter_rule = QuarterRule::kStep;
  // Set when the driver is derived from others by formula.
  std::optional<DerivedRule> derived;
  Period first;
  // [period]; NaN where missing.
  std::vector<double> values;

  friend bool operator==(const Driver& a, const Driver& b);
};

// How a driver acts on an indicator, as believed before the data (an input with provenance):
// eta gains `beta * (transform(x at t - lag) - transform(x at the reference))`.
struct ElasticityPrior {
  std::string driver;
  std::string indicator;
  // kLevel: beta is per unit of the driver; kLog: beta is an elasticity.
  enum class Transform { kLevel, kLog } transform = Transform::kLevel;
  // Periods of the network between the driver and its effect, 0 to 24.
  int lag = 0;
  // Mean and standard deviation (> 0) of beta before the data.
  double mean = 0.0;
  double sd = 1.0;
  // Where the numbers come from; required.
  std::string source;

  friend bool operator==(const ElasticityPrior&, const ElasticityPrior&) = default;
};

// All drivers of a network with their elasticity priors, sorted by id (priors by driver, indicator,
// lag).
struct DriverTable {
  std::vector<Driver> drivers;
  std::vector<ElasticityPrior> priors;

  // Index by id; nullopt when unknown.
  std::optional<int> Find(absl::string_view id) const;
  friend bool operator==(const DriverTable&, const DriverTable&) = default;
};

// `table` sorted: drivers by id, priors by driver, indicator, lag.
DriverTable SortedDrivers(DriverTable table);

// Every broken rule: ids, duplicates, infinite values, a driver without values, log of a
// non-positive driver, priors on unknown drivers, lags outside 0 to 24, a standard deviation that
// is not positive, no source. Indicators and scopes are checked against the network by CheckDrivers
// (sim/network/revision.h). Field paths are `drivers[i].values[j]`, `priors[i].sd` and so on, in
// the table's own order. Reasons: those of ids and labels (sim/base/text.h), DUPLICATE_ID,
// DUPLICATE_PRIOR, BAD_FREQUENCY, NO_VALUES, NOT_FINITE, UNKNOWN_DRIVER, OUT_OF_RANGE,
// NOT_POSITIVE, LOG_OF_NON_POSITIVE, MISSING_SOURCE, and those of ValidateDerived.
Violations ValidateDrivers(const DriverTable& table);

// Returns `driver` at `frequency` over `window`: the quarter rule applied, NaN outside its history
// and where it is missing. A monthly driver in a quarterly network is averaged (kStep, kLinear) or
// summed (kThird), NaN unless its three months are known. kLinear is flat beside a missing quarter.
std::vector<double> DriverValues(const Driver& driver, Frequency frequency, const Window& window);

// What was known at `as_of`: values of periods that had ended by the end of `as_of`, whatever the
// frequency of either. Without it kLinear would look one quarter ahead.
Driver KnownAt(Driver driver, Period as_of);

}  // namespace jalon::sim

#endif  // JALON_SIM_DRIVERS_DRIVERS_H_
