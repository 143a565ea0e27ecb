// How a conditional plan is made, slice by slice.
#include <algorithm>
#include <cmath>
#include <memory>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "sim/base/status_macros.h"
#include "sim/base/violation.h"
#include "sim/engine/conditional/baseline.h"
#include "sim/engine/conditional/baseline_basis.h"
#include "sim/engine/conditional/block_room.h"
#include "sim/engine/conditional/law_choice.h"
#include "sim/engine/conditional/path_means.h"
#include "sim/engine/conditional/pilot_places.h"
#include "sim/engine/conditional/plan_state.h"
#include "sim/engine/conditional/sampled_part.h"

namespace jalon::sim {
namespace {

// Series of a slice of means: 2 ms with fresh pages.
constexpr int kSeriesOfSlice = 5'000;

Violations Refusals(const ConditionalPlanState& state) {
  Violations violations;
  const auto refuse = [&](std::string field, std::string rule) {
    violations.Add(
        {.field = std::move(field), .rule = std::move(rule), .reason = "NO_CLOSED_FORM"});
  };
  if (!state.plan.scores.scores.empty() || !state.plan.scores.joint_sets.empty()) {
    refuse("scores", "scores and joint attainment need whole paths: use the sampled estimator");
  }
  for (int i = 0; i < state.plan.target_count(); ++i) {
    if (state.law(i) != LawUsed::kSampled) continue;
    const TargetLaw& law = state.laws()[i];
    refuse(absl::StrCat("targets[", i, "]"),
           absl::StrCat(law.refused() ? law.refusal : "the variant leaves too little for its law",
                        ": use the sampled estimator"));
  }
  return violations;
}

}  // namespace

struct ConditionalPreparation::State {
  State(const Plan& plan, std::vector<double> quantile_levels, Refused refused,
        const BaselineBasis* baseline, std::vector<LawClass> wrong)
      : made(std::make_unique<ConditionalPlanState>(plan, std::move(quantile_levels))),
        refused(refused),
        baseline(baseline),
        wrong(std::move(wrong)) {}

  // One phase after the other; each says whether it is over.
  bool BuildMeans();
  bool BuildBasis();
  bool FindMiddles();
  bool ChooseLaws();
  bool FindMoved();
  bool RunPilot();
  bool LetGo();

  const Plan& plan() const { return made->plan; }
  int target_count() const { return plan().target_count(); }
  // True when there is memory for the next one.
  bool MakePilotRoom();
  std::unique_ptr<ConditionalBlockWork> NextPilot() const;
  // Whether pilots are blocks that the run asks for: it has one regime, and no whole paths, which
  // need the blocks' states.
  bool ArePilotsFirstBlocks() const;

