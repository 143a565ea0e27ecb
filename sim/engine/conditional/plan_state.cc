#include "sim/engine/conditional/plan_state.h"

#include <utility>

namespace jalon::sim {

ConditionalPlanState::ConditionalPlanState(const Plan& plan, std::vector<double> quantile_levels)
    : plan(plan),
      quantile_levels(std::move(quantile_levels)),
      means(plan),
      places(plan.targets.size()),
      floors(plan.targets.size(), 0.0) {}

ConditionalPlan::ConditionalPlan(std::unique_ptr<ConditionalPlanState> state)
    : state_(std::move(state)) {}
ConditionalPlan::~ConditionalPlan() = default;
ConditionalPlan::ConditionalPlan(ConditionalPlan&&) noexcept = default;
ConditionalPlan& ConditionalPlan::operator=(ConditionalPlan&&) noexcept = default;

const Plan& ConditionalPlan::plan() const { return state_->plan; }
LawUsed ConditionalPlan::law(int target) const { return state_->laws[target].law; }

const SharedSource& ConditionalPlan::shared_states() const { return *state_->states; }

std::unique_ptr<const SharedSource> ConditionalSharedStates(const Plan& plan) {
  return std::make_unique<const SobolStates>(plan);
}

}  // namespace jalon::sim
