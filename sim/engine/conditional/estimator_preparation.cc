#include "sim/engine/conditional/estimator_preparation.h"

#include "sim/base/status_macros.h"
#include "sim/engine/conditional/law_class.h"
#include "sim/engine/sub_plan.h"

namespace jalon::sim {

EstimatorPreparation::EstimatorPreparation(const Plan& plan, const SummaryOptions& options,
                                           const ConditionalOptions& asked)
    : plan_(plan), options_(options), asked_(asked) {
  if (asked.baseline != nullptr) {
    law_checks_ = asked.baseline->law_checks;
  } else if (asked.law_check_paths > 0) {
    check_options_ = {.path_count = asked.law_check_paths, .surfaces = asked.surfaces};
  }
  BeginLaws();
}

bool EstimatorPreparation::Step() {
  if (sampled_laws_ != nullptr) return sampled_laws_->Step();
  if (!conditional_.has_value()) return StepLaws();
  if (check_ != nullptr) return StepCheck();
  BeginSampled();
  return sampled_laws_ == nullptr;
}

bool EstimatorPreparation::LetGo() {
  if (laws_) return laws_->LetGo();
  if (check_ != nullptr) {
    check_ = nullptr;
    return false;
  }
  if (!sampled_.LetGo()) return false;
  return !conditional_ || conditional_->LetGo();
}

absl::StatusOr<ConditionalPlan> EstimatorPreparation::TakeConditional() {
  JALON_RETURN_IF_ERROR(status_);
  return *std::move(conditional_);
}

absl::StatusOr<SampledPart> EstimatorPreparation::TakeSampled() {
  if (sampled_laws_ != nullptr) {
    JALON_RETURN_IF_ERROR(sampled_.estimator->FinishPreparation(std::move(sampled_laws_)));
  }
  return std::move(sampled_);
}

void EstimatorPreparation::BeginLaws() {
  laws_.emplace(plan_, options_.quantile_levels, ConditionalPreparation::Refused::kSample,
                asked_.baseline.get(), WrongClasses(law_checks_));
  if (asked_.folds_pilots) laws_->LeavePilots();
  if (asked_.answers != nullptr) laws_->TakeOver(asked_.answers);
}

bool EstimatorPreparation::StepLaws() {
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

bool EstimatorPreparation::StepCheck() {
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

void EstimatorPreparation::BeginSampled() {
  for (int i = 0; i < plan_.target_count(); ++i) {
    if (conditional_->law(i) == LawUsed::kSampled) sampled_.targets.push_back(i);
  }
  const SampledSources sources = {.shared = &conditional_->shared_states(),
                                  .surfaces = asked_.surfaces};
  if (HasScores(plan_)) {
    sampled_.estimator =
        std::make_unique<SampledEstimator>(plan_, options_, sampled_.targets, sources);
  } else if (!sampled_.targets.empty()) {
    sampled_.sub_plan = std::make_unique<const Plan>(SubPlan(plan_, sampled_.targets));
    sampled_.estimator = std::make_unique<SampledEstimator>(*sampled_.sub_plan, options_, sources);
  } else {
    return;
  }
  sampled_laws_ = sampled_.estimator->BeginPreparation();
}

}  // namespace jalon::sim
