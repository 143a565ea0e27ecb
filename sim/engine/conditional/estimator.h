// The conditional estimator as a run drives it: closed forms where a target has one, whole paths
// where it has none.
#ifndef JALON_SIM_ENGINE_CONDITIONAL_ESTIMATOR_H_
#define JALON_SIM_ENGINE_CONDITIONAL_ESTIMATOR_H_

#include <memory>
#include <optional>
#include <vector>

#include "sim/engine/conditional/baseline_basis.h"
#include "sim/engine/conditional/baseline_mixtures.h"
#include "sim/engine/conditional/conditional.h"
#include "sim/engine/conditional/knowledge.h"
#include "sim/engine/conditional/sampled_part.h"
#include "sim/engine/estimator.h"
#include "sim/engine/plan.h"
#include "sim/engine/sampled.h"
#include "sim/kernel/surface_memo.h"

namespace jalon::sim {

// What a ConditionalEstimator is asked besides estimates, and what it may take from others.
struct ConditionalOptions {
  // Null: it estimates no variant.
  std::shared_ptr<const BaselineBasis> baseline;
  // The block of that baseline, where it has an answer at every checkpoint of the run
  // (BaselineBlock::AnswersAll): targets that nothing moves are not computed again, and no bit of
  // their answers changes. Null: all are computed.
  std::shared_ptr<const BaselineBlock> answers;
  // 0, or 1 to kMaxLawCheckPaths.
  int64_t law_check_paths = 0;
  // As SampledSources::surfaces; must outlive the estimator.
  SurfaceMemo* surfaces = nullptr;
  // Whether its first two blocks are folded before the first checkpoint, which a run of more than
  // one block can say. They tell where conditional means fall: preparation then leaves them to the
  // run's threads. No bit depends on it.
  bool folds_pilots = false;
};

// Every target by the law it has given the shared state; those that have none (LawUsed::kSampled),
// and scores and joint attainment, from whole paths on the same shared states. Scores draw every
// series of the plan; targets without a law only the series they are made of. Blocks from the
// first checkpoint to the 256th also carry the knowledge interval (knowledge.h): they cost twice.
// `plan` must outlive it.
//
// With `baseline` it estimates a variant of it, on the baseline's draws and by its laws
// (baseline_basis.h): differences of the two have the error of what differs alone
// (paired_delta.h).
//
// With `law_check_paths` > 0 its preparation compares laws with so many whole paths
// (law_check_work.h). Targets of a class that is wrong are sampled too, and
// law_checks() says what was found. A variant takes over what its baseline found, and compares
// nothing itself.
class ConditionalEstimator final : public Estimator {
 public:
  ConditionalEstimator(const Plan& plan, SummaryOptions options, ConditionalOptions asked = {});
  ~ConditionalEstimator() override;

  bool needs_preparation() const override { return true; }
  std::unique_ptr<SlicedWork> BeginPreparation() const override;
  absl::Status FinishPreparation(std::unique_ptr<SlicedWork> work) override;
  std::unique_ptr<SlicedWork> BeginBlock(int64_t block) const override;
  std::unique_ptr<SlicedWork> BeginFold(std::unique_ptr<SlicedWork> block) override;
  absl::Status FinishFold(std::unique_ptr<SlicedWork> fold) override;
  bool MayEndAt(int64_t path_count) const override;
  int64_t blocks_folded() const override { return targets_ ? targets_->blocks_folded() : 0; }
  std::vector<TargetEstimate> EstimatesAt(double confidence_level,
                                          TargetRange targets) const override;
  int score_count() const override;
  std::vector<ScoreEstimate> ScoresAt(double confidence_level, TargetRange scores) const override;
  std::vector<ProbabilityEstimate> JointSetsAt(double confidence_level) const override;
  double WidestHalfWidth(double confidence_level) const override;
  std::vector<LawUsed> laws() const override;
  std::vector<LawCheck> law_checks() const override { return law_checks_; }
  std::optional<ScrambleMeans> Scrambles() const override;
  bool LetGo() override;
  // What a baseline keeps beside them; requires finished preparation, and a block for mixtures.
  BaselineBasis Basis() const;
  BaselineMixtures Mixtures() const { return targets_->Mixtures(); }

 private:
  // Begins to fold: the plan has its places.
  ConditionalAccumulator& BeginFolding();

  const Plan& plan_;
  const SummaryOptions options_;
  const ConditionalOptions asked_;
  std::optional<ConditionalPlan> conditional_;
  // First blocks, until places are set.
  std::vector<ConditionalBlock> pilots_;
  // Nullopt until then.
  std::optional<ConditionalAccumulator> targets_;
  std::optional<KnowledgeAccumulator> knowledge_;
  std::vector<LawCheck> law_checks_;
  SampledPart sampled_;
};

// Paths that a run of `path_count` computes for its knowledge interval, besides its own: none
// before it is past its first checkpoint; the same number as its own at its later checkpoints,
// until every draw has met all of its blocks.
int64_t KnowledgePathsOf(int64_t path_count);

// Predicted cost of a ConditionalEstimator, as PlanCost: the knowledge interval and checkpoints
// apart; whole paths where the plan has scores. Blocks are counted with their folding.
//
// In preparation are means and the order of dimensions, the choice of all laws with the curves of
// their thresholds, the two pilots of each regime where they are not the run's first blocks, the
// laws of cells, and the comparison of `law_check_paths`. That comparison may find laws wrong: the
// bytes of whole paths are counted with it, but not their time, and not a second choice. Targets
// without a closed form are known once laws are chosen: the laws of their cells are in it for the
// whole plan, their paths are not. Laws of cells are counted as if no surface were held anywhere:
// bytes and preparation are upper bounds of that part with ConditionalOptions::surfaces. Tables of
// thresholds that no curve does, a rare 0.3 ms each, are left out, and so are fresh pages.
struct EstimatorCost {
  double peak_bytes = 0.0;
  double cpu_ms_per_256_paths = 0.0;
  double preparation_cpu_ms = 0.0;
  // Instead, of a variant that asks what its baseline asks and takes over its laws: no choice and
  // no comparison with whole paths. A variant that chooses anew takes `preparation_cpu_ms`, less
  // that comparison.
  double variant_preparation_cpu_ms = 0.0;
  // On top, for each checkpoint: the estimates of all targets.
  double checkpoint_cpu_ms = 0.0;
  // On top, for 256 of KnowledgePathsOf.
  double knowledge_cpu_ms_per_256_paths = 0.0;
};
EstimatorCost PredictEstimatorCost(const Plan& plan, int thread_count, int quantile_level_count,
                                   int64_t law_check_paths = 0);

}  // namespace jalon::sim

#endif  // JALON_SIM_ENGINE_CONDITIONAL_ESTIMATOR_H_
