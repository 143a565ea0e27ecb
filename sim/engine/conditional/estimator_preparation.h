// The preparation of a ConditionalEstimator. Internal to sim/engine/conditional.
#ifndef JALON_SIM_ENGINE_CONDITIONAL_ESTIMATOR_PREPARATION_H_
#define JALON_SIM_ENGINE_CONDITIONAL_ESTIMATOR_PREPARATION_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "sim/engine/conditional/conditional.h"
#include "sim/engine/conditional/estimator.h"
#include "sim/engine/conditional/law_check_work.h"
#include "sim/engine/conditional/sampled_part.h"
#include "sim/engine/estimator.h"
#include "sim/engine/law_check.h"
#include "sim/engine/plan.h"
#include "sim/engine/run.h"

namespace jalon::sim {

// The closed forms; where it is asked for, their comparison with whole paths, and once more closed
// forms where some are wrong; then, where some targets have none or there are scores, what whole
// paths need. One thread at a time.
class EstimatorPreparation final : public SlicedWork {
 public:
  // A variant takes over what its baseline found and compares nothing. All that is referred to must
  // outlive it.
  EstimatorPreparation(const Plan& plan, const SummaryOptions& options,
                       const ConditionalOptions& asked);

  // True when complete, or failed.
  bool Step() override;
  bool LetGo() override;

  // Once complete, in this order; what is taken is then empty. Errors: those of
  // ConditionalPreparation::Take and LawCheckWork::Take; those of the sampled estimator.
  absl::StatusOr<ConditionalPlan> TakeConditional();
  absl::StatusOr<SampledPart> TakeSampled();
  std::vector<LawCheck> TakeLawChecks() { return std::move(law_checks_); }

 private:
  // Without the targets of classes that are known to be wrong.
  void BeginLaws();
  // True when that failed.
  bool StepLaws();
  bool StepCheck();
  void BeginSampled();

  const Plan& plan_;
  const SummaryOptions& options_;
  const ConditionalOptions& asked_;
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

}  // namespace jalon::sim

#endif  // JALON_SIM_ENGINE_CONDITIONAL_ESTIMATOR_PREPARATION_H_
