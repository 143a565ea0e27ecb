// What the demo's bank realised, drawn from the truth.
#ifndef JALON_SIM_DEMO_HISTORY_H_
#define JALON_SIM_DEMO_HISTORY_H_

#include "absl/status/statusor.h"
#include "sim/demo/truth.h"
#include "sim/network/realisations.h"

namespace jalon::sim {

// One draw per cell from the series' law at its mean; net flows are rounded to the euro, amounts
// too. Stocks run backwards from their level at the end through their flows, attrition and noise,
// rounded, never below 0. From the date of a move (sim/demo/moves.h) on its share of what the giver
// would have realised stands at the receiver: rounded at random for numbers of things, exact for
// amounts. This is the history as imported; the perimeter restates it. Missing: before an opening
// and from a closure on, one cell of a flow in 500 but of branches whose customers
// move, and two months of the protection family in one branch.
absl::StatusOr<Realisations> DrawHistory(const TruthInput& input, const Model& truth,
                                         const TruthPast& past, const DemoDraws& draws);

}  // namespace jalon::sim

#endif  // JALON_SIM_DEMO_HISTORY_H_
