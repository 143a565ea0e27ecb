#include "sim/engine/sampled_estimator.h"

#include <utility>

#include "sim/base/status_macros.h"
#include "sim/engine/cell_batch.h"
#include "sim/engine/fold_work.h"
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
                                   SampledSources sources)
    : SampledEstimator(plan, options, AllTargets(plan), sources) {}

SampledEstimator::SampledEstimator(const Plan& plan, const SummaryOptions& options,
                                   std::vector<int> targets, SampledSources sources)
    : plan_(plan),
      sources_(sources),
      target_count_(static_cast<int>(targets.size())),
      targets_(plan, options, targets),
      scores_(plan, options) {
  if (options.keep_scrambles) scrambles_.emplace(plan, std::move(targets));
}

std::unique_ptr<SlicedWork> SampledEstimator::BeginPreparation() const {
  return std::make_unique<CellLawsWork>(plan_, sources_.surfaces);
}

absl::Status SampledEstimator::FinishPreparation(std::unique_ptr<SlicedWork> work) {
  cell_laws_ = static_cast<CellLawsWork&>(*work).Take();
  return absl::OkStatus();
}

std::unique_ptr<SlicedWork> SampledEstimator::BeginBlock(int64_t block) const {
  return std::make_unique<SampledWork>(SampledBlock(plan_, block, sources_.shared, &*cell_laws_));
}

std::unique_ptr<SlicedWork> SampledEstimator::BeginBlockOn(int64_t block,
                                                           const SharedSource& shared) const {
  return std::make_unique<SampledWork>(SampledBlock(plan_, block, &shared, &*cell_laws_));
}

class SampledEstimator::Folding final : public FoldWork {
 public:
  Folding(SampledEstimator& into, BlockOutcome block)
      : into_(into), outcome_(std::move(block)), status_(into.targets_.Check(outcome_)) {
    AddPart(into_.target_count_, kTargetsOfSlice,
            [this](TargetRange places) { into_.targets_.Add(outcome_, places); });
    AddPart(into_.scores_.score_count(), kScoresOfSlice,
            [this](TargetRange scores) { into_.scores_.Add(outcome_, scores); });
    if (!into_.scrambles_) return;
    AddPart(into_.target_count_, kTargetsOfSlice,
            [this](TargetRange places) { into_.scrambles_->Add(outcome_, places); });
  }

  // Nothing is added of a block with a value that is not finite.
  bool Step() override { return !status_.ok() || FoldWork::Step(); }

  absl::Status Finish() {
    if (!status_.ok()) return status_;
    into_.targets_.EndBlock();
    into_.scores_.EndBlock(outcome_);
    if (into_.scrambles_) into_.scrambles_->EndBlock();
    return absl::OkStatus();
  }

 private:
  // A millisecond each.
  static constexpr int kTargetsOfSlice = 1'024;
  static constexpr int kScoresOfSlice = 256;

  SampledEstimator& into_;
  const BlockOutcome outcome_;
  const absl::Status status_;
};

std::unique_ptr<SlicedWork> SampledEstimator::BeginFold(std::unique_ptr<SlicedWork> block) {
  return std::make_unique<Folding>(*this, static_cast<SampledWork&>(*block).TakeOutcome());
}

absl::Status SampledEstimator::FinishFold(std::unique_ptr<SlicedWork> fold) {
  return static_cast<Folding&>(*fold).Finish();
}

std::vector<TargetEstimate> SampledEstimator::EstimatesAt(double confidence_level,
                                                          TargetRange targets) const {
  return targets_.EstimatesAt(confidence_level, targets);
}

int SampledEstimator::score_count() const { return scores_.score_count(); }

std::vector<ScoreEstimate> SampledEstimator::ScoresAt(double confidence_level,
                                                      TargetRange scores) const {
  return scores_.EstimatesAt(confidence_level, scores);
}

std::vector<ProbabilityEstimate> SampledEstimator::JointSetsAt(double confidence_level) const {
  return scores_.JointSetsAt(confidence_level);
}

double SampledEstimator::WidestHalfWidth(double confidence_level) const {
  return targets_.WidestHalfWidth(confidence_level);
}

std::vector<LawUsed> SampledEstimator::laws() const {
  return std::vector<LawUsed>(target_count_, LawUsed::kSampled);
}

}  // namespace jalon::sim
