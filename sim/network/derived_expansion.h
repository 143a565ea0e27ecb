// Derived indicators written out over flows and stocks alone. Internal to sim/network.
#ifndef JALON_SIM_NETWORK_DERIVED_EXPANSION_H_
#define JALON_SIM_NETWORK_DERIVED_EXPANSION_H_

#include <vector>

#include "sim/network/expression.h"

namespace jalon::sim {

struct DerivedExpansion {
  // [indicator]: expanded; no terms where it is not derived, too long or above a cycle.
  std::vector<DerivedExpression> expressions;
  // Derived indicators whose expansion breaks a limit of DerivedExpression, ascending.
  std::vector<int> too_long;
  // Each cycle once, from its first member met: a -> b -> a is {a, b}.
  std::vector<std::vector<int>> cycles;
};

// Expands `expressions` [indicator], in which terms name indicators of the same list and those that
// are not derived have no terms. Cost: O(terms), at most kMostTerms per derived indicator.
DerivedExpansion ExpandDerived(const std::vector<DerivedExpression>& expressions);

}  // namespace jalon::sim

#endif  // JALON_SIM_NETWORK_DERIVED_EXPANSION_H_
