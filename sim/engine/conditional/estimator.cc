#include "sim/engine/conditional/estimator.h"

#include <algorithm>
#include <utility>

#include "absl/status/statusor.h"
#include "sim/base/status_macros.h"
#include "sim/engine/cell_batch.h"
#include "sim/engine/conditional/law_check_work.h"
#include "sim/engine/conditional/law_class.h"
#include "sim/engine/conditional/plan_state.h"
#include "sim/engine/fold_work.h"
#include "sim/engine/run.h"
#include "sim/engine/sub_plan.h"

namespace jalon::sim {
namespace {

// Shared states of a block's paths, drawn for its closed forms.
class KnownStates final : public SharedSource {
 public:
  SharedState At(int64_t path) const override { return states[path % kPathsPerBlock]; }

  std::vector<SharedState> states;
};

// The closed forms of a block; then its shares of the knowledge interval and its whole paths, on
// the closed forms' states, where some are needed.
class Block final : public SlicedWork {
 public:
  // `sampled`: null where no whole paths are needed.
  Block(const ConditionalPlan& plan, int64_t block, const SampledEstimator* sampled)
      : conditional_(plan, block) {
    pending_.push_back(&conditional_);
    if (plan.state().has_thresholds()) shares_ = KnowledgeSharesOf(block);
    for (const KnowledgeShare& share : shares_) {
      knowledge_.push_back(
          std::make_unique<ConditionalBlockWork>(plan, share.paths_block, share.draw));
      pending_.push_back(knowledge_.back().get());
    }
    if (sampled == nullptr) return;
    conditional_.KeepStates(known_.states);
    sampled_ = sampled->BeginBlockOn(block, known_);
    pending_.push_back(sampled_.get());
  }

  bool Step() override {
    if (pending_[next_]->Step()) ++next_;
    return next_ == pending_.size();
  }

  absl::StatusOr<ConditionalBlock> TakeConditional() { return conditional_.Take(); }
  const std::vector<KnowledgeShare>& shares() const { return shares_; }
  // [share]
  absl::StatusOr<ConditionalBlock> TakeKnowledge(size_t share) { return knowledge_[share]->Take(); }
  std::unique_ptr<SlicedWork> TakeSampled() { return std::move(sampled_); }

 private:
  ConditionalBlockWork conditional_;
  std::vector<KnowledgeShare> shares_;
  std::vector<std::unique_ptr<ConditionalBlockWork>> knowledge_;
  // Filled before whole paths ask for them.
  KnownStates known_;
  std::unique_ptr<SlicedWork> sampled_;
  // What is above and there, in order; done up to `next_`.
  std::vector<SlicedWork*> pending_;
  size_t next_ = 0;
};

bool HasScores(const Plan& plan) {
  return !plan.scores.scores.empty() || !plan.scores.joint_sets.empty();
}

}  // namespace

int64_t KnowledgePathsOf(int64_t path_count) {
  constexpr int64_t kMost = int64_t{kParameterDraws} * kBlocksPerDraw * kPathsPerBlock;
  return path_count <= kFirstCheckpoint ? 0 : std::min(path_count, kMost);
}

EstimatorCost PredictEstimatorCost(const Plan& plan, int thread_count, int quantile_level_count,
                                   int64_t law_check_paths) {
  const PlanCost closed = PredictConditionalCost(plan, thread_count, quantile_level_count);
  EstimatorCost cost{.peak_bytes = closed.peak_bytes,
                     .cpu_ms_per_256_paths = closed.cpu_ms_per_256_paths,
                     .knowledge_cpu_ms_per_256_paths = PredictKnowledgeCpuMs(plan)};
  cost.peak_bytes += KnowledgeAccumulator::PredictBytes(plan);
  const PlanCost whole = PredictCost(plan, thread_count, quantile_level_count);
  const PlanCost scores = PredictScoreCost(plan, thread_count, quantile_level_count);
  cost.preparation_cpu_ms =
      whole.preparation_cpu_ms + static_cast<double>(law_check_paths) / 256.0 *
                                     (whole.cpu_ms_per_256_paths + closed.cpu_ms_per_256_paths);
  if (HasScores(plan)) cost.cpu_ms_per_256_paths += scores.cpu_ms_per_256_paths;
  if (law_check_paths > 0) {
    cost.peak_bytes += whole.peak_bytes;
  } else if (HasScores(plan)) {
    cost.peak_bytes += scores.peak_bytes;
  } else {
    cost.peak_bytes += CellLawsBytes(static_cast<int>(CompoundShapes(plan).size()));
  }
  return cost;
}

ConditionalEstimator::ConditionalEstimator(const Plan& plan, SummaryOptions options,
                                           std::shared_ptr<const BaselineBasis> baseline,
                                           int64_t law_check_paths)
    : plan_(plan),
      options_(std::move(options)),
      baseline_(std::move(baseline)),
      law_check_paths_(law_check_paths) {}
ConditionalEstimator::~ConditionalEstimator() = default;

// The closed forms; where it is asked for, their comparison with whole paths, and once more closed
// forms where some are wrong; then, where some targets have none or there are scores, what whole
// paths need.
class ConditionalEstimator::Preparation final : public SlicedWork {
 public:
  Preparation(const Plan& plan, const SummaryOptions& options, const BaselineBasis* baseline,
              int64_t law_check_paths)
      : plan_(plan), options_(options), baseline_(baseline) {
    if (baseline != nullptr) {
      law_checks_ = baseline->law_checks;
    } else if (law_check_paths > 0) {
      check_options_ = {.path_count = law_check_paths};
    }
    BeginLaws();
  }

