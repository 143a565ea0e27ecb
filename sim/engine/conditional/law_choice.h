// The choice of the laws of all targets, slice by slice. Internal to sim/engine/conditional.
#ifndef JALON_SIM_ENGINE_CONDITIONAL_LAW_CHOICE_H_
#define JALON_SIM_ENGINE_CONDITIONAL_LAW_CHOICE_H_

#include <memory>
#include <optional>
#include <vector>

#include "sim/engine/conditional/atoms.h"
#include "sim/engine/conditional/chosen_laws.h"
#include "sim/engine/conditional/composition.h"
#include "sim/engine/conditional/moved_means.h"
#include "sim/engine/conditional/path_means.h"
#include "sim/engine/conditional/student_sum.h"
#include "sim/engine/law_check.h"
#include "sim/engine/plan.h"

namespace jalon::sim {

// By what laws are chosen.
struct LawMeans {
  // [regime]: of its middle shared state; of a variant what its baseline's says.
  std::vector<PathMeans> middles;
  // Of a variant whose own middle says something else. It has one regime.
  std::optional<PathMeans> own;
  // Rates of the first regime's own middle.
  std::vector<double> rates;
};

// What a variant may take over of its baseline.
struct LawsOfBaseline {
  // Null: nothing.
  const KeptLaws* kept = nullptr;
  const PathMeans* middle = nullptr;
};

// Chooses laws by `means`; targets of the classes `wrong` have none. Where a variant's own middle
// moves a target (moved_means.h) that is described by moments, its own middle may refuse the law
// too: a lever may leave too little for it.
//
// The laws of `baseline` are taken over where they would be chosen again, bit for bit: from the
// same inputs by the same means; those that the variant's own means refuse are named.
class LawChoice {
 public:
  // `plan` must outlive it.
  LawChoice(const Plan& plan, LawMeans means, LawsOfBaseline baseline, std::vector<LawClass> wrong);

  // 2 ms, but for the choice of the law of a target of tens of thousands of parts. True when
  // complete.
  bool Step();
  // Once complete.
  std::shared_ptr<const ChosenLaws> Take();
  // Of laws that are taken over: targets, ascending, whose law is not for them.
  const std::vector<int>& refused() const { return refused_; }
  // Frees what it still holds in parts of some milliseconds; true once nothing large is left. It is
  // then of no use.
  bool LetGo();

 private:
  // Asks the targets that move.
  bool StepKept();
  bool StepChosen();
  bool IsRefusedByOwn(int target);
  void RefuseWrong(TargetLaw& law) const;
  TargetLaw LawOf(int target);
  // The law of a target, then its branches; goes on as long as the slice lasts.
  void StepTarget();
  void MakeRoom();
  void BeginTarget(int target);
  void EndTarget();
  // The table of what targets are made of; then what slices of blocks go by.
  bool CollectAtoms();
  void SetCosts();

  const Plan& plan_;
  LawMeans means_;
  SlotSeries slots_;
  const MovedMeans moved_;
  StudentSums students_;
  // Null once it was let go.
  std::unique_ptr<AtomCollector> collector_;
  // Those of the baseline; null where they would not be chosen again.
  std::shared_ptr<const ChosenLaws> kept_;
  std::vector<int> to_check_;
  std::vector<int> refused_;
  std::unique_ptr<ChosenLaws> made_;
  // Of to_check_, or a target.
  int next_ = 0;
  // The law of the target in hand, whose branches are collected up to `next_branch_`.
  std::optional<TargetLaw> adding_;
  int next_branch_ = 0;
  // Whether the table is there.
  bool is_collected_ = false;
  // Nanoseconds of the slice in hand, as predicted.
  double cost_ = 0.0;
};

}  // namespace jalon::sim

#endif  // JALON_SIM_ENGINE_CONDITIONAL_LAW_CHOICE_H_
