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

#include "absl/functional/function_ref.h"
#include "absl/status/statusor.h"
#include "sim/base/stop_token.h"
#include "sim/base/violation.h"
#include "sim/engine/executor.h"
#include "sim/engine/plan.h"
#include "sim/engine/run.h"
#include "sim/engine/target.h"

namespace jalon::sim {

// Changes with anything that changes a bit of a conditional answer (D5).
inline constexpr char kConditionalVersion[] = "conditional-1";

// R: independent scrambles, the paths of a block.
inline constexpr int kScrambleCount = kPathsPerBlock;

// Paths of a run at most: 2^32 points of each scramble.
inline constexpr int64_t kMaxConditionalPaths = (int64_t{1} << 32) * kScrambleCount;

// The law a target has given the shared state.
enum class ConditionalLaw {
  // Nothing is left to draw.
  kKnown,
  // One flow: the sum over its months is of the law of a month, with u and v integrated over a
  // lognormal. Exact up to its table (1e-4).
  kExact,
  // Several flows of one kind that are few or skewed: the same law with the dispersion and the
  // lognormal that their mean and variance ask for at the middle shared state.
  kMatched,
  // Net flows, or stocks whose own movements have heavy tails: a sum of Student-t and a normal
  // part.
  kStudentSum,
  // Gamma, shifted and turned, by the first three cumulants of the path; counts keep their lattice
  // by a continuity correction.
  kThreeMoments,
  // The same where it is the normal law within 1e-4 at the middle shared state.
  kNormal,
};

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
  ~ConditionalPlan();
  ConditionalPlan(ConditionalPlan&&) noexcept;
  ConditionalPlan& operator=(ConditionalPlan&&) noexcept;

  const Plan& plan() const;
  ConditionalLaw law(int target) const;
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

// Computes a block. Errors: kCancelled when `stop` is raised, kInternal naming a target whose value
// is not finite.
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

// Runs blocks on `executor` until the precision asked or the limit of paths, like RunToPrecision:
// same checkpoints (256, 1,024, 4,096... paths over all scrambles), same meaning of options and
// stops, same bits for any executor. Checkpoints have no scores. Errors: kInvalidArgument (options;
// quantile levels other than the plan's), kInternal (a value that is not finite).
absl::StatusOr<Checkpoint> RunConditional(const ConditionalPlan& plan, const RunOptions& options,
                                          Executor& executor, const RunStops& stops,
                                          absl::FunctionRef<void(const Checkpoint&)> on_checkpoint);

}  // namespace jalon::sim

#endif  // JALON_SIM_ENGINE_CONDITIONAL_CONDITIONAL_H_
