// What a run says at a checkpoint, and the work of finding it.
#ifndef JALON_SIM_ENGINE_CHECKPOINT_H_
#define JALON_SIM_ENGINE_CHECKPOINT_H_

#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include "sim/engine/estimator.h"
#include "sim/engine/kept_estimates.h"
#include "sim/engine/sampled.h"
#include "sim/engine/scores.h"
#include "sim/engine/target.h"

namespace jalon::sim {

// Why a run ended.
enum class RunEnd {
  kPrecision,  // every threshold is as precise as asked
  kPathLimit,  // max_paths paths
  kTimeLimit,  // told to finish early; the answer is good for its N
  kCancelled,  // told to drop everything
};

// Estimates at a checkpoint.
struct Checkpoint {
  int64_t path_count = 0;
  // [target]
  std::vector<TargetEstimate> estimates;
  std::vector<LawUsed> laws;
  // Of an estimator that compared its laws with whole paths.
  std::vector<LawCheck> law_checks;
  // Of plan.scores.
  ScoreEstimates scores;
  // With SummaryOptions::keep_scrambles, from an estimator that has scrambles.
  std::optional<ScrambleMeans> scrambles;
  // With SummaryOptions::keep_estimates; else empty.
  KeptEstimates kept;
  // Widest half-width over all thresholds at the confidence of this look.
  double widest_half_width = 0.0;
  // Set when this is the last one.
  std::optional<RunEnd> end;
};

// Reads a checkpoint off an estimator in slices of about 2 ms: targets, scores, then the widest
// half-width, then what is kept of scrambles. Nothing may be folded meanwhile; `estimator` must
// outlive it.
class CheckpointWork final : public SlicedWork {
 public:
  // Intervals at `confidence_level`, whatever `options` say; these must outlive it too.
  CheckpointWork(const Estimator& estimator, double confidence_level,
                 const SummaryOptions& options);

  bool Step() override;
  // Once complete, without `end`.
  const Checkpoint& checkpoint() const { return checkpoint_; }
  Checkpoint Take() { return std::move(checkpoint_); }

 private:
  void AddTargets();
  void AddScores();

  const Estimator& estimator_;
  const double confidence_level_;
  const SummaryOptions& options_;
  const int slice_;
  const int slice_of_scores_;
  bool has_width_ = false;
  Checkpoint checkpoint_;
};

}  // namespace jalon::sim

#endif  // JALON_SIM_ENGINE_CHECKPOINT_H_
