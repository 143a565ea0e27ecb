#include "server/run/simulation_job.h"

#include <time.h>

#include <algorithm>
#include <utility>

#include "server/convert/time.h"
#include "sim/engine/cell_batch.h"
#include "sim/engine/conditional/estimator.h"
#include "sim/engine/sampled_estimator.h"

namespace jalon::server {
namespace {

constexpr std::chrono::milliseconds kSlice(4);
constexpr std::chrono::milliseconds kReportInterval(100);

int64_t ThreadCpuNanoseconds() {
  timespec now{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return int64_t{now.tv_sec} * 1'000'000'000 + now.tv_nsec;
}

// Adds the processor time of a scope to a total.
class CpuMeter {
 public:
  explicit CpuMeter(std::atomic<int64_t>& total) : total_(total), start_(ThreadCpuNanoseconds()) {}
  ~CpuMeter() { total_ += ThreadCpuNanoseconds() - start_; }

 private:
  std::atomic<int64_t>& total_;
  const int64_t start_;
};

sim::RunOptions OptionsOf(const SimulationInput& input) {
  sim::RunOptions options{.max_paths = input.precision.max_path_count};
  // Without objectives there is no probability whose precision could be judged.
  if (input.rows.has_objectives) {
    options.half_width = input.precision.target_half_width.value_or(0.0);
  }
  options.summary.confidence_level = input.precision.confidence_level;
  for (const v1::StatisticSpec& spec : input.rows.specs) {
    if (spec.statistic() != v1::STATISTIC_QUANTILE) continue;
    options.summary.quantile_levels.push_back(spec.level());
  }
  return options;
}

std::unique_ptr<sim::Estimator> EstimatorOf(const SimulationInput& input,
                                            const sim::SummaryOptions& summary) {
  if (input.estimator == v1::ESTIMATOR_SAMPLED) {
    return std::make_unique<sim::SampledEstimator>(input.plan, summary);
  }
  return std::make_unique<sim::ConditionalEstimator>(input.plan, summary);
}

// True when the work is complete.
bool ComputeSlice(sim::SlicedWork& work) {
  const auto end = std::chrono::steady_clock::now() + kSlice;
  while (!work.Step()) {
    if (std::chrono::steady_clock::now() >= end) return false;
  }
  return true;
}

}  // namespace

absl::StatusOr<sim::PathReplay> ReplayOf(const SimulationInput& input, int64_t path) {
  const sim::CellLaws laws = sim::MakeCellLaws(input.plan);
  if (input.estimator == v1::ESTIMATOR_SAMPLED) {
    return sim::ReplayPath(input.plan, path, nullptr, &laws);
  }
  const auto shared = sim::ConditionalSharedStates(input.plan);
  return sim::ReplayPath(input.plan, path, shared.get(), &laws);
}

SimulationJob::SimulationJob(SimulationInput input, SimulationEvents events, const Clock& clock)
    : input_(std::move(input)),
      events_(std::move(events)),
      clock_(clock),
      state_(EstimatorOf(input_, OptionsOf(input_).summary), OptionsOf(input_),
             sim::BlocksInHand(input_.parallelism)) {}

SimulationJob::~SimulationJob() = default;

StepOutcome SimulationJob::Step() {
  const CpuMeter meter(cpu_nanoseconds_);
  std::optional<Begun> begun;
  std::optional<SimulationEnd> end;
  {
    MutexLock lock(mu_);
    if (ended_) return StepOutcome::kDone;
    if (!std::exchange(started_, true)) {
      start_ = clock_.SteadyNow();
      events_.on_started();
    }
    CheckLimits();
    if (state_.finished()) {
      end = End();
    } else {
      begun = Claim();
      if (!begun.has_value()) return StepOutcome::kWait;
    }
  }
  if (end.has_value()) return Tell(*std::move(end));
  if (begun->work == nullptr) begun->work = run_.Begin(begun->index);
  const bool complete = ComputeSlice(*begun->work);
  if (complete && begun->index == sim::RunState::kCheckpoint) {
    begun->table = TableOf(static_cast<sim::CheckpointWork&>(*begun->work).checkpoint());
  }
  {
    MutexLock lock(mu_);
    if (ended_) return StepOutcome::kDone;
    end = HandIn(*std::move(begun), complete);
  }
  return end.has_value() ? Tell(*std::move(end)) : StepOutcome::kMore;
}

StepOutcome SimulationJob::Tell(SimulationEnd end) {
  events_.on_end(std::move(end));
  return StepOutcome::kDone;
}

std::optional<SimulationJob::Begun> SimulationJob::Claim() {
  if (!begun_.empty() && !state_.checkpoint_due()) {
    Begun oldest = std::move(begun_.front());
    begun_.erase(begun_.begin());
    return oldest;
  }
  if (const std::optional<int64_t> index = state_.ClaimBlock()) return Begun{.index = *index};
  return std::nullopt;
}

void SimulationJob::CheckLimits() {
  if (cancelled_.load(std::memory_order_relaxed)) return state_.Cancel();
  const absl::Duration elapsed = absl::FromChrono(clock_.SteadyNow() - start_);
  const bool over_budget =
      input_.precision.time_budget.has_value() && elapsed >= *input_.precision.time_budget;
  if (over_budget || elapsed >= input_.max_duration) state_.RequestEnd();
  // The first checkpoint may be far away on a network too large for the server's bound.
  if (elapsed >= 2 * input_.max_duration) {
    out_of_time_ = true;
    state_.Cancel();
  }
}

std::optional<SimulationEnd> SimulationJob::HandIn(Begun begun, bool complete) {
  if (!complete) {
    const auto place =
        std::lower_bound(begun_.begin(), begun_.end(), begun,
                         [](const Begun& a, const Begun& b) { return a.index < b.index; });
    begun_.insert(place, std::move(begun));
    return std::nullopt;
  }
  // A failure shows in state_.finished().
  (void)state_.Complete(begun.index, std::move(begun.work));
  if (const std::optional<sim::Checkpoint> checkpoint = state_.TakeCheckpoint()) {
    table_ = std::move(begun.table);
    half_width_ = checkpoint->widest_half_width;
    events_.on_checkpoint(table_);
  }
  ReportProgress();
  if (!state_.finished()) return std::nullopt;
  return End();
}

std::shared_ptr<const ResultTable> SimulationJob::TableOf(const sim::Checkpoint& checkpoint) const {
  ResultTable table = MakeTable(input_.rows, checkpoint, input_.realised_to_date);
  table.table_id = TableId(input_.spec_hash, checkpoint.path_count);
  table.scores =
      MakeScoreTables(input_.scores, checkpoint.scores, table.table_id, checkpoint.path_count);
  return std::make_shared<const ResultTable>(std::move(table));
}

void SimulationJob::ReportProgress() {
  const SteadyTime now = clock_.SteadyNow();
  if (now - last_report_ < kReportInterval) return;
  last_report_ = now;
  const double elapsed = absl::ToDoubleSeconds(absl::FromChrono(now - start_));
  const absl::Duration bound = input_.precision.time_budget.value_or(input_.max_duration);
  const double by_paths =
      static_cast<double>(state_.path_count()) / static_cast<double>(state_.max_paths());
  const double by_time = std::min(1.0, elapsed / absl::ToDoubleSeconds(bound));
  progress_ratio_ = std::max({progress_ratio_, by_paths, by_time});
  v1::Progress progress;
  progress.set_ratio(progress_ratio_);
  progress.set_phase("simulating");
  progress.set_done(state_.path_count());
  progress.set_total(state_.max_paths());
  if (progress_ratio_ > 0) {
    *progress.mutable_remaining() = ToProto(absl::Seconds(elapsed / progress_ratio_ - elapsed));
  }
  events_.on_progress(progress);
}

v1::Termination::Reason SimulationJob::Reason() const {
  if (out_of_time_) return v1::Termination::REASON_TIME_LIMIT;
  if (!state_.status().ok() || !state_.end().has_value()) return v1::Termination::REASON_FAILED;
  switch (*state_.end()) {
    case sim::RunEnd::kPrecision:
      return v1::Termination::REASON_PRECISION_REACHED;
    case sim::RunEnd::kPathLimit:
      return v1::Termination::REASON_PATH_LIMIT;
    case sim::RunEnd::kTimeLimit:
      return v1::Termination::REASON_TIME_LIMIT;
    case sim::RunEnd::kCancelled:
      return v1::Termination::REASON_CANCELLED;
  }
  return v1::Termination::REASON_FAILED;
}

SimulationEnd SimulationJob::End() {
  ended_ = true;
  begun_.clear();
  return {.reason = Reason(),
          .error = state_.status(),
          .table = table_,
          .widest_half_width = half_width_,
          .cpu_seconds = static_cast<double>(cpu_nanoseconds_.load()) * 1e-9};
}

}  // namespace jalon::server
