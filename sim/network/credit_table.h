// Credit: sales counted twice on purpose, and what head office says its totals are.
//
// A sale credited to the private banker and to the branch makes the sum of the branches larger than
// the region, by design. The difference stands on an explicit elimination line:
//
//   parent = sum of children + eliminations declared at the parent        docs/channels.md
#ifndef JALON_SIM_NETWORK_CREDIT_TABLE_H_
#define JALON_SIM_NETWORK_CREDIT_TABLE_H_

#include <string>
#include <vector>

#include "sim/base/period.h"

namespace jalon::sim {

// A figure of a unit above the branches.
struct CreditCell {
  // Id of a unit with children.
  std::string unit;
  // Id of a segment, `all` when not split.
  std::string segment;
  std::string indicator;
  Period period;
  // In the indicator's unit; finite.
  double value = 0.0;

  friend bool operator==(const CreditCell&, const CreditCell&) = default;
};

// Canonical order of both lists: indicator, unit, segment, period.
struct CreditTable {
  // Added to the sum of the children at the unit itself (usually negative); units above contain it
  // through that unit.
  std::vector<CreditCell> eliminations;
  // What head office states for the unit, to be proved. For indicators that do not add up over
  // units these are the only figures above the branches.
  std::vector<CreditCell> parent_totals;

  bool empty() const { return eliminations.empty() && parent_totals.empty(); }
  friend bool operator==(const CreditTable&, const CreditTable&) = default;
};

}  // namespace jalon::sim

#endif  // JALON_SIM_NETWORK_CREDIT_TABLE_H_
