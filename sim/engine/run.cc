#include "sim/engine/run.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "absl/strings/str_cat.h"
#include "sim/base/free_parts.h"
#include "sim/base/status_macros.h"
#include "sim/engine/sampled_estimator.h"

namespace jalon::sim {
namespace {

int64_t WholeBlocks(int64_t paths) {
  return (paths + kPathsPerBlock - 1) / kPathsPerBlock * kPathsPerBlock;
}

// 6 / pi^2: the weights 1 / j^2 of the looks add up to 1.
constexpr double kLookWeight = 0.6079271018540267;

// One claimed block of a wave.
struct Claimed {
  int64_t block = 0;
  std::unique_ptr<SlicedWork> work;
  bool complete = false;
};

// Claims the blocks of one wave: as many as RunState lets out.
std::vector<Claimed> ClaimWave(RunState& state) {
  std::vector<Claimed> wave;
  while (const std::optional<int64_t> block = state.ClaimBlock()) wave.push_back({.block = *block});
  return wave;
}

void Compute(RunState& state, const StopToken& cancel, Claimed& claimed) {
  claimed.work = state.Begin(claimed.block);
  while (!claimed.complete && !cancel.stop_requested()) claimed.complete = claimed.work->Step();
}

// Folds what is next in order, on this thread. False when it was stopped.
bool FoldWhatIsDue(RunState& state, const StopToken& cancel) {
  while (state.fold_due()) {
    Claimed fold{.block = *state.ClaimBlock()};
    Compute(state, cancel, fold);
    if (!fold.complete) return false;
    // A failure shows in finished().
    (void)state.Complete(fold.block, std::move(fold.work));
  }
  return true;
}

// Computes a wave and hands it in. A block that was not finished cancels the run.
absl::Status RunWave(Executor& executor, const StopToken& cancel, RunState& state) {
  std::vector<Claimed> wave = ClaimWave(state);
  executor.ParallelFor(static_cast<int64_t>(wave.size()),
                       [&](int64_t i) { Compute(state, cancel, wave[i]); });
  for (Claimed& claimed : wave) {
    if (!claimed.complete) {
      state.Cancel();
      return absl::OkStatus();
    }
    JALON_RETURN_IF_ERROR(state.Complete(claimed.block, std::move(claimed.work)));
  }
  if (!FoldWhatIsDue(state, cancel)) state.Cancel();
  return state.status();
}

}  // namespace

double LookConfidence(const RunOptions& options, int look) {
  const double confidence = options.summary.confidence_level;
  if (options.half_width == 0.0) return confidence;
  return 1.0 - (1.0 - confidence) * kLookWeight / (static_cast<double>(look) * look);
}

int64_t NextCheckpoint(int64_t path_count, int64_t max_paths) {
  int64_t checkpoint = kFirstCheckpoint;
  while (checkpoint <= path_count && checkpoint < max_paths) checkpoint *= kCheckpointFactor;
  return std::min(checkpoint, max_paths);
}

Violations ValidateRunOptions(const RunOptions& options) {
  Violations violations;
  const auto bad = [&](absl::string_view field, double value, absl::string_view rule) {
    violations.Add({.field = absl::StrCat("options.", field),
                    .value = absl::StrCat(value),
                    .rule = std::string(rule),
                    .reason = "OUT_OF_RANGE"});
  };
  const double half_width = options.half_width;
  if (!(half_width >= 0.0 && half_width <= 0.5)) {
    bad("half_width", half_width, "must be in [0, 0.5]");
  }
  if (options.max_paths < 1 || options.max_paths > kMaxPaths) {
    bad("max_paths", static_cast<double>(options.max_paths), "must be 1 to 2^40");
  }
  const double confidence = options.summary.confidence_level;
  if (!(confidence > 0.0 && confidence < 1.0)) {
    bad("confidence_level", confidence, "must be between 0 and 1");
  }
  for (size_t i = 0; i < options.summary.quantile_levels.size(); ++i) {
    const double level = options.summary.quantile_levels[i];
    if (level > 0.0 && level < 1.0) continue;
    bad(absl::StrCat("quantile_levels[", i, "]"), level, "must be between 0 and 1");
  }
  return violations;
}

RunState::RunState(std::unique_ptr<Estimator> estimator, RunOptions options, int max_outstanding)
    : estimator_(std::move(estimator)),
      options_(std::move(options)),
      max_paths_(WholeBlocks(options_.max_paths)),
      max_outstanding_(std::max(max_outstanding, 1)),
      preparation_(estimator_->needs_preparation() ? Stage::kNeeded : Stage::kDone),
      next_checkpoint_(NextCheckpoint(0, max_paths_)) {}

std::optional<int64_t> RunState::ClaimBlock() {
  if (finished() || preparation_ == Stage::kClaimed) return std::nullopt;
  if (preparation_ == Stage::kNeeded) {
    preparation_ = Stage::kClaimed;
    return kPreparation;
  }
  if (checkpoint_ == Stage::kNeeded) {
    checkpoint_ = Stage::kClaimed;
    return kCheckpoint;
  }
  if (fold_due()) {
    is_folding_ = true;
    to_fold_ = std::move(early_.extract(blocks_folded_).mapped());
    return kFold;
  }
  if (next_block_ * kPathsPerBlock >= max_paths_) return std::nullopt;
  if (next_block_ - blocks_folded_ >= max_outstanding_) return std::nullopt;
  return next_block_++;
}

bool RunState::fold_due() const {
  return !finished() && checkpoint_ == Stage::kDone && !is_folding_ &&
         early_.contains(blocks_folded_);
}

std::unique_ptr<SlicedWork> RunState::Begin(int64_t block) {
  if (block == kPreparation) return estimator_->BeginPreparation();
  if (block == kFold) return estimator_->BeginFold(std::move(to_fold_));
  if (block != kCheckpoint) return estimator_->BeginBlock(block);
  return std::make_unique<CheckpointWork>(*estimator_, LookConfidence(options_, look_),
                                          options_.summary);
}

absl::Status RunState::Complete(int64_t block, std::unique_ptr<SlicedWork> work) {
  if (finished()) return status_;
  if (block == kPreparation) {
    preparation_ = Stage::kDone;
    status_ = estimator_->FinishPreparation(std::move(work));
    return status_;
  }
  if (block == kCheckpoint) {
    KeepCheckpoint(static_cast<CheckpointWork&>(*work).Take());
  } else if (block == kFold) {
    CompleteFold(std::move(work));
  } else {
    early_.emplace(block, std::move(work));
  }
  return status_;
}

void RunState::CompleteFold(std::unique_ptr<SlicedWork> work) {
  is_folding_ = false;
  status_ = estimator_->FinishFold(std::move(work));
  if (!status_.ok()) return;
  ++blocks_folded_;
  if (path_count() == next_checkpoint_ || MayEndHere()) {
    ++look_;
    checkpoint_ = Stage::kNeeded;
  } else if (end_requested_ && look_ > 0 && !estimator_->MayEndAt(path_count())) {
    // The answer is that of the checkpoint before.
    end_ = RunEnd::kTimeLimit;
  }
}

bool RunState::MayEndHere() const {
  return end_requested_ && path_count() % kFirstCheckpoint == 0 &&
         estimator_->MayEndAt(path_count());
}

void RunState::KeepCheckpoint(Checkpoint checkpoint) {
  checkpoint_ = Stage::kDone;
  next_checkpoint_ = NextCheckpoint(path_count(), max_paths_);
  end_ = EndAtCheckpoint(checkpoint.widest_half_width);
  checkpoint.end = end_;
  checkpoints_.push_back(std::move(checkpoint));
}

std::optional<RunEnd> RunState::EndAtCheckpoint(double widest_half_width) const {
  if (options_.half_width > 0.0 && widest_half_width <= options_.half_width) {
    return RunEnd::kPrecision;
  }
  if (path_count() >= max_paths_) return RunEnd::kPathLimit;
  if (end_requested_) return RunEnd::kTimeLimit;
  return std::nullopt;
}

std::optional<Checkpoint> RunState::TakeCheckpoint() {
  if (checkpoints_.empty()) return std::nullopt;
  Checkpoint checkpoint = std::move(checkpoints_.front());
  checkpoints_.erase(checkpoints_.begin());
  return checkpoint;
}

void RunState::RequestEnd() { end_requested_ = true; }

void RunState::Cancel() {
  if (finished()) return;
  end_ = RunEnd::kCancelled;
}

bool RunState::LetGo() {
  if (to_fold_ != nullptr) {
    if (to_fold_->LetGo()) to_fold_ = nullptr;
    return false;
  }
  if (!early_.empty()) {
    if (early_.begin()->second->LetGo()) early_.erase(early_.begin());
    return false;
  }
  if (!checkpoints_.empty()) {
    if (FreeLast(checkpoints_.back().estimates)) checkpoints_.pop_back();
    return false;
  }
  return estimator_->LetGo();
}

absl::StatusOr<Checkpoint> RunToPrecision(
    std::unique_ptr<Estimator> estimator, const RunOptions& options, Executor& executor,
    const RunStops& stops, absl::FunctionRef<void(const Checkpoint&)> on_checkpoint) {
  JALON_RETURN_IF_ERROR(ValidateRunOptions(options).ToStatus());
  RunState state(std::move(estimator), options, BlocksInHand(executor.concurrency()));
  Checkpoint last;
  while (!state.finished()) {
    if (stops.time_limit.stop_requested()) state.RequestEnd();
    if (stops.cancel.stop_requested()) state.Cancel();
    JALON_RETURN_IF_ERROR(RunWave(executor, stops.cancel, state));
    while (std::optional<Checkpoint> checkpoint = state.TakeCheckpoint()) {
      on_checkpoint(*checkpoint);
      last = *std::move(checkpoint);
    }
  }
  last.end = state.end();
  return last;
}

absl::StatusOr<Checkpoint> RunToPrecision(
    const Plan& plan, const RunOptions& options, Executor& executor, const RunStops& stops,
    absl::FunctionRef<void(const Checkpoint&)> on_checkpoint) {
  JALON_RETURN_IF_ERROR(ValidateRunOptions(options).ToStatus());
  return RunToPrecision(std::make_unique<SampledEstimator>(plan, options.summary), options,
                        executor, stops, on_checkpoint);
}

}  // namespace jalon::sim
