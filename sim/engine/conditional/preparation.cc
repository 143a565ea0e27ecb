// How a conditional plan is made, slice by slice.
#include <algorithm>
#include <cmath>
#include <limits>
#include <memory>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "sim/base/status_macros.h"
#include "sim/base/violation.h"
#include "sim/engine/conditional/baseline_basis.h"
#include "sim/engine/conditional/law_class.h"
#include "sim/engine/conditional/plan_state.h"
#include "sim/engine/conditional/regime_laws.h"

namespace jalon::sim {
namespace {

// Nanoseconds of a slice, as predicted.
constexpr double kSlice = 2e6;
// Series of a slice of means.
constexpr int kSeriesOfSlice = 10'000;
// Nanoseconds of a threshold that a polynomial does not do.
constexpr double kTable = 3e5;
// Points of every scramble, in each regime, that say where conditional means fall.
constexpr int kPilotPoints = 2;
constexpr double kPilotPaths = kPilotPoints * kScrambleCount;

// What the pilot says of a target in a regime: a first conditional mean, the sums of what the
// others are off it, and the average own variance.
struct MeanSpread {
  double center = 0.0;
  double sum = 0.0;
  double squares = 0.0;
  double own = 0.0;
};

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
  constexpr double kTarget = 6'000.0;
  constexpr double kPart = 1'500.0;
  constexpr double kSumThreshold = 5'000.0;
  constexpr double kMomentThreshold = 4'500.0;
  // A ratio is looked at once for every threshold.
  constexpr double kPartThreshold = 800.0;
  const auto thresholds = static_cast<double>(law.thresholds.size());
  const double parts = law.composition.part_count();
  const bool is_sum = law.law == LawUsed::kExact || law.law == LawUsed::kMatched;
  const double by_part = law.composition.has_denominator ? kPartThreshold * thresholds : 0.0;
  return kTarget + (kPart + by_part) * parts +
         (is_sum ? kSumThreshold : kMomentThreshold) * thresholds;
}

}  // namespace

struct ConditionalPreparation::State {
  State(const Plan& plan, std::vector<double> quantile_levels, Refused refused,
        const BaselineBasis* baseline, std::vector<LawClass> wrong)
      : made(std::make_unique<ConditionalPlanState>(plan, std::move(quantile_levels))),
        refused(refused),
        baseline(baseline),
        wrong(std::move(wrong)),
        collector(plan) {}

  // One phase after the other; each says whether it is over.
  bool BuildMeans();
  bool BuildBasis();
  bool FindMiddles();
  bool ChooseLaws();
  bool MakeStudents() { return students.Step(); }
  bool CollectAtoms();
  bool RunPilot();

  const Plan& plan() const { return made->plan; }
  int target_count() const { return plan().target_count(); }
  TargetLaw LawOfNext();
  void RefuseWrong(TargetLaw& law) const;
  void AddTarget();
  void AddPilot(const ConditionalBlock& block, int regime);
  void SetPlaces();

