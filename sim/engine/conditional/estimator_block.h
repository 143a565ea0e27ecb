// A block of a ConditionalEstimator. Internal to sim/engine/conditional.
#ifndef JALON_SIM_ENGINE_CONDITIONAL_ESTIMATOR_BLOCK_H_
#define JALON_SIM_ENGINE_CONDITIONAL_ESTIMATOR_BLOCK_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "sim/engine/conditional/block_room.h"
#include "sim/engine/conditional/conditional.h"
#include "sim/engine/conditional/knowledge.h"
#include "sim/engine/estimator.h"
#include "sim/engine/sampled.h"
#include "sim/engine/sampled_estimator.h"
#include "sim/engine/shared_stage.h"

namespace jalon::sim {

// Memory for a block, then its closed forms; then its shares of the knowledge interval and its
// whole paths, on the closed forms' states, where some are needed. One thread at a time.
class EstimatorBlock final : public SlicedWork {
 public:
  // `sampled`: null where no whole paths are needed. Both must outlive it.
  EstimatorBlock(const ConditionalPlan& plan, int64_t block, const SampledEstimator* sampled);

  // True when complete, or failed.
  bool Step() override;
  bool LetGo() override;

  // Once complete; what is taken is then empty. Errors: those of ConditionalBlockWork::Take.
  absl::StatusOr<ConditionalBlock> TakeConditional();
  const std::vector<KnowledgeShare>& shares() const { return shares_; }
  // [share]
  absl::StatusOr<ConditionalBlock> TakeKnowledge(size_t share) { return knowledge_[share]->Take(); }
  // Null without whole paths.
  std::unique_ptr<SlicedWork> TakeSampled() { return std::move(sampled_); }

 private:
  // Shared states of the block's paths, drawn for its closed forms.
  class KnownStates final : public SharedSource {
   public:
    SharedState At(int64_t path) const override { return states[path % kPathsPerBlock]; }

    std::vector<SharedState> states;
  };

  // True when there is memory for all blocks.
  bool MakeRoom();
  void Begin();

  const ConditionalPlan& plan_;
  const int64_t block_;
  const SampledEstimator* const sampler_;
  std::vector<KnowledgeShare> shares_;
  // Of the block, and of its shares.
  std::vector<BlockRoom> rooms_;
  bool has_begun_ = false;
  // Known from preparation, or computed.
  std::optional<ConditionalBlock> known_block_;
  std::optional<ConditionalBlockWork> conditional_;
  std::vector<std::unique_ptr<ConditionalBlockWork>> knowledge_;
  // Filled before whole paths ask for them.
  KnownStates known_;
  std::unique_ptr<SlicedWork> sampled_;
  // What is above and there, in order; done up to `next_`.
  std::vector<SlicedWork*> pending_;
  size_t next_ = 0;
};

}  // namespace jalon::sim

#endif  // JALON_SIM_ENGINE_CONDITIONAL_ESTIMATOR_BLOCK_H_
