// The laws of a plan against whole paths, in slices. Internal to sim/engine/conditional: callers
// ask ConditionalEstimator for it.
#ifndef JALON_SIM_ENGINE_CONDITIONAL_LAW_CHECK_WORK_H_
#define JALON_SIM_ENGINE_CONDITIONAL_LAW_CHECK_WORK_H_

#include <cstdint>
#include <memory>
#include <vector>

#include "absl/status/statusor.h"
#include "sim/engine/conditional/conditional.h"
#include "sim/engine/estimator.h"
#include "sim/engine/law_check.h"
#include "sim/kernel/surface_memo.h"

namespace jalon::sim {

// The first block whose paths a check draws: half of those a run could have, so that no run shares
// its own noise with the check that decided how its targets are estimated.
inline constexpr int64_t kLawCheckFirstBlock = int64_t{1} << 31;

struct LawCheckOptions {
  // 1 to kMaxLawCheckPaths, rounded up to blocks of 16.
  int64_t path_count = 256;
  // Thresholds folded in a slice: changes no bit.
  int64_t fold_size = 20'000;
  // As SampledSources::surfaces.
  SurfaceMemo* surfaces = nullptr;
};

// Draws whole paths on shared states of `plan`, computes by its laws what they are compared with,
// and pools the differences by class: of one target 0.1 point takes 160,000 paths, but own noise is
// independent between leaves given the shared state, so that 256 do for a class of thousands.
//
// A class is wrong where |bias| - f x its error > kLawBias in one of its ranges. f is such that
// right laws are all kept in 95 checks of 100 at least, however many classes there are: Student's
// factor at kLawCheckRisk over the number of ranges compared, 2 at least. The error is the greater
// of the spread over paths and of what the law says it is, as draws that never reach a threshold
// show no spread.
//
// Costs whole paths and twice closed forms on as many; slices of about 2 ms. Deterministic: a
// function of the plan and the number of paths. One thread at a time; to cancel, stop calling Step.
// `plan` must outlive it. Holds one block of each kind, the laws of cells, 9 bytes a threshold.
class LawCheckWork final : public SlicedWork {
 public:
  LawCheckWork(const ConditionalPlan& plan, LawCheckOptions options);
  ~LawCheckWork() override;

  // True when complete, or failed.
  bool Step() override;
  // Once complete; the object is then empty. [class], in the order of their first targets. Errors:
  // kInternal naming a target whose value is not finite.
  absl::StatusOr<std::vector<LawCheck>> Take();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace jalon::sim

#endif  // JALON_SIM_ENGINE_CONDITIONAL_LAW_CHECK_WORK_H_
