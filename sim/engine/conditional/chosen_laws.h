// The laws of a plan's targets with what blocks evaluate them by, and what they were chosen from: a
// variant that changes none of it takes them over whole. Internal to sim/engine/conditional.
#ifndef JALON_SIM_ENGINE_CONDITIONAL_CHOSEN_LAWS_H_
#define JALON_SIM_ENGINE_CONDITIONAL_CHOSEN_LAWS_H_

#include <cstdint>
#include <memory>
#include <vector>

#include "sim/base/period.h"
#include "sim/engine/conditional/composition.h"
#include "sim/engine/conditional/lane_evaluator.h"
#include "sim/engine/conditional/target_law.h"
#include "sim/engine/law_check.h"
#include "sim/engine/plan.h"

namespace jalon::sim {

// Read-only once chosen; refers to nothing of its plan.
struct ChosenLaws {
  // [target], their compositions left empty.
  std::vector<TargetLaw> laws;
  LaneProgram program;
  // [target]: what its quantity cannot be below.
  std::vector<double> floors;
  // Classes of laws that a check found wrong: their targets have none.
  std::vector<LawClass> wrong;

  int64_t bytes() const;
};

// Frees some of them, a millisecond or two; true once the rest is freed at once.
bool FreePart(ChosenLaws& laws);
// The same of laws that others may share: true, and null, once they are free or the others' alone.
bool LetGo(std::shared_ptr<const ChosenLaws>& laws);

// What laws are chosen from besides the means of the middle shared state: all of the plan that no
// driver, event or path moves.
struct LawInputs {
  Period as_of;
  Window horizon;
  int regime_count = 1;
  std::vector<PlanSeries> series;
  std::vector<double> realised;
  std::vector<PlanStock> stocks;
  std::vector<PlanStockFlow> stock_flows;
  std::vector<Target> targets;
  std::vector<PlanTarget> target_parts;
  std::vector<PlanTerm> terms;
  std::vector<PlanSlot> slots;
  std::vector<PlanRate> rates;
  std::vector<int> series_slot_first;
  std::vector<int> series_slots;
  // [slot]: a rate that is known on every path; NaN where it is not.
  std::vector<double> known_rates;

  int64_t bytes() const;
};

// Those of a plan; `slots`: its own.
LawInputs LawInputsOf(const Plan& plan, const SlotSeries& slots);

// Whether the laws of `plan` would be chosen from the same, bit for bit. Copies nothing; 1 ns a
// cell.
bool HasSameInputs(const LawInputs& inputs, const Plan& plan, const SlotSeries& slots);

// Chosen laws with their inputs, the middle means apart (BaselineBasis::middle).
struct KeptLaws {
  LawInputs inputs;
  std::shared_ptr<const ChosenLaws> chosen;

  int64_t bytes() const { return inputs.bytes() + chosen->bytes(); }
};

// Most bytes that KeptLaws holds for `plan`.
double PredictKeptLawsBytes(const Plan& plan);

}  // namespace jalon::sim

#endif  // JALON_SIM_ENGINE_CONDITIONAL_CHOSEN_LAWS_H_
