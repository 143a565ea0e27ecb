// Driver paths under a scenario's assumptions. Internal to sim/engine.
#ifndef JALON_SIM_ENGINE_DRIVER_PATHS_H_
#define JALON_SIM_ENGINE_DRIVER_PATHS_H_

#include <cstdint>
#include <vector>

#include "sim/engine/plan.h"
#include "sim/engine/shared_draws.h"

namespace jalon::sim {

// [driver, then derived driver x Plan::driver_window] in regime `regime`: known values up to as_of,
// then the driver model's path with its imposed and shifted drivers, and derived drivers computed
// from it with their authority's deviations. NaN before a driver's first value. Draws are the same
// whatever the regime.
//
// Streams of a derived driver: Purpose::kDriver, its id, the effective date; draw 1 decides whether
// the authority deviates, draw 2 by how much.
std::vector<double> DriverPaths(const Plan& plan, int regime, SharedDraws& draws);
// By independent draws, in the first regime.
std::vector<double> DriverPaths(const Plan& plan, int64_t path);

// The same without innovations: the driver model's expected path in a regime.
std::vector<double> MeanDriverPaths(const Plan& plan, int regime);

// Transformed driver minus its reference; 0 where the driver is not known.
double DriverDeviation(const Elasticity& elasticity, double value);

}  // namespace jalon::sim

#endif  // JALON_SIM_ENGINE_DRIVER_PATHS_H_
