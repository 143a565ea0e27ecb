// Scores, payoffs and joint attainment on simulated paths: what depends on several targets of one
// path at once. Caps, floors and ladders leave no closed form, so these are sampled whatever the
// estimator of the targets (DECISIONS D2).
#ifndef JALON_SIM_ENGINE_SCORES_H_
#define JALON_SIM_ENGINE_SCORES_H_

#include <cstdint>
#include <memory>
#include <vector>

#include "sim/engine/plan_scores.h"
#include "sim/engine/sampled.h"

namespace jalon::sim {

// A probability with its Wilson bounds.
struct ProbabilityEstimate {
  double value = 0.0;
  double low = 0.0;
  double high = 1.0;
};

// Estimates of one score from N paths. NaN stands for what does not exist: everything but the joint
// attainment without terms, the payoff without ladder.
struct ScoreEstimate {
  double mean = 0.0;
  double mean_standard_error = 0.0;
  double standard_deviation = 0.0;
  // At the run's quantile levels and at PlanScores::levels.
  std::vector<double> quantiles;
  std::vector<double> level_probability;
  ProbabilityEstimate joint;
  double payoff_mean = 0.0;
  double payoff_standard_error = 0.0;
  // [term]: covariance of the term with the score over the variance of the score: its share of what
  // makes the score vary. Sums to 1, may be negative; NaN when the score does not vary.
  std::vector<double> effective_weight;
  // [term]: mean of R/O within its bounds.
  std::vector<double> ratio_mean;
};

struct ScoreEstimates {
  // [score], [joint set]
  std::vector<ScoreEstimate> scores;
  std::vector<ProbabilityEstimate> joint_sets;
};

// Folds blocks in index order into the estimates of plan.scores: means and covariances by Welford's
// recurrence [Welford1962], quantiles as for targets. Memory O(scores + terms), whatever the number
// of paths; same blocks, same bits. `plan` must outlive it. Thread-compatible.
class ScoreAccumulator {
 public:
  ScoreAccumulator(const Plan& plan, const SummaryOptions& options);
  ~ScoreAccumulator();

  // Requires blocks in index order that TargetAccumulator has checked. A ratio that does not exist
  // on a path counts as R/O = 1 there, and is attained as sim/engine/target.h says. O(terms x 16).
  void Fold(const BlockOutcome& outcome);
  // The same in parts: scores of the plan, each once, then the rest of the block.
  int score_count() const;
  void Add(const BlockOutcome& outcome, TargetRange scores);
  void EndBlock(const BlockOutcome& outcome);
  // Current estimates with Wilson bounds at a two-sided confidence. Requires a block.
  ScoreEstimates EstimatesAt(double confidence_level) const;
  // The same of some scores, and of the joint sets.
  std::vector<ScoreEstimate> EstimatesAt(double confidence_level, TargetRange scores) const;
  std::vector<ProbabilityEstimate> JointSetsAt(double confidence_level) const;
  // Bytes held, and what they will be at most once quantiles have their bins.
  int64_t allocated_bytes() const;
  // As Estimator::LetGo.
  bool LetGo();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

// Upper bound of a ScoreAccumulator's bytes and of one checkpoint's estimates.
double ScoreBytes(const PlanScores& scores, int quantile_level_count);
// CPU nanoseconds of folding one path.
double ScoreNanoseconds(const PlanScores& scores);

}  // namespace jalon::sim

#endif  // JALON_SIM_ENGINE_SCORES_H_
