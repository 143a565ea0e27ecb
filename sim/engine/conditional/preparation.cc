// How a conditional plan is made, slice by slice.
#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "sim/base/status_macros.h"
#include "sim/base/violation.h"
#include "sim/engine/conditional/baseline_basis.h"
#include "sim/engine/conditional/plan_state.h"

namespace jalon::sim {
namespace {

// Nanoseconds of a slice, as predicted.
constexpr double kSlice = 2e6;
// Series of a slice of means.
constexpr int kSeriesOfSlice = 10'000;
// Nanoseconds of a threshold that a polynomial does not do.
constexpr double kTable = 3e5;
// Points of every scramble that say where conditional means fall.
constexpr int kPilotPoints = 2;

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
bool IsNonNegative(const Plan& plan, const Composition& composition) {
  if (composition.moves || composition.has_denominator) return false;
  for (const Part& part : composition.parts) {
    const PlanSeries& series = plan.series[part.series];
    if (series.group < 0 || series.law == Law::kStudentT) return false;
  }
  return std::none_of(composition.weights.begin(), composition.weights.end(),
                      [](double weight) { return weight < 0.0; });
}

// Nanoseconds a target took, roughly.
double CostOf(const TargetLaw& law) {
  constexpr double kTarget = 3'000.0;
  constexpr double kPart = 1'000.0;
  constexpr double kThreshold = 8'000.0;
  constexpr double kCompoundThreshold = 40'000.0;
  const bool is_sum = law.law == LawUsed::kExact || law.law == LawUsed::kMatched;
  const double threshold = !is_sum                              ? 0.0
                           : law.sum.law == Law::kCompoundGamma ? kCompoundThreshold
                                                                : kThreshold;
  return kTarget + kPart * law.composition.part_count() +
         threshold * static_cast<double>(law.thresholds.size());
}

}  // namespace

struct ConditionalPreparation::State {
  State(const Plan& plan, std::vector<double> quantile_levels, Refused refused,
        const BaselineBasis* baseline)
      : made(std::make_unique<ConditionalPlanState>(plan, std::move(quantile_levels))),
        refused(refused),
        baseline(baseline),
        collector(plan) {}

  // One phase after the other; each says whether it is over.
  bool BuildMeans();
  bool BuildBasis();
  bool FindMiddle();
  bool ChooseLaws();
  bool CollectAtoms();
  bool RunPilot();

  const Plan& plan() const { return made->plan; }
  int target_count() const { return plan().target_count(); }
  TargetLaw LawOfNext();
  void AddTarget();
  void AddPilot(const ConditionalBlock& block);
  void SetPlaces();

