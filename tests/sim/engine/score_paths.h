// Made-up paths of targets for tests of scores: what an engine would hand in, from any generator.
#ifndef JALON_TESTS_SIM_ENGINE_SCORE_PATHS_H_
#define JALON_TESTS_SIM_ENGINE_SCORE_PATHS_H_

#include <functional>
#include <vector>

#include "sim/engine/plan.h"
#include "sim/engine/scores.h"

namespace jalon::sim {

// A plan of `target_count` targets without series: scores need no more.
inline Plan PlanOfTargets(int target_count) {
  Plan plan;
  plan.targets.resize(target_count);
  plan.target_parts.resize(target_count);
  return plan;
}

// A score of equal weights on all targets of `plan`: R/O is the value over `objectives`, at most
// `cap`.
inline PlanScore EqualScore(const std::vector<double>& objectives, double cap = 1e9) {
  PlanScore score;
  for (size_t i = 0; i < objectives.size(); ++i) {
    const PlanObjective objective{static_cast<int>(i), objectives[i]};
    score.objectives.push_back(objective);
    score.terms.push_back({.objective = objective,
                           .scale = objectives[i],
                           .term = {.weight = 1.0 / objectives.size(), .cap = cap}});
  }
  return score;
}

// Estimates from `block_count` blocks of paths made by `path`, which gives the value of each
// target.
inline ScoreEstimates EstimateScores(const Plan& plan, int block_count,
                                     const std::function<std::vector<double>()>& path,
                                     const SummaryOptions& options = {}) {
  ScoreAccumulator accumulator(plan, options);
  for (int b = 0; b < block_count; ++b) {
    BlockOutcome outcome{.block = b};
    outcome.values.resize(plan.targets.size() * kPathsPerBlock);
    for (int lane = 0; lane < kPathsPerBlock; ++lane) {
      const std::vector<double> values = path();
      for (size_t i = 0; i < values.size(); ++i) {
        outcome.values[i * kPathsPerBlock + lane] = values[i];
      }
    }
    accumulator.Fold(outcome);
  }
  return accumulator.EstimatesAt(options.confidence_level);
}

}  // namespace jalon::sim

#endif  // JALON_TESTS_SIM_ENGINE_SCORE_PATHS_H_
