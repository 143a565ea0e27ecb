// A run: blocks of paths until the answer is as precise as asked.
//
// RunState says which block of an estimator to compute next and folds finished ones in order; it is
// the whole logic of a run, without threads. A server drives it from its pool, slice by slice;
// RunToPrecision drives it from an Executor. Both give the same bits: which paths are computed, in
// what order they are folded and where the run ends depend on the plan and the options alone (but
// for a time limit, which says where it ended: max_paths = that N replays it).
#ifndef JALON_SIM_ENGINE_RUN_H_
#define JALON_SIM_ENGINE_RUN_H_

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/statusor.h"
#include "sim/base/stop_token.h"
#include "sim/engine/checkpoint.h"
#include "sim/engine/estimator.h"
#include "sim/engine/executor.h"
#include "sim/engine/plan.h"
#include "sim/engine/sampled.h"
#include "sim/engine/scores.h"

namespace jalon::sim {

// Estimates are published, and precision judged, after 256, 1,024, 4,096, 16,384... paths (D5) and
// at the last path.
inline constexpr int64_t kFirstCheckpoint = 256;
inline constexpr int64_t kCheckpointFactor = 4;

// The first checkpoint after `path_count` paths, not beyond `max_paths`.
int64_t NextCheckpoint(int64_t path_count, int64_t max_paths);

// Blocks worth holding at once, claimed and not folded, on so many threads.
inline int BlocksInHand(int thread_count) { return 2 * thread_count; }

struct RunOptions {
  // Half-width asked of the interval of every threshold's probability, in (0, 0.5]; 0 never stops
  // early.
  double half_width = 0.0;
  // At most this many paths, 1 to kMaxPaths; rounded up to whole blocks.
  int64_t max_paths = 16'384;
  // Quantiles to report; confidence of the intervals, spent over the looks when half_width > 0 so
  // that stopping at a checkpoint keeps its promise (docs/model/engine.md).
  SummaryOptions summary;
};

// Every rule broken by `options`: half-width, paths, confidence, quantile levels. Fields are
// `options.max_paths` and so on.
Violations ValidateRunOptions(const RunOptions& options);

// Confidence of look j = 1, 2, ...: the risk of a run that may stop at any look is spread over the
// looks as 6 / (pi j)^2, so that together they keep the confidence asked. A run that never stops
// early has one look that counts.
double LookConfidence(const RunOptions& options, int look);

// Which block to compute next, and what the folded ones say. Thread-compatible: callers lock around
// it and compute blocks outside the lock.
class RunState {
 public:
  // What ClaimBlock says when the estimator is to be prepared first, and when a checkpoint is to be
  // read off it (CheckpointWork).
  static constexpr int64_t kPreparation = -1;
  static constexpr int64_t kCheckpoint = -2;
  // When the oldest block is to be folded.
  static constexpr int64_t kFold = -3;

  // `max_outstanding` >= 1 bounds the blocks claimed and not folded, hence the memory: normally
  // BlocksInHand of the pool.
  RunState(std::unique_ptr<Estimator> estimator, RunOptions options, int max_outstanding);

  // The next block to compute, kPreparation once before all others when the estimator asks for it,
  // kCheckpoint once when one is reached, kFold when the next block in order is there and no other
  // is being folded; nullopt while the estimator is prepared, when enough blocks are outstanding,
  // and when the run needs no more.
  std::optional<int64_t> ClaimBlock();
  // Whether ClaimBlock says kCheckpoint, or kFold, next: both come before blocks that were begun.
  bool checkpoint_due() const { return checkpoint_ == Stage::kNeeded; }
  bool fold_due() const;
  // The work of a claimed block. Thread-safe.
  std::unique_ptr<SlicedWork> Begin(int64_t block);
  // Hands in a claimed block whose work is complete, in any order. While a checkpoint is read
  // nothing is folded: blocks that arrive wait.
  // Blocks that arrive after the end are dropped. Errors: those of Estimator::FinishPreparation and
  // FinishFold; the run has then failed and ends.
  absl::Status Complete(int64_t block, std::unique_ptr<SlicedWork> work);
  // The oldest checkpoint reached and not yet taken.
  std::optional<Checkpoint> TakeCheckpoint();

  // Asks the run to end at its next whole 256 paths: a time limit. At least one checkpoint is
  // always reached. Where the estimator has no answer between checkpoints (Estimator::MayEndAt),
  // the run ends with the last one.
  void RequestEnd();
  // Ends the run at once. Blocks in hand are dropped, and freed with the run: freeing them takes
  // milliseconds.
  void Cancel();
  // Of a run that has ended, and whose works are gone: as Estimator::LetGo.
  bool LetGo();

  // Why the run ended; nullopt while it goes on, and when it failed.
  std::optional<RunEnd> end() const { return end_; }
  // Ended or failed: no block is wanted any more.
  bool finished() const { return end_.has_value() || !status_.ok(); }
  const absl::Status& status() const { return status_; }
  int64_t path_count() const { return blocks_folded_ * kPathsPerBlock; }
  int64_t max_paths() const { return max_paths_; }

 private:
  // Work that is claimed once, and holds up the rest.
  enum class Stage { kNeeded, kClaimed, kDone };

  void CompleteFold(std::unique_ptr<SlicedWork> work);
  // Whether an end that was asked for can come at the blocks folded so far.
  bool MayEndHere() const;
  void KeepCheckpoint(Checkpoint checkpoint);
  std::optional<RunEnd> EndAtCheckpoint(double widest_half_width) const;

  const std::unique_ptr<Estimator> estimator_;
  RunOptions options_;
  int64_t max_paths_;
  int max_outstanding_;
  Stage preparation_;
  // Of the checkpoint at the blocks folded so far.
  Stage checkpoint_ = Stage::kDone;
  bool is_folding_ = false;
  // The block to be folded between its claim and its beginning: the claimant's.
  std::unique_ptr<SlicedWork> to_fold_;
  int64_t blocks_folded_ = 0;
  int64_t next_block_ = 0;
  int64_t next_checkpoint_;
  int look_ = 0;
  bool end_requested_ = false;
  // Finished blocks ahead of their turn.
  std::map<int64_t, std::unique_ptr<SlicedWork>> early_;
  std::vector<Checkpoint> checkpoints_;
  std::optional<RunEnd> end_;
  absl::Status status_;
};

// Flags read between blocks.
struct RunStops {
  // Drop everything.
  StopToken cancel;
  // Finish with what there is.
  StopToken time_limit;
};

// Runs an estimator on `executor` until the end, calling `on_checkpoint` on the calling thread at
// each checkpoint. Returns the last checkpoint: without estimates when cancelled before the first.
// Errors: kInvalidArgument (options, a plan the estimator cannot do), kInternal (a value that is
// not finite).
absl::StatusOr<Checkpoint> RunToPrecision(std::unique_ptr<Estimator> estimator,
                                          const RunOptions& options, Executor& executor,
                                          const RunStops& stops,
                                          absl::FunctionRef<void(const Checkpoint&)> on_checkpoint);

// The same with a SampledEstimator of `plan`.
absl::StatusOr<Checkpoint> RunToPrecision(const Plan& plan, const RunOptions& options,
                                          Executor& executor, const RunStops& stops,
                                          absl::FunctionRef<void(const Checkpoint&)> on_checkpoint);

}  // namespace jalon::sim

#endif  // JALON_SIM_ENGINE_RUN_H_
