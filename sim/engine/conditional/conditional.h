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
#include "sim/engine/law_check.h"
#include "sim/engine/plan.h"
#include "sim/engine/sampled.h"
#include "sim/engine/scramble_means.h"
#include "sim/engine/target.h"

namespace jalon::sim {

// Changes with anything that changes a bit of a conditional answer (D5).
inline constexpr char kConditionalVersion[] = "conditional-7";

// R: independent scrambles, the paths of a block.
inline constexpr int kScrambleCount = kPathsPerBlock;

// Paths of a run at most: 2^32 points of each scramble.
inline constexpr int64_t kMaxConditionalPaths = (int64_t{1} << 32) * kScrambleCount;

struct BaselineBasis;
struct BaselineBlock;
struct BaselineMixtures;
struct SharedBasis;
struct ConditionalPlanState;
class PilotPlaces;

// A plan with what the estimator prepares for it: the order of Sobol dimensions, a law and tables
// for each target. Read-only once built, thread-safe; `plan` must outlive it.
class ConditionalPlan {
 public:
  // All of ConditionalPreparation at once.
  //
  // Errors: kInvalidArgument with one violation of reason NO_CLOSED_FORM for each target the
  // estimator cannot do (field targets[i]): square-root links, a variation of a ratio whose
  // opening is not known yet, a denominator that may reach 0, sums too skewed or too coarse a
  // lattice for three moments; and one for scores, which need whole paths.
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
  // Bytes held: what PredictConditionalCost foresees.
  int64_t allocated_bytes() const;
  const ConditionalPlanState& state() const { return *state_; }
  // As Estimator::LetGo; blocks and accumulators of it are only freed afterwards.
  bool LetGo();
  // Whether preparation left the pilots to the run (ConditionalPreparation::LeavePilots): blocks
  // can be computed, and folded once their places are set.
  bool lacks_places() const;
  void SetPlaces(const PilotPlaces& places);

 private:
  friend class ConditionalPreparation;
  explicit ConditionalPlan(std::unique_ptr<ConditionalPlanState> state);
  std::unique_ptr<ConditionalPlanState> state_;
};

// Makes a plan in slices of about 5 ms at most. What it costs: 12 to 15 distribution functions and
// 3 us for each threshold of an exact or matched law, a few us for each target and 0.5 us for each
// series inside it, two blocks. Only a target on tens of thousands of series is one longer slice;
// of a mixture, also a target whose Student sum is new (at most 20 ms). Deterministic; one thread
// at a time. `plan` must outlive it.
//
// With `baseline` the plan is a variant of it: draws keep the coordinates they have in the
// baseline, and laws are chosen by the baseline's means (baseline_basis.h), or taken over from it
// where they would be the same. A target that the variant moves far and whose law would be refused
// by the variant's own means is refused (law_choice.h): a lever may leave too little for it.
//
// Targets of the classes `wrong` are refused too: a check found their laws off (law_check_work.h).
class ConditionalPreparation final : public SlicedWork {
 public:
  // What becomes of targets without a closed form: refused as ConditionalPlan::Make does, or left
  // to the sampled estimator as MakeWherePossible does.
  enum class Refused { kFail, kSample };
  ConditionalPreparation(const Plan& plan, std::vector<double> quantile_levels, Refused refused,
                         const BaselineBasis* baseline = nullptr, std::vector<LawClass> wrong = {});
  ~ConditionalPreparation() override;

  // Leaves the pilots to a run that computes them as its first blocks, where they are: its threads
  // then share them. Before the first step.
  void LeavePilots();
  // Of a variant: computes only what it moves and takes the rest over from `answers`, the block of
  // its baseline, where its laws are the baseline's. Before the first step.
  void TakeOver(std::shared_ptr<const BaselineBlock> answers);

  bool Step() override;
  bool LetGo() override;
  // Once complete; the object is then empty. Errors: those of ConditionalPlan::Make.
  absl::StatusOr<ConditionalPlan> Take();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

// What one block says: 16 paths, one of each scramble.
struct ConditionalBlock {
  int64_t block = 0;
  // [threshold of all targets x scramble], in the order of targets and of their thresholds. Of a
  // draw of parameters the first threshold of each target that has one; of a regime none.
  std::vector<double> probability;
  // [target x scramble]: conditional mean.
  std::vector<double> mean;
  // [target]: sums over scrambles of the conditional variance, of the conditional variance times
  // the conditional mean, and of the third cumulant.
  std::vector<double> variance;
  std::vector<double> variance_by_mean;
  std::vector<double> third;
  // Of variations whose opening value is still to come, in the order of targets: sums over
  // scrambles of its conditional mean, and of the chance that R/O has no meaning.
  struct Opening {
    double mean = 0.0;
    double undefined = 0.0;
  };
  std::vector<Opening> openings;
};

// A block in slices of about 2 ms, 5 ms at most where vectors are short. One thread at a time; the
// plan must outlive it.
class ConditionalBlockWork final : public SlicedWork {
 public:
  ConditionalBlockWork(const ConditionalPlan& plan, int64_t block);
  // The same paths under the parameters and sizes of events of draw `parameter_draw` >= 0, in the
  // regimes dealt out to them (knowledge.h).
  ConditionalBlockWork(const ConditionalPlan& plan, int64_t block, int parameter_draw);
  // The same before the plan is complete.
  static std::unique_ptr<ConditionalBlockWork> OfRun(const ConditionalPlanState& state,
                                                     int64_t block);
  // The same paths all in one regime.
  static std::unique_ptr<ConditionalBlockWork> InRegime(const ConditionalPlanState& state,
                                                        int64_t block, int regime);
  // Hands the shared states of its paths over, in order, once they are drawn. Before the first
  // step; `states` must outlive it.
  void KeepStates(std::vector<SharedState>& states);

