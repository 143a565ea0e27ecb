#include "sim/engine/conditional/plan_state.h"

#include <cmath>
#include <limits>
#include <utility>

#include "absl/strings/str_cat.h"
#include "sim/base/status_macros.h"
#include "sim/base/violation.h"
#include "sim/engine/conditional/quantile_grid.h"

namespace jalon::sim {
namespace {

// Paths that set the grids: four points of every scramble.
constexpr int64_t kPilotPaths = 4 * kScrambleCount;

Violations Refusals(const ConditionalPlanState& state) {
  Violations violations;
  const auto refuse = [&](std::string field, std::string rule) {
    violations.Add(
        {.field = std::move(field), .rule = std::move(rule), .reason = "NO_CLOSED_FORM"});
  };
  if (!state.plan.scores.scores.empty() || !state.plan.scores.joint_sets.empty()) {
    refuse("scores", "scores and joint attainment need whole paths: use the sampled estimator");
  }
  for (size_t i = 0; i < state.laws.size(); ++i) {
    if (!state.laws[i].refused()) continue;
    refuse(absl::StrCat("targets[", i, "]"),
           absl::StrCat(state.laws[i].refusal, ": use the sampled estimator"));
  }
  return violations;
}

// Whether a sum of flows cannot be negative.
bool IsNonNegative(const Plan& plan, const TargetLaw& law) {
  if (law.composition.moves || law.composition.has_denominator) return false;
  for (const Part& part : law.composition.parts) {
    const PlanSeries& series = plan.series[part.series];
    if (series.group < 0 || series.law == Law::kStudentT) return false;
  }
  for (double weight : law.composition.weights) {
    if (weight < 0.0) return false;
  }
  return true;
}

struct Pilot {
  double sum = 0.0;
  double squares = 0.0;
  double variance = 0.0;
};

GridShape ShapeOf(const Plan& plan, const TargetLaw& law, const Pilot& pilot) {
  constexpr double kCount = kPilotPaths;
  GridShape shape{.mean = pilot.sum / kCount, .lattice = law.lattice};
  const double between = std::max(pilot.squares / kCount - shape.mean * shape.mean, 0.0);
  shape.standard_deviation = std::sqrt(between + pilot.variance / kCount);
  shape.floor = IsNonNegative(plan, law) ? 0.0 : -std::numeric_limits<double>::infinity();
  return shape;
}

void MakeGrids(ConditionalPlanState& state) {
  std::vector<TargetEvaluator> evaluators;
  evaluators.reserve(state.laws.size());
  for (size_t i = 0; i < state.laws.size(); ++i) {
    evaluators.emplace_back(state.plan, static_cast<int>(i), state.laws[i]);
  }
  std::vector<Pilot> pilots(state.laws.size());
  ConditionalValue value;
  for (int64_t path = 0; path < kPilotPaths; ++path) {
    const PathMeans means = state.means.At(state.states.At(path));
    for (size_t i = 0; i < evaluators.size(); ++i) {
      evaluators[i].Evaluate(means, false, value);
      pilots[i].sum += value.mean;
      pilots[i].squares += value.mean * value.mean;
      pilots[i].variance += value.variance;
    }
  }
  for (size_t i = 0; i < state.laws.size(); ++i) {
    const GridShape shape = ShapeOf(state.plan, state.laws[i], pilots[i]);
    state.center[i] = shape.mean;
    if (state.quantile_levels.empty()) continue;
    state.laws[i].grid = QuantileGrid(shape);
    MakeGridTables(state.laws[i]);
  }
}

void ChooseLaws(ConditionalPlanState& state) {
  const SlotSeries slots(state.plan);
  const PathMeans middle = state.means.At(state.states.Middle());
  for (int i = 0; i < state.plan.target_count(); ++i) {
    state.laws.push_back(ChooseLaw(state.plan, slots, middle, i));
  }
}

void MakeTables(ConditionalPlanState& state) {
  state.first_threshold.push_back(0);
  for (int i = 0; i < state.plan.target_count(); ++i) {
    MakeThresholdTables(state.plan, i, state.laws[i]);
    state.first_threshold.push_back(state.first_threshold.back() + state.laws[i].thresholds.size());
  }
  MakeGrids(state);
  state.first_place.push_back(0);
  for (const TargetLaw& law : state.laws) {
    state.first_place.push_back(state.first_place.back() + law.grid.size());
  }
}

}  // namespace

ConditionalPlanState::ConditionalPlanState(const Plan& plan, std::vector<double> quantile_levels)
    : plan(plan),
      quantile_levels(std::move(quantile_levels)),
      states(plan),
      means(plan),
      center(plan.targets.size(), 0.0) {}

absl::StatusOr<ConditionalPlan> ConditionalPlan::Make(const Plan& plan,
                                                      std::vector<double> quantile_levels) {
  auto state = std::make_unique<ConditionalPlanState>(plan, std::move(quantile_levels));
  ChooseLaws(*state);
  JALON_RETURN_IF_ERROR(Refusals(*state).ToStatus());
  MakeTables(*state);
  return ConditionalPlan(std::move(state));
}

ConditionalPlan ConditionalPlan::MakeWherePossible(const Plan& plan,
                                                   std::vector<double> quantile_levels) {
  auto state = std::make_unique<ConditionalPlanState>(plan, std::move(quantile_levels));
  ChooseLaws(*state);
  for (TargetLaw& law : state->laws) {
    if (law.refused()) law = {.law = LawUsed::kSampled, .composition = {.branch_first = {0}}};
  }
  MakeTables(*state);
  return ConditionalPlan(std::move(state));
}

ConditionalPlan::ConditionalPlan(std::unique_ptr<ConditionalPlanState> state)
    : state_(std::move(state)) {}
ConditionalPlan::~ConditionalPlan() = default;
ConditionalPlan::ConditionalPlan(ConditionalPlan&&) noexcept = default;
ConditionalPlan& ConditionalPlan::operator=(ConditionalPlan&&) noexcept = default;

const Plan& ConditionalPlan::plan() const { return state_->plan; }
const SharedSource& ConditionalPlan::shared_states() const { return state_->states; }
LawUsed ConditionalPlan::law(int target) const { return state_->laws[target].law; }

std::unique_ptr<const SharedSource> ConditionalSharedStates(const Plan& plan) {
  return std::make_unique<const SobolStates>(plan);
}

}  // namespace jalon::sim
