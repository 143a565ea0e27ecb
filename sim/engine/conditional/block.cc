#include <algorithm>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "sim/base/status_macros.h"
#include "sim/engine/conditional/conditional.h"
#include "sim/engine/conditional/plan_state.h"

namespace jalon::sim {
namespace {

// Nanoseconds of a slice, as predicted on wide vectors.
constexpr double kSlice = 1.2e6;
// Nanoseconds of a shared state by SharedStage::cost_in_cells.
constexpr double kStateCell = 60.0;

}  // namespace

struct ConditionalBlockWork::State {
  State(const ConditionalPlanState& plan, int64_t block, int parameter_draw, int regime)
      : plan(plan),
        parameter_draw(parameter_draw),
        regime(regime),
        work(plan, parameter_draw >= 0 ? ThresholdsAsked::kFirst
                   : regime >= 0       ? ThresholdsAsked::kNone
                                       : ThresholdsAsked::kAll) {
    work.block.block = block;
  }

  bool DrawStates();
  SharedState StateOf(int lane) const;
  bool AddAtoms();
  bool AddSums();
  void Check(int target);

  const ConditionalPlanState& plan;
  // -1: each path has parameters of its own.
  const int parameter_draw;
  // -1: each path has the regime it draws.
  const int regime;
  LaneWork work;
  // Null unless somebody wants its states.
  std::vector<SharedState>* kept = nullptr;
  int phase = 0;
  int next_lane = 0;
  int next_atom = 0;
  int next_sum = 0;
  absl::Status status;
};

SharedState ConditionalBlockWork::State::StateOf(int lane) const {
  const int64_t path = work.block.block * kScrambleCount + lane;
  if (parameter_draw >= 0) {
    return plan.states->AtParameters(parameter_draw,
                                     plan.regime_lanes.RegimeOf(work.block.block, lane), path);
  }
  return regime >= 0 ? plan.states->AtRegime(regime, path) : plan.states->At(path);
}

bool ConditionalBlockWork::State::DrawStates() {
  const double cost = kStateCell * static_cast<double>(plan.states->stage().cost_in_cells());
  const int count = std::clamp(static_cast<int>(kSlice / cost), 1, kScrambleCount);
  const int end = std::min(next_lane + count, kScrambleCount);
  for (; next_lane < end; ++next_lane) {
    SharedState state = StateOf(next_lane);
    work.shared.Set(next_lane, state);
    if (kept != nullptr) kept->push_back(std::move(state));
  }
  if (next_lane < kScrambleCount) return false;
  work.shared.Finish(plan.plan);
  return true;
}

bool ConditionalBlockWork::State::AddAtoms() {
  const int count = static_cast<int>(plan.program().table.atoms.size());
  int end = next_atom;
  for (double cost = 0.0; end < count && cost < kSlice; ++end) {
    if (work.IsNeeded(end)) cost += plan.program().table.costs[end];
  }
  Check(EvaluateAtoms(work, next_atom, end));
  next_atom = end;
  return next_atom == count;
}

bool ConditionalBlockWork::State::AddSums() {
  const int count = static_cast<int>(plan.program().summed.size());
  int end = next_sum;
  for (double cost = 0.0; end < count && cost < kSlice; ++end) {
    if (work.IsComputed(plan.program().summed[end])) cost += plan.program().SumCost(end);
  }
  Check(EvaluateSums(work, next_sum, end));
  next_sum = end;
  return next_sum == count;
}

void ConditionalBlockWork::State::Check(int target) {
  if (target < 0) return;
  status = absl::InternalError(absl::StrCat("targets[", target, "]: not finite in block ",
                                            work.block.block,
                                            "; the model gives means that are not finite"));
}

ConditionalBlockWork::ConditionalBlockWork(const ConditionalPlan& plan, int64_t block)
    : state_(std::make_unique<State>(plan.state(), block, -1, -1)) {}
ConditionalBlockWork::ConditionalBlockWork(const ConditionalPlan& plan, int64_t block,
                                           int parameter_draw)
    : state_(std::make_unique<State>(plan.state(), block, parameter_draw, -1)) {}
ConditionalBlockWork::ConditionalBlockWork(std::unique_ptr<State> state)
    : state_(std::move(state)) {}
ConditionalBlockWork::~ConditionalBlockWork() = default;

std::unique_ptr<ConditionalBlockWork> ConditionalBlockWork::OfRun(const ConditionalPlanState& state,
                                                                  int64_t block) {
  return InRegime(state, block, -1);
}

std::unique_ptr<ConditionalBlockWork> ConditionalBlockWork::InRegime(
    const ConditionalPlanState& state, int64_t block, int regime) {
  return std::unique_ptr<ConditionalBlockWork>(
      new ConditionalBlockWork(std::make_unique<State>(state, block, -1, regime)));
}

void ConditionalBlockWork::KeepStates(std::vector<SharedState>& states) { state_->kept = &states; }

bool ConditionalBlockWork::Step() {
  using Phase = bool (State::*)();
  constexpr Phase kPhases[] = {&State::DrawStates, &State::AddAtoms, &State::AddSums};
  State& state = *state_;
  if ((state.*kPhases[state.phase])()) ++state.phase;
  return state.phase == static_cast<int>(std::size(kPhases)) || !state.status.ok();
}

absl::StatusOr<ConditionalBlock> ConditionalBlockWork::Take() {
  const std::unique_ptr<State> state = std::move(state_);
  JALON_RETURN_IF_ERROR(state->status);
  return std::move(state->work.block);
}

absl::StatusOr<ConditionalBlock> ComputeConditionalBlock(const ConditionalPlan& plan, int64_t block,
                                                         const StopToken& stop) {
  ConditionalBlockWork work(plan, block);
  while (!work.Step()) {
    if (stop.stop_requested()) return absl::CancelledError(absl::StrCat("block ", block));
  }
  return work.Take();
}

}  // namespace jalon::sim