  bool Step() override {
    if (sampled_laws_ != nullptr) return sampled_laws_->Step();
    if (!conditional_.has_value()) return StepLaws();
    if (check_ != nullptr) return StepCheck();
    BeginSampled();
    return sampled_laws_ == nullptr;
  }

  absl::StatusOr<ConditionalPlan> TakeConditional() {
    JALON_RETURN_IF_ERROR(status_);
    return *std::move(conditional_);
  }
  absl::StatusOr<SampledPart> TakeSampled() {
    if (sampled_laws_ != nullptr) {
      JALON_RETURN_IF_ERROR(sampled_.estimator->FinishPreparation(std::move(sampled_laws_)));
    }
    return std::move(sampled_);
  }
  std::vector<LawCheck> TakeLawChecks() { return std::move(law_checks_); }

 private:
  // Without the targets of classes that are known to be wrong.
  void BeginLaws() {
    laws_.emplace(plan_, options_.quantile_levels, ConditionalPreparation::Refused::kSample,
                  baseline_, WrongClasses(law_checks_));
  }

  // True when that failed.
  bool StepLaws() {
    if (!laws_->Step()) return false;
    absl::StatusOr<ConditionalPlan> made = laws_->Take();
    laws_.reset();
    status_ = made.status();
    if (!status_.ok()) return true;
    conditional_ = *std::move(made);
    if (check_options_) check_ = std::make_unique<LawCheckWork>(*conditional_, *check_options_);
    check_options_.reset();
    return false;
  }

  // True when that failed.
  bool StepCheck() {
    if (!check_->Step()) return false;
    absl::StatusOr<std::vector<LawCheck>> checks = check_->Take();
    check_ = nullptr;
    status_ = checks.status();
    if (!checks.ok()) return true;
    law_checks_ = *std::move(checks);
    if (WrongClasses(law_checks_).empty()) return false;
    conditional_.reset();
    BeginLaws();
    return false;
  }

  void BeginSampled() {
    for (int i = 0; i < plan_.target_count(); ++i) {
      if (conditional_->law(i) == LawUsed::kSampled) sampled_.targets.push_back(i);
    }
    const SharedSource* shared = &conditional_->shared_states();
    if (HasScores(plan_)) {
      sampled_.estimator =
          std::make_unique<SampledEstimator>(plan_, options_, sampled_.targets, shared);
    } else if (!sampled_.targets.empty()) {
      sampled_.sub_plan = std::make_unique<const Plan>(SubPlan(plan_, sampled_.targets));
      sampled_.estimator = std::make_unique<SampledEstimator>(*sampled_.sub_plan, options_, shared);
    } else {
      return;
    }
    sampled_laws_ = sampled_.estimator->BeginPreparation();
  }

