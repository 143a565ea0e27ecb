// Every target is linear in what series do not share, given the shared state (DECISIONS D2): this
// writes the coefficients out. A naive twin of the recursions of the sampled estimator, for tests
// and for estimators that integrate the own noise analytically.
//
//   quantity = constant + sum flow weights x y[i,t] + sum noise weights x e[i,t]
//                       + sum own weights x unit_scale[i] (branch_loading u[b] + v[i])
//
// with y the drawn cells of flows, e and (u, v) those of stocks (sim/model/model.h). Cells that are
// constants, and opening levels, are in the constant. A ratio N / D reaches o where the quantity
// N - o D is >= 0: the difference of two functionals.
#ifndef JALON_SIM_ENGINE_FUNCTIONAL_H_
#define JALON_SIM_ENGINE_FUNCTIONAL_H_

#include <map>
#include <utility>

#include "sim/engine/plan.h"
#include "sim/engine/shared_stage.h"

namespace jalon::sim {

struct LinearFunctional {
  double constant = 0.0;
  // By (series of the plan, period of the horizon).
  std::map<std::pair<int, int>, double> flows;
  std::map<std::pair<int, int>, double> noises;
  // By series of the plan.
  std::map<int, double> own;
};

// The functional of a quantity of `plan` in a shared state. For stocks that count things
// (PlanStock:: whole) the roundings of other movements are part of e. Deterministic; cost O(series
// x periods^2).
LinearFunctional FunctionalOf(const Plan& plan, const PlanQuantity& quantity,
                              const SharedState& state);

}  // namespace jalon::sim

#endif  // JALON_SIM_ENGINE_FUNCTIONAL_H_
