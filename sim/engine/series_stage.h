// The series stage: from the shared state of a path to the cells of one series (DECISIONS D1).
//
// Double precision, scalar and clear: this is the oracle later kernels are compared with. Internal
// to sim/engine.
#ifndef JALON_SIM_ENGINE_SERIES_STAGE_H_
#define JALON_SIM_ENGINE_SERIES_STAGE_H_

#include <cstdint>
#include <span>
#include <vector>

#include "sim/engine/plan.h"
#include "sim/engine/shared_stage.h"

namespace jalon::sim {

// Conditional means of series i on a path, [period] written to `means`; NaN where the cell is a
// constant.
void SeriesMeans(const Plan& plan, int i, int64_t path, const SharedState& state,
                 std::span<double> means);

// Cells of series i on a path, [period] written to `cells`.
void DrawSeries(const Plan& plan, int i, int64_t path, const SharedState& state,
                std::span<double> cells);

// The quantity of `target` in `cells` [period of the horizon] before division by the window (MEAN):
// a sum over its window, or its last cell.
double WindowValue(const Plan& plan, const Target& target, std::span<const double> cells);

// Adds the cells of series i to the targets that contain it: values[target * stride + lane].
struct TargetLane {
  std::span<double> values;
  int stride = 1;
  int lane = 0;
};
void AddToTargets(const Plan& plan, int i, std::span<const double> cells, const TargetLane& lane);

// Divides MEAN targets by the length of their window. [target x stride]
void FinishTargets(const Plan& plan, std::span<double> values, int stride);

}  // namespace jalon::sim

#endif  // JALON_SIM_ENGINE_SERIES_STAGE_H_
