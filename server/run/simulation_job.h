// A simulation as steps on a pool (sim/engine does the work).
#ifndef JALON_SERVER_RUN_SIMULATION_JOB_H_
#define JALON_SERVER_RUN_SIMULATION_JOB_H_

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "jalon/v1/provenance.pb.h"
#include "server/base/clock.h"
#include "server/base/mutex.h"
#include "server/run/kept_run.h"
#include "server/run/result_table.h"
#include "server/run/run_rows.h"
#include "server/run/scheduler.h"
#include "server/run/score_rows.h"
#include "sim/engine/conditional/baseline.h"
#include "sim/engine/estimator.h"
#include "sim/engine/plan.h"
#include "sim/engine/run.h"
#include "sim/engine/sampled.h"
#include "sim/kernel/surface_memo.h"

namespace jalon::server {

class CheckpointTable;
struct SimulationInput;

// The run that differences are taken from. One of `block` and `again` is set.
struct SimulationBaseline {
  // Of BaselineCache.
  std::string key;
  std::shared_ptr<const sim::BaselineBlock> block;
  // What computes the block: it has no baseline, and keeps its block.
  std::shared_ptr<const SimulationInput> again;
};

// Everything a simulation needs; immutable while it runs.
struct SimulationInput {
  sim::Plan plan;
  RunRows rows;
  ScoreRows scores;
  // [row]
  std::vector<double> realised_to_date;
  PrecisionRequest precision;
  // The server's bound, whatever the caller asks.
  absl::Duration max_duration = absl::Hours(1);
  int parallelism = 1;
  v1::Estimator estimator = v1::ESTIMATOR_CONDITIONAL;
  // Paths on which laws are compared with whole paths; a run with a baseline takes its findings.
  int64_t law_check_paths = 0;
  // Begins the ids of checkpoints.
  std::string spec_hash;
  // Who the rows are, for differences.
  sim::TargetIdentities identities;
  // Whether the block for variants is kept. Only without baseline.
  bool keep_baseline = false;
  std::optional<SimulationBaseline> baseline;
};

// One path of the simulation alone. `surfaces`: as SimulationJob's. Errors: kOutOfRange.
absl::StatusOr<sim::PathReplay> ReplayOf(const SimulationInput& input, int64_t path,
                                         sim::SurfaceMemo* surfaces);

// How a simulation ended.
struct SimulationEnd {
  v1::Termination::Reason reason = v1::Termination::REASON_UNSPECIFIED;
  // Set when the reason is REASON_FAILED.
  absl::Status error;
  // Set when the reason is REASON_CANCELLED because the run's network was deleted: nothing is kept.
  bool network_deleted = false;
  // The newest checkpoint; null when there is none. Shared with watchers that still send it.
  std::shared_ptr<const ResultTable> table;
  double widest_half_width = 0;
  double cpu_seconds = 0;
  // What it leaves for variants; null unless its input keeps it and the run came to an end of its
  // own.
  std::shared_ptr<const sim::BaselineBlock> block;
};

// What a simulation tells the world. Called from pool threads, one at a time, in order. All but the
// last must be short.
struct SimulationEvents {
  std::function<void()> on_started;
  std::function<void(const v1::Progress&)> on_progress;
  std::function<void(std::shared_ptr<const ResultTable>)> on_checkpoint;
  // The block of its baseline, by key, when it had to be computed.
  std::function<void(const std::string&, std::shared_ptr<const sim::BaselineBlock>)> on_baseline;
  // The last one, exactly once, without any lock held: it may store the answer.
  std::function<void(SimulationEnd)> on_end;
};

// Drives a sim::RunState from the steps of a pool: blocks of paths are computed by any thread in
// any order and folded in order, so the answer has the same bits for any number of threads. Memory
// does not grow with the number of paths. A baseline whose block is not held is run first, in the
// same steps, to the paths it had; limits of time begin after it, but for the last one.
// Thread-safe.
class SimulationJob final : public Job {
 public:
  // `surfaces`, null to keep none: where the surfaces of quantiles that it makes are kept for other
  // runs, and theirs found. It changes no bit, is thread-safe and outlives the job.
  SimulationJob(SimulationInput input, SimulationEvents events, const Clock& clock,
                sim::SurfaceMemo* surfaces);
  ~SimulationJob() override;

  // Once its end is told, steps let go of what it holds.
  StepOutcome Step() override;
  int parallelism() const override { return is_over() ? 1 : input_.parallelism; }
  bool is_ending() const override {
    return cancelled_.load(std::memory_order_relaxed) && !has_end_.load(std::memory_order_relaxed);
  }
  bool is_over() const override { return told_.load(std::memory_order_relaxed); }

