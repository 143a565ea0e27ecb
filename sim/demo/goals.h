// Objectives and scenarios of the demo.
#ifndef JALON_SIM_DEMO_GOALS_H_
#define JALON_SIM_DEMO_GOALS_H_

#include <vector>

#include "sim/network/network.h"
#include "sim/network/realisations.h"
#include "sim/objective/objective.h"
#include "sim/scenario/scenario.h"

namespace jalon::sim {

// Objectives of 2026 (2025 plus the plan's growth) and 2027 (the last twelve realised months plus
// it) for every branch and indicator but the derived one, all segments together: of a stock its
// level at the end of the year, of a ratio that of the year. A branch with fewer than nine realised
// months in the base, or that has closed, gets none.
ObjectiveSet MakeDemoObjectives(const Network& network, const Realisations& realisations);

// `base`, `neobank-offensive`, `phone-signature`, `rate-rise`, `recession`.
std::vector<Scenario> MakeDemoScenarios();

}  // namespace jalon::sim

#endif  // JALON_SIM_DEMO_GOALS_H_
