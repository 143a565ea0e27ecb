#include "sim/engine/conditional/estimator_block.h"

#include "sim/engine/conditional/plan_state.h"

namespace jalon::sim {

EstimatorBlock::EstimatorBlock(const ConditionalPlan& plan, int64_t block,
                               const SampledEstimator* sampled)
    : conditional_(plan, block) {
  pending_.push_back(&conditional_);
  if (plan.state().has_thresholds()) shares_ = KnowledgeSharesOf(block);
  for (const KnowledgeShare& share : shares_) {
    knowledge_.push_back(
        std::make_unique<ConditionalBlockWork>(plan, share.paths_block, share.draw));
    pending_.push_back(knowledge_.back().get());
  }
  if (sampled == nullptr) return;
  conditional_.KeepStates(known_.states);
  sampled_ = sampled->BeginBlockOn(block, known_);
  pending_.push_back(sampled_.get());
}

bool EstimatorBlock::Step() {
  if (pending_[next_]->Step()) ++next_;
  return next_ == pending_.size();
}

}  // namespace jalon::sim
