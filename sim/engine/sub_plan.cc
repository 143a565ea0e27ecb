#include "sim/engine/sub_plan.h"

#include <vector>

namespace jalon::sim {
namespace {

void MarkSlots(const Plan& plan, const PlanQuantity& quantity, std::vector<bool>& needed) {
  for (int j = quantity.first_term; j < quantity.end_term; ++j) needed[plan.terms[j].slot] = true;
}

// [slot]
std::vector<bool> NeededSlots(const Plan& plan) {
  std::vector<bool> needed(plan.slots.size(), false);
  for (const PlanTarget& parts : plan.target_parts) {
    MarkSlots(plan, parts.value, needed);
    MarkSlots(plan, parts.denominator, needed);
    MarkSlots(plan, parts.opening, needed);
    MarkSlots(plan, parts.opening_denominator, needed);
  }
  return needed;
}

bool IsNeeded(const Plan& plan, int step, const std::vector<bool>& slots) {
  for (int j = plan.step_first[step]; j < plan.step_first[step + 1]; ++j) {
    const int i = plan.step_series[j];
    for (int k = plan.series_slot_first[i]; k < plan.series_slot_first[i + 1]; ++k) {
      if (slots[plan.series_slots[k]]) return true;
    }
  }
  return false;
}

// Targets, and their rows of BlockOutcome::parts numbered anew.
void KeepTargets(const Plan& plan, std::span<const int> targets, Plan& kept) {
  kept.targets.clear();
  kept.target_parts.clear();
  kept.part_count = 0;
  for (const int target : targets) {
    PlanTarget parts = plan.target_parts[target];
    if (parts.ratio_part >= 0) {
      parts.ratio_part = kept.part_count;
      kept.part_count += 2;
    }
    if (parts.opening_part >= 0) parts.opening_part = kept.part_count++;
    kept.targets.push_back(plan.targets[target]);
    kept.target_parts.push_back(parts);
  }
}

void KeepSteps(const Plan& plan, Plan& kept) {
  const std::vector<bool> slots = NeededSlots(kept);
  kept.step_first = {0};
  kept.step_series.clear();
  for (int step = 0; step < plan.series_step_count(); ++step) {
    if (!IsNeeded(plan, step, slots)) continue;
    kept.step_series.insert(kept.step_series.end(),
                            plan.step_series.begin() + plan.step_first[step],
                            plan.step_series.begin() + plan.step_first[step + 1]);
    kept.step_first.push_back(static_cast<int>(kept.step_series.size()));
  }
}

}  // namespace

Plan SubPlan(const Plan& plan, std::span<const int> targets) {
  Plan kept = plan;
  kept.scores = PlanScores();
  KeepTargets(plan, targets, kept);
  KeepSteps(plan, kept);
  return kept;
}

}  // namespace jalon::sim
