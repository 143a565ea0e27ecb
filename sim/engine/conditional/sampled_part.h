// What a ConditionalEstimator leaves to whole paths. Internal to sim/engine/conditional.
#ifndef JALON_SIM_ENGINE_CONDITIONAL_SAMPLED_PART_H_
#define JALON_SIM_ENGINE_CONDITIONAL_SAMPLED_PART_H_

#include <memory>
#include <vector>

#include "sim/engine/plan.h"
#include "sim/engine/sampled_estimator.h"

namespace jalon::sim {

// What is left to whole paths.
struct SampledPart {
  // Targets without a law, ascending; what is drawn for them, when that is not the whole plan.
  std::vector<int> targets;
  std::unique_ptr<const Plan> sub_plan;
  // Of these targets, and of scores; null when nothing is sampled.
  std::unique_ptr<SampledEstimator> estimator;

  // As Estimator::LetGo.
  bool LetGo() { return estimator == nullptr || estimator->LetGo(); }
};

// Whether a plan has scores or joint attainment, which are always sampled.
inline bool HasScores(const Plan& plan) {
  return !plan.scores.scores.empty() || !plan.scores.joint_sets.empty();
}

}  // namespace jalon::sim

#endif  // JALON_SIM_ENGINE_CONDITIONAL_SAMPLED_PART_H_
