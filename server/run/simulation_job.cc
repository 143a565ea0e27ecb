#include "server/run/simulation_job.h"

#include <time.h>

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "server/convert/time.h"

namespace jalon::server {
namespace {

constexpr std::chrono::milliseconds kSlice(4);
constexpr std::chrono::milliseconds kReportInterval(100);
// Estimates are judged against the precision asked, and a time budget takes effect, from here on.
constexpr int64_t kFirstCheckpoint = 256;
constexpr int64_t kBlocksPerCheck = kFirstCheckpoint / sim::kPathsPerBlock;

// 256, 1,024, 4,096... (DECISIONS D5).
bool IsCheckpoint(int64_t path_count) {
  int64_t checkpoint = kFirstCheckpoint;
  while (checkpoint < path_count) checkpoint *= 4;
  return checkpoint == path_count;
}

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

}  // namespace

SimulationJob::SimulationJob(SimulationInput input, SimulationEvents events, const Clock& clock)
    : input_(std::move(input)),
      events_(std::move(events)),
      clock_(clock),
      block_limit_(input_.precision.max_path_count / sim::kPathsPerBlock) {}

SimulationJob::~SimulationJob() = default;

StepOutcome SimulationJob::Step() {
  const CpuMeter meter(cpu_nanoseconds_);
  Task task;
  {
    MutexLock lock(mu_);
    task = Choose();
  }
  switch (task.kind) {
    case Task::Kind::kStart:
      Start();
      return StepOutcome::kMore;
    case Task::Kind::kFold:
      Fold(task.outcome);
      return StepOutcome::kMore;
    case Task::Kind::kCompute:
      Compute(std::move(task));
      return StepOutcome::kMore;
    case Task::Kind::kWait:
      return StepOutcome::kWait;
    case Task::Kind::kEnd:
      End(task);
      return StepOutcome::kDone;
    case Task::Kind::kGone:
      break;
  }
  return StepOutcome::kDone;
}

SimulationJob::Task SimulationJob::Choose() {
  if (ended_) return {.kind = Task::Kind::kGone};
  if (!started_) {
    started_ = true;
    folding_ = true;  // until the accumulator exists
    return {.kind = Task::Kind::kStart};
  }
  if (folding_) return ChooseBlock();
  if (const auto reason = StopReason()) {
    ended_ = true;
    begun_.clear();
    complete_.clear();
    return {.kind = Task::Kind::kEnd, .reason = *reason, .error = error_};
  }
  const auto next = complete_.find(folded_);
  if (next == complete_.end()) return ChooseBlock();
  folding_ = true;
  Task task{.kind = Task::Kind::kFold, .outcome = std::move(next->second)};
  complete_.erase(next);
  return task;
}

SimulationJob::Task SimulationJob::ChooseBlock() {
  // The oldest first, since folding waits for it.
  if (!begun_.empty()) {
    const auto oldest = begun_.begin();
    Task task{
        .kind = Task::Kind::kCompute, .block = std::move(oldest->second), .index = oldest->first};
    begun_.erase(oldest);
    return task;
  }
  // Far enough ahead to keep every thread busy, near enough to bound the memory of what waits.
  const int64_t ahead = folded_ + 2 * input_.parallelism + 1;
  if (next_block_ < std::min(block_limit_, ahead)) {
    return {.kind = Task::Kind::kCompute, .index = next_block_++};
  }
  return {.kind = Task::Kind::kWait};
}

std::optional<v1::Termination::Reason> SimulationJob::StopReason() const {
  if (!error_.ok()) return v1::Termination::REASON_FAILED;
  if (cancelled_.load(std::memory_order_relaxed)) return v1::Termination::REASON_CANCELLED;
  if (converged_) return v1::Termination::REASON_PRECISION_REACHED;
  if (folded_ >= block_limit_) return v1::Termination::REASON_PATH_LIMIT;
  const SteadyTime now = clock_.SteadyNow();
  const bool usable = folded_ >= kBlocksPerCheck;
  const SteadyTime hard_deadline = start_ + absl::ToChronoNanoseconds(input_.max_duration);
  if ((usable && now >= deadline_) || now >= hard_deadline) {
    return v1::Termination::REASON_TIME_LIMIT;
  }
  return std::nullopt;
}

void SimulationJob::Start() {
  start_ = clock_.SteadyNow();
  absl::Duration bound = input_.max_duration;
  if (input_.precision.time_budget) bound = std::min(bound, *input_.precision.time_budget);
  deadline_ = start_ + absl::ToChronoNanoseconds(bound);
  std::vector<double> quantile_levels;
  for (const v1::StatisticSpec& spec : input_.rows.specs) {
    if (spec.statistic() == v1::STATISTIC_QUANTILE) quantile_levels.push_back(spec.level());
  }
  accumulator_ = std::make_unique<sim::TargetAccumulator>(
      input_.plan, sim::SummaryOptions{.quantile_levels = std::move(quantile_levels),
                                       .confidence_level = input_.precision.confidence_level});
  events_.on_started();
  MutexLock lock(mu_);
  folding_ = false;
}

void SimulationJob::Compute(Task task) {
  if (task.block == nullptr) {
    task.block = std::make_unique<sim::SampledBlock>(input_.plan, task.index);
  }
  const auto end = std::chrono::steady_clock::now() + kSlice;
  bool complete = false;
  do {
    complete = task.block->Step();
  } while (!complete && std::chrono::steady_clock::now() < end);
  std::optional<sim::BlockOutcome> outcome;
  if (complete) outcome = task.block->TakeOutcome();
  MutexLock lock(mu_);
  if (ended_) return;
  if (outcome.has_value()) {
    complete_.emplace(task.index, *std::move(outcome));
  } else {
    begun_.emplace(task.index, std::move(task.block));
  }
}

void SimulationJob::Fold(const sim::BlockOutcome& outcome) {
  const absl::Status folded = accumulator_->Fold(outcome);
  bool converged = false;
  if (folded.ok()) {
    const int64_t blocks = accumulator_->blocks_folded();
    if (blocks % kBlocksPerCheck == 0 || blocks == block_limit_) {
      half_width_ = accumulator_->WidestHalfWidth();
      const std::optional<double>& target = input_.precision.target_half_width;
      converged = input_.rows.has_objectives && target.has_value() && half_width_ <= *target;
    }
    if (IsCheckpoint(accumulator_->path_count())) Publish();
    ReportProgress();
  }
  MutexLock lock(mu_);
  ++folded_;
  converged_ = converged;
  error_ = folded;
  folding_ = false;
}

void SimulationJob::End(const Task& task) {
  const bool usable = accumulator_ != nullptr && accumulator_->blocks_folded() > 0 &&
                      task.reason != v1::Termination::REASON_FAILED &&
                      task.reason != v1::Termination::REASON_CANCELLED;
  if (usable && (table_ == nullptr || table_->path_count < accumulator_->path_count())) {
    half_width_ = accumulator_->WidestHalfWidth();
    Publish();
  }
  events_.on_end({.reason = task.reason,
                  .error = task.error,
                  .table = table_,
                  .widest_half_width = half_width_,
                  .converged = task.reason == v1::Termination::REASON_PRECISION_REACHED,
                  .cpu_seconds = static_cast<double>(cpu_nanoseconds_.load()) * 1e-9});
}

void SimulationJob::Publish() {
  const int64_t path_count = accumulator_->path_count();
  ResultTable table =
      MakeTable(input_.rows, accumulator_->Estimates(), input_.realised_to_date, path_count);
  table.table_id = absl::StrCat(input_.spec_hash.substr(0, 16), "-", path_count);
  table_ = std::make_shared<const ResultTable>(std::move(table));
  events_.on_checkpoint(table_);
}

void SimulationJob::ReportProgress() {
  const SteadyTime now = clock_.SteadyNow();
  if (now - last_report_ < kReportInterval) return;
  last_report_ = now;
  const int64_t done = accumulator_->path_count();
  const double elapsed = absl::ToDoubleSeconds(absl::FromChrono(now - start_));
  const double budget = absl::ToDoubleSeconds(absl::FromChrono(deadline_ - start_));
  const double by_paths =
      static_cast<double>(done) / static_cast<double>(input_.precision.max_path_count);
  progress_ratio_ = std::max({progress_ratio_, by_paths, std::min(1.0, elapsed / budget)});
  v1::Progress progress;
  progress.set_ratio(progress_ratio_);
  progress.set_phase("simulating");
  progress.set_done(done);
  progress.set_total(input_.precision.max_path_count);
  const double left = elapsed / std::max(progress_ratio_, 1e-6) - elapsed;
  *progress.mutable_remaining() = ToProto(absl::Seconds(left));
  events_.on_progress(progress);
}

}  // namespace jalon::server
