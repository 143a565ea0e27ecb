#include "sim/engine/conditional/estimator.h"

#include <algorithm>
#include <utility>

#include "absl/status/statusor.h"
#include "sim/base/status_macros.h"
#include "sim/engine/cell_batch.h"
#include "sim/engine/conditional/baseline.h"
#include "sim/engine/conditional/estimator_block.h"
#include "sim/engine/conditional/estimator_folding.h"
#include "sim/engine/conditional/estimator_preparation.h"
#include "sim/engine/conditional/pilot_folding.h"
#include "sim/engine/conditional/plan_state.h"
#include "sim/engine/run.h"

namespace jalon::sim {

int64_t KnowledgePathsOf(int64_t path_count) {
  constexpr int64_t kMost = int64_t{kParameterDraws} * kBlocksPerDraw * kPathsPerBlock;
  return path_count <= kFirstCheckpoint ? 0 : std::min(path_count, kMost);
}

EstimatorCost PredictEstimatorCost(const Plan& plan, int thread_count, int quantile_level_count,
                                   int64_t law_check_paths) {
  const ConditionalCost made = PredictConditionalCosts(plan, thread_count, quantile_level_count);
  const PlanCost& closed = made.run;
  const int shapes = static_cast<int>(CompoundShapes(plan).size());
  const double cell_laws_ms = CellLawsMilliseconds(shapes);
  EstimatorCost cost{.peak_bytes = closed.peak_bytes + KnowledgeAccumulator::PredictBytes(plan),
                     .cpu_ms_per_256_paths = closed.cpu_ms_per_256_paths,
                     .preparation_cpu_ms = closed.preparation_cpu_ms + cell_laws_ms,
                     .variant_preparation_cpu_ms = made.variant_preparation_cpu_ms + cell_laws_ms,
                     .checkpoint_cpu_ms = made.checkpoint_cpu_ms,
                     .knowledge_cpu_ms_per_256_paths = made.knowledge_cpu_ms};
  if (law_check_paths == 0 && !HasScores(plan)) {
    cost.peak_bytes += CellLawsBytes(shapes);
    return cost;
  }
  // Whole paths draw every series.
  const PlanCost scores = PredictScoreCost(plan, thread_count, quantile_level_count);
  if (HasScores(plan)) cost.cpu_ms_per_256_paths += scores.cpu_ms_per_256_paths;
  if (law_check_paths == 0) {
    cost.peak_bytes += scores.peak_bytes;
    return cost;
  }
  const PlanCost whole = PredictCost(plan, thread_count, quantile_level_count);
  cost.peak_bytes += whole.peak_bytes;
  cost.preparation_cpu_ms += static_cast<double>(law_check_paths) / 256.0 *
                             (whole.cpu_ms_per_256_paths + closed.cpu_ms_per_256_paths);
  return cost;
}

ConditionalEstimator::ConditionalEstimator(const Plan& plan, SummaryOptions options,
                                           ConditionalOptions asked)
    : plan_(plan), options_(std::move(options)), asked_(std::move(asked)) {}
ConditionalEstimator::~ConditionalEstimator() = default;

std::unique_ptr<SlicedWork> ConditionalEstimator::BeginPreparation() const {
  return std::make_unique<EstimatorPreparation>(plan_, options_, asked_);
}

absl::Status ConditionalEstimator::FinishPreparation(std::unique_ptr<SlicedWork> work) {
  EstimatorPreparation& done = static_cast<EstimatorPreparation&>(*work);
  JALON_ASSIGN_OR_RETURN(conditional_, done.TakeConditional());
  JALON_ASSIGN_OR_RETURN(sampled_, done.TakeSampled());
  law_checks_ = done.TakeLawChecks();
  if (!conditional_->lacks_places()) BeginFolding();
  return absl::OkStatus();
}

ConditionalAccumulator& ConditionalEstimator::BeginFolding() {
  knowledge_.emplace(*conditional_);
  return targets_.emplace(*conditional_);
}

BaselineBasis ConditionalEstimator::Basis() const {
  BaselineBasis basis = BasisOf(*conditional_);
  basis.law_checks = law_checks_;
  return basis;
}

std::unique_ptr<SlicedWork> ConditionalEstimator::BeginBlock(int64_t block) const {
  return std::make_unique<EstimatorBlock>(*conditional_, block, sampled_.estimator.get());
}

std::unique_ptr<SlicedWork> ConditionalEstimator::BeginFold(std::unique_ptr<SlicedWork> block) {
  EstimatorBlock& done = static_cast<EstimatorBlock&>(*block);
  if (!targets_) {
    const auto begin = [this]() -> ConditionalAccumulator& { return BeginFolding(); };
    return std::make_unique<PilotFolding>(PilotParts{*conditional_, begin, pilots_}, done);
  }
  return std::make_unique<EstimatorFolding>(FoldedParts{.target_count = plan_.target_count(),
                                                        .targets = *targets_,
                                                        .knowledge = *knowledge_,
                                                        .sampled = sampled_.estimator.get()},
                                            done);
}

absl::Status ConditionalEstimator::FinishFold(std::unique_ptr<SlicedWork> fold) {
  return static_cast<ClosedFolding&>(*fold).Finish();
}

bool ConditionalEstimator::MayEndAt(int64_t path_count) const {
  const std::shared_ptr<const BaselineBlock>& answers = conditional_->state().answers;
  return answers == nullptr || answers->At(path_count) != nullptr;
}

std::vector<TargetEstimate> ConditionalEstimator::EstimatesAt(double confidence_level,
                                                              TargetRange targets) const {
  std::vector<TargetEstimate> estimates = targets_->EstimatesAt(confidence_level, targets);
  knowledge_->AddIntervals(targets, estimates);
  auto k = std::lower_bound(sampled_.targets.begin(), sampled_.targets.end(), targets.first);
  for (; k != sampled_.targets.end() && *k < targets.end; ++k) {
    const int place = static_cast<int>(k - sampled_.targets.begin());
    const TargetRange alone{.first = place, .end = place + 1};
    estimates[*k - targets.first] =
        sampled_.estimator->EstimatesAt(confidence_level, alone).front();
  }
  return estimates;
}

int ConditionalEstimator::score_count() const {
  return HasScores(plan_) ? sampled_.estimator->score_count() : 0;
}

std::vector<ScoreEstimate> ConditionalEstimator::ScoresAt(double confidence_level,
                                                          TargetRange scores) const {
  if (!HasScores(plan_)) return {};
  return sampled_.estimator->ScoresAt(confidence_level, scores);
}

std::vector<ProbabilityEstimate> ConditionalEstimator::JointSetsAt(double confidence_level) const {
  if (!HasScores(plan_)) return {};
  return sampled_.estimator->JointSetsAt(confidence_level);
}

double ConditionalEstimator::WidestHalfWidth(double confidence_level) const {
  const double widest = targets_->WidestHalfWidth(confidence_level);
  if (sampled_.targets.empty()) return widest;
  return std::max(widest, sampled_.estimator->WidestHalfWidth(confidence_level));
}

std::optional<ScrambleMeans> ConditionalEstimator::Scrambles() const {
  ScrambleMeans made = targets_->Scrambles();
  const std::shared_ptr<const BaselineBlock>& answers = conditional_->state().answers;
  made.knowledge = answers == nullptr
                       ? knowledge_->Probabilities()
                       : knowledge_->Probabilities(answers->At(made.path_count)->knowledge);
  made.knowledge_blocks = knowledge_->blocks_folded();
  if (sampled_.targets.empty()) return made;
  const ScrambleMeans sampled = sampled_.estimator->scrambles()->Means();
  const std::vector<size_t>& rows = conditional_->state().program().first_threshold;
  size_t sampled_row = 0;
  for (size_t k = 0; k < sampled_.targets.size(); ++k) {
    const int target = sampled_.targets[k];
    const size_t threshold_count = rows[target + 1] - rows[target];
    std::copy_n(sampled.mean.begin() + k * kScrambleCount, kScrambleCount,
                made.mean.begin() + target * kScrambleCount);
    std::copy_n(sampled.probability.begin() + sampled_row * kScrambleCount,
                threshold_count * kScrambleCount,
                made.probability.begin() + rows[target] * kScrambleCount);
    sampled_row += threshold_count;
  }
  return made;
}

bool ConditionalEstimator::LetGo() {
  // One of them a call.
  if (knowledge_) {
    knowledge_.reset();
    return false;
  }
  if (targets_) {
    targets_.reset();
    return false;
  }
  if (!sampled_.LetGo()) return false;
  return !conditional_ || conditional_->LetGo();
}

std::vector<LawUsed> ConditionalEstimator::laws() const {
  std::vector<LawUsed> laws;
  laws.reserve(plan_.targets.size());
  for (int i = 0; i < plan_.target_count(); ++i) laws.push_back(conditional_->law(i));
  return laws;
}

}  // namespace jalon::sim
