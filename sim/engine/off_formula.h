// Derived drivers that a scenario pulls away from their formula: such a world is allowed, and said.
#ifndef JALON_SIM_ENGINE_OFF_FORMULA_H_
#define JALON_SIM_ENGINE_OFF_FORMULA_H_

#include <string>
#include <vector>

#include "sim/base/period.h"
#include "sim/engine/plan.h"

namespace jalon::sim {

// The first period in which a scenario tells something else of a derived driver than its formula.
struct OffFormula {
  std::string driver;
  Period period;
  // In the driver's unit, on the plan's central path: told, and what would be in force without.
  double told = 0.0;
  double in_force = 0.0;

  friend bool operator==(const OffFormula&, const OffFormula&) = default;
};

// Every derived driver that regime `regime` of the plan imposes or shifts by more than half its
// rounding step (or at all, without one) from what its formula gives on the central path: no
// innovation of any driver, no deviation of the authority, all other assumptions as they are. In
// the order of periods, then of the drivers. Cost: one path of drivers.
std::vector<OffFormula> FindOffFormula(const Plan& plan, int regime = 0);

}  // namespace jalon::sim

#endif  // JALON_SIM_ENGINE_OFF_FORMULA_H_
