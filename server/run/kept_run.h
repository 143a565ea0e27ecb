// A run in progress, and what it gathers for its variants.
#ifndef JALON_SERVER_RUN_KEPT_RUN_H_
#define JALON_SERVER_RUN_KEPT_RUN_H_

#include <memory>
#include <optional>
#include <utility>

#include "sim/engine/conditional/baseline.h"
#include "sim/engine/conditional/estimator.h"
#include "sim/engine/run.h"

namespace jalon::server {

// The state of a run with, for a conditional one whose block is kept, the block in the making.
// As thread-compatible as sim::RunState.
class KeptRun {
 public:
  KeptRun(std::unique_ptr<sim::Estimator> estimator, const sim::RunOptions& options,
          int max_outstanding)
      : state_(std::move(estimator), options, max_outstanding) {}
  // The same with its block, for targets known as `identities`.
  KeptRun(std::unique_ptr<sim::ConditionalEstimator> estimator, const sim::RunOptions& options,
          int max_outstanding, const sim::TargetIdentities& identities)
      : conditional_(estimator.get()),
        block_(std::make_shared<sim::BaselineBlock>(sim::BaselineBlock{
            .identities = identities, .quantile_levels = options.summary.quantile_levels})),
        state_(std::move(estimator), options, max_outstanding) {}

  sim::RunState& state() { return state_; }
  const sim::RunState& state() const { return state_; }

  // The oldest checkpoint not yet taken; its averages are gathered.
  std::optional<sim::Checkpoint> TakeCheckpoint() {
    std::optional<sim::Checkpoint> checkpoint = state_.TakeCheckpoint();
    if (checkpoint && block_ != nullptr) {
      block_->Add(std::move(checkpoint->scrambles).value(), std::move(checkpoint->kept));
    }
    return checkpoint;
  }

  // Once it has ended with all its checkpoints taken: the block, complete; null where none is kept.
  // Some milliseconds for tens of thousands of targets.
  std::shared_ptr<const sim::BaselineBlock> TakeBlock() {
    if (block_ == nullptr || block_->checkpoints.empty()) return nullptr;
    block_->basis = conditional_->Basis();
    block_->mixtures = conditional_->Mixtures();
    return std::move(block_);
  }

  // As sim::RunState::LetGo.
  bool LetGo() {
    if (block_ == nullptr) return state_.LetGo();
    block_ = nullptr;
    return false;
  }

 private:
  // Inside `state_`.
  const sim::ConditionalEstimator* conditional_ = nullptr;
  std::shared_ptr<sim::BaselineBlock> block_;
  sim::RunState state_;
};

}  // namespace jalon::server

#endif  // JALON_SERVER_RUN_KEPT_RUN_H_
