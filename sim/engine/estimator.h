// What a run drives: blocks of 16 paths, computed by any thread in slices and folded in order.
//
// Two estimators implement it: sampled (sim/engine/sampled_estimator.h), which draws whole paths,
// and conditional (sim/engine/conditional/estimator.h), which integrates what is drawn for one
// target alone. A block is a pure function of the plan and its index; folding in index order gives
// the same bits for any number of threads.
#ifndef JALON_SIM_ENGINE_ESTIMATOR_H_
#define JALON_SIM_ENGINE_ESTIMATOR_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "sim/engine/law_check.h"
#include "sim/engine/law_used.h"
#include "sim/engine/scores.h"
#include "sim/engine/scramble_means.h"
#include "sim/engine/target.h"

namespace jalon::sim {

// Work in slices. One thread at a time, any thread.
class SlicedWork {
 public:
  virtual ~SlicedWork() = default;
  // Does about 5 ms of work at most. Returns true when there is nothing left to do.
  virtual bool Step() = 0;
  // Of work that is not stepped any more: frees some of what it holds, 2 ms at most. Returns true
  // once its end frees the rest within as much.
  virtual bool LetGo() { return true; }
};

// Estimates of every target of a plan. BeginPreparation and BeginBlock may be called by any thread
// at any time, also while another folds; everything else is for one thread at a time.
class Estimator {
 public:
  virtual ~Estimator() = default;

  // Whether there is something to do before the first block.
  virtual bool needs_preparation() const { return false; }
  // That work; null when there is none.
  virtual std::unique_ptr<SlicedWork> BeginPreparation() const { return nullptr; }
  // Takes complete preparation in. Errors: kInvalidArgument when the plan cannot be estimated so.
  virtual absl::Status FinishPreparation(std::unique_ptr<SlicedWork> work);

  // The work of a block. Requires finished preparation.
  virtual std::unique_ptr<SlicedWork> BeginBlock(int64_t block) const = 0;
  // The work of taking a complete block in, from BeginBlock(blocks_folded()), and its end. Errors:
  // kInternal naming a target with a value that is not finite; the run must fail.
  virtual std::unique_ptr<SlicedWork> BeginFold(std::unique_ptr<SlicedWork> block) = 0;
  virtual absl::Status FinishFold(std::unique_ptr<SlicedWork> fold) = 0;
  // All of it at once.
  absl::Status Fold(std::unique_ptr<SlicedWork> block);
  virtual int64_t blocks_folded() const = 0;
  // Whether it has estimates once so many paths are folded, which are no checkpoint: of a variant
  // that takes over what its baseline said at its checkpoints alone it has not. Requires finished
  // preparation.
  virtual bool MayEndAt(int64_t) const { return true; }

  // Of `targets`, in their order, with two-sided intervals of the computation error at
  // `confidence_level`. Requires a block. Some 0.5 us a target and as much a quantile.
  virtual std::vector<TargetEstimate> EstimatesAt(double confidence_level,
                                                  TargetRange targets) const = 0;
  // Of plan.scores, which has so many, and of its joint sets; requires a block.
  virtual int score_count() const = 0;
  virtual std::vector<ScoreEstimate> ScoresAt(double confidence_level,
                                              TargetRange scores) const = 0;
  virtual std::vector<ProbabilityEstimate> JointSetsAt(double confidence_level) const = 0;
  // Widest half-width over all thresholds of all targets; 0 when there are none.
  virtual double WidestHalfWidth(double confidence_level) const = 0;
  // [target]; requires finished preparation.
  virtual std::vector<LawUsed> laws() const = 0;
  // What was found of those laws; requires finished preparation. Empty unless it was asked for.
  virtual std::vector<LawCheck> law_checks() const { return {}; }
  // The averages of each scramble; requires a block. Nullopt for estimators without scrambles.
  virtual std::optional<ScrambleMeans> Scrambles() const { return std::nullopt; }
  // As SlicedWork::LetGo. No work of it is stepped afterwards, and nothing else is asked of it.
  virtual bool LetGo() { return true; }
};

inline absl::Status Estimator::FinishPreparation(std::unique_ptr<SlicedWork>) {
  return absl::OkStatus();
}

inline absl::Status Estimator::Fold(std::unique_ptr<SlicedWork> block) {
  std::unique_ptr<SlicedWork> fold = BeginFold(std::move(block));
  while (!fold->Step()) {
  }
  return FinishFold(std::move(fold));
}

}  // namespace jalon::sim

#endif  // JALON_SIM_ENGINE_ESTIMATOR_H_
