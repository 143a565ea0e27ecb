// What eliminations add to the sums of a plan. Internal to sim/engine.
#ifndef JALON_SIM_ENGINE_ELIMINATION_TERMS_H_
#define JALON_SIM_ENGINE_ELIMINATION_TERMS_H_

#include <vector>

#include "sim/credit/credited_sum.h"
#include "sim/engine/plan.h"

namespace jalon::sim {

// coefficient x the sum of the series inside `range` over `window`.
struct EliminationTerm {
  NodeRange range;
  Window window;
  double coefficient = 0.0;
};

// Eliminations of units above the branches (sim/network/credit_table.h) as terms of their children,
// so that every sum of a plan stays linear in its series. Borrows the input.
//
// Up to as_of a term gives back the declared eliminations of its window exactly (up to rounding):
// coefficient = eliminations / sum of the children there. After as_of it is the same quotient over
// the year up to as_of: eliminations are assumed to stay in proportion. Children that sum to 0 have
// no term.
class EliminationTerms {
 public:
  explicit EliminationTerms(const PlanInput& input);

  // Terms to add to the sum of `range` over `window`, by place. Empty without eliminations inside.
  std::vector<EliminationTerm> Of(const NodeRange& range, const Window& window) const;

 private:
  // Eliminations of one place over the sum of its children, over a window; 0 where that is 0.
  double QuotientOver(const SeriesKey& place, const Window& window) const;
  void Add(const SeriesKey& place, const Window& window, double coefficient,
           std::vector<EliminationTerm>& terms) const;

  const PlanInput& input_;
  CreditCells eliminations_;
  // Places that have an elimination, in canonical order.
  std::vector<SeriesKey> places_;
};

}  // namespace jalon::sim

#endif  // JALON_SIM_ENGINE_ELIMINATION_TERMS_H_
