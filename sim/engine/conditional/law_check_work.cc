#include "sim/engine/conditional/law_check_work.h"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include "sim/base/status_macros.h"
#include "sim/engine/cell_batch.h"
#include "sim/engine/conditional/law_class.h"
#include "sim/engine/conditional/law_pools.h"
#include "sim/engine/conditional/plan_state.h"
#include "sim/engine/path_value.h"
#include "sim/engine/sampled.h"

namespace jalon::sim {
namespace {

// Blocks that say where the P of a threshold lies.
constexpr int64_t kPlacingBlocks = 4;
constexpr int8_t kLeftOut = -1;

using Lanes = std::array<double, kScrambleCount>;

// 1 on the paths whose value is at the threshold or beyond, upwards: of a target where lower is
// better a tie attains, and is not beyond.
Lanes ReachedBy(const double* values, double threshold, bool higher) {
  Lanes reached{};
  for (int lane = 0; lane < kScrambleCount; ++lane) {
    const bool is_beyond = higher ? values[lane] >= threshold : values[lane] > threshold;
    reached[lane] = is_beyond ? 1.0 : 0.0;
  }
  return reached;
}

// P of the same by the law.
Lanes UpwardsOf(const double* probability, bool higher) {
  Lanes upwards{};
  for (int lane = 0; lane < kScrambleCount; ++lane) {
    upwards[lane] = higher ? probability[lane] : 1.0 - probability[lane];
  }
  return upwards;
}

}  // namespace

struct LawCheckWork::State {
  State(const ConditionalPlan& plan, LawCheckOptions options)
      : conditional(plan),
        plan(plan.state()),
        block_count((options.path_count + kScrambleCount - 1) / kScrambleCount),
        fold_size(options.fold_size),
        cell_laws_work(plan.plan(), options.surfaces) {}

  // One phase after the other; each says whether it is over.
  bool FindClasses();
  bool MakeCellLaws();
  bool SumPlaces();
  bool SetPlaces();
  bool CompareBlocks();

  void AddToClass(LawClass its, int target);
  // Towards the next block by closed forms, and of whole paths.
  void StepClosed();
  void StepDrawn();
  // Does `work` to the next targets that have a class, as many as make a slice; true after the
  // last.
  bool ForSome(void (State::*work)(int target));
  void AddPlaces(int target);
  void SetPools(int target);
  void FoldTarget(int target);
  // As ReachedBy, where paths start from values of their own.
  Lanes AttainedBy(int target, size_t threshold) const;
  bool IsHigher(int target) const { return plan.program().targets[target].higher; }
  size_t FirstThreshold(int target) const { return plan.program().first_threshold[target]; }
  int target_count() const { return static_cast<int>(plan.laws().size()); }

