// Means of the demo: advisers present in each branch, seen and planned.
#ifndef JALON_SIM_DEMO_MEANS_H_
#define JALON_SIM_DEMO_MEANS_H_

#include <vector>

#include "sim/base/period.h"
#include "sim/demo/demo.h"
#include "sim/demo/draws.h"
#include "sim/model/model.h"
#include "sim/network/means_table.h"
#include "sim/network/network.h"

namespace jalon::sim {

// Advisers present (`advisers`, full-time equivalents, to the tenth) of every branch, as if it were
// always open, seen over the history and planned up to 2027-12. Staff ends at the unit's attribute
// of that name; in a month in forty a branch won or lost one adviser; presence moves around 92 %.
// The plan: one branch in ten gains an adviser in 2027, one in twenty loses one, one in fifty has
// no plan. They act on `appointments`; believed before the data: 0.5, give or take 0.25.
MeansTable MakeDemoMeans(const Network& network, const DemoOptions& options,
                         const DemoDraws& draws);

// What a bank has of them: the months in which their branch is open.
MeansTable OpenMeans(const Network& network, MeansTable means);

// What is true of it: appointments are proportional to advisers^0.6.
std::vector<MeanEffect> DemoMeanEffects(const Network& network);

// [unit x period of `history`]: what the means of an indicator add to its eta. Empty when none acts
// on it.
std::vector<double> DemoMeanEta(const Network& network, const MeansTable& means, int indicator,
                                const Window& history);

}  // namespace jalon::sim

#endif  // JALON_SIM_DEMO_MEANS_H_
