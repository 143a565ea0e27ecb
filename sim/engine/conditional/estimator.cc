#include "sim/engine/conditional/estimator.h"

#include <algorithm>
#include <utility>

#include "absl/status/statusor.h"
#include "sim/base/status_macros.h"
#include "sim/engine/conditional/plan_state.h"
#include "sim/engine/sub_plan.h"

namespace jalon::sim {
namespace {

// The closed forms of a block; then its share of the knowledge interval and its whole paths, where
// some are needed.
class Block final : public SlicedWork {
 public:
  Block(const ConditionalPlan& plan, int64_t block, std::unique_ptr<SlicedWork> sampled)
      : conditional_(plan, block), sampled_(std::move(sampled)) {
    pending_.push_back(&conditional_);
    if (AddsKnowledge(block)) {
      const KnowledgeShare share = KnowledgeShareOf(block);
      pending_.push_back(&knowledge_.emplace(plan, share.paths_block, share.draw));
    }
    if (sampled_ != nullptr) pending_.push_back(sampled_.get());
  }

  bool Step() override {
    if (pending_[next_]->Step()) ++next_;
    return next_ == pending_.size();
  }

  absl::StatusOr<ConditionalBlock> TakeConditional() { return conditional_.Take(); }
  bool has_knowledge() const { return knowledge_.has_value(); }
  absl::StatusOr<ConditionalBlock> TakeKnowledge() { return knowledge_->Take(); }
  std::unique_ptr<SlicedWork> TakeSampled() { return std::move(sampled_); }

