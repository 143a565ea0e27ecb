// Histories of derived drivers: computed where none was given, checked where one was.
#ifndef JALON_SIM_DRIVERS_DERIVED_HISTORY_H_
#define JALON_SIM_DRIVERS_DERIVED_HISTORY_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "sim/base/period.h"
#include "sim/base/violation.h"
#include "sim/drivers/derived.h"
#include "sim/drivers/drivers.h"

namespace jalon::sim {

// What a table's derived drivers may not do: ValidateDerivedRule of each, a formula over a driver
// that does not exist (UNKNOWN_DRIVER) or that describes another unit (SCOPE_MISMATCH), cycles
// (CYCLE, one violation per cycle naming its drivers). Fields are `drivers[i].derived.formula` and
// so on, in the table's own order. Part of ValidateDrivers.
Violations ValidateDerived(const DriverTable& table);

// `table` with the history of derived drivers that have none of their own: at `frequency`, from the
// first effective date at which the formula can be computed to the last period that all its inputs
// reach (announcement lag included). A driver whose formula never can be computed has no values.
// Requires a table without problems in ValidateDerived.
DriverTable WithComputedHistories(DriverTable table, Frequency frequency);

// What a formula gave at an effective date of a given history, and what was in force.
struct FormulaCheck {
  Period period;
  double formula_value = 0.0;
  double value = 0.0;

  // How far the authority departed from its formula, in the driver's unit.
  double deviation() const { return value - formula_value; }
  friend bool operator==(const FormulaCheck&, const FormulaCheck&) = default;
};

// The effective dates of driver `index` at which both are known, oldest first; none for a driver
// that is not derived or whose history was computed. Requires a valid table.
std::vector<FormulaCheck> CheckFormula(const DriverTable& table, int index);

// The ids `ids` with the derived ones among them replaced by what they depend on, sorted, each
// once; and the derived drivers needed, in dependency order, last_value being the last one known at
// `as_of` (NaN without any). Unknown ids stay. Requires a valid table.
struct DriverClosure {
  std::vector<std::string> free_ids;
  std::vector<DerivedDriver> derived;
};
DriverClosure CloseOverFormulas(const DriverTable& table, const std::vector<std::string>& ids,
                                Period as_of);

}  // namespace jalon::sim

#endif  // JALON_SIM_DRIVERS_DERIVED_HISTORY_H_
