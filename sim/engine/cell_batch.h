// Own noise of a series drawn in vectors (sim/kernel/cell_laws.h): the same words at the same
// addresses through the same laws as the scalar oracle of series_stage.h, so that each cell can be
// compared with the oracle's.
#ifndef JALON_SIM_ENGINE_CELL_BATCH_H_
#define JALON_SIM_ENGINE_CELL_BATCH_H_

#include <cstdint>
#include <span>
#include <vector>

#include "sim/engine/plan.h"
#include "sim/kernel/cell_laws.h"

namespace jalon::sim {

// Compounds' shapes with a surface of their own: a fitted model has one for each indicator.
inline constexpr int kMostCompoundShapes = 32;

// The laws of the plan's series: surfaces for the first kMostCompoundShapes shapes of its
// compounds, 30 ms each. Series with other shapes are drawn by the scalar quantile.
CellLaws MakeCellLaws(const Plan& plan);

// Replaces the means of series i, a flow, on a path by its cells, and NaN by the constants of the
// plan: [period]. Internal to sim/engine.
void DrawInBatches(const Plan& plan, int i, int64_t path, const CellLaws& laws,
                   std::span<double> cells);

// e of stock i on a path (sim/model/model.h), [period]: zeros without dispersion. Internal to
// sim/engine.
std::vector<double> StockNoise(const Plan& plan, int i, int64_t path, const CellLaws& laws);

}  // namespace jalon::sim

#endif  // JALON_SIM_ENGINE_CELL_BATCH_H_
