// What the paths of a plan are made from, and from when on another plan's paths may differ: what a
// variant does not move need not be computed again. Internal to sim/engine/conditional.
#ifndef JALON_SIM_ENGINE_CONDITIONAL_PATH_INPUTS_H_
#define JALON_SIM_ENGINE_CONDITIONAL_PATH_INPUTS_H_

#include <cstdint>
#include <optional>
#include <vector>

#include "sim/base/period.h"
#include "sim/drivers/driver_simulator.h"
#include "sim/engine/plan.h"
#include "sim/model/model.h"

namespace jalon::sim {

// Of a plan with one regime: all that shared states and means of series are computed from,
// LawInputs apart. A pure value.
struct PathInputs {
  uint64_t seed = 0;
  Model shared;
  std::vector<double> base;
  std::vector<double> level_loadings;
  std::vector<PlanGroup> groups;
  std::vector<PlanRegionRow> region_rows;
  std::vector<int> indicators;
  std::vector<uint64_t> mean_factors;
  std::vector<PlanElasticity> elasticities;
  Window driver_window;
  std::vector<double> driver_history;
  // Of the regime.
  std::optional<DriverSimulator> driver_simulator;
  std::vector<DriverCourse> derived_courses;
  std::vector<PlanEvent> events;

  int64_t bytes() const;
};

PathInputs PathInputsOf(const Plan& plan);

// Most bytes that PathInputs holds for `plan`.
double PredictPathInputsBytes(const Plan& plan);

// From which period of the horizon on, an index, numbers of two plans may differ on a path; the
// number of periods where they never do.
struct FirstMoves {
  // [series]
  std::vector<int> series;
  // Of drivers, hence of rates.
  int rates = 0;
};

// Those of `plan` against one of the same LawInputs. Nullopt where more differs than events and
// what is told of drivers: everything may move. 1 ns a cell.
std::optional<FirstMoves> FirstMovesOf(const PathInputs& inputs, const Plan& plan);

}  // namespace jalon::sim

#endif  // JALON_SIM_ENGINE_CONDITIONAL_PATH_INPUTS_H_
