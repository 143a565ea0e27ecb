#include "sim/engine/sampled.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "sim/engine/cell_cost.h"
#include "sim/engine/series_stage.h"
#include "sim/engine/shared_stage.h"

namespace jalon::sim {
namespace {

// A plain cell: 12,288 of them are at most about 4 ms.
constexpr double kPlainCellNanoseconds = 330.0;

}  // namespace

// First the shared state of the 16 paths, then series after series on all of them.
struct SampledBlock::State {
  State(const Plan& plan, int64_t block) : plan(plan), stage(plan), outcome{.block = block} {
    shared.reserve(kPathsPerBlock);
    cells.resize(plan.period_count());
    outcome.values.assign(plan.targets.size() * kPathsPerBlock, 0.0);
  }

  int64_t first_path() const { return outcome.block * kPathsPerBlock; }
  bool complete() const {
    return shared.size() == kPathsPerBlock && next_series == plan.series_count();
  }

  // One path of the shared stage, or one series. Returns its work in cells.
  int64_t StepOnce() { return shared.size() < kPathsPerBlock ? StepShared() : StepSeries(); }

  int64_t StepShared() {
    shared.push_back(stage.Draw(first_path() + static_cast<int64_t>(shared.size())));
    return stage.cost_in_cells();
  }

  int64_t StepSeries() {
    const int64_t work = WorkOf(next_series);
    for (int lane = 0; lane < kPathsPerBlock; ++lane) {
      DrawSeries(plan, next_series, first_path() + lane, shared[lane], cells);
      AddToTargets(plan, next_series, cells,
                   {.values = outcome.values, .stride = kPathsPerBlock, .lane = lane});
    }
    ++next_series;
    if (complete()) FinishTargets(plan, outcome.values, kPathsPerBlock);
    return work;
  }

  // Work of a series in plain cells: a cell is one, a compound amount may be fifty.
  int64_t WorkOf(int i) const {
    const double plain_cells = std::max(1.0, CellNanoseconds(plan, i) / kPlainCellNanoseconds);
    return static_cast<int64_t>(kPathsPerBlock * plan.period_count() * plain_cells);
  }

  const Plan& plan;
  SharedStage stage;
  std::vector<SharedState> shared;
  int next_series = 0;
  std::vector<double> cells;
  BlockOutcome outcome;
};

SampledBlock::SampledBlock(const Plan& plan, int64_t block)
    : state_(std::make_unique<State>(plan, block)) {}
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

absl::StatusOr<BlockOutcome> SimulateBlock(const Plan& plan, int64_t block, const StopToken& stop) {
  SampledBlock work(plan, block);
  while (!work.Step()) {
    if (stop.stop_requested()) return absl::CancelledError(absl::StrCat("block ", block));
  }
  return work.TakeOutcome();
}

absl::StatusOr<PathReplay> ReplayPath(const Plan& plan, int64_t path) {
  if (path < 0 || path >= kMaxPaths) {
    return absl::OutOfRangeError(absl::StrCat("path ", path, ": must be in [0, ", kMaxPaths, ")"));
  }
  const SharedState shared = SharedStage(plan).Draw(path);
  const size_t period_count = plan.period_count();
  PathReplay replay;
  replay.target_values.assign(plan.targets.size(), 0.0);
  replay.cells.resize(plan.series.size() * period_count);
  for (int i = 0; i < plan.series_count(); ++i) {
    const std::span<double> cells(replay.cells.data() + i * period_count, period_count);
    DrawSeries(plan, i, path, shared, cells);
    AddToTargets(plan, i, cells, {.values = replay.target_values});
  }
  FinishTargets(plan, replay.target_values, 1);
  return replay;
}

}  // namespace jalon::sim
