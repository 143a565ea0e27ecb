#include "sim/engine/conditional/estimator_folding.h"

#include <utility>

#include "sim/base/status_macros.h"
#include "sim/engine/target.h"

namespace jalon::sim {

namespace {

// 0.1 ms, and of the first block two more for fresh pages.
constexpr int kTargetsOfSlice = 1'024;

}  // namespace

EstimatorFolding::EstimatorFolding(const FoldedParts& into, EstimatorBlock& block)
    : into_(into), status_(Take(block)), sampled_(BeginSampled(block)) {
  AddPart(into_.target_count, kTargetsOfSlice,
          [this](TargetRange targets) { into_.targets.Add(closed_, targets); });
  for (size_t share = 0; share < shares_.size(); ++share) {
    AddPart(into_.knowledge.row_count(), kTargetsOfSlice, [this, share](TargetRange rows) {
      into_.knowledge.Add(shares_[share], knowledge_[share], rows);
    });
  }
}

bool EstimatorFolding::Step() {
  if (!status_.ok()) return true;
  if (!closed_done_) {
    closed_done_ = FoldWork::Step();
    return closed_done_ && sampled_ == nullptr;
  }
  return sampled_->Step();
}

absl::Status EstimatorFolding::Finish() {
  JALON_RETURN_IF_ERROR(status_);
  if (sampled_ != nullptr) JALON_RETURN_IF_ERROR(into_.sampled->FinishFold(std::move(sampled_)));
  into_.targets.EndBlock(std::move(closed_));
  for (size_t share = 0; share < shares_.size(); ++share) {
    into_.knowledge.EndBlock(shares_[share], std::move(knowledge_[share]));
  }
  return absl::OkStatus();
}

absl::Status EstimatorFolding::Take(EstimatorBlock& block) {
  JALON_ASSIGN_OR_RETURN(closed_, block.TakeConditional());
  shares_ = block.shares();
  for (size_t share = 0; share < shares_.size(); ++share) {
    JALON_ASSIGN_OR_RETURN(knowledge_.emplace_back(), block.TakeKnowledge(share));
  }
  return absl::OkStatus();
}

std::unique_ptr<SlicedWork> EstimatorFolding::BeginSampled(EstimatorBlock& block) {
  if (!status_.ok() || into_.sampled == nullptr) return nullptr;
  return into_.sampled->BeginFold(block.TakeSampled());
}

}  // namespace jalon::sim
