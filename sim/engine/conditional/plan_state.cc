#include "sim/engine/conditional/plan_state.h"

#include <memory>
#include <utility>

#include "sim/engine/conditional/pilot_places.h"

namespace jalon::sim {

BlockPool::~BlockPool() {
  for (std::atomic<ConditionalBlock*>& slot : slots_) delete slot.load();
}

ConditionalBlock BlockPool::Take() {
  for (std::atomic<ConditionalBlock*>& slot : slots_) {
    const std::unique_ptr<ConditionalBlock> block(slot.exchange(nullptr));
    if (block != nullptr) return std::move(*block);
  }
  return {};
}

bool BlockPool::FreeOne() {
  for (std::atomic<ConditionalBlock*>& slot : slots_) {
    const std::unique_ptr<ConditionalBlock> block(slot.exchange(nullptr));
    if (block != nullptr) return false;
  }
  return true;
}

void BlockPool::Give(ConditionalBlock block) {
  auto given = std::make_unique<ConditionalBlock>(std::move(block));
  for (std::atomic<ConditionalBlock*>& slot : slots_) {
    ConditionalBlock* empty = nullptr;
    if (!slot.compare_exchange_strong(empty, given.get())) continue;
    (void)given.release();
    return;
  }
}

FirstBlocks::~FirstBlocks() {
  for (std::atomic<ConditionalBlock*>& block : blocks_) delete block.load();
}

void FirstBlocks::Keep(ConditionalBlock block) {
  const int64_t index = block.block;
  delete blocks_[index].exchange(new ConditionalBlock(std::move(block)));
}

std::optional<ConditionalBlock> FirstBlocks::Take(int64_t block) {
  if (block >= kPilotPoints) return std::nullopt;
  const std::unique_ptr<ConditionalBlock> kept(blocks_[block].exchange(nullptr));
  if (kept == nullptr) return std::nullopt;
  return std::move(*kept);
}

ConditionalPlanState::ConditionalPlanState(const Plan& plan, std::vector<double> quantile_levels)
    : plan(plan),
      quantile_levels(std::move(quantile_levels)),
      means(plan),
      regime_lanes(plan),
      places(plan.targets.size()) {}

bool ConditionalPlanState::LetGo() {
  if (!pool.FreeOne() || !first_pool.FreeOne()) return false;
  for (int block = 0; block < kPilotPoints; ++block) {
    if (first_blocks.Take(block)) return false;
  }
  return jalon::sim::LetGo(chosen);
}

ConditionalPlan::ConditionalPlan(std::unique_ptr<ConditionalPlanState> state)
    : state_(std::move(state)) {}
ConditionalPlan::~ConditionalPlan() = default;
ConditionalPlan::ConditionalPlan(ConditionalPlan&&) noexcept = default;
ConditionalPlan& ConditionalPlan::operator=(ConditionalPlan&&) noexcept = default;

bool ConditionalPlan::LetGo() { return state_ == nullptr || state_->LetGo(); }

const Plan& ConditionalPlan::plan() const { return state_->plan; }
LawUsed ConditionalPlan::law(int target) const { return state_->law(target); }

bool ConditionalPlan::lacks_places() const { return state_->first_place.empty(); }
void ConditionalPlan::SetPlaces(const PilotPlaces& places) { places.SetIn(*state_); }

const SharedSource& ConditionalPlan::shared_states() const { return *state_->states; }

std::unique_ptr<const SharedSource> ConditionalSharedStates(const Plan& plan) {
  return std::make_unique<const SobolStates>(plan);
}

std::unique_ptr<const SharedSource> ConditionalSharedStates(const Plan& plan,
                                                            const SharedBasis& baseline) {
  return std::make_unique<const SobolStates>(plan, MakeSharedBasis(plan, &baseline));
}

std::unique_ptr<const SharedSource> ConditionalSharedStates(const Plan& plan,
                                                            const Plan& baseline) {
  return ConditionalSharedStates(plan, MakeSharedBasis(baseline));
}

}  // namespace jalon::sim
