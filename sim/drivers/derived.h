// Derived drivers at work: one value per effective date from the drivers they depend on.
#ifndef JALON_SIM_DRIVERS_DERIVED_H_
#define JALON_SIM_DRIVERS_DERIVED_H_

#include <functional>
#include <span>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "sim/base/period.h"
#include "sim/base/violation.h"
#include "sim/drivers/derived_rule.h"
#include "sim/drivers/drivers.h"
#include "sim/drivers/formula.h"

namespace jalon::sim {

// Every broken rule of one derived rule by itself, at `path`.formula and so on: formulas that do
// not parse (with their characters), steps that are not positive, a floor at or above the cap,
// months outside 1 to 12 or not ascending, lags outside 0 to 24, deviation laws that are none.
// Reasons: those of Formula::Parse, NOT_POSITIVE, NOT_FINITE, FLOOR_NOT_BELOW_CAP, OUT_OF_RANGE,
// NOT_SORTED, NOT_ORDERED.
Violations ValidateDerivedRule(const DerivedRule& rule, absl::string_view path);

// True when the value may change in `period`.
bool IsEffective(const DerivedRule& rule, Period period);

// The rule's rounding, then floor and cap, of a value in the driver's unit. Multiples of a step
// with at most 9 decimals are the decimal ones (14 x 0.1 is 1.4). Half a step within 1e-9 is a
// half: it goes away from 0. NaN stays NaN.
double Settle(const DerivedRule& rule, double value);

// The size of a departure at a uniform draw in (0, 1), by the inverse CDF of its law: monotone.
double DeviationAt(const DeviationLaw& law, double uniform);

// Derived drivers in an order in which each comes after those it depends on; ids break ties.
// Errors: kInvalidArgument: BAD_FORMULA and its like for a formula that does not parse; CYCLE, one
// violation per cycle that names its drivers, at the first one's formula, `path[i].derived.formula`
// with i an index into `drivers`.
absl::StatusOr<std::vector<DerivedDriver>> InDependencyOrder(std::vector<DerivedDriver> drivers);

// Evaluates derived drivers over periods. Columns of a table of values are the free drivers, then
// the derived ones in their order. Immutable, thread-compatible.
class DerivedDrivers {
 public:
  // Values [column x period], row-major: `period_count` per row.
  struct Table {
    std::span<double> values;
    Window window;
  };
  // What happens to derived driver `d` (an index) in a period besides its formula.
  struct Decision {
    // Added to the settled formula where it is an effective date; 0 keeps to the formula.
    double deviation = 0.0;
    // What a scenario makes of the value in force; identity without one.
    std::function<double(double in_force)> told;
  };
  using Decide = std::function<Decision(int d, Period period)>;

  // Nobody.
  DerivedDrivers() = default;
  // `derived` in dependency order; `free_ids` are the other columns.
  // Errors: kInvalidArgument: a formula that does not parse (as Formula::Parse), UNKNOWN_DRIVER for
  // an input that is neither free nor derived before it.
  static absl::StatusOr<DerivedDrivers> Create(std::vector<DerivedDriver> derived,
                                               const std::vector<std::string>& free_ids);

  int count() const { return static_cast<int>(derived_.size()); }
  const DerivedDriver& driver(int d) const { return derived_[d]; }
  // Columns besides the derived ones.
  int free_count() const { return free_count_; }
  // Periods before an effective date that a formula may need, announcement lag included.
  int reach() const { return reach_; }

  // What the formula of `d` gives for `period`, settled, from the table's values; NaN where it
  // cannot be computed. Periods outside the window are not known.
  double FormulaValue(int d, Period period, const Table& table) const;

  // Fills the rows of derived drivers from `first` on, in time, then in dependency order. The value
  // in force before `first` is the one in the table. Where it is an effective date and the formula
  // can be computed, the value becomes Settle(formula), plus the deviation, settled again;
  // otherwise it stays. What is told of it (Decision::told) is what other drivers see, and does not
  // last.
  void Fill(const Table& table, Period first, const Decide& decide) const;

 private:
  std::vector<DerivedDriver> derived_;
  std::vector<Formula> formulas_;
  // [derived][driver of its formula]: column.
  std::vector<std::vector<int>> columns_;
  int free_count_ = 0;
  int reach_ = 0;
};

}  // namespace jalon::sim

#endif  // JALON_SIM_DRIVERS_DERIVED_H_
