// Memory for a block, taken in parts. Internal to sim/engine/conditional.
#ifndef JALON_SIM_ENGINE_CONDITIONAL_BLOCK_ROOM_H_
#define JALON_SIM_ENGINE_CONDITIONAL_BLOCK_ROOM_H_

#include <cstddef>
#include <utility>

#include "sim/engine/conditional/conditional.h"
#include "sim/engine/conditional/lane_evaluator.h"
#include "sim/engine/conditional/plan_state.h"

namespace jalon::sim {

// Grows a block before there is work that fills it: the fresh pages of tens of thousands of targets
// take tens of milliseconds where the system zeroes them. A block of the plan's pool is grown
// already. One thread at a time; `plan` must outlive it.
class BlockRoom {
 public:
  // Takes a block from the pool of `asked`.
  BlockRoom(const ConditionalPlanState& plan, ThresholdsAsked asked);

  // Grows the block by `numbers` > 0 numbers: the default takes a millisecond. True when the work
  // that fills it takes no memory of its own for it.
  bool Step(size_t numbers = size_t{1} << 17);
  // Puts the block into the pool, where that work finds it.
  void Give() { pool_.Give(std::move(block_)); }

 private:
  BlockPool& pool_;
  const size_t rows_;
  const size_t targets_;
  ConditionalBlock block_;
};

}  // namespace jalon::sim

#endif  // JALON_SIM_ENGINE_CONDITIONAL_BLOCK_ROOM_H_