  std::unique_ptr<ConditionalPlanState> made;
  Refused refused;
  // Null but for a variant.
  const BaselineBasis* baseline;
  std::vector<LawClass> wrong;
  // Of `baseline`; null where nothing is taken over.
  std::shared_ptr<const BaselineBlock> answers;
  int phase = 0;
  std::optional<SharedBasisWork> basis;
  std::optional<PathMeansWork> middle;
  LawMeans law_means;
  std::optional<LawChoice> choice;
  // Of laws that are taken over.
  std::vector<int> refused_by_own;
  std::optional<FirstMoves> moves;
  std::optional<BlockRoom> pilot_room;
  std::unique_ptr<ConditionalBlockWork> pilot;
  // Blocks of it that are done, regime after regime.
  int pilot_count = 0;
  absl::Status status;
  // Whether pilots that are the run's first blocks are left to it.
  bool leaves_pilots = false;
  std::optional<PilotPlaces> places;
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

// One regime after the other. A variant has one.
bool ConditionalPreparation::State::FindMiddles() {
  std::vector<PathMeans>& middles = law_means.middles;
  if (!middle) {
    middle.emplace(made->means, made->states->Middle(static_cast<int>(middles.size())));
    return false;
  }
  if (!middle->Step(kSeriesOfSlice)) return false;
  middles.push_back(middle->Take());
  middle.reset();
  if (static_cast<int>(middles.size()) < plan().regime_count()) return false;
  law_means.rates = middles.front().rates;
  if (baseline == nullptr) return true;
  PathMeans at_baseline = MeansAtBaseline(*baseline, plan(), middles.front());
  if (at_baseline != middles.front()) {
    law_means.own = std::exchange(middles.front(), std::move(at_baseline));
  }
  return true;
}

bool ConditionalPreparation::State::ChooseLaws() {
  if (!choice) {
    LawsOfBaseline kept;
    if (baseline != nullptr) kept = {baseline->laws.get(), &baseline->middle};
    choice.emplace(plan(), std::move(law_means), kept, std::move(wrong));
    return false;
  }
  if (made->chosen == nullptr) {
    if (choice->Step()) made->chosen = choice->Take();
    return false;
  }
  if (!choice->LetGo()) return false;
  refused_by_own = choice->refused();
  choice.reset();
  places.emplace(target_count(), plan().regime_count());
  return true;
}

// Targets with other laws are other targets.
bool ConditionalPreparation::State::FindMoved() {
  if (answers != nullptr && made->chosen == answers->basis.laws->chosen) {
    moves = FirstMovesOf(answers->basis.inputs, plan());
    if (moves) made->answers = std::move(answers);
    answers = nullptr;
    if (moves) return false;
  }
  if (moves || !refused_by_own.empty()) {
    made->moved =
        MovedTargetsOf(plan(), moves ? &*moves : nullptr, {*made->chosen, refused_by_own});
  }
  if (refused == Refused::kFail) status = Refusals(*made).ToStatus();
  return true;
}

bool ConditionalPreparation::State::LetGo() {
  if (choice && !choice->LetGo()) return false;
  choice.reset();
  pilot_room.reset();
  pilot.reset();
  return made == nullptr || made->LetGo();
}

bool ConditionalPreparation::State::RunPilot() {
  if (leaves_pilots && ArePilotsFirstBlocks()) return true;
  if (pilot_count == kPilotPoints * plan().regime_count()) {
    places->SetIn(*made);
    return true;
  }
  if (pilot == nullptr) {
    if (MakePilotRoom()) pilot = NextPilot();
    return false;
  }
  if (!pilot->Step()) return false;
  absl::StatusOr<ConditionalBlock> block = pilot->Take();
  pilot.reset();
  const int regime = pilot_count++ / kPilotPoints;
  // A model without finite means fails at its first block, not here.
  if (!block.ok()) return false;
  places->Add(*block, regime, {.first = 0, .end = target_count()});
  if (ArePilotsFirstBlocks()) made->first_blocks.Keep(*std::move(block));
  return false;
}

bool ConditionalPreparation::State::MakePilotRoom() {
  if (!pilot_room) {
    pilot_room.emplace(*made,
                       ArePilotsFirstBlocks() ? ThresholdsAsked::kAll : ThresholdsAsked::kNone);
  }
  if (!pilot_room->Step()) return false;
  pilot_room->Give();
  pilot_room.reset();
  return true;
}

std::unique_ptr<ConditionalBlockWork> ConditionalPreparation::State::NextPilot() const {
  const int block = pilot_count % kPilotPoints;
  if (ArePilotsFirstBlocks()) return ConditionalBlockWork::OfRun(*made, block);
  return ConditionalBlockWork::InRegime(*made, block, pilot_count / kPilotPoints);
}

bool ConditionalPreparation::State::ArePilotsFirstBlocks() const {
  if (plan().regime_count() > 1 || HasScores(plan())) return false;
  for (int i = 0; i < target_count(); ++i) {
    if (made->law(i) == LawUsed::kSampled) return false;
  }
  return true;
}

ConditionalPreparation::ConditionalPreparation(const Plan& plan,
                                               std::vector<double> quantile_levels, Refused refused,
                                               const BaselineBasis* baseline,
                                               std::vector<LawClass> wrong)
    : state_(std::make_unique<State>(plan, std::move(quantile_levels), refused, baseline,
                                     std::move(wrong))) {}
ConditionalPreparation::~ConditionalPreparation() = default;

void ConditionalPreparation::LeavePilots() { state_->leaves_pilots = true; }

void ConditionalPreparation::TakeOver(std::shared_ptr<const BaselineBlock> answers) {
  state_->answers = std::move(answers);
}

bool ConditionalPreparation::Step() {
  using Phase = bool (State::*)();
  constexpr Phase kPhases[] = {&State::BuildMeans, &State::BuildBasis, &State::FindMiddles,
                               &State::ChooseLaws, &State::FindMoved,  &State::RunPilot};
  State& state = *state_;
  if ((state.*kPhases[state.phase])()) ++state.phase;
  return state.phase == static_cast<int>(std::size(kPhases)) || !state.status.ok();
}

bool ConditionalPreparation::LetGo() { return state_ == nullptr || state_->LetGo(); }

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
