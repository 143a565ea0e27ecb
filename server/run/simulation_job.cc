#include "server/run/simulation_job.h"

#include <time.h>

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "server/convert/time.h"
#include "server/run/checkpoint_table.h"
#include "server/run/let_go.h"
#include "sim/base/free_parts.h"
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
  options.summary.keep_scrambles = input.keep_baseline || input.baseline.has_value();
  options.summary.keep_estimates = input.keep_baseline;
  for (const v1::StatisticSpec& spec : input.rows.specs) {
    if (spec.statistic() != v1::STATISTIC_QUANTILE) continue;
    options.summary.quantile_levels.push_back(spec.level());
  }
  return options;
}

// `baseline`: null without.
std::unique_ptr<KeptRun> RunOf(const SimulationInput& input,
                               const std::shared_ptr<const sim::BaselineBlock>& baseline,
                               sim::SurfaceMemo* surfaces) {
  const sim::RunOptions options = OptionsOf(input);
  const int blocks = sim::BlocksInHand(input.parallelism);
  if (input.estimator == v1::ESTIMATOR_SAMPLED) {
    return std::make_unique<KeptRun>(
        std::make_unique<sim::SampledEstimator>(input.plan, options.summary,
                                                sim::SampledSources{.surfaces = surfaces}),
        options, blocks);
  }
  sim::ConditionalOptions asked{.law_check_paths = input.law_check_paths,
                                .surfaces = surfaces,
                                .folds_pilots = options.max_paths > sim::kPathsPerBlock};
  if (baseline != nullptr) {
    asked.baseline = std::shared_ptr<const sim::BaselineBasis>(baseline, &baseline->basis);
    if (baseline->AnswersAll(options)) asked.answers = baseline;
  }
  auto estimator =
      std::make_unique<sim::ConditionalEstimator>(input.plan, options.summary, std::move(asked));
  if (!input.keep_baseline) {
    return std::make_unique<KeptRun>(std::unique_ptr<sim::Estimator>(std::move(estimator)), options,
                                     blocks);
  }
  return std::make_unique<KeptRun>(std::move(estimator), options, blocks, input.identities);
}

std::unique_ptr<const sim::SharedSource> SharedStatesOf(const SimulationInput& input) {
  if (!input.baseline.has_value()) return sim::ConditionalSharedStates(input.plan);
  if (input.baseline->block == nullptr) {
    return sim::ConditionalSharedStates(input.plan, input.baseline->again->plan);
  }
  return sim::ConditionalSharedStates(input.plan, input.baseline->block->basis.shared);
}

// True when the work is complete.
bool ComputeSlice(sim::SlicedWork& work) {
  const auto end = std::chrono::steady_clock::now() + kSlice;
  while (!work.Step()) {
    if (std::chrono::steady_clock::now() >= end) return false;
  }
  return true;
}

// What is large of what a run was asked; true when nothing of it is left. A call frees one large
// array, or some of the targets.
bool FreePartOf(SimulationInput& input) {
  sim::Plan& plan = input.plan;
  if (sim::FreeAll(plan.base) || sim::FreeAll(plan.realised) || sim::FreeAll(plan.series) ||
      sim::FreeAll(plan.series_slots) || sim::FreeAll(plan.terms) || sim::FreeAll(plan.slots) ||
      sim::FreeAll(plan.target_parts) || sim::FreeAll(input.identities.targets) ||
      sim::FreeAll(input.rows.rows)) {
    return false;
  }
  return sim::FreeLast(input.rows.targets) && sim::FreeLast(input.plan.targets) &&
         sim::FreeLast(input.plan.scores.scores) && sim::FreeLast(input.scores.plan.scores);
}

}  // namespace

absl::StatusOr<sim::PathReplay> ReplayOf(const SimulationInput& input, int64_t path,
                                         sim::SurfaceMemo* surfaces) {
  const sim::CellLaws laws = sim::MakeCellLaws(input.plan, surfaces);
  if (input.estimator == v1::ESTIMATOR_SAMPLED) {
    return sim::ReplayPath(input.plan, path, nullptr, &laws);
  }
  const auto shared = SharedStatesOf(input);
  return sim::ReplayPath(input.plan, path, shared.get(), &laws);
}

SimulationJob::SimulationJob(SimulationInput input, SimulationEvents events, const Clock& clock,
                             sim::SurfaceMemo* surfaces)
    : input_(std::move(input)), events_(std::move(events)), clock_(clock), surfaces_(surfaces) {
  if (input_.baseline.has_value() && input_.baseline->block == nullptr) {
    baseline_run_ = RunOf(*input_.baseline->again, nullptr, surfaces_);
  } else {
    StartOwn(input_.baseline.has_value() ? input_.baseline->block : nullptr);
  }
}

