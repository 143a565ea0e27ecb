// What a run says beside its targets: scores of units and joint attainment, as a plan holds them.
#ifndef JALON_SIM_ENGINE_PLAN_SCORES_H_
#define JALON_SIM_ENGINE_PLAN_SCORES_H_

#include <vector>

#include "sim/network/score_policy.h"
#include "sim/score/score.h"

namespace jalon::sim {

// An objective on a target: attained by the target's direction, ties count.
struct PlanObjective {
  // Index into Plan::targets.
  int target = 0;
  // In the indicator's unit.
  double value = 0.0;
};

// One R/O of a score.
struct PlanScoreTerm {
  PlanObjective objective;
  // R/O = 1 + (Y - objective) / scale: the objective itself at level basis, the declared scale at
  // scaled basis, negative when lower is better. Not 0. On the variation it is objective - Y0 of
  // the path (Target::opening) and this is not read. On paths without R/O (no variation to make, no
  // ratio) an objective that is attained counts 1, one that is not its floor, 0 without one.
  double scale = 1.0;
  bool on_variation = false;
  // Weight and bounds; weights of a score sum to 1.
  ScoreTerm term;
};

// One unit over one window.
struct PlanScore {
  // Empty: joint attainment only.
  std::vector<PlanScoreTerm> terms;
  // Every objective of the unit and window: attained together or not.
  std::vector<PlanObjective> objectives;
  double quality = 1.0;
};

// What a run says beside its targets. Empty in a run without objectives.
struct PlanScores {
  std::vector<PlanScore> scores;
  // Stated sets of objectives, of any units and windows.
  std::vector<std::vector<PlanObjective>> joint_sets;
  // Empty: no payoff.
  std::vector<PayoffRung> ladder;
  // Scores whose probability is asked for (1.0 is 100 %).
  std::vector<double> levels;
};

}  // namespace jalon::sim

#endif  // JALON_SIM_ENGINE_PLAN_SCORES_H_