  // Asks it to stop: at its next step, within about 5 ms of work. May be called at any time.
  void Cancel() { cancelled_.store(true, std::memory_order_relaxed); }

  // Until it is over.
  const sim::Plan& plan() const { return input_.plan; }

 private:
  using SteadyTime = std::chrono::steady_clock::time_point;
  // A block (or the preparation, or a checkpoint) that was begun and put aside; its run outlives
  // it.
  struct Begun {
    // A checkpoint that was read and is let go: before all others.
    static constexpr int64_t kSpent = -4;
    int64_t index = 0;
    std::unique_ptr<sim::SlicedWork> work;
    KeptRun* run = nullptr;
    // Of a checkpoint that is read: its table in the making, then complete.
    std::unique_ptr<CheckpointTable> table_work;
    std::shared_ptr<const ResultTable> table;
  };

  // The block to go on with; nullopt when there is none to be had now.
  std::optional<Begun> Claim() JALON_REQUIRES(mu_);
  void CheckLimits() JALON_REQUIRES(mu_);
  // Takes a slice's result in, publishes what it completed, and says how the run has ended, if it
  // has.
  std::optional<SimulationEnd> HandIn(Begun begun, bool complete) JALON_REQUIRES(mu_);
  // The run in hand: the baseline's while it is computed.
  KeptRun& Current() JALON_REQUIRES(mu_) { return baseline_run_ ? *baseline_run_ : *run_; }
  const KeptRun& Current() const JALON_REQUIRES(mu_) {
    return baseline_run_ ? *baseline_run_ : *run_;
  }
  // Starts the run itself, on its baseline if it has one.
  void StartOwn(std::shared_ptr<const sim::BaselineBlock> baseline) JALON_REQUIRES(mu_);
  // Once the baseline has run to its end.
  void FinishBaseline() JALON_REQUIRES(mu_);
  // A slice of reading a checkpoint, then of making its table; with `baseline`, also differences
  // from it. True when complete.
  bool ComputeWithTable(Begun& begun, std::shared_ptr<const sim::BaselineBlock> baseline) const;
  void ReportProgress() JALON_REQUIRES(mu_);
  SimulationEnd End() JALON_REQUIRES(mu_);
  StepOutcome Tell(SimulationEnd end) JALON_EXCLUDES(mu_);
  // A slice of freeing what it holds, once no other step needs it.
  StepOutcome LetGo() JALON_REQUIRES(mu_);
  // Some of it; true when nothing is left.
  bool FreePart() JALON_REQUIRES(mu_);
  v1::Termination::Reason Reason() const JALON_REQUIRES(mu_);
  // Of the run in hand; OK unless it failed.
  absl::Status Error() const JALON_REQUIRES(mu_);

  // Not changed before the end is told.
  SimulationInput input_;
  const SimulationEvents events_;
  const Clock& clock_;
  sim::SurfaceMemo* const surfaces_;
  std::atomic<bool> cancelled_{false};
  // Set when some step is about to tell its end.
  std::atomic<bool> has_end_{false};
  // Set when the events have had their last one.
  std::atomic<bool> told_{false};
  std::atomic<int64_t> cpu_nanoseconds_{0};

  // Held while blocks are folded and events are told, some milliseconds on large runs: threads of
  // this run wait for each other there, nobody else does.
  Mutex mu_;
  // Null unless the baseline is being computed.
  std::unique_ptr<KeptRun> baseline_run_ JALON_GUARDED_BY(mu_);
  // Null before the baseline is there.
  std::unique_ptr<KeptRun> run_ JALON_GUARDED_BY(mu_);
  std::shared_ptr<const sim::BaselineBlock> baseline_ JALON_GUARDED_BY(mu_);
  // Ascending by index: folding waits for the oldest.
  std::vector<Begun> begun_ JALON_GUARDED_BY(mu_);
  // Steps that compute a slice now.
  int computing_ JALON_GUARDED_BY(mu_) = 0;
  bool started_ JALON_GUARDED_BY(mu_) = false;
  bool ended_ JALON_GUARDED_BY(mu_) = false;
  bool out_of_time_ JALON_GUARDED_BY(mu_) = false;
  SteadyTime start_ JALON_GUARDED_BY(mu_);
  SteadyTime last_report_ JALON_GUARDED_BY(mu_);
  double progress_ratio_ JALON_GUARDED_BY(mu_) = 0;
  double half_width_ JALON_GUARDED_BY(mu_) = 0;
  std::shared_ptr<const ResultTable> table_ JALON_GUARDED_BY(mu_);
};

}  // namespace jalon::server

#endif  // JALON_SERVER_RUN_SIMULATION_JOB_H_
