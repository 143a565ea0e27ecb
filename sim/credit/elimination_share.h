// How much of a sum its eliminations take away.
#ifndef JALON_SIM_CREDIT_ELIMINATION_SHARE_H_
#define JALON_SIM_CREDIT_ELIMINATION_SHARE_H_

#include <vector>

#include "sim/base/period.h"
#include "sim/credit/credited_sum.h"
#include "sim/network/revision.h"

namespace jalon::sim {

// The eliminations of a place over a window as quotient x (sum of its children) + constant in each
// period; one of the two is 0.
struct EliminationShare {
  // Eliminations over children; 0 where children sum to 0.
  double quotient = 0.0;
  // Eliminations over periods, where children have values that sum to 0: there is no proportion. 0
  // without a value of any child, for then the place has no figure.
  double constant = 0.0;

  friend bool operator==(const EliminationShare&, const EliminationShare&) = default;
};

// Of `place`, a unit above branches; `window` not empty. Cost: O(series below x periods).
EliminationShare EliminationShareOver(const Revision& revision, const CreditCells& eliminations,
                                      const SeriesKey& place, const Window& window);

// Places with eliminations, in canonical order.
std::vector<SeriesKey> PlacesOf(const CreditCells& eliminations);

// The year up to `as_of`, or what history has of it: what eliminations after it are measured on.
Window YearUpTo(const Revision& revision, Period as_of);

}  // namespace jalon::sim

#endif  // JALON_SIM_CREDIT_ELIMINATION_SHARE_H_
