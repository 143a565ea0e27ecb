// The demo's score policy: weights by kind of branch, a quality factor, a payoff ladder.
#ifndef JALON_SIM_DEMO_SCORES_H_
#define JALON_SIM_DEMO_SCORES_H_

#include "sim/network/network.h"
#include "sim/network/score_policy.h"

namespace jalon::sim {

// A policy for the demo's indicators, in canonical order: one complete grid for the network, one
// for private branches, one weight of the remote branches changed for 2027, region r02 at 95 % of
// quality, and the documented ladder of one large network (docs/scores.md).
ScorePolicy MakeDemoScores(const Network& network);

}  // namespace jalon::sim

#endif  // JALON_SIM_DEMO_SCORES_H_
