// The shared states of a block's 16 paths, side by side. Internal to sim/engine.
#ifndef JALON_SIM_ENGINE_BLOCK_STATES_H_
#define JALON_SIM_ENGINE_BLOCK_STATES_H_

#include <vector>

#include "sim/engine/plan.h"
#include "sim/engine/shared_stage.h"
#include "sim/kernel/path_rows.h"

namespace jalon::sim {

// Rows as the numbers of SharedState, a path to a lane.
struct BlockStates {
  explicit BlockStates(const Plan& plan);

  // Takes the state of a path.
  void Set(int lane, const SharedState& state);

  std::vector<PathRow> profile;
  std::vector<PathRow> event_factor;
  std::vector<PathRow> event_size;
  std::vector<PathRow> event_log_size;
  std::vector<PathRow> level_factors;
  std::vector<PathRow> rates;
};

}  // namespace jalon::sim

#endif  // JALON_SIM_ENGINE_BLOCK_STATES_H_
