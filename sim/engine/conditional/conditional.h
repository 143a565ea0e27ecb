// The conditional estimator: randomised quasi-Monte Carlo over the shared state, own noise in
// closed form (DECISIONS D2, D3; docs/model/conditional.md).
//
// Given the shared state of a path, the chance that a target reaches a threshold is computed
// instead of drawn: u of the branch, v of the series and the periods' draws are integrated. Shared
// states are points of scrambled Sobol sequences (sim/random/sobol.h), in the order of importance
// of shared_basis.h. 16 independent scrambles give 16 independent estimates: their mean is the
// answer and their spread its error.
//
// A run is a sequence of blocks of 16 paths: block b is point b of every scramble
// (path = point x 16 + scramble, D4). A block is a pure function of (plan, index); folding blocks
// in order gives the same bits for any number of threads. Some targets have no closed form: they
// are named and refused, and belong to the sampled estimator (sim/engine/sampled.h), which stays
// the oracle.
#ifndef JALON_SIM_ENGINE_CONDITIONAL_CONDITIONAL_H_
#define JALON_SIM_ENGINE_CONDITIONAL_CONDITIONAL_H_

#include <cstdint>
#include <memory>
#include <vector>

#include "absl/status/statusor.h"
#include "sim/base/stop_token.h"
#include "sim/base/violation.h"
#include "sim/engine/estimator.h"
#include "sim/engine/plan.h"
#include "sim/engine/sampled.h"
#include "sim/engine/target.h"

namespace jalon::sim {

// Changes with anything that changes a bit of a conditional answer (D5).
inline constexpr char kConditionalVersion[] = "conditional-1";

// R: independent scrambles, the paths of a block.
inline constexpr int kScrambleCount = kPathsPerBlock;

// Paths of a run at most: 2^32 points of each scramble.
inline constexpr int64_t kMaxConditionalPaths = (int64_t{1} << 32) * kScrambleCount;

struct ConditionalPlanState;

// A plan with what the estimator prepares for it: the order of Sobol dimensions, a law and tables
// for each target. Read-only once built, thread-safe; `plan` must outlive it.
class ConditionalPlan {
 public:
  // `quantile_levels`: whether distribution functions are kept. Cost: one shared state per main
  // component of a driver, 64 for the places of quantiles, and one table per threshold of an exact
  // or matched law, 41 more for quantiles. Not cut into slices, and not to be cancelled.
  //
  // Errors: kInvalidArgument with one violation of reason NO_CLOSED_FORM for each target the
  // estimator cannot do (field targets[i]): square-root links, a variation whose opening is not
  // known yet, a denominator that may reach 0, sums too skewed or too coarse a lattice for three
  // moments; and one for scores, which need whole paths.
  static absl::StatusOr<ConditionalPlan> Make(const Plan& plan,
                                              std::vector<double> quantile_levels);
  // The same for the targets that have a closed form: the others have LawUsed::kSampled, and
  // numbers without meaning in blocks and estimates. Scores are left out.
  static ConditionalPlan MakeWherePossible(const Plan& plan, std::vector<double> quantile_levels);
  ~ConditionalPlan();
  ConditionalPlan(ConditionalPlan&&) noexcept;
  ConditionalPlan& operator=(ConditionalPlan&&) noexcept;

  const Plan& plan() const;
  LawUsed law(int target) const;
  // The shared states of the run's paths.
  const SharedSource& shared_states() const;
  const ConditionalPlanState& state() const { return *state_; }

 private:
  explicit ConditionalPlan(std::unique_ptr<ConditionalPlanState> state);
  std::unique_ptr<ConditionalPlanState> state_;
};

// What one block says: 16 paths, one of each scramble.
struct ConditionalBlock {
  int64_t block = 0;
  // [threshold of all targets x scramble], in the order of targets and of their thresholds.
  std::vector<double> probability;
  // [target x scramble]: conditional mean, and variance.
  std::vector<double> mean;
  std::vector<double> variance;
  // [place of all grids]: sum over scrambles of the distribution function.
  std::vector<double> cdf;
};

// The work of one block, in slices: one path's targets each. Thread-compatible; `plan` must outlive
// it.
class ConditionalBlockWork {
 public:
  ConditionalBlockWork(const ConditionalPlan& plan, int64_t block);
  ~ConditionalBlockWork();
  // True when the block is complete, or has failed.
  bool Step();
  // The block; only after Step returned true. Errors: kInternal naming a target whose value is not
  // finite.
  absl::StatusOr<ConditionalBlock> Take();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

// Computes a whole block. Errors: kCancelled when `stop` is raised, kInternal naming a target whose
// value is not finite.
absl::StatusOr<ConditionalBlock> ComputeConditionalBlock(const ConditionalPlan& plan, int64_t block,
                                                         const StopToken& stop);

// Folds blocks in index order into estimates of every target.
//
// Probabilities and means are averages of the 16 scrambles' averages, with Student's interval on 15
// degrees of freedom: the error of computation, measured and not assumed. Probabilities of ordered
// thresholds are ordered. Quantiles invert the average distribution function, monotone by
// construction. A ratio's mean and spread are of second order in the spread of its denominator.
class ConditionalAccumulator {
 public:
  explicit ConditionalAccumulator(const ConditionalPlan& plan);
  ~ConditionalAccumulator();

  // Requires block.block == blocks_folded().
  void Fold(const ConditionalBlock& block);
  int64_t blocks_folded() const;
  int64_t path_count() const { return blocks_folded() * kScrambleCount; }

  // [target], with two-sided intervals at `confidence_level`. Requires at least one block. One
  // difference with the sampled run's: `probability_low` and `probability_high` come from the
  // scrambles, and are equal where all scrambles agree.
  std::vector<TargetEstimate> EstimatesAt(double confidence_level) const;
  // [threshold of all targets]: standard error of the probability.
  std::vector<double> ProbabilityErrors() const;
  // Widest half-width over all thresholds of all targets; 0 when there are none.
  double WidestHalfWidth(double confidence_level) const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

// The shared states of the paths of a conditional run of `plan`, which must outlive them: what
// ReplayPath needs to replay one. Costs what MakeSharedBasis costs.
std::unique_ptr<const SharedSource> ConditionalSharedStates(const Plan& plan);

}  // namespace jalon::sim

#endif  // JALON_SIM_ENGINE_CONDITIONAL_CONDITIONAL_H_
