// What a drawn cell costs, by its law and its mean, and a plan in bytes. Internal to sim/engine.
#ifndef JALON_SIM_ENGINE_CELL_COST_H_
#define JALON_SIM_ENGINE_CELL_COST_H_

#include "sim/engine/plan.h"

namespace jalon::sim {

// How own noise is drawn: in vectors over the 16 paths of a block (block_stage.h), as runs do, or
// by the scalar oracle.
enum class CellDraws { kVectors, kScalar };

// Nanoseconds of the drawn cells of series i on one path, at its mean in the first period that is
// drawn, on one core of a 2022 server with AVX2 or more, shared stage left out; 0 when all its
// cells are constants. Laws at other means on other paths make it right within a factor of two, not
// more. Coefficients measured by bench/sim/engine on AVX2. They size slices and predictions and
// touch no number of an answer.
double SeriesNanoseconds(const Plan& plan, int i, CellDraws draws);

// Bytes of a plan's arrays; thresholds of all its targets.
double PlanBytes(const Plan& plan);
double ThresholdCount(const Plan& plan);

}  // namespace jalon::sim

#endif  // JALON_SIM_ENGINE_CELL_COST_H_
