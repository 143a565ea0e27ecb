// Own noise of a series drawn in vectors (sim/kernel/cell_laws.h): the same words at the same
// addresses through the same laws as the scalar oracle of series_stage.h, so that each cell can be
// compared with the oracle's. Here on one path, as replays draw; block_stage.h draws 16 at once.
#ifndef JALON_SIM_ENGINE_CELL_BATCH_H_
#define JALON_SIM_ENGINE_CELL_BATCH_H_

#include <cstdint>
#include <span>
#include <vector>

#include "sim/engine/estimator.h"
#include "sim/engine/plan.h"
#include "sim/kernel/cell_laws.h"

namespace jalon::sim {

// The shapes of compounds that the plan draws, ascending, each once: a fitted model has one for
// each indicator. O(series).
std::vector<double> CompoundShapes(const Plan& plan);

// The laws of the plan's series. Those of another plan (other targets, part of this one) give the
// series they share the same bits. Costs 3 ms, and 30 ms for each of its CompoundShapes that `memo`
// does not hold; CellLawsWork does it in slices.
CellLaws MakeCellLaws(const Plan& plan, SurfaceMemo* memo = nullptr);

// MakeCellLaws slice by slice. `memo` must outlive it.
class CellLawsWork final : public SlicedWork {
 public:
  explicit CellLawsWork(const Plan& plan, SurfaceMemo* memo = nullptr)
      : maker_(CompoundShapes(plan), memo) {}
  bool Step() override { return maker_.Step(); }
  // Once complete; the object is then empty.
  CellLaws Take() { return maker_.Take(); }

 private:
  CellLawsMaker maker_;
};

// Cells of a flow at their means, which are not below zero for laws without negative values, and
// their words. Internal to sim/engine.
void DrawCells(const PlanSeries& series, const CellLaws& laws, const CellBatch& batch);

// Replaces the means of series i, a flow, on a path by its cells, and NaN by the constants of the
// plan: [period]. Internal to sim/engine.
void DrawInBatches(const Plan& plan, int i, int64_t path, const CellLaws& laws,
                   std::span<double> cells);

// e of stock i on a path (sim/model/model.h), [period]: zeros without dispersion. Internal to
// sim/engine.
std::vector<double> StockNoise(const Plan& plan, int i, int64_t path, const CellLaws& laws);

}  // namespace jalon::sim

#endif  // JALON_SIM_ENGINE_CELL_BATCH_H_
