// The part of a plan that some of its targets need.
#ifndef JALON_SIM_ENGINE_SUB_PLAN_H_
#define JALON_SIM_ENGINE_SUB_PLAN_H_

#include <span>

#include "sim/engine/plan.h"

namespace jalon::sim {

// A plan of `targets` (indices into plan.targets, ascending) that draws the steps of series they
// are made of and no others; without scores. Every cell, hence every value of a target on a path,
// has the bits it has in `plan`. O(plan).
Plan SubPlan(const Plan& plan, std::span<const int> targets);

}  // namespace jalon::sim

#endif  // JALON_SIM_ENGINE_SUB_PLAN_H_