  std::unique_ptr<ConditionalPlanState> made;
  Refused refused;
  // Null but for a variant.
  const BaselineBasis* baseline;
  const std::vector<LawClass> wrong;
  int phase = 0;
  std::optional<SharedBasisWork> basis;
  std::optional<SlotSeries> slots;
  // [regime]: what laws are chosen by, the means of its middle shared state; of a variant whose own
  // means differ from its baseline's, those too.
  std::vector<PathMeans> middles;
  std::optional<PathMeans> own_middle;
  // Rates of the first regime.
  std::vector<double> rates;
  StudentSums students;
  AtomCollector collector;
  int next_target = 0;
  // Of the slice in hand.
  double cost = 0.0;
  std::unique_ptr<ConditionalBlockWork> pilot;
  // Blocks of it that are done, regime after regime.
  int pilot_count = 0;
  absl::Status status;
  // [target x regime]
  std::vector<MeanSpread> spreads;
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

// One regime a call. A variant has one.
bool ConditionalPreparation::State::FindMiddles() {
  const auto regime = static_cast<int>(middles.size());
  middles.push_back(made->means.At(made->states->Middle(regime)));
  if (regime + 1 < plan().regime_count()) return false;
  rates = middles.front().rates;
  slots.emplace(plan(), rates);
  if (baseline == nullptr) return true;
  PathMeans& middle = middles.front();
  PathMeans at_baseline = MeansAtBaseline(*baseline, plan(), middle);
  if (at_baseline != middle) own_middle = std::exchange(middle, std::move(at_baseline));
  return true;
}

TargetLaw ConditionalPreparation::State::LawOfNext() {
  TargetLaw law = ChooseLawOfAll(plan(), *slots, middles, students, next_target);
  if (law.refused() || !own_middle) return law;
  TargetLaw own = ChooseLaw(plan(), *slots, *own_middle, students, next_target);
  return own.refused() ? own : law;
}

void ConditionalPreparation::State::RefuseWrong(TargetLaw& law) const {
  const std::optional<LawClass> its = ClassOf(law);
  if (!its || std::find(wrong.begin(), wrong.end(), *its) == wrong.end()) return;
  law.refusal = "its law is off whole paths";
}

void ConditionalPreparation::State::AddTarget() {
  TargetLaw law = LawOfNext();
  RefuseWrong(law);
  // Nothing is computed for it.
  if (law.refused()) law.law = LawUsed::kSampled;
  if (law.law == LawUsed::kSampled) law.composition = {.branch_first = {0}};
  made->floors[next_target] =
      IsNonNegative(plan(), law.composition) ? 0.0 : -std::numeric_limits<double>::infinity();
  AddLaneTarget(plan(), next_target, law, made->program);
  collector.Add(law.composition);
  cost += CostOf(law) * plan().regime_count();
  // What is left of the composition: whether there is a denominator, whether weights move.
  law.composition = {.has_denominator = law.composition.has_denominator,
                     .moves = law.composition.moves};
  made->laws.push_back(std::move(law));
  ++next_target;
}

bool ConditionalPreparation::State::ChooseLaws() {
  cost = 0.0;
  while (next_target < target_count() && cost < kSlice) {
    const size_t tables = made->program.tables.size();
    AddTarget();
    cost += kTable * static_cast<double>(made->program.tables.size() - tables);
  }
  if (next_target < target_count()) return false;
  if (refused == Refused::kFail) status = Refusals(*made).ToStatus();
  return true;
}

bool ConditionalPreparation::State::CollectAtoms() {
  made->program.table = collector.Finish();
  made->program.families = {};
  made->program.reaches = {};
  AtomTable& table = made->program.table;
  for (size_t a = 0; a < table.atoms.size(); ++a) {
    table.costs.push_back(static_cast<float>(made->program.AtomCost(static_cast<int>(a))));
  }
  for (const MixedAtom& atom : made->program.table.mixed) {
    made->program.widest = std::max(made->program.widest, atom.composition.part_count());
  }
  spreads.assign(static_cast<size_t>(target_count()) * plan().regime_count(), {});
  return true;
}

bool ConditionalPreparation::State::RunPilot() {
  if (pilot_count == kPilotPoints * plan().regime_count()) {
    SetPlaces();
    return true;
  }
  const int regime = pilot_count / kPilotPoints;
  if (pilot == nullptr) {
    pilot = ConditionalBlockWork::InRegime(*made, pilot_count % kPilotPoints, regime);
  }
  if (!pilot->Step()) return false;
  const absl::StatusOr<ConditionalBlock> block = pilot->Take();
  pilot.reset();
  ++pilot_count;
  // A model without finite means fails at its first block, not here.
  if (block.ok()) AddPilot(*block, regime);
  return false;
}

void ConditionalPreparation::State::AddPilot(const ConditionalBlock& block, int regime) {
  for (int i = 0; i < target_count(); ++i) {
    const double* means = block.mean.data() + static_cast<size_t>(i) * kScrambleCount;
    MeanSpread& spread = spreads[static_cast<size_t>(i) * plan().regime_count() + regime];
    if (block.block == 0) spread.center = means[0];
    spread.own += block.variance[i] / kPilotPaths;
    for (int lane = 0; lane < kScrambleCount; ++lane) {
      const double off = means[lane] - spread.center;
      spread.sum += off;
      spread.squares += off * off;
    }
  }
}

void ConditionalPreparation::State::SetPlaces() {
  made->first_place.push_back(0);
  const int regime_count = plan().regime_count();
  std::vector<MeanHump> humps(regime_count);
  for (int i = 0; i < target_count(); ++i) {
    for (int r = 0; r < regime_count; ++r) {
      const MeanSpread& spread = spreads[static_cast<size_t>(i) * regime_count + r];
      const double off = spread.sum / kPilotPaths;
      humps[r] = {.center = spread.center + off,
                  .between = spread.squares / kPilotPaths - off * off,
                  .own = spread.own};
    }
    made->places[i] = MeanPlaces::Covering(humps);
    made->first_place.push_back(made->first_place.back() + made->places[i].count);
  }
}

ConditionalPreparation::ConditionalPreparation(const Plan& plan,
                                               std::vector<double> quantile_levels, Refused refused,
                                               const BaselineBasis* baseline,
                                               std::vector<LawClass> wrong)
    : state_(std::make_unique<State>(plan, std::move(quantile_levels), refused, baseline,
                                     std::move(wrong))) {}
ConditionalPreparation::~ConditionalPreparation() = default;

bool ConditionalPreparation::Step() {
  using Phase = bool (State::*)();
  constexpr Phase kPhases[] = {&State::BuildMeans, &State::BuildBasis,   &State::FindMiddles,
                               &State::ChooseLaws, &State::MakeStudents, &State::CollectAtoms,
                               &State::RunPilot};
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
