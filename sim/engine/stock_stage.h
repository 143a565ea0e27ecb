// From flows to stocks: the recursion of sim/model/model.h on one path. Internal to sim/engine.
#ifndef JALON_SIM_ENGINE_STOCK_STAGE_H_
#define JALON_SIM_ENGINE_STOCK_STAGE_H_

#include <cstdint>
#include <span>
#include <vector>

#include "sim/engine/plan.h"
#include "sim/engine/shared_stage.h"

namespace jalon::sim {

class CellLaws;

// Shares of the opening stock that the other movements of series i are worth, events included:
// rate[t] of the equations, on one path. Shape: [period]; 0 for a stock that its flows explain, NaN
// where the level is a constant.
std::vector<double> StockRates(const Plan& plan, int i, const SharedState& state);

// Levels of stock i on a path, [period] written to `levels`. `step_cells`: cells of the step's
// series, [place in step x period]; those of its flows are there already. With `laws`, own noise is
// drawn in vectors (cell_batch.h).
void DrawStock(const Plan& plan, int i, int64_t path, const SharedState& state,
               std::span<const double> step_cells, std::span<double> levels,
               const CellLaws* laws = nullptr);

// Cells of every series of step `step` on a path: [place in step x period] written to `step_cells`.
// With `laws`, own noise is drawn in vectors (cell_batch.h).
void DrawStep(const Plan& plan, int step, int64_t path, const SharedState& state,
              std::span<double> step_cells, const CellLaws* laws = nullptr);

}  // namespace jalon::sim

#endif  // JALON_SIM_ENGINE_STOCK_STAGE_H_
