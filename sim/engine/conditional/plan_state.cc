#include "sim/engine/conditional/plan_state.h"

#include <memory>
#include <utility>

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

void BlockPool::Give(ConditionalBlock block) {
  auto given = std::make_unique<ConditionalBlock>(std::move(block));
  for (std::atomic<ConditionalBlock*>& slot : slots_) {
    ConditionalBlock* empty = nullptr;
    if (!slot.compare_exchange_strong(empty, given.get())) continue;
    (void)given.release();
    return;
  }
}

ConditionalPlanState::ConditionalPlanState(const Plan& plan, std::vector<double> quantile_levels)
    : plan(plan),
      quantile_levels(std::move(quantile_levels)),
      means(plan),
      regime_lanes(plan),
      places(plan.targets.size()) {}

ConditionalPlan::ConditionalPlan(std::unique_ptr<ConditionalPlanState> state)
    : state_(std::move(state)) {}
ConditionalPlan::~ConditionalPlan() = default;
ConditionalPlan::ConditionalPlan(ConditionalPlan&&) noexcept = default;
ConditionalPlan& ConditionalPlan::operator=(ConditionalPlan&&) noexcept = default;

const Plan& ConditionalPlan::plan() const { return state_->plan; }
LawUsed ConditionalPlan::law(int target) const { return state_->laws()[target].law; }

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
