#include "sim/engine/sampled_estimator.h"

#include <utility>

#include "sim/base/status_macros.h"
#include "sim/engine/cell_batch.h"
#include "sim/engine/path_value.h"

namespace jalon::sim {
namespace {

class SampledWork final : public SlicedWork {
 public:
  explicit SampledWork(SampledBlock block) : block_(std::move(block)) {}
  bool Step() override { return block_.Step(); }
  BlockOutcome TakeOutcome() { return block_.TakeOutcome(); }

 private:
  SampledBlock block_;
};

}  // namespace

SampledEstimator::SampledEstimator(const Plan& plan, const SummaryOptions& options,
                                   const SharedSource* shared)
    : SampledEstimator(plan, options, AllTargets(plan), shared) {}

SampledEstimator::SampledEstimator(const Plan& plan, const SummaryOptions& options,
                                   std::vector<int> targets, const SharedSource* shared)
    : plan_(plan),
      shared_(shared),
      target_count_(static_cast<int>(targets.size())),
      targets_(plan, options, targets),
      scores_(plan, options) {
  if (options.keep_scrambles) scrambles_.emplace(plan, std::move(targets));
}

std::unique_ptr<SlicedWork> SampledEstimator::BeginPreparation() const {
  return std::make_unique<CellLawsWork>(plan_);
}

absl::Status SampledEstimator::FinishPreparation(std::unique_ptr<SlicedWork> work) {
  cell_laws_ = static_cast<CellLawsWork&>(*work).Take();
  return absl::OkStatus();
}

std::unique_ptr<SlicedWork> SampledEstimator::BeginBlock(int64_t block) const {
  return std::make_unique<SampledWork>(SampledBlock(plan_, block, shared_, &*cell_laws_));
}

absl::Status SampledEstimator::Fold(std::unique_ptr<SlicedWork> work) {
  const BlockOutcome outcome = static_cast<SampledWork&>(*work).TakeOutcome();
  JALON_RETURN_IF_ERROR(targets_.Fold(outcome));
  scores_.Fold(outcome);
  if (scrambles_) scrambles_->Fold(outcome);
  return absl::OkStatus();
}

std::vector<TargetEstimate> SampledEstimator::EstimatesAt(double confidence_level,
                                                          TargetRange targets) const {
  return targets_.EstimatesAt(confidence_level, targets);
}

ScoreEstimates SampledEstimator::ScoresAt(double confidence_level) const {
  return scores_.EstimatesAt(confidence_level);
}

double SampledEstimator::WidestHalfWidth(double confidence_level) const {
  return targets_.WidestHalfWidth(confidence_level);
}

std::vector<LawUsed> SampledEstimator::laws() const {
  return std::vector<LawUsed>(target_count_, LawUsed::kSampled);
}

}  // namespace jalon::sim
