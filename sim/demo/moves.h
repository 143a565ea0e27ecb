// What happens to the demo's perimeter inside its history, and what is true of it.
#ifndef JALON_SIM_DEMO_MOVES_H_
#define JALON_SIM_DEMO_MOVES_H_

#include <utility>
#include <vector>

#include "sim/base/period.h"
#include "sim/demo/demo.h"
#include "sim/demo/truth.h"
#include "sim/model/model.h"
#include "sim/network/network.h"
#include "sim/network/perimeter.h"
#include "sim/network/realisations.h"

namespace jalon::sim {

// Customers of one branch that are another's from a date on.
struct DemoMove {
  // Ranks of branches (DemoBranchId), proximity branches of one region: same calendar, same groups.
  int giver = 0;
  int receiver = 0;
  // In (0, 1], a dyadic fraction, so that amounts in euros move without rounding.
  double share = 1.0;
  Period date;
  // The giver closes; what `share` leaves to 1 is lost.
  bool closes = false;
};

// Rank of the branch that opens inside the history, and when.
inline constexpr int kOpeningBranch = 5;
Period DemoOpening(const DemoOptions& options);

// A transfer of a quarter in the middle of the history, a merger after two thirds of it, and a
// closure, half of whose customers are lost, after three quarters.
std::vector<DemoMove> DemoMoves(const DemoOptions& options);

// Indices of giver and receiver in the network.
std::pair<int, int> UnitsOf(const DemoMove& move, const Network& network,
                            const DemoOptions& options);

// The opening and the moves as a bank would declare them, in canonical order.
Perimeter MakeDemoPerimeter(const DemoOptions& options);

// Brings a truth of branches that never moved to the target perimeter of `realisations`: means and
// variances of givers and receivers add up; a branch that merged has no series any more. Means are
// exact given the steps of each branch, which a receiver's own steps stand for; so are variances,
// but for counts, whose shares are told as if each thing moved by itself.
void MoveTruth(const TruthInput& input, const Realisations& realisations, Model& truth);

}  // namespace jalon::sim

#endif  // JALON_SIM_DEMO_MOVES_H_
