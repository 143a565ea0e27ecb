// The sampled estimator as a run drives it (sim/engine/sampled.h does the work).
#ifndef JALON_SIM_ENGINE_SAMPLED_ESTIMATOR_H_
#define JALON_SIM_ENGINE_SAMPLED_ESTIMATOR_H_

#include <memory>
#include <optional>
#include <vector>

#include "sim/engine/estimator.h"
#include "sim/engine/plan.h"
#include "sim/engine/sampled.h"
#include "sim/engine/scores.h"
#include "sim/engine/scramble_sums.h"
#include "sim/kernel/cell_laws.h"
#include "sim/kernel/surface_memo.h"

namespace jalon::sim {

// What whole paths are drawn with that others made; all of it must outlive who is given it.
struct SampledSources {
  // Null: independent draws.
  const SharedSource* shared = nullptr;
  // Surfaces of quantiles that were made before, with the same bits as those made here. Null: they
  // are made here.
  SurfaceMemo* surfaces = nullptr;
};

// Every target and score from whole paths, own noise drawn in vectors by laws that are made once,
// in preparation (cell_batch.h). Bounds are those of independent paths, which is cautious where
// shared states spread them evenly. `plan` must outlive it.
class SampledEstimator final : public Estimator {
 public:
  SampledEstimator(const Plan& plan, const SummaryOptions& options, SampledSources sources = {});
  // Every score, but of the targets only `targets`, ascending: what is said of targets is [place
  // among them].
  SampledEstimator(const Plan& plan, const SummaryOptions& options, std::vector<int> targets,
                   SampledSources sources = {});

  bool needs_preparation() const override { return true; }
  std::unique_ptr<SlicedWork> BeginPreparation() const override;
  absl::Status FinishPreparation(std::unique_ptr<SlicedWork> work) override;
  std::unique_ptr<SlicedWork> BeginBlock(int64_t block) const override;
  // The same on shared states of its paths that are known already; `shared` must outlive the work.
  std::unique_ptr<SlicedWork> BeginBlockOn(int64_t block, const SharedSource& shared) const;
  std::unique_ptr<SlicedWork> BeginFold(std::unique_ptr<SlicedWork> block) override;
  absl::Status FinishFold(std::unique_ptr<SlicedWork> fold) override;
  int64_t blocks_folded() const override { return targets_.blocks_folded(); }
  std::vector<TargetEstimate> EstimatesAt(double confidence_level,
                                          TargetRange targets) const override;
  int score_count() const override;
  std::vector<ScoreEstimate> ScoresAt(double confidence_level, TargetRange scores) const override;
  std::vector<ProbabilityEstimate> JointSetsAt(double confidence_level) const override;
  double WidestHalfWidth(double confidence_level) const override;
  std::vector<LawUsed> laws() const override;
  bool LetGo() override { return targets_.LetGo() && scores_.LetGo(); }
  // The averages of each lane of the blocks, which are scrambles where shared states say so; null
  // unless the options keep them.
  const ScrambleSums* scrambles() const { return scrambles_ ? &*scrambles_ : nullptr; }

 private:
  class Folding;

  const Plan& plan_;
  const SampledSources sources_;
  int target_count_;
  std::optional<CellLaws> cell_laws_;
  TargetAccumulator targets_;
  ScoreAccumulator scores_;
  std::optional<ScrambleSums> scrambles_;
};

}  // namespace jalon::sim

#endif  // JALON_SIM_ENGINE_SAMPLED_ESTIMATOR_H_