 private:
  ConditionalBlockWork conditional_;
  std::optional<ConditionalBlockWork> knowledge_;
  std::unique_ptr<SlicedWork> sampled_;
  // What is above and there, in order; done up to `next_`.
  std::vector<SlicedWork*> pending_;
  size_t next_ = 0;
};

bool HasScores(const Plan& plan) {
  return !plan.scores.scores.empty() || !plan.scores.joint_sets.empty();
}

}  // namespace

EstimatorCost PredictEstimatorCost(const Plan& plan, int thread_count, int quantile_level_count) {
  const PlanCost closed = PredictConditionalCost(plan, thread_count, quantile_level_count);
  EstimatorCost cost{.peak_bytes = closed.peak_bytes,
                     .cpu_ms_per_256_paths = closed.cpu_ms_per_256_paths,
                     .knowledge_cpu_ms_per_256_paths = closed.cpu_ms_per_256_paths};
  cost.peak_bytes += KnowledgeAccumulator::PredictBytes(plan);
  if (HasScores(plan)) {
    const PlanCost whole = PredictCost(plan, thread_count, quantile_level_count);
    cost.peak_bytes += whole.peak_bytes;
    cost.cpu_ms_per_256_paths += whole.cpu_ms_per_256_paths;
  }
  return cost;
}

ConditionalEstimator::ConditionalEstimator(const Plan& plan, SummaryOptions options,
                                           std::shared_ptr<const BaselineBasis> baseline)
    : plan_(plan), options_(std::move(options)), baseline_(std::move(baseline)) {}
ConditionalEstimator::~ConditionalEstimator() = default;

std::unique_ptr<SlicedWork> ConditionalEstimator::BeginPreparation() const {
  return std::make_unique<ConditionalPreparation>(
      plan_, options_.quantile_levels, ConditionalPreparation::Refused::kSample, baseline_.get());
}

absl::Status ConditionalEstimator::FinishPreparation(std::unique_ptr<SlicedWork> work) {
  JALON_ASSIGN_OR_RETURN(conditional_, static_cast<ConditionalPreparation&>(*work).Take());
  targets_.emplace(*conditional_);
  knowledge_.emplace(*conditional_);
  for (int i = 0; i < plan_.target_count(); ++i) {
    if (conditional_->law(i) == LawUsed::kSampled) sampled_targets_.push_back(i);
  }
  PrepareSampled();
  return absl::OkStatus();
}

bool ConditionalEstimator::has_scores() const { return HasScores(plan_); }

void ConditionalEstimator::PrepareSampled() {
  const SharedSource& shared = conditional_->shared_states();
  if (has_scores()) {
    sampled_ = std::make_unique<SampledEstimator>(plan_, options_, &shared);
  } else if (!sampled_targets_.empty()) {
    sub_plan_ = std::make_unique<const Plan>(SubPlan(plan_, sampled_targets_));
    sampled_ = std::make_unique<SampledEstimator>(*sub_plan_, options_, &shared);
  }
}

std::unique_ptr<SlicedWork> ConditionalEstimator::BeginBlock(int64_t block) const {
  return std::make_unique<Block>(*conditional_, block,
                                 sampled_ == nullptr ? nullptr : sampled_->BeginBlock(block));
}

absl::Status ConditionalEstimator::Fold(std::unique_ptr<SlicedWork> work) {
  Block& block = static_cast<Block&>(*work);
  JALON_ASSIGN_OR_RETURN(ConditionalBlock conditional, block.TakeConditional());
  if (block.has_knowledge()) {
    JALON_ASSIGN_OR_RETURN(const ConditionalBlock share, block.TakeKnowledge());
    knowledge_->Fold(blocks_folded(), share);
  }
  if (sampled_ != nullptr) JALON_RETURN_IF_ERROR(sampled_->Fold(block.TakeSampled()));
  targets_->Fold(std::move(conditional));
  return absl::OkStatus();
}

std::vector<TargetEstimate> ConditionalEstimator::EstimatesAt(double confidence_level) const {
  std::vector<TargetEstimate> estimates = targets_->EstimatesAt(confidence_level);
  knowledge_->AddIntervals(estimates);
  if (sampled_targets_.empty()) return estimates;
  std::vector<TargetEstimate> sampled = sampled_->EstimatesAt(confidence_level);
  for (size_t k = 0; k < sampled_targets_.size(); ++k) {
    const int target = sampled_targets_[k];
    estimates[target] = std::move(sampled[sub_plan_ == nullptr ? target : k]);
  }
  return estimates;
}

ScoreEstimates ConditionalEstimator::ScoresAt(double confidence_level) const {
  return has_scores() ? sampled_->ScoresAt(confidence_level) : ScoreEstimates();
}

// Of scores' whole paths only what targets without a law need counts.
double ConditionalEstimator::WidestHalfWidth(double confidence_level) const {
  double widest = targets_->WidestHalfWidth(confidence_level);
  if (sampled_targets_.empty()) return widest;
  if (sub_plan_ != nullptr) return std::max(widest, sampled_->WidestHalfWidth(confidence_level));
  const std::vector<TargetEstimate> sampled = sampled_->EstimatesAt(confidence_level);
  for (const int target : sampled_targets_) {
    for (size_t j = 0; j < sampled[target].probability.size(); ++j) {
      const double width = sampled[target].probability_high[j] - sampled[target].probability_low[j];
      widest = std::max(widest, 0.5 * width);
    }
  }
  return widest;
}

std::optional<ScrambleMeans> ConditionalEstimator::Scrambles() const {
  ScrambleMeans made = targets_->Scrambles();
  made.knowledge = knowledge_->Probabilities();
  made.knowledge_blocks = knowledge_->blocks_folded();
  if (sampled_targets_.empty()) return made;
  const ScrambleMeans sampled = sampled_->scrambles()->Means();
  const std::vector<size_t>& rows = conditional_->state().program.first_threshold;
  size_t sub_row = 0;
  for (size_t k = 0; k < sampled_targets_.size(); ++k) {
    const int target = sampled_targets_[k];
    const size_t threshold_count = rows[target + 1] - rows[target];
    const size_t from_target = sub_plan_ == nullptr ? target : k;
    const size_t from_row = sub_plan_ == nullptr ? rows[target] : sub_row;
    std::copy_n(sampled.mean.begin() + from_target * kScrambleCount, kScrambleCount,
                made.mean.begin() + target * kScrambleCount);
    std::copy_n(sampled.probability.begin() + from_row * kScrambleCount,
                threshold_count * kScrambleCount,
                made.probability.begin() + rows[target] * kScrambleCount);
    sub_row += threshold_count;
  }
  return made;
}

std::vector<LawUsed> ConditionalEstimator::laws() const {
  std::vector<LawUsed> laws;
  laws.reserve(plan_.targets.size());
  for (int i = 0; i < plan_.target_count(); ++i) laws.push_back(conditional_->law(i));
  return laws;
}

}  // namespace jalon::sim
