// What a ConditionalPlan holds. Internal to sim/engine/conditional.
#ifndef JALON_SIM_ENGINE_CONDITIONAL_PLAN_STATE_H_
#define JALON_SIM_ENGINE_CONDITIONAL_PLAN_STATE_H_

#include <array>
#include <atomic>
#include <memory>
#include <optional>
#include <vector>

#include "sim/engine/conditional/chosen_laws.h"
#include "sim/engine/conditional/conditional.h"
#include "sim/engine/conditional/lane_evaluator.h"
#include "sim/engine/conditional/mixture_quantiles.h"
#include "sim/engine/conditional/moved_targets.h"
#include "sim/engine/conditional/path_means.h"
#include "sim/engine/conditional/regime_lanes.h"
#include "sim/engine/conditional/sobol_states.h"
#include "sim/engine/conditional/target_law.h"

namespace jalon::sim {

// Blocks that were folded, to be filled again: fresh pages cost as much as their numbers.
// Thread-safe, without waiting; what is in a block does not matter to the next.
class BlockPool {
 public:
  BlockPool() = default;
  ~BlockPool();
  BlockPool(const BlockPool&) = delete;
  BlockPool& operator=(const BlockPool&) = delete;

  // An empty one when there is none.
  ConditionalBlock Take();
  // Frees one of them; true when there is none.
  bool FreeOne();
  void Give(ConditionalBlock block);

 private:
  // More than a pool of threads holds at once; what does not fit is freed.
  std::array<std::atomic<ConditionalBlock*>, 64> slots_{};
};

// Points of every scramble that say where conditional means fall: preparation computes them, or
// leaves them to the run, where there is one regime and they are its first blocks.
inline constexpr int kPilotPoints = 2;

// The run's first blocks, for the one who is to compute them. Thread-safe, without waiting.
class FirstBlocks {
 public:
  FirstBlocks() = default;
  ~FirstBlocks();
  FirstBlocks(const FirstBlocks&) = delete;
  FirstBlocks& operator=(const FirstBlocks&) = delete;

  void Keep(ConditionalBlock block);
  // Nullopt when it was never kept, or taken before.
  std::optional<ConditionalBlock> Take(int64_t block);

 private:
  std::array<std::atomic<ConditionalBlock*>, kPilotPoints> blocks_{};
};

struct BaselineBlock;

struct ConditionalPlanState {
  ConditionalPlanState(const Plan& plan, std::vector<double> quantile_levels);

  const Plan& plan;
  std::vector<double> quantile_levels;
  MeansMaker means;
  RegimeLanes regime_lanes;
  // Set once the basis is there.
  std::optional<SobolStates> states;
  // Once they are chosen; a variant may share those of its baseline.
  std::shared_ptr<const ChosenLaws> chosen;
  // Of a variant that takes over laws and refuses some, or takes over what it does not move: where
  // numbers come from, and the block that says what is not computed at its checkpoints. Nullopt:
  // everything is computed that has a law.
  std::optional<MovedTargets> moved;
  std::shared_ptr<const BaselineBlock> answers;
  // [target]: where conditional means are gathered, the center near the middle. Set by PilotPlaces;
  // blocks do not look at it.
  std::vector<MeanPlaces> places;
  // [target + 1]: first of its places among those of all targets.
  std::vector<size_t> first_place;
  // Blocks of all thresholds, and of the first ones.
  mutable BlockPool pool;
  mutable BlockPool first_pool;
  mutable FirstBlocks first_blocks;

  // As ConditionalPlan::LetGo.
  bool LetGo();

  const std::vector<TargetLaw>& laws() const { return chosen->laws; }
  const LaneProgram& program() const { return chosen->program; }
  bool IsComputed(int target) const { return !moved || moved->IsComputed(target); }
  bool IsTakenOver(int target) const {
    return moved && moved->targets[target] == TargetSource::kBaseline;
  }
  LawUsed law(int target) const {
    const bool is_refused = moved && moved->targets[target] == TargetSource::kWholePaths;
    return is_refused ? LawUsed::kSampled : laws()[target].law;
  }
  bool has_thresholds() const { return threshold_count() > 0; }
  BlockPool& PoolOf(ThresholdsAsked asked) const {
    return asked == ThresholdsAsked::kAll ? pool : first_pool;
  }

  size_t threshold_count() const { return program().thresholds.size(); }
};

}  // namespace jalon::sim

#endif  // JALON_SIM_ENGINE_CONDITIONAL_PLAN_STATE_H_
