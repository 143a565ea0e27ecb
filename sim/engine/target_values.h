// From cells to the values of targets on a path. Internal to sim/engine.
#ifndef JALON_SIM_ENGINE_TARGET_VALUES_H_
#define JALON_SIM_ENGINE_TARGET_VALUES_H_

#include <span>
#include <vector>

#include "sim/engine/block_states.h"
#include "sim/engine/plan.h"
#include "sim/engine/shared_stage.h"

namespace jalon::sim {

// Slots of one path among several: slots[slot * stride + lane].
struct SlotLane {
  std::span<double> slots;
  int stride = 1;
  int lane = 0;
};

// What `reading` reads off the cells [period of the horizon] of one series.
double ReadCells(const Plan& plan, const SlotReading& reading, std::span<const double> cells,
                 const SharedState& state);

// Adds the cells of series i to the slots that contain it.
void AddToSlots(const Plan& plan, int i, std::span<const double> cells, const SharedState& state,
                const SlotLane& lane);

// The same on the 16 paths of a block; `slots`: [slot].
void AddRowsToSlots(const Plan& plan, int i, std::span<const PathRow> cells,
                    const BlockStates& states, std::span<PathRow> slots);

// Values of targets and what their thresholds need beside, from the slots of `stride` paths, at
// most 16.
struct TargetValues {
  TargetValues(const Plan& plan, int stride);

  // Of the targets of a range; each of them once.
  void Finish(const Plan& plan, std::span<const double> slots, TargetRange targets);

  int stride;
  // [target x stride]: NaN for a ratio whose denominator is 0.
  std::vector<double> values;
  // [part x stride]: Plan::target_parts says which.
  std::vector<double> parts;
};

}  // namespace jalon::sim

#endif  // JALON_SIM_ENGINE_TARGET_VALUES_H_