  const ConditionalPlan& conditional;
  const ConditionalPlanState& plan;
  const int64_t block_count;
  const int64_t fold_size;
  int phase = 0;
  absl::Status status;
  CellLawsWork cell_laws_work;
  std::optional<CellLaws> cell_laws;
  // [class], and [target]: its class, -1 without.
  std::vector<LawCheck> checks;
  std::vector<LawPools> pools;
  std::vector<int> class_of;
  // [threshold of all targets]: sum of P upwards over the paths that place it, then its pool.
  std::vector<double> place_sums;
  std::vector<int8_t> pool_of;
  // Blocks that are done, of the phase in hand.
  int64_t next_block = 0;
  std::optional<ConditionalBlockWork> closed_work;
  std::optional<ConditionalBlock> closed;
  std::optional<SampledBlock> drawn_work;
  std::optional<BlockOutcome> drawn;
  int next_target = 0;
};

void LawCheckWork::State::AddToClass(LawClass its, int target) {
  const auto found = std::find_if(checks.begin(), checks.end(),
                                  [&](const LawCheck& check) { return check.law_class == its; });
  class_of[target] = static_cast<int>(found - checks.begin());
  if (found == checks.end()) checks.push_back({.law_class = its});
  ++checks[class_of[target]].target_count;
}

bool LawCheckWork::State::FindClasses() {
  class_of.assign(target_count(), -1);
  for (int i = 0; i < target_count(); ++i) {
    if (const std::optional<LawClass> its = ClassOf(plan.laws()[i])) AddToClass(*its, i);
  }
  pools.resize(checks.size());
  place_sums.assign(plan.threshold_count(), 0.0);
  return true;
}

bool LawCheckWork::State::MakeCellLaws() {
  if (checks.empty()) return true;
  if (!cell_laws_work.Step()) return false;
  cell_laws = cell_laws_work.Take();
  return true;
}

void LawCheckWork::State::StepClosed() {
  if (!closed_work) closed_work.emplace(conditional, kLawCheckFirstBlock + next_block);
  if (!closed_work->Step()) return;
  absl::StatusOr<ConditionalBlock> made = closed_work->Take();
  closed_work.reset();
  status = made.status();
  if (made.ok()) closed = *std::move(made);
}

void LawCheckWork::State::StepDrawn() {
  if (!drawn_work) {
    drawn_work.emplace(plan.plan, kLawCheckFirstBlock + next_block, &*plan.states, &*cell_laws);
  }
  if (!drawn_work->Step()) return;
  drawn = drawn_work->TakeOutcome();
  drawn_work.reset();
}

bool LawCheckWork::State::ForSome(void (State::*work)(int target)) {
  int64_t done = 0;
  for (; next_target < target_count() && done < fold_size; ++next_target) {
    ++done;
    if (class_of[next_target] < 0) continue;
    done += static_cast<int64_t>(plan.laws()[next_target].thresholds.size());
    (this->*work)(next_target);
  }
  if (next_target < target_count()) return false;
  next_target = 0;
  return true;
}

void LawCheckWork::State::AddPlaces(int target) {
  for (size_t row = FirstThreshold(target); row < FirstThreshold(target + 1); ++row) {
    const double* probability = closed->probability.data() + row * kScrambleCount;
    for (const double p : UpwardsOf(probability, IsHigher(target))) place_sums[row] += p;
  }
}

bool LawCheckWork::State::SumPlaces() {
  if (checks.empty()) return true;
  if (!closed.has_value()) {
    StepClosed();
    return false;
  }
  if (!ForSome(&State::AddPlaces)) return false;
  closed.reset();
  return ++next_block == kPlacingBlocks;
}

void LawCheckWork::State::SetPools(int target) {
  constexpr auto kPlacingPaths = static_cast<double>(kPlacingBlocks * kScrambleCount);
  for (size_t row = FirstThreshold(target); row < FirstThreshold(target + 1); ++row) {
    const int pool = PoolOf(place_sums[row] / kPlacingPaths);
    pool_of[row] = static_cast<int8_t>(pool);
    if (pool != kLeftOut) pools[class_of[target]].Count(pool);
  }
}

bool LawCheckWork::State::SetPlaces() {
  next_block = 0;
  pool_of.resize(plan.threshold_count(), kLeftOut);
  return ForSome(&State::SetPools);
}

Lanes LawCheckWork::State::AttainedBy(int target, size_t threshold) const {
  Lanes reached{};
  for (int lane = 0; lane < kScrambleCount; ++lane) {
    const bool attains =
        Attains(plan.plan.targets[target], threshold, PathValueOf(plan.plan, *drawn, target, lane));
    reached[lane] = attains == IsHigher(target) ? 1.0 : 0.0;
  }
  return reached;
}

void LawCheckWork::State::FoldTarget(int target) {
  const std::vector<double>& thresholds = plan.laws()[target].thresholds;
  const double* values = drawn->values.data() + static_cast<size_t>(target) * kScrambleCount;
  const bool opening_moves = plan.laws()[target].opening_moves;
  for (size_t j = 0; j < thresholds.size(); ++j) {
    const size_t row = FirstThreshold(target) + j;
    if (pool_of[row] == kLeftOut) continue;
    const Lanes upwards =
        UpwardsOf(closed->probability.data() + row * kScrambleCount, IsHigher(target));
    const Lanes reached =
        opening_moves ? AttainedBy(target, j) : ReachedBy(values, thresholds[j], IsHigher(target));
    pools[class_of[target]].Add(pool_of[row], upwards.data(), reached.data());
  }
}

bool LawCheckWork::State::CompareBlocks() {
  if (checks.empty()) return true;
  if (!closed.has_value()) {
    StepClosed();
    return false;
  }
  if (!drawn.has_value()) {
    StepDrawn();
    return false;
  }
  if (!ForSome(&State::FoldTarget)) return false;
  for (LawPools& its : pools) its.EndBlock();
  closed.reset();
  drawn.reset();
  return ++next_block == block_count;
}

LawCheckWork::LawCheckWork(const ConditionalPlan& plan, LawCheckOptions options)
    : state_(std::make_unique<State>(plan, options)) {}
LawCheckWork::~LawCheckWork() = default;

bool LawCheckWork::Step() {
  using Phase = bool (State::*)();
  constexpr Phase kPhases[] = {&State::FindClasses, &State::MakeCellLaws, &State::SumPlaces,
                               &State::SetPlaces, &State::CompareBlocks};
  State& state = *state_;
  if ((state.*kPhases[state.phase])()) ++state.phase;
  return state.phase == static_cast<int>(std::size(kPhases)) || !state.status.ok();
}

absl::StatusOr<std::vector<LawCheck>> LawCheckWork::Take() {
  const std::unique_ptr<State> state = std::move(state_);
  JALON_RETURN_IF_ERROR(state->status);
  const int64_t path_count = state->block_count * kScrambleCount;
  for (size_t c = 0; c < state->checks.size(); ++c) {
    state->checks[c].biases = state->pools[c].Biases(path_count);
  }
  Judge(path_count, state->checks);
  return std::move(state->checks);
}

}  // namespace jalon::sim
