#include "sim/engine/conditional/estimator_block.h"

#include "sim/engine/conditional/plan_state.h"

namespace jalon::sim {

EstimatorBlock::EstimatorBlock(const ConditionalPlan& plan, int64_t block,
                               const SampledEstimator* sampled)
    : plan_(plan), block_(block), sampler_(sampled) {
  // Whole paths need the states that closed forms draw.
  if (sampled == nullptr) known_block_ = plan.state().first_blocks.Take(block);
  if (plan.state().has_thresholds()) shares_ = KnowledgeSharesOf(block);
  rooms_.reserve(1 + shares_.size());
  if (!known_block_) rooms_.emplace_back(plan.state(), ThresholdsAsked::kAll);
  for (size_t share = 0; share < shares_.size(); ++share) {
    rooms_.emplace_back(plan.state(), ThresholdsAsked::kFirst);
  }
}

bool EstimatorBlock::Step() {
  if (!has_begun_) {
    if (MakeRoom()) Begin();
    return has_begun_ && pending_.empty();
  }
  if (pending_[next_]->Step()) ++next_;
  return next_ == pending_.size();
}

// One of its parts a call.
bool EstimatorBlock::LetGo() {
  if (sampled_ != nullptr) {
    sampled_ = nullptr;
  } else if (!knowledge_.empty()) {
    knowledge_.pop_back();
  } else if (!rooms_.empty()) {
    rooms_.pop_back();
  } else {
    return true;
  }
  return false;
}

absl::StatusOr<ConditionalBlock> EstimatorBlock::TakeConditional() {
  if (known_block_) return *std::move(known_block_);
  return conditional_->Take();
}

bool EstimatorBlock::MakeRoom() {
  for (BlockRoom& room : rooms_) {
    if (!room.Step()) return false;
  }
  // Together: each takes a block of the pool.
  for (BlockRoom& room : rooms_) room.Give();
  rooms_.clear();
  return true;
}

void EstimatorBlock::Begin() {
  has_begun_ = true;
  if (!known_block_) {
    conditional_.emplace(plan_, block_);
    pending_.push_back(&*conditional_);
  }
  for (const KnowledgeShare& share : shares_) {
    knowledge_.push_back(
        std::make_unique<ConditionalBlockWork>(plan_, share.paths_block, share.draw));
    pending_.push_back(knowledge_.back().get());
  }
  if (sampler_ == nullptr) return;
  conditional_->KeepStates(known_.states);
  sampled_ = sampler_->BeginBlockOn(block_, known_);
  pending_.push_back(sampled_.get());
}

}  // namespace jalon::sim
