// The folding of a ConditionalEstimator's block. Internal to sim/engine/conditional.
#ifndef JALON_SIM_ENGINE_CONDITIONAL_ESTIMATOR_FOLDING_H_
#define JALON_SIM_ENGINE_CONDITIONAL_ESTIMATOR_FOLDING_H_

#include <memory>
#include <vector>

#include "absl/status/status.h"
#include "sim/engine/conditional/conditional.h"
#include "sim/engine/conditional/estimator_block.h"
#include "sim/engine/conditional/knowledge.h"
#include "sim/engine/estimator.h"
#include "sim/engine/fold_work.h"
#include "sim/engine/sampled_estimator.h"

namespace jalon::sim {

// What a block is folded into.
struct FoldedParts {
  int target_count = 0;
  ConditionalAccumulator& targets;
  KnowledgeAccumulator& knowledge;
  // Null where nothing is sampled.
  SampledEstimator* sampled = nullptr;
};

// The folding of a block's closed forms, and of what comes with them.
class ClosedFolding : public FoldWork {
 public:
  // Once complete. Errors: those of the block.
  virtual absl::Status Finish() = 0;
};

// The closed forms of a block into theirs, its shares of the knowledge interval, then its whole
// paths. Nothing is added of a block that failed. One thread at a time; the parts must outlive it.
class EstimatorFolding final : public ClosedFolding {
 public:
  // Takes what the block holds.
  EstimatorFolding(const FoldedParts& into, EstimatorBlock& block);

  bool Step() override;
  absl::Status Finish() override;

 private:
  absl::Status Take(EstimatorBlock& block);
  std::unique_ptr<SlicedWork> BeginSampled(EstimatorBlock& block);

  const FoldedParts into_;
  ConditionalBlock closed_;
  std::vector<KnowledgeShare> shares_;
  // [share]
  std::vector<ConditionalBlock> knowledge_;
  const absl::Status status_;
  std::unique_ptr<SlicedWork> sampled_;
  bool closed_done_ = false;
};

}  // namespace jalon::sim

#endif  // JALON_SIM_ENGINE_CONDITIONAL_ESTIMATOR_FOLDING_H_
