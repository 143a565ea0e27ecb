// A simulation as steps on a pool (sim/engine does the work).
#ifndef JALON_SERVER_RUN_SIMULATION_JOB_H_
#define JALON_SERVER_RUN_SIMULATION_JOB_H_

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "jalon/v1/provenance.pb.h"
#include "server/base/clock.h"
#include "server/base/mutex.h"
#include "server/run/result_table.h"
#include "server/run/scheduler.h"
#include "server/run/targets.h"
#include "sim/engine/plan.h"
#include "sim/engine/sampled.h"

namespace jalon::server {

// Everything a simulation needs; immutable while it runs.
struct SimulationInput {
  sim::Plan plan;
  RunRows rows;
  // [row]
  std::vector<double> realised_to_date;
  PrecisionRequest precision;
  // The server's bound, whatever the caller asks.
  absl::Duration max_duration = absl::Hours(1);
  int parallelism = 1;
  // Begins the ids of checkpoints.
  std::string spec_hash;
};

// How a simulation ended.
struct SimulationEnd {
  v1::Termination::Reason reason = v1::Termination::REASON_UNSPECIFIED;
  // Set when the reason is REASON_FAILED.
  absl::Status error;
  // The newest checkpoint; null when there is none. Shared with watchers that still send it.
  std::shared_ptr<const ResultTable> table;
  double widest_half_width = 0;
  bool converged = false;
  double cpu_seconds = 0;
};

// What a simulation tells the world. Called from pool threads, one at a time, in order; must be
// short.
struct SimulationEvents {
  std::function<void()> on_started;
  std::function<void(const v1::Progress&)> on_progress;
  std::function<void(std::shared_ptr<const ResultTable>)> on_checkpoint;
  // The last one, exactly once.
  std::function<void(SimulationEnd)> on_end;
};

// Blocks of 16 paths are computed by any thread in any order and folded in order, so the answer has
// the same bits for any number of threads. Estimates are published at 256, 1,024, 4,096... paths
// and at the end. Memory does not grow with the number of paths. Thread-safe.
class SimulationJob final : public Job {
 public:
  SimulationJob(SimulationInput input, SimulationEvents events, const Clock& clock);
  ~SimulationJob() override;

  StepOutcome Step() override;
  int parallelism() const override { return input_.parallelism; }

  // Asks it to stop: at its next step, within about 5 ms of work. May be called at any time.
  void Cancel() { cancelled_.store(true, std::memory_order_relaxed); }

  const sim::Plan& plan() const { return input_.plan; }

 private:
  using SteadyTime = std::chrono::steady_clock::time_point;
  // What one step is to do, chosen under the lock and done outside it.
  struct Task {
    enum class Kind { kStart, kEnd, kFold, kCompute, kWait, kGone } kind = Kind::kGone;
    v1::Termination::Reason reason = v1::Termination::REASON_UNSPECIFIED;
    absl::Status error;
    sim::BlockOutcome outcome;
    std::unique_ptr<sim::SampledBlock> block;
    int64_t index = 0;
  };

  Task Choose() JALON_REQUIRES(mu_);
  Task ChooseBlock() JALON_REQUIRES(mu_);
  std::optional<v1::Termination::Reason> StopReason() const JALON_REQUIRES(mu_);
  void Start() JALON_EXCLUDES(mu_);
  void Fold(const sim::BlockOutcome& outcome) JALON_EXCLUDES(mu_);
  void Compute(Task task) JALON_EXCLUDES(mu_);
  void End(const Task& task) JALON_EXCLUDES(mu_);
  void Publish();
  void ReportProgress();

  const SimulationInput input_;
  const SimulationEvents events_;
  const Clock& clock_;
  const int64_t block_limit_;
  std::atomic<bool> cancelled_{false};
  std::atomic<int64_t> cpu_nanoseconds_{0};

  // Used by the one thread that folds (folding_ is true) or ends (ended_ is true) only.
  std::unique_ptr<sim::TargetAccumulator> accumulator_;
  std::shared_ptr<const ResultTable> table_;
  double half_width_ = 0;
  double progress_ratio_ = 0;
  SteadyTime last_report_;
  // Written once, before anybody folds.
  SteadyTime start_;
  SteadyTime deadline_;

  Mutex mu_;
  bool started_ JALON_GUARDED_BY(mu_) = false;
  bool folding_ JALON_GUARDED_BY(mu_) = false;
  bool ended_ JALON_GUARDED_BY(mu_) = false;
  bool converged_ JALON_GUARDED_BY(mu_) = false;
  absl::Status error_ JALON_GUARDED_BY(mu_);
  // Blocks begun and put aside, and blocks complete but not folded, by index.
  std::map<int64_t, std::unique_ptr<sim::SampledBlock>> begun_ JALON_GUARDED_BY(mu_);
  std::map<int64_t, sim::BlockOutcome> complete_ JALON_GUARDED_BY(mu_);
  int64_t next_block_ JALON_GUARDED_BY(mu_) = 0;
  int64_t folded_ JALON_GUARDED_BY(mu_) = 0;
};

}  // namespace jalon::server

#endif  // JALON_SERVER_RUN_SIMULATION_JOB_H_
