// What eliminations add to the sums of a plan. Internal to sim/engine.
#ifndef JALON_SIM_ENGINE_ELIMINATION_TERMS_H_
#define JALON_SIM_ENGINE_ELIMINATION_TERMS_H_

#include <vector>

#include "sim/credit/credited_sum.h"
#include "sim/credit/elimination_share.h"
#include "sim/engine/plan.h"

namespace jalon::sim {

// coefficient x what `reading` makes of the series inside `range`, or of kOfOne.
struct EliminationTerm {
  NodeRange range;
  SlotReading reading;
  double coefficient = 0.0;
};

// Eliminations of units above the branches (sim/network/credit_table.h) as terms of their children,
// so that every sum of a plan stays linear in its series. Borrows the input.
//
// An elimination E[t] of a place stands for q[t] x C[t] + k[t], C the sum of the series below the
// place:
//   t <= as_of   q[t] = E[t] / C[t]: the declared elimination comes back exactly (up to rounding);
//                where children sum to 0, k[t] = E[t]
//   t > as_of    q[t] = the same quotient over the year up to as_of: eliminations are assumed to
//                stay in proportion. Where children sum to 0 over that year there is none: k[t] =
//                the year's elimination over its periods, the elimination's own level
// A plain sum over a window up to as_of has one quotient, or one constant, for the window. Without
// a value of any child there is no figure, and no term. Where each period is multiplied by a rate,
// or is the mean of two levels, terms go period by period: the mean of two levels is
//   0.5 (q[t-1] C[t-1] + q[t] C[t]) = q[t-1] x 0.5 (C[t-1] + C[t]) + 0.5 (q[t] - q[t-1]) x C[t].
class EliminationTerms {
 public:
  explicit EliminationTerms(const PlanInput& input);

  // Terms to add to what `reading` makes of `range`, by place. Empty without eliminations inside.
  std::vector<EliminationTerm> Of(const NodeRange& range, const SlotReading& reading) const;

 private:
  using Terms = std::vector<EliminationTerm>;

  // Of one place.
  void AddSums(const SeriesKey& place, const Window& window, Terms& terms) const;
  void AddPeriods(const SeriesKey& place, const SlotReading& reading, Terms& terms) const;
  // `share` of what a reading makes of the children, then the constant of a period.
  void Add(const SeriesKey& place, const SlotReading& reading, const EliminationShare& share,
           Terms& terms) const;

  // Of a window up to as_of.
  EliminationShare ShareOver(const SeriesKey& place, const Window& window) const;
  // [period]
  std::vector<EliminationShare> Shares(const SeriesKey& place, const Window& window) const;

  const PlanInput& input_;
  CreditCells eliminations_;
  // Places that have an elimination, in canonical order.
  std::vector<SeriesKey> places_;
};

}  // namespace jalon::sim

#endif  // JALON_SIM_ENGINE_ELIMINATION_TERMS_H_