SimulationJob::~SimulationJob() = default;

StepOutcome SimulationJob::Step() {
  const CpuMeter meter(cpu_nanoseconds_);
  std::optional<Begun> begun;
  std::optional<SimulationEnd> end;
  std::shared_ptr<const sim::BaselineBlock> baseline;
  bool is_own = true;
  {
    MutexLock lock(mu_);
    if (ended_) return LetGo();
    if (!std::exchange(started_, true)) {
      start_ = clock_.SteadyNow();
      events_.on_started();
    }
    CheckLimits();
    if (Current().state().finished()) {
      end = End();
    } else {
      begun = Claim();
      if (!begun.has_value()) return StepOutcome::kWait;
      ++computing_;
      baseline = baseline_;
      is_own = baseline_run_ == nullptr;
    }
  }
  if (end.has_value()) return Tell(*std::move(end));
  if (begun->work == nullptr) begun->work = begun->run->state().Begin(begun->index);
  const bool has_table = is_own && begun->index == sim::RunState::kCheckpoint;
  const bool complete =
      has_table ? ComputeWithTable(*begun, std::move(baseline)) : ComputeSlice(*begun->work);
  {
    MutexLock lock(mu_);
    --computing_;
    if (ended_) {
      begun_.push_back(*std::move(begun));
      return StepOutcome::kMore;
    }
    end = HandIn(*std::move(begun), complete);
  }
  return end.has_value() ? Tell(*std::move(end)) : StepOutcome::kMore;
}

bool SimulationJob::ComputeWithTable(Begun& begun,
                                     std::shared_ptr<const sim::BaselineBlock> baseline) const {
  if (begun.table_work == nullptr) {
    if (!ComputeSlice(*begun.work)) return false;
    const auto& read = static_cast<const sim::CheckpointWork&>(*begun.work);
    begun.table_work =
        std::make_unique<CheckpointTable>(input_, read.checkpoint(), std::move(baseline));
    return false;
  }
  if (!ComputeSlice(*begun.table_work)) return false;
  begun.table = begun.table_work->Take();
  begun.table_work = nullptr;
  return true;
}

StepOutcome SimulationJob::Tell(SimulationEnd end) {
  events_.on_end(std::move(end));
  told_ = true;
  return StepOutcome::kMore;
}

StepOutcome SimulationJob::LetGo() {
  if (!told_ || computing_ > 0) return StepOutcome::kWait;
  const auto end = std::chrono::steady_clock::now() + kSlice;
  while (!FreePart()) {
    if (std::chrono::steady_clock::now() >= end) return StepOutcome::kMore;
  }
  return StepOutcome::kDone;
}

bool SimulationJob::FreePart() {
  if (!begun_.empty()) {
    Begun& last = begun_.back();
    const bool is_spent = last.index == Begun::kSpent;
    if (last.work == nullptr || (is_spent ? last.work->Step() : last.work->LetGo())) {
      begun_.pop_back();
    }
    return false;
  }
  if (std::unique_ptr<KeptRun>& run = baseline_run_ != nullptr ? baseline_run_ : run_;
      run != nullptr) {
    if (run->LetGo()) run = nullptr;
    return false;
  }
  baseline_ = nullptr;
  table_ = nullptr;
  return FreePartOf(input_);
}

std::optional<SimulationJob::Begun> SimulationJob::Claim() {
  const sim::RunState& state = Current().state();
  if (!begun_.empty() && !state.checkpoint_due() && !state.fold_due()) {
    Begun oldest = std::move(begun_.front());
    begun_.erase(begun_.begin());
    return oldest;
  }
  const std::optional<int64_t> index = Current().state().ClaimBlock();
  if (index.has_value()) return Begun{.index = *index, .run = &Current()};
  return std::nullopt;
}

void SimulationJob::StartOwn(std::shared_ptr<const sim::BaselineBlock> baseline) {
  baseline_ = std::move(baseline);
  run_ = RunOf(input_, baseline_, surfaces_);
}

// All its blocks are folded: no thread is inside one.
void SimulationJob::FinishBaseline() {
  std::shared_ptr<const sim::BaselineBlock> block = baseline_run_->TakeBlock();
  events_.on_baseline(input_.baseline->key, block);
  baseline_run_ = nullptr;
  StartOwn(std::move(block));
  start_ = clock_.SteadyNow();
}

