// The proof that parents are the sum of their children and eliminations.
#ifndef JALON_SIM_CREDIT_RECONCILE_H_
#define JALON_SIM_CREDIT_RECONCILE_H_

#include <vector>

#include "sim/base/period.h"
#include "sim/credit/credited_sum.h"
#include "sim/network/revision.h"

namespace jalon::sim {

// One declared total against what stands below it.
struct Reconciliation {
  enum class Verdict {
    kAgrees,       // within half a rounding step of the indicator
    kDiffers,      // not
    kNotAdditive,  // does not add up by declaration: the declared total stands, nothing to compare
    kNoChildren,   // a total is declared and every child is missing
  };
  SeriesKey node;
  Period period;
  // Sum of the series below, eliminations of the units between included; 0 when not additive or
  // without children.
  double children = 0.0;
  // Declared at the unit itself.
  double eliminations = 0.0;
  double declared = 0.0;
  // declared - (children + eliminations); 0 when not additive or without children.
  double difference = 0.0;
  Verdict verdict = Verdict::kAgrees;

  friend bool operator==(const Reconciliation&, const Reconciliation&) = default;
};

// Every declared total of `sums` inside `window`: those that differ or have no children first, then
// those that agree, then those that do not add up; each in canonical order, then by period. Cost:
// O(declared totals x (log series + series below)).
std::vector<Reconciliation> Reconcile(const CreditedSums& sums, const Window& window);
// On the target perimeter.
std::vector<Reconciliation> Reconcile(const Revision& revision, const Window& window);

}  // namespace jalon::sim

#endif  // JALON_SIM_CREDIT_RECONCILE_H_
