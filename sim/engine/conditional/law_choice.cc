#include "sim/engine/conditional/law_choice.h"

#include <algorithm>
#include <limits>
#include <utility>

#include "sim/engine/conditional/law_class.h"
#include "sim/engine/conditional/regime_laws.h"

namespace jalon::sim {
namespace {

// Nanoseconds of a slice, as predicted.
constexpr double kSlice = 2e6;
// Nanoseconds of a threshold that a polynomial does not do.
constexpr double kTable = 3e5;
// Nanoseconds of a part of a branch that is collected.
constexpr double kCollectedPart = 500.0;
// Uses of atoms of a slice: a millisecond.
constexpr size_t kUsesOfSlice = 100'000;

// Whether a sum of flows cannot be negative.
bool IsNonNegative(const Plan& plan, const Composition& composition) {
  if (composition.moves || composition.two_sided) return false;
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
  constexpr double kPart = 1'000.0;
  constexpr double kSumThreshold = 5'000.0;
  constexpr double kMomentThreshold = 4'500.0;
  // A ratio is looked at once for every threshold.
  constexpr double kPartThreshold = 800.0;
  const auto thresholds = static_cast<double>(law.thresholds.size());
  const double parts = law.composition.part_count();
  const double by_part = law.composition.two_sided ? kPartThreshold * thresholds : 0.0;
  return kTarget + (kPart + by_part) * parts +
         (law.is_sum() ? kSumThreshold : kMomentThreshold) * thresholds;
}

// Laws that other means than those they were chosen by may refuse: a sum of its own kind is as good
// at any mean.
bool DependsOnMeans(const TargetLaw& law) {
  return law.law != LawUsed::kSampled && law.law != LawUsed::kKnown && !law.is_sum();
}

// Whether a law is not for the variant's own means: they refuse any, or ask for one that sees steps
// of a numerator which it does not see, or few counts where it sees many.
bool IsAgainst(const TargetLaw& own, const TargetLaw& law) {
  if (own.refused() || own.has_counts() != law.has_counts()) return true;
  return own.step > 0.0 && !(law.step > 0.0) && !law.has_counts();
}

MovedMeans MovedBy(const Plan& plan, const LawMeans& means) {
  return means.own ? MovedMeans(plan, means.middles.front(), *means.own) : MovedMeans();
}

bool ChoosesTheSame(const Plan& plan, const LawMeans& means, const LawsOfBaseline& baseline,
                    const SlotSeries& slots, const std::vector<LawClass>& wrong) {
  return baseline.kept != nullptr && baseline.kept->chosen->wrong == wrong &&
         HasSameInputs(baseline.kept->inputs, plan, slots) &&
         means.middles.front() == *baseline.middle;
}

}  // namespace

LawChoice::LawChoice(const Plan& plan, LawMeans means, LawsOfBaseline baseline,
                     std::vector<LawClass> wrong)
    : plan_(plan),
      means_(std::move(means)),
      slots_(plan, means_.rates),
      moved_(MovedBy(plan, means_)),
      collector_(std::make_unique<AtomCollector>(plan)),
      made_(std::make_unique<ChosenLaws>()) {
  made_->wrong = std::move(wrong);
  if (!ChoosesTheSame(plan, means_, baseline, slots_, made_->wrong)) return;
  kept_ = baseline.kept->chosen;
  if (!moved_.any()) return;
  for (const int target : moved_.TargetsOf(kept_->program.table)) {
    if (DependsOnMeans(kept_->laws[target])) to_check_.push_back(target);
  }
}

bool LawChoice::Step() {
  cost_ = 0.0;
  return kept_ != nullptr ? StepKept() : StepChosen();
}

bool LawChoice::StepKept() {
  const int count = static_cast<int>(to_check_.size());
  while (next_ < count && cost_ < kSlice) {
    const int target = to_check_[next_++];
    if (IsRefusedByOwn(target)) refused_.push_back(target);
  }
  return next_ == count;
}

bool LawChoice::StepChosen() {
  if (next_ < plan_.target_count()) {
    while (next_ < plan_.target_count() && cost_ < kSlice) StepTarget();
    return false;
  }
  return students_.Step() && CollectAtoms();
}

void LawChoice::StepTarget() {
  if (!adding_) BeginTarget(next_);
  const Composition& composition = adding_->composition;
  for (; next_branch_ < composition.branch_count(); ++next_branch_) {
    if (cost_ >= kSlice) return;
    collector_->AddBranch(composition, next_branch_);
    const std::vector<int>& first = composition.branch_first;
    cost_ += kCollectedPart * (first[next_branch_ + 1] - first[next_branch_]);
  }
  EndTarget();
}

bool LawChoice::IsRefusedByOwn(int target) {
  const TargetLaw own = ChooseLaw(plan_, slots_, *means_.own, students_, target);
  cost_ += CostOf(own);
  return IsAgainst(own, kept_->laws[target]);
}

void LawChoice::RefuseWrong(TargetLaw& law) const {
  const std::optional<LawClass> its = ClassOf(law);
  const std::vector<LawClass>& wrong = made_->wrong;
  if (!its || std::find(wrong.begin(), wrong.end(), *its) == wrong.end()) return;
  law.refusal = "its law is off whole paths";
}

TargetLaw LawChoice::LawOf(int target) {
  TargetLaw law = ChooseLawOfAll(plan_, slots_, means_.middles, students_, target);
  if (!law.refused() && DependsOnMeans(law) && moved_.any() && moved_.Moves(law.composition)) {
    TargetLaw own = ChooseLaw(plan_, slots_, *means_.own, students_, target);
    if (IsAgainst(own, law)) {
      law.refusal = own.refused() ? own.refusal : "the variant leaves too few or too many counts";
    }
  }
  if (!law.refused()) RefuseWrong(law);
  // Nothing is computed for it.
  if (law.refused()) law.law = LawUsed::kSampled;
  if (law.law == LawUsed::kSampled) law.composition = {.branch_first = {0}};
  return law;
}

// Growing would copy tens of megabytes in the slice of one target.
void LawChoice::MakeRoom() {
  const size_t target_count = plan_.targets.size();
  size_t threshold_count = 0;
  for (const Target& target : plan_.targets) threshold_count += target.thresholds.size();
  LaneProgram& program = made_->program;
  made_->laws.reserve(target_count);
  made_->floors.reserve(target_count);
  program.targets.reserve(target_count);
  program.first_threshold.reserve(target_count + 1);
  program.first_row.reserve(target_count + 1);
  program.thresholds.reserve(threshold_count);
}

void LawChoice::BeginTarget(int target) {
  if (target == 0) MakeRoom();
  TargetLaw& law = adding_.emplace(LawOf(target));
  LaneProgram& program = made_->program;
  const size_t tables = program.tables.size();
  made_->floors.push_back(
      IsNonNegative(plan_, law.composition) ? 0.0 : -std::numeric_limits<double>::infinity());
  AddLaneTarget(plan_, target, law, program);
  cost_ += CostOf(law) * plan_.regime_count() +
           kTable * static_cast<double>(program.tables.size() - tables);
}

void LawChoice::EndTarget() {
  TargetLaw& law = *adding_;
  collector_->EndTarget(law.composition.branch_count());
  // What is left of the composition: whether there are two sides, whether weights move.
  law.composition = {.two_sided = law.composition.two_sided, .moves = law.composition.moves};
  made_->laws.push_back(std::move(law));
  adding_.reset();
  next_branch_ = 0;
  ++next_;
}

bool LawChoice::CollectAtoms() {
  if (is_collected_) {
    SetCosts();
    return true;
  }
  if (!collector_->Finish(kUsesOfSlice)) return false;
  made_->program.table = collector_->Take();
  is_collected_ = true;
  return false;
}

void LawChoice::SetCosts() {
  LaneProgram& program = made_->program;
  program.families = {};
  program.reaches = {};
  AtomTable& table = program.table;
  table.costs.reserve(table.atoms.size());
  for (size_t a = 0; a < table.atoms.size(); ++a) {
    table.costs.push_back(static_cast<float>(program.AtomCost(static_cast<int>(a))));
  }
  for (const MixedAtom& atom : table.mixed) {
    if (atom.levels >= 0) continue;
    program.widest = std::max(program.widest, atom.part_count());
  }
  for (const StockLevels& levels : table.levels) {
    program.most_level_rows = std::max(program.most_level_rows, levels.row_count);
  }
}

std::shared_ptr<const ChosenLaws> LawChoice::Take() {
  return kept_ != nullptr ? std::move(kept_) : std::shared_ptr<const ChosenLaws>(std::move(made_));
}

bool LawChoice::LetGo() {
  if (collector_ != nullptr) {
    collector_.reset();
    return false;
  }
  if (made_ != nullptr && !FreePart(*made_)) return false;
  if (!slots_.LetGo()) return false;
  means_ = {};
  return true;
}

}  // namespace jalon::sim
