// What a variant takes over from the preparation of its baseline (DECISIONS D5): the coordinates
// of its draws, and the means its laws are chosen by. A function of the baseline's plan alone.
#ifndef JALON_SIM_ENGINE_CONDITIONAL_BASELINE_BASIS_H_
#define JALON_SIM_ENGINE_CONDITIONAL_BASELINE_BASIS_H_

#include <cstdint>
#include <memory>
#include <vector>

#include "sim/base/period.h"
#include "sim/engine/conditional/chosen_laws.h"
#include "sim/engine/conditional/conditional.h"
#include "sim/engine/conditional/path_inputs.h"
#include "sim/engine/conditional/path_means.h"
#include "sim/engine/conditional/shared_basis.h"
#include "sim/engine/law_check.h"
#include "sim/engine/plan.h"

namespace jalon::sim {

// A pure value: it refers to nothing of the plan it was made from.
struct BaselineBasis {
  SharedBasis shared;
  Window horizon;
  // [series of the baseline's plan]: id64.
  std::vector<uint64_t> series;
  // What the middle shared state says of them, over `horizon`.
  PathMeans middle;
  // [rate of the baseline's plan]
  std::vector<PlanRate> rates;
  // What was found of its laws: a variant samples what the baseline sampled.
  std::vector<LawCheck> law_checks;
  // The laws themselves: a variant that would choose the same takes them over. Null: it chooses
  // anew, with the same outcome.
  std::shared_ptr<const KeptLaws> laws;
  // What its paths were made from: a variant does not compute what it does not move.
  PathInputs inputs;

  // Bytes held.
  int64_t bytes() const;
};

// The basis of a plan that is prepared, without checks. One shared state and 2 ns a cell.
BaselineBasis BasisOf(const ConditionalPlan& plan);

// The means by which the laws of a variant are chosen: the baseline's for the series, periods and
// rates that are drawn in both, the variant's `own` elsewhere. A law is then the same in both
// worlds, so that no difference between them comes from another approximation.
PathMeans MeansAtBaseline(const BaselineBasis& baseline, const Plan& plan, PathMeans own);

// Most bytes that BaselineBasis holds for `plan`, its draws counted with a margin.
double PredictBasisBytes(const Plan& plan);

}  // namespace jalon::sim

#endif  // JALON_SIM_ENGINE_CONDITIONAL_BASELINE_BASIS_H_
