#include "sim/engine/sampled.h"

#include <algorithm>
#include <optional>
#include <span>
#include <utility>

#include "absl/strings/str_cat.h"
#include "sim/engine/block_stage.h"
#include "sim/engine/block_states.h"
#include "sim/engine/cell_cost.h"
#include "sim/engine/row_math.h"
#include "sim/engine/shared_stage.h"
#include "sim/engine/stock_stage.h"
#include "sim/engine/target_values.h"

namespace jalon::sim {
namespace {

// A plain cell: 2,048 of them are 0.7 ms.
constexpr double kPlainCellNanoseconds = 330.0;

// Targets finished at a time, and their work in cells.
constexpr int kTargetsInAStep = 1'024;
constexpr int kWorkOfTargets = 256;
static_assert(kPathsPerBlock == kLanes);

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

// All numbers of rows.
std::span<double> NumbersOf(std::vector<PathRow>& rows) {
  if (rows.empty()) return {};
  return {rows.front().x, rows.size() * kLanes};
}

SharedState SharedOf(const SharedStage& stage, const SharedSource* source, int64_t path) {
  return source == nullptr ? stage.Draw(path) : source->At(path);
}

}  // namespace

// First the shared states of the 16 paths, then step after step of series on all of them, then the
// targets.
struct SampledBlock::State {
  State(const Plan& plan, int64_t block, const SharedSource* source, const CellLaws* laws)
      : plan(plan),
        stage(plan),
        source(source),
        slots(plan.slots.size(), SameRow(0.0)),
        outcome{.block = block} {
    if (laws != nullptr) {
      vectors.emplace(plan, first_path(), *laws);
    } else {
      oracle.shared.reserve(kPathsPerBlock);
      oracle.cells.resize(static_cast<size_t>(WidestStep(plan)) * plan.period_count());
    }
  }

  int64_t first_path() const { return outcome.block * kPathsPerBlock; }
  bool complete() const {
    return next_step == plan.series_step_count() && next_target == plan.target_count();
  }

  // One path of the shared stage, one step of series, or some targets. Returns its work in cells.
  int64_t StepOnce() {
    if (states_drawn < kPathsPerBlock) return StepShared();
    return next_step < plan.series_step_count() ? StepSeries() : StepTargets();
  }

  int64_t StepShared() {
    SharedState shared = SharedOf(stage, source, first_path() + states_drawn);
    if (vectors) {
      vectors->states.Set(states_drawn, shared);
    } else {
      oracle.shared.push_back(std::move(shared));
    }
    ++states_drawn;
    return stage.cost_in_cells();
  }

  int64_t StepSeries() {
    const int64_t work = WorkOf(next_step);
    if (vectors) {
      DrawInVectors();
    } else {
      DrawByTheOracle();
    }
    ++next_step;
    return work;
  }

  void DrawInVectors() {
    vectors->stage.DrawStep(next_step, vectors->states);
    for (int j = plan.step_first[next_step]; j < plan.step_first[next_step + 1]; ++j) {
      const int i = plan.step_series[j];
      AddRowsToSlots(plan, i, vectors->stage.CellsOf(i), vectors->states, slots);
    }
  }

  void DrawByTheOracle() {
    for (int lane = 0; lane < kPathsPerBlock; ++lane) {
      ComputeStep(plan, next_step, {first_path() + lane, oracle.shared[lane], nullptr},
                  oracle.cells,
                  {.slots = NumbersOf(slots), .stride = kPathsPerBlock, .lane = lane});
    }
  }

  int64_t StepTargets() {
    if (next_target == 0) finished.emplace(plan, kPathsPerBlock);
    const int end = std::min(plan.target_count(), next_target + kTargetsInAStep);
    finished->Finish(plan, NumbersOf(slots), {.first = next_target, .end = end});
    next_target = end;
    if (complete()) {
      outcome.values = std::move(finished->values);
      outcome.parts = std::move(finished->parts);
      slots = {};
    }
    return kWorkOfTargets;
  }

  // Work of a step in plain cells: a cell in vectors is a tenth of one, a compound amount without
  // them may be fifty.
  int64_t WorkOf(int step) const {
    const CellDraws draws = vectors ? CellDraws::kVectors : CellDraws::kScalar;
    double nanoseconds = 0.0;
    for (int j = plan.step_first[step]; j < plan.step_first[step + 1]; ++j) {
      nanoseconds += SeriesNanoseconds(plan, plan.step_series[j], draws);
    }
    return 1 + static_cast<int64_t>(kPathsPerBlock * nanoseconds / kPlainCellNanoseconds);
  }

  const Plan& plan;
  SharedStage stage;
  const SharedSource* source;
  // With laws.
  struct Vectors {
    Vectors(const Plan& plan, int64_t first_path, const CellLaws& laws)
        : states(plan), stage(plan, first_path, laws) {}
    BlockStates states;
    BlockStage stage;
  };
  std::optional<Vectors> vectors;
  // Without; cells [place in step x period] of one path.
  struct Oracle {
    std::vector<SharedState> shared;
    std::vector<double> cells;
  };
  Oracle oracle;
  int states_drawn = 0;
  int next_step = 0;
  int next_target = 0;
  // [slot]
  std::vector<PathRow> slots;
  std::optional<TargetValues> finished;
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
  TargetValues finished(plan, 1);
  finished.Finish(plan, slots, {.end = plan.target_count()});
  replay.target_values = std::move(finished.values);
  replay.parts = std::move(finished.parts);
  return replay;
}

}  // namespace jalon::sim
