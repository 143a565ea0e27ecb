#include <algorithm>
#include <optional>
#include <utility>

#include "sim/base/status_macros.h"
#include "sim/engine/conditional/conditional.h"
#include "sim/engine/conditional/plan_state.h"

namespace jalon::sim {
namespace {

// The logic of a conditional run, wave by wave of blocks.
class Runner {
 public:
  Runner(const ConditionalPlan& plan, const RunOptions& options, Executor& executor)
      : plan_(plan),
        options_(options),
        executor_(executor),
        max_paths_(
            std::min((options.max_paths + kScrambleCount - 1) / kScrambleCount * kScrambleCount,
                     kMaxConditionalPaths)),
        accumulator_(plan) {}

  absl::StatusOr<Checkpoint> Run(const RunStops& stops,
                                 absl::FunctionRef<void(const Checkpoint&)> on_checkpoint) {
    Checkpoint last;
    while (!last.end) {
      const int64_t paths = accumulator_.path_count();
      JALON_ASSIGN_OR_RETURN(const bool cancelled, RunUntil(Until(paths), stops));
      if (cancelled) {
        last.end = RunEnd::kCancelled;
        return last;
      }
      if (!Reached(stops)) continue;
      last = Look(stops);
      on_checkpoint(last);
    }
    return last;
  }

 private:
  // The next checkpoint, or the next whole 256 paths so that a time limit is seen.
  int64_t Until(int64_t paths) const {
    const int64_t step = (paths / kFirstCheckpoint + 1) * kFirstCheckpoint;
    return std::min(NextCheckpoint(paths, max_paths_), step);
  }

  bool Reached(const RunStops& stops) const {
    return stops.time_limit.stop_requested() ||
           accumulator_.path_count() >= NextCheckpoint(last_checkpoint_, max_paths_);
  }

  // Folds blocks up to `paths`. True when cancelled.
  absl::StatusOr<bool> RunUntil(int64_t paths, const RunStops& stops) {
    const int64_t end = paths / kScrambleCount;
    while (accumulator_.blocks_folded() < end) {
      if (stops.cancel.stop_requested()) return true;
      const int64_t first = accumulator_.blocks_folded();
      const int64_t count = std::min<int64_t>(end - first, BlocksInHand(executor_.concurrency()));
      std::vector<absl::StatusOr<ConditionalBlock>> blocks(count, ConditionalBlock());
      executor_.ParallelFor(count, [&](int64_t i) {
        blocks[i] = ComputeConditionalBlock(plan_, first + i, stops.cancel);
      });
      for (const absl::StatusOr<ConditionalBlock>& block : blocks) {
        if (absl::IsCancelled(block.status())) return true;
        JALON_RETURN_IF_ERROR(block.status());
        accumulator_.Fold(*block);
      }
    }
    return false;
  }

  Checkpoint Look(const RunStops& stops) {
    const double confidence = LookConfidence(options_, ++look_);
    last_checkpoint_ = accumulator_.path_count();
    Checkpoint checkpoint{.path_count = last_checkpoint_,
                          .estimates = accumulator_.EstimatesAt(confidence),
                          .widest_half_width = accumulator_.WidestHalfWidth(confidence)};
    if (options_.half_width > 0.0 && checkpoint.widest_half_width <= options_.half_width) {
      checkpoint.end = RunEnd::kPrecision;
    } else if (last_checkpoint_ >= max_paths_) {
      checkpoint.end = RunEnd::kPathLimit;
    } else if (stops.time_limit.stop_requested()) {
      checkpoint.end = RunEnd::kTimeLimit;
    }
    return checkpoint;
  }

  const ConditionalPlan& plan_;
  const RunOptions& options_;
  Executor& executor_;
  int64_t max_paths_;
  ConditionalAccumulator accumulator_;
  int64_t last_checkpoint_ = 0;
  int look_ = 0;
};

}  // namespace

absl::StatusOr<Checkpoint> RunConditional(
    const ConditionalPlan& plan, const RunOptions& options, Executor& executor,
    const RunStops& stops, absl::FunctionRef<void(const Checkpoint&)> on_checkpoint) {
  Violations violations = ValidateRunOptions(options);
  if (options.summary.quantile_levels != plan.state().quantile_levels) {
    violations.Add({.field = "options.quantile_levels",
                    .rule = "must be those the conditional plan was made for",
                    .reason = "OUT_OF_RANGE"});
  }
  JALON_RETURN_IF_ERROR(violations.ToStatus());
  return Runner(plan, options, executor).Run(stops, on_checkpoint);
}

}  // namespace jalon::sim