  ~ConditionalBlockWork() override;

  // True when complete, or failed.
  bool Step() override;
  // Once complete; the object is then empty. Errors: kInternal naming a target whose value is not
  // finite.
  absl::StatusOr<ConditionalBlock> Take();

 private:
  struct State;
  explicit ConditionalBlockWork(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

// Computes a block. Errors: kCancelled when `stop` is raised, kInternal naming a target whose value
// is not finite.
absl::StatusOr<ConditionalBlock> ComputeConditionalBlock(const ConditionalPlan& plan, int64_t block,
                                                         const StopToken& stop);

// Folds blocks in index order into estimates of every target.
//
// Probabilities and means are averages of the 16 scrambles' averages, with Student's interval on 15
// degrees of freedom: the error of computation, measured and not assumed. Probabilities of ordered
// thresholds are ordered. Quantiles are those of mixture_quantiles.h: they never cross. A ratio's
// mean and spread are of second order in the spread of its denominator.
class ConditionalAccumulator {
 public:
  explicit ConditionalAccumulator(const ConditionalPlan& plan);
  ~ConditionalAccumulator();

  // Requires block.block == blocks_folded(). 60 ns a target. The plan fills the memory of a block
  // that was moved in again.
  void Fold(const ConditionalBlock& block);
  void Fold(ConditionalBlock&& block);
  // The same in parts: targets, each once, then the block's end.
  void Add(const ConditionalBlock& block, TargetRange targets);
  void EndBlock(ConditionalBlock&& block);
  int64_t blocks_folded() const;
  int64_t path_count() const { return blocks_folded() * kScrambleCount; }

  // [target], with two-sided intervals at `confidence_level`. Requires at least one block. One
  // difference with the sampled run's: `probability_low` and `probability_high` come from the
  // scrambles, and are equal where all scrambles agree. 0.3 us a target and as much a quantile.
  std::vector<TargetEstimate> EstimatesAt(double confidence_level) const;
  // The same of `targets` alone.
  std::vector<TargetEstimate> EstimatesAt(double confidence_level, TargetRange targets) const;
  // Bytes held: what PredictConditionalCost foresees.
  int64_t allocated_bytes() const;
  // [threshold of all targets]: standard error of the probability.
  std::vector<double> ProbabilityErrors() const;
  // Widest half-width over all thresholds of all targets; 0 when there are none.
  double WidestHalfWidth(double confidence_level) const;
  // The averages of each scramble, without knowledge. Requires at least one block.
  ScrambleMeans Scrambles() const;
  // What quantiles are made of: empty for a plan without quantile levels.
  BaselineMixtures Mixtures() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

// How far laws are from draws: the chance to attain a threshold given the shared state less the
// share of paths that do, averaged over paths of the sampled estimator, with the standard error of
// that average. Shared states are the same on both sides and cancel: a law's error shows in fewer
// paths than in two separate runs.
struct LawBias {
  double bias = 0.0;
  double standard_error = 0.0;
};
// [threshold of all targets], on `path_count` paths (rounded up to blocks) of the plan's seed. Runs
// pool it by class of laws (sim/engine/law_check.h): of one threshold 0.1 point takes 160,000
// paths. Costs a sampled run of as many. Errors: kCancelled.
absl::StatusOr<std::vector<LawBias>> BiasOf(const ConditionalPlan& plan, int64_t path_count,
                                            const StopToken& stop);

// Predicted cost of a plan on the conditional estimator, as PredictCost says it: bytes at peak
// (plan, laws, the blocks of `thread_count` threads, accumulator, one checkpoint's estimates); CPU
// milliseconds per 256 paths, folded, on one core with AVX2 or more, and of ConditionalPreparation,
// whose pilots are left out where they are the run's first blocks. Times are those of memory that
// the process already has: fresh pages come on top. O(series + slots + targets).
PlanCost PredictConditionalCost(const Plan& plan, int thread_count, int quantile_level_count = 9);
// CPU milliseconds of 256 paths' share of the knowledge interval; 0 without thresholds.
double PredictKnowledgeCpuMs(const Plan& plan);
// All of it, for little more than one of them.
struct ConditionalCost {
  PlanCost run;
  // Of preparation, of a variant that takes over the laws of its baseline.
  double variant_preparation_cpu_ms = 0.0;
  // Of the estimates of all targets.
  double checkpoint_cpu_ms = 0.0;
  double knowledge_cpu_ms = 0.0;
};
ConditionalCost PredictConditionalCosts(const Plan& plan, int thread_count,
                                        int quantile_level_count);
// Bytes of a block in hand, besides shared states.
int64_t ConditionalBlockBytes(const ConditionalBlock& block);

// The shared states of the paths of a conditional run of `plan`, which must outlive them: what
// ReplayPath needs to replay one. Costs what MakeSharedBasis costs. Of a variant, with the basis of
// its baseline; or from the plan of its baseline, which is read for its basis.
std::unique_ptr<const SharedSource> ConditionalSharedStates(const Plan& plan);
std::unique_ptr<const SharedSource> ConditionalSharedStates(const Plan& plan,
                                                            const SharedBasis& baseline);
std::unique_ptr<const SharedSource> ConditionalSharedStates(const Plan& plan, const Plan& baseline);

}  // namespace jalon::sim

#endif  // JALON_SIM_ENGINE_CONDITIONAL_CONDITIONAL_H_
