#include "sim/engine/sampled.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "sim/engine/cell_cost.h"
#include "sim/engine/shared_stage.h"
#include "sim/engine/stock_stage.h"
#include "sim/engine/target_values.h"

namespace jalon::sim {
namespace {

// A plain cell: 2,048 of them are 0.7 ms.
constexpr double kPlainCellNanoseconds = 330.0;

// Series of the widest step.
int WidestStep(const Plan& plan) {
  int widest = 0;
  for (int step = 0; step < plan.series_step_count(); ++step) {
    widest = std::max(widest, plan.step_first[step + 1] - plan.step_first[step]);
  }
  return widest;
}

// A path, and how its own noise is drawn.
struct PathState {
  int64_t path;
  const SharedState& shared;
  const CellLaws* laws;
};

// Draws a step on one path and adds it to the slots. `cells`: room for the widest step.
void ComputeStep(const Plan& plan, int step, const PathState& path, std::span<double> cells,
                 const SlotLane& lane) {
  DrawStep(plan, step, path.path, path.shared, cells, path.laws);
  const size_t period_count = plan.period_count();
  for (int j = plan.step_first[step]; j < plan.step_first[step + 1]; ++j) {
    const int i = plan.step_series[j];
    AddToSlots(plan, i, cells.subspan(plan.step_place[i] * period_count, period_count), path.shared,
               lane);
  }
}

SharedState SharedOf(const SharedStage& stage, const SharedSource* source, int64_t path) {
  return source == nullptr ? stage.Draw(path) : source->At(path);
}

}  // namespace

// First the shared state of the 16 paths, then step after step of series on all of them.
struct SampledBlock::State {
  State(const Plan& plan, int64_t block, const SharedSource* source, const CellLaws* laws)
      : plan(plan), stage(plan), source(source), laws(laws), outcome{.block = block} {
    shared.reserve(kPathsPerBlock);
    cells.resize(static_cast<size_t>(WidestStep(plan)) * plan.period_count());
    slots.assign(plan.slots.size() * kPathsPerBlock, 0.0);
  }

  int64_t first_path() const { return outcome.block * kPathsPerBlock; }
  bool complete() const {
    return shared.size() == kPathsPerBlock && next_step == plan.series_step_count();
  }

  // One path of the shared stage, or one step of series. Returns its work in cells.
  int64_t StepOnce() { return shared.size() < kPathsPerBlock ? StepShared() : StepSeries(); }

  int64_t StepShared() {
    const int64_t path = first_path() + static_cast<int64_t>(shared.size());
    shared.push_back(SharedOf(stage, source, path));
    return stage.cost_in_cells();
  }

  int64_t StepSeries() {
    const int64_t work = WorkOf(next_step);
    for (int lane = 0; lane < kPathsPerBlock; ++lane) {
      ComputeStep(plan, next_step, {first_path() + lane, shared[lane], laws}, cells,
                  {.slots = slots, .stride = kPathsPerBlock, .lane = lane});
    }
    ++next_step;
    if (complete()) Finish();
    return work;
  }

  void Finish() {
    TargetValues finished = FinishTargets(plan, std::move(slots), kPathsPerBlock);
    outcome.values = std::move(finished.values);
    outcome.parts = std::move(finished.parts);
  }

  // Work of a step in plain cells: a cell in vectors is a sixth of one, a compound amount without
  // them may be fifty.
  int64_t WorkOf(int step) const {
    const CellDraws draws = laws == nullptr ? CellDraws::kScalar : CellDraws::kVectors;
    double nanoseconds = 0.0;
    for (int j = plan.step_first[step]; j < plan.step_first[step + 1]; ++j) {
      nanoseconds += SeriesNanoseconds(plan, plan.step_series[j], draws);
    }
    return 1 + static_cast<int64_t>(kPathsPerBlock * nanoseconds / kPlainCellNanoseconds);
  }

  const Plan& plan;
  SharedStage stage;
  const SharedSource* source;
  const CellLaws* laws;
  std::vector<SharedState> shared;
  int next_step = 0;
  // [place in step x period]
  std::vector<double> cells;
  // [slot x path]
  std::vector<double> slots;
  BlockOutcome outcome;
};

SampledBlock::SampledBlock(const Plan& plan, int64_t block, const SharedSource* shared,
                           const CellLaws* laws)
    : state_(std::make_unique<State>(plan, block, shared, laws)) {}
SampledBlock::~SampledBlock() = default;
SampledBlock::SampledBlock(SampledBlock&&) noexcept = default;
SampledBlock& SampledBlock::operator=(SampledBlock&&) noexcept = default;

bool SampledBlock::Step(int64_t max_cells) {
  int64_t cells = 0;
  do {
    if (state_->complete()) return true;
    cells += state_->StepOnce();
  } while (cells < max_cells);
  return state_->complete();
}

BlockOutcome SampledBlock::TakeOutcome() { return std::move(state_->outcome); }

absl::StatusOr<BlockOutcome> SimulateBlock(const Plan& plan, int64_t block, const StopToken& stop,
                                           const CellLaws* laws) {
  SampledBlock work(plan, block, nullptr, laws);
  while (!work.Step()) {
    if (stop.stop_requested()) return absl::CancelledError(absl::StrCat("block ", block));
  }
  return work.TakeOutcome();
}

absl::StatusOr<PathReplay> ReplayPath(const Plan& plan, int64_t path, const SharedSource* source,
                                      const CellLaws* laws) {
  if (path < 0 || path >= kMaxPaths) {
    return absl::OutOfRangeError(absl::StrCat("path ", path, ": must be in [0, ", kMaxPaths, ")"));
  }
  const SharedState shared = SharedOf(SharedStage(plan), source, path);
  const size_t period_count = plan.period_count();
  PathReplay replay{.regime = shared.regime};
  replay.cells.resize(plan.series.size() * period_count);
  std::vector<double> slots(plan.slots.size(), 0.0);
  std::vector<double> cells(WidestStep(plan) * period_count);
  for (int step = 0; step < plan.series_step_count(); ++step) {
    ComputeStep(plan, step, {path, shared, laws}, cells, {.slots = slots});
    for (int j = plan.step_first[step]; j < plan.step_first[step + 1]; ++j) {
      const int i = plan.step_series[j];
      std::copy_n(cells.begin() + plan.step_place[i] * period_count, period_count,
                  replay.cells.begin() + i * period_count);
    }
  }
  TargetValues finished = FinishTargets(plan, std::move(slots), 1);
  replay.target_values = std::move(finished.values);
  replay.parts = std::move(finished.parts);
  return replay;
}

}  // namespace jalon::sim
