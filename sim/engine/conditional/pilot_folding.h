// The folding of a run's first blocks. Internal to sim/engine/conditional.
#ifndef JALON_SIM_ENGINE_CONDITIONAL_PILOT_FOLDING_H_
#define JALON_SIM_ENGINE_CONDITIONAL_PILOT_FOLDING_H_

#include <functional>
#include <vector>

#include "absl/status/status.h"
#include "sim/engine/conditional/conditional.h"
#include "sim/engine/conditional/estimator_block.h"
#include "sim/engine/conditional/estimator_folding.h"
#include "sim/engine/conditional/pilot_places.h"

namespace jalon::sim {

// What the run's first blocks set up and are folded into.
struct PilotParts {
  ConditionalPlan& plan;
  // Begins it and returns it, once the plan has its places.
  std::function<ConditionalAccumulator&()> begin;
  // Blocks that came before, kept until the last pilot is there.
  std::vector<ConditionalBlock>& kept;
};

// Where preparation left the pilots to the run: the first of its blocks are kept, the last of them
// says with them where conditional means fall, and all are folded. They carry closed forms alone.
// One thread at a time; the parts must outlive it.
class PilotFolding final : public ClosedFolding {
 public:
  PilotFolding(PilotParts into, EstimatorBlock& block);

  bool Step() override { return !status_.ok() || FoldWork::Step(); }
  absl::Status Finish() override;

 private:
  void PlanParts();

  const PilotParts into_;
  absl::Status status_;
  PilotPlaces places_;
  // Null until places are set.
  ConditionalAccumulator* targets_ = nullptr;
};

}  // namespace jalon::sim

#endif  // JALON_SIM_ENGINE_CONDITIONAL_PILOT_FOLDING_H_
