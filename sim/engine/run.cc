#include "sim/engine/run.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "absl/strings/str_cat.h"
#include "sim/base/status_macros.h"

namespace jalon::sim {
namespace {

int64_t WholeBlocks(int64_t paths) {
  return (paths + kPathsPerBlock - 1) / kPathsPerBlock * kPathsPerBlock;
}

// 6 / pi^2: the weights 1 / j^2 of the looks add up to 1.
constexpr double kLookWeight = 0.6079271018540267;

// Claims the blocks of one wave: as many as RunState lets out.
std::vector<int64_t> ClaimWave(RunState& state) {
  std::vector<int64_t> wave;
  while (const std::optional<int64_t> block = state.ClaimBlock()) wave.push_back(*block);
  return wave;
}

// Computes a wave and hands it in. A cancelled block cancels the run.
absl::Status RunWave(const Plan& plan, Executor& executor, const StopToken& cancel,
                     RunState& state) {
  const std::vector<int64_t> wave = ClaimWave(state);
  std::vector<absl::StatusOr<BlockOutcome>> outcomes(wave.size(), BlockOutcome());
  executor.ParallelFor(static_cast<int64_t>(wave.size()),
                       [&](int64_t i) { outcomes[i] = SimulateBlock(plan, wave[i], cancel); });
  for (absl::StatusOr<BlockOutcome>& outcome : outcomes) {
    if (!outcome.ok()) {
      state.Cancel();
      return absl::OkStatus();
    }
    JALON_RETURN_IF_ERROR(state.Complete(*std::move(outcome)));
  }
  return absl::OkStatus();
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

RunState::RunState(const Plan& plan, RunOptions options, int max_outstanding)
    : options_(std::move(options)),
      max_paths_(WholeBlocks(options_.max_paths)),
      max_outstanding_(std::max(max_outstanding, 1)),
      accumulator_(plan, options_.summary),
      scores_(plan, options_.summary),
      next_checkpoint_(NextCheckpoint(0, max_paths_)) {}

std::optional<int64_t> RunState::ClaimBlock() {
  if (finished() || next_block_ * kPathsPerBlock >= max_paths_) return std::nullopt;
  if (next_block_ - accumulator_.blocks_folded() >= max_outstanding_) return std::nullopt;
  return next_block_++;
}

absl::Status RunState::Complete(BlockOutcome outcome) {
  if (finished()) return status_;
  const int64_t block = outcome.block;
  early_.emplace(block, std::move(outcome));
  status_ = FoldInOrder();
  return status_;
}

absl::Status RunState::FoldInOrder() {
  while (!end_) {
    const auto next = early_.find(accumulator_.blocks_folded());
    if (next == early_.end()) return absl::OkStatus();
    JALON_RETURN_IF_ERROR(accumulator_.Fold(next->second));
    scores_.Fold(next->second);
    early_.erase(next);
    const bool may_end_early = end_requested_ && path_count() % kFirstCheckpoint == 0;
    if (path_count() == next_checkpoint_ || may_end_early) ReachCheckpoint();
  }
  early_.clear();
  return absl::OkStatus();
}

void RunState::ReachCheckpoint() {
  ++look_;
  next_checkpoint_ = NextCheckpoint(path_count(), max_paths_);
  const double confidence = LookConfidence(options_, look_);
  Checkpoint checkpoint{.path_count = path_count(),
                        .estimates = accumulator_.EstimatesAt(confidence),
                        .scores = scores_.EstimatesAt(confidence),
                        .widest_half_width = accumulator_.WidestHalfWidth(confidence)};
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
  early_.clear();
}

absl::StatusOr<Checkpoint> RunToPrecision(
    const Plan& plan, const RunOptions& options, Executor& executor, const RunStops& stops,
    absl::FunctionRef<void(const Checkpoint&)> on_checkpoint) {
  JALON_RETURN_IF_ERROR(ValidateRunOptions(options).ToStatus());
  RunState state(plan, options, BlocksInHand(executor.concurrency()));
  Checkpoint last;
  while (!state.finished()) {
    if (stops.time_limit.stop_requested()) state.RequestEnd();
    if (stops.cancel.stop_requested()) state.Cancel();
    JALON_RETURN_IF_ERROR(RunWave(plan, executor, stops.cancel, state));
    while (std::optional<Checkpoint> checkpoint = state.TakeCheckpoint()) {
      on_checkpoint(*checkpoint);
      last = *std::move(checkpoint);
    }
  }
  last.end = state.end();
  return last;
}

}  // namespace jalon::sim