  std::unique_ptr<ConditionalPlanState> made;
  Refused refused;
  // Null but for a variant.
  const BaselineBasis* baseline;
  int phase = 0;
  std::optional<SharedBasisWork> basis;
  std::optional<SlotSeries> slots;
  // What laws are chosen by; of a variant whose own means differ from them, those too.
  PathMeans middle;
  std::optional<PathMeans> own_middle;
  StudentSums students;
  AtomCollector collector;
  int next_target = 0;
  // Of the slice in hand.
  double cost = 0.0;
  std::optional<ConditionalBlockWork> pilot;
  int pilot_point = 0;
  absl::Status status;
  // [target]: sum and sum of squares of conditional means around the first.
  std::vector<double> sums;
  std::vector<double> squares;
  // [target]: sum of own variances.
  std::vector<double> own;
};

bool ConditionalPreparation::State::BuildMeans() { return made->means.Build(kSeriesOfSlice); }

bool ConditionalPreparation::State::BuildBasis() {
  if (!basis) {
    basis.emplace(plan(), baseline == nullptr ? nullptr : &baseline->shared);
    return false;
  }
  if (!basis->Step()) return false;
  made->states.emplace(plan(), basis->Take());
  basis.reset();
  return true;
}

bool ConditionalPreparation::State::FindMiddle() {
  slots.emplace(plan());
  middle = made->means.At(made->states->Middle());
  if (baseline == nullptr) return true;
  PathMeans at_baseline = MeansAtBaseline(*baseline, plan(), middle);
  if (at_baseline != middle) own_middle = std::exchange(middle, std::move(at_baseline));
  return true;
}

TargetLaw ConditionalPreparation::State::LawOfNext() {
  TargetLaw law = ChooseLaw(plan(), *slots, middle, students, next_target);
  if (law.refused() || !own_middle) return law;
  TargetLaw own = ChooseLaw(plan(), *slots, *own_middle, students, next_target);
  return own.refused() ? own : law;
}

void ConditionalPreparation::State::AddTarget() {
  TargetLaw law = LawOfNext();
  // Nothing is computed for it.
  if (law.refused()) law.law = LawUsed::kSampled;
  if (law.law == LawUsed::kSampled) law.composition = {.branch_first = {0}};
  made->floors[next_target] =
      IsNonNegative(plan(), law.composition) ? 0.0 : -std::numeric_limits<double>::infinity();
  AddLaneTarget(plan(), next_target, law, made->program);
  collector.Add(law.composition);
  cost += CostOf(law);
  // What is left of the composition: whether there is a denominator, whether weights move.
  law.composition = {.has_denominator = law.composition.has_denominator,
                     .moves = law.composition.moves};
  made->laws.push_back(std::move(law));
  ++next_target;
}

bool ConditionalPreparation::State::ChooseLaws() {
  cost = 0.0;
  while (next_target < target_count() && cost < kSlice) {
    const size_t families = students.family_count();
    const size_t tables = made->program.tables.size();
    AddTarget();
    if (students.family_count() > families) cost += kSlice;
    cost += kTable * static_cast<double>(made->program.tables.size() - tables);
  }
  if (next_target < target_count()) return false;
  if (refused == Refused::kFail) status = Refusals(*made).ToStatus();
  return true;
}

bool ConditionalPreparation::State::CollectAtoms() {
  made->program.table = collector.Finish();
  made->program.raws = {};
  AtomTable& table = made->program.table;
  for (size_t a = 0; a < table.atoms.size(); ++a) {
    table.costs.push_back(static_cast<float>(made->program.AtomCost(static_cast<int>(a))));
  }
  for (const MixedAtom& atom : made->program.table.mixed) {
    made->program.widest = std::max(made->program.widest, atom.composition.part_count());
  }
  sums.assign(target_count(), 0.0);
  squares.assign(target_count(), 0.0);
  own.assign(target_count(), 0.0);
  return true;
}

bool ConditionalPreparation::State::RunPilot() {
  if (pilot_point == kPilotPoints) {
    SetPlaces();
    return true;
  }
  if (!pilot) pilot.emplace(*made, pilot_point);
  if (!pilot->Step()) return false;
  const absl::StatusOr<ConditionalBlock> block = pilot->Take();
  pilot.reset();
  ++pilot_point;
  // A model without finite means fails at its first block, not here.
  if (block.ok()) AddPilot(*block);
  return false;
}

void ConditionalPreparation::State::AddPilot(const ConditionalBlock& block) {
  for (int i = 0; i < target_count(); ++i) {
    const double* means = block.mean.data() + static_cast<size_t>(i) * kScrambleCount;
    if (block.block == 0) made->places[i].center = means[0];
    own[i] += block.variance[i];
    for (int lane = 0; lane < kScrambleCount; ++lane) {
      const double off = means[lane] - made->places[i].center;
      sums[i] += off;
      squares[i] += off * off;
    }
  }
}

void ConditionalPreparation::State::SetPlaces() {
  constexpr double kCount = kPilotPoints * kScrambleCount;
  made->first_place.push_back(0);
  for (int i = 0; i < target_count(); ++i) {
    const double mean = sums[i] / kCount;
    MeanPlaces& places = made->places[i];
    places = MeanPlaces::Covering(places.center + mean, squares[i] / kCount - mean * mean,
                                  own[i] / kCount);
    made->first_place.push_back(made->first_place.back() + places.count);
  }
}

ConditionalPreparation::ConditionalPreparation(const Plan& plan,
                                               std::vector<double> quantile_levels, Refused refused,
                                               const BaselineBasis* baseline)
    : state_(std::make_unique<State>(plan, std::move(quantile_levels), refused, baseline)) {}
ConditionalPreparation::~ConditionalPreparation() = default;

bool ConditionalPreparation::Step() {
  using Phase = bool (State::*)();
  constexpr Phase kPhases[] = {&State::BuildMeans, &State::BuildBasis,   &State::FindMiddle,
                               &State::ChooseLaws, &State::CollectAtoms, &State::RunPilot};
  State& state = *state_;
  if ((state.*kPhases[state.phase])()) ++state.phase;
  return state.phase == static_cast<int>(std::size(kPhases)) || !state.status.ok();
}

absl::StatusOr<ConditionalPlan> ConditionalPreparation::Take() {
  const std::unique_ptr<State> state = std::move(state_);
  JALON_RETURN_IF_ERROR(state->status);
  return ConditionalPlan(std::move(state->made));
}

absl::StatusOr<ConditionalPlan> ConditionalPlan::Make(const Plan& plan,
                                                      std::vector<double> quantile_levels) {
  ConditionalPreparation work(plan, std::move(quantile_levels),
                              ConditionalPreparation::Refused::kFail);
  while (!work.Step()) {
  }
  return work.Take();
}

ConditionalPlan ConditionalPlan::MakeWherePossible(const Plan& plan,
                                                   std::vector<double> quantile_levels) {
  ConditionalPreparation work(plan, std::move(quantile_levels),
                              ConditionalPreparation::Refused::kSample);
  while (!work.Step()) {
  }
  return *work.Take();
}

}  // namespace jalon::sim
