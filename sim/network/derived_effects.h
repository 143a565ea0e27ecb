// Why a derived indicator changed: volumes, the reference rate, margins.
#ifndef JALON_SIM_NETWORK_DERIVED_EFFECTS_H_
#define JALON_SIM_NETWORK_DERIVED_EFFECTS_H_

#include <string>

#include "absl/status/statusor.h"
#include "sim/base/period.h"
#include "sim/network/node_values.h"
#include "sim/network/realisations.h"
#include "sim/network/revision.h"

namespace jalon::sim {

struct DerivedChange {
  Window window;
  // As many periods as `window`; the first is compared with the first, and so on.
  Window against;
  // Id of the driver that is the reference rate; empty: the first driver of the expression.
  std::string reference_driver;
};

// In the indicator's unit, over the windows by its own aggregation. value - against_value is the
// sum of the three effects up to rounding; all NaN when a value or driver it needs is missing.
struct DerivedEffects {
  double value = 0.0;
  double against_value = 0.0;
  // What flows and stocks changed, at rates in between.
  double volume = 0.0;
  // What the reference driver changed, and what every other driver did.
  double reference_rate = 0.0;
  double margin = 0.0;
};

// Each term of each pair of periods is a product of three things that changed, volume, reference
// and other drivers: each gets its mean effect over the six orders in which they may change (the
// Shapley value), so that nothing is left over and the order does not matter [Shapley1953]. Numbers
// in the expression change nothing. Deterministic; cost: two calls of `volumes` a term.
// Errors: kInvalidArgument with every violation: not a derived indicator (NOT_DERIVED), windows of
// different sizes (SIZE_MISMATCH), a reference that is no driver of the expression
// (NOT_IN_EXPRESSION).
absl::StatusOr<DerivedEffects> SplitChange(const NodeFigures& figures, const NodeRange& range,
                                           const DerivedChange& change);

}  // namespace jalon::sim

#endif  // JALON_SIM_NETWORK_DERIVED_EFFECTS_H_