  const Plan& plan_;
  const SummaryOptions& options_;
  const BaselineBasis* const baseline_;
  std::optional<ConditionalPreparation> laws_;
  absl::Status status_;
  // Until the comparison begins.
  std::optional<LawCheckOptions> check_options_;
  std::vector<LawCheck> law_checks_;
  // Moves without its shared states, which `sampled_` holds on to.
  std::optional<ConditionalPlan> conditional_;
  // Reads `conditional_`; null but while laws are compared.
  std::unique_ptr<LawCheckWork> check_;
  SampledPart sampled_;
  // Null until it begins, and where nothing is sampled.
  std::unique_ptr<SlicedWork> sampled_laws_;
};

std::unique_ptr<SlicedWork> ConditionalEstimator::BeginPreparation() const {
  return std::make_unique<Preparation>(plan_, options_, baseline_.get(), law_check_paths_);
}

absl::Status ConditionalEstimator::FinishPreparation(std::unique_ptr<SlicedWork> work) {
  Preparation& done = static_cast<Preparation&>(*work);
  JALON_ASSIGN_OR_RETURN(conditional_, done.TakeConditional());
  JALON_ASSIGN_OR_RETURN(sampled_, done.TakeSampled());
  law_checks_ = done.TakeLawChecks();
  targets_.emplace(*conditional_);
  knowledge_.emplace(*conditional_);
  return absl::OkStatus();
}

BaselineBasis ConditionalEstimator::Basis() const {
  BaselineBasis basis = BasisOf(*conditional_);
  basis.law_checks = law_checks_;
  return basis;
}

bool ConditionalEstimator::has_scores() const { return HasScores(plan_); }

std::unique_ptr<SlicedWork> ConditionalEstimator::BeginBlock(int64_t block) const {
  return std::make_unique<Block>(*conditional_, block, sampled_.estimator.get());
}

// The closed forms of a block into theirs, its shares of the knowledge interval, then its whole
// paths.
class ConditionalEstimator::Folding final : public FoldWork {
 public:
  Folding(ConditionalEstimator& into, Block& block)
      : into_(into), status_(Take(block)), sampled_(BeginSampled(block)) {
    AddPart(into_.plan_.target_count(), kTargetsOfSlice,
            [this](TargetRange targets) { into_.targets_->Add(closed_, targets); });
    AddPart(static_cast<int>(shares_.size()), 1, [this](TargetRange share) {
      into_.knowledge_->Fold(shares_[share.first], std::move(knowledge_[share.first]));
    });
  }

  // Nothing is added of a block that failed.
  bool Step() override {
    if (!status_.ok()) return true;
    if (!closed_done_) {
      closed_done_ = FoldWork::Step();
      return closed_done_ && sampled_ == nullptr;
    }
    return sampled_->Step();
  }

  absl::Status Finish() {
    JALON_RETURN_IF_ERROR(status_);
    if (sampled_ != nullptr) {
      JALON_RETURN_IF_ERROR(into_.sampled_.estimator->FinishFold(std::move(sampled_)));
    }
    into_.targets_->EndBlock(std::move(closed_));
    return absl::OkStatus();
  }

 private:
  // A millisecond.
  static constexpr int kTargetsOfSlice = 4'096;

  absl::Status Take(Block& block) {
    JALON_ASSIGN_OR_RETURN(closed_, block.TakeConditional());
    shares_ = block.shares();
    for (size_t share = 0; share < shares_.size(); ++share) {
      JALON_ASSIGN_OR_RETURN(knowledge_.emplace_back(), block.TakeKnowledge(share));
    }
    return absl::OkStatus();
  }

  std::unique_ptr<SlicedWork> BeginSampled(Block& block) {
    if (!status_.ok() || into_.sampled_.estimator == nullptr) return nullptr;
    return into_.sampled_.estimator->BeginFold(block.TakeSampled());
  }

  ConditionalEstimator& into_;
  ConditionalBlock closed_;
  std::vector<KnowledgeShare> shares_;
  // [share]
  std::vector<ConditionalBlock> knowledge_;
  const absl::Status status_;
  std::unique_ptr<SlicedWork> sampled_;
  bool closed_done_ = false;
};

std::unique_ptr<SlicedWork> ConditionalEstimator::BeginFold(std::unique_ptr<SlicedWork> block) {
  return std::make_unique<Folding>(*this, static_cast<Block&>(*block));
}

absl::Status ConditionalEstimator::FinishFold(std::unique_ptr<SlicedWork> fold) {
  return static_cast<Folding&>(*fold).Finish();
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

ScoreEstimates ConditionalEstimator::ScoresAt(double confidence_level) const {
  return has_scores() ? sampled_.estimator->ScoresAt(confidence_level) : ScoreEstimates();
}

double ConditionalEstimator::WidestHalfWidth(double confidence_level) const {
  const double widest = targets_->WidestHalfWidth(confidence_level);
  if (sampled_.targets.empty()) return widest;
  return std::max(widest, sampled_.estimator->WidestHalfWidth(confidence_level));
}

std::optional<ScrambleMeans> ConditionalEstimator::Scrambles() const {
  ScrambleMeans made = targets_->Scrambles();
  made.knowledge = knowledge_->Probabilities();
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

std::vector<LawUsed> ConditionalEstimator::laws() const {
  std::vector<LawUsed> laws;
  laws.reserve(plan_.targets.size());
  for (int i = 0; i < plan_.target_count(); ++i) laws.push_back(conditional_->law(i));
  return laws;
}

}  // namespace jalon::sim