void SimulationJob::CheckLimits() {
  sim::RunState& state = Current().state();
  if (cancelled_.load(std::memory_order_relaxed)) return state.Cancel();
  const absl::Duration elapsed = absl::FromChrono(clock_.SteadyNow() - start_);
  const bool over_budget =
      input_.precision.time_budget.has_value() && elapsed >= *input_.precision.time_budget;
  // A baseline that ended earlier would be another one.
  const bool may_end = baseline_run_ == nullptr;
  if (may_end && (over_budget || elapsed >= input_.max_duration)) state.RequestEnd();
  // The first checkpoint may be far away on a network too large for the server's bound.
  if (elapsed >= 2 * input_.max_duration) {
    out_of_time_ = true;
    state.Cancel();
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
  if (begun.index == Begun::kSpent) return std::nullopt;
  KeptRun& run = Current();
  // A failure shows in finished().
  (void)run.state().Complete(begun.index, std::move(begun.work));
  const bool is_own = baseline_run_ == nullptr;
  std::optional<sim::Checkpoint> checkpoint = run.TakeCheckpoint();
  if (checkpoint.has_value() && is_own) {
    table_ = std::move(begun.table);
    half_width_ = checkpoint->widest_half_width;
    events_.on_checkpoint(table_);
  }
  if (checkpoint.has_value()) {
    begun_.insert(begun_.begin(),
                  {.index = Begun::kSpent,
                   .work = std::make_unique<SpentCheckpoint>(*std::move(checkpoint)),
                   .run = &run});
  }
  ReportProgress();
  if (!run.state().finished()) return std::nullopt;
  if (!is_own && run.state().end() == sim::RunEnd::kPathLimit) {
    FinishBaseline();
    return std::nullopt;
  }
  return End();
}

void SimulationJob::ReportProgress() {
  const SteadyTime now = clock_.SteadyNow();
  if (now - last_report_ < kReportInterval) return;
  last_report_ = now;
  const sim::RunState& state = Current().state();
  const bool is_own = baseline_run_ == nullptr;
  const double elapsed = absl::ToDoubleSeconds(absl::FromChrono(now - start_));
  const absl::Duration bound = input_.precision.time_budget.value_or(input_.max_duration);
  const double by_paths =
      static_cast<double>(state.path_count()) / static_cast<double>(state.max_paths());
  const double by_time = is_own ? std::min(1.0, elapsed / absl::ToDoubleSeconds(bound)) : 0.0;
  const double done = std::max(by_paths, by_time);
  // Where the baseline is computed first it is the first half of the work.
  const bool has_halves = input_.baseline.has_value() && input_.baseline->again != nullptr;
  const double ratio = has_halves ? 0.5 * (done + (is_own ? 1.0 : 0.0)) : done;
  progress_ratio_ = std::max(progress_ratio_, ratio);
  v1::Progress progress;
  progress.set_ratio(progress_ratio_);
  progress.set_phase(is_own ? "simulating" : "computing the baseline again");
  progress.set_done(is_own ? state.path_count() : 0);
  progress.set_total(state.max_paths());
  if (done > 0) {
    const double rest = has_halves && !is_own ? 2.0 * elapsed / done : elapsed / done;
    *progress.mutable_remaining() = ToProto(absl::Seconds(rest - elapsed));
  }
  events_.on_progress(progress);
}

v1::Termination::Reason SimulationJob::Reason() const {
  if (out_of_time_) return v1::Termination::REASON_TIME_LIMIT;
  const sim::RunState& state = Current().state();
  if (!state.status().ok() || !state.end().has_value()) return v1::Termination::REASON_FAILED;
  switch (*state.end()) {
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

absl::Status SimulationJob::Error() const {
  const absl::Status& status = Current().state().status();
  if (status.ok() || baseline_run_ == nullptr) return status;
  return {status.code(), absl::StrCat("its baseline, computed again: ", status.message())};
}

SimulationEnd SimulationJob::End() {
  ended_ = true;
  has_end_ = true;
  const v1::Termination::Reason reason = Reason();
  const bool is_whole =
      reason != v1::Termination::REASON_FAILED && reason != v1::Termination::REASON_CANCELLED;
  return {.reason = reason,
          .error = Error(),
          .table = table_,
          .widest_half_width = half_width_,
          .cpu_seconds = static_cast<double>(cpu_nanoseconds_.load()) * 1e-9,
          .block = is_whole && baseline_run_ == nullptr ? Current().TakeBlock() : nullptr};
}

}  // namespace jalon::server
