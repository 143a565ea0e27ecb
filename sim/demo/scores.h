// The demo's score policy: weights by kind of branch, a quality factor, a payoff ladder.
#ifndef JALON_SIM_DEMO_SCORES_H_
#define JALON_SIM_DEMO_SCORES_H_

#include "sim/network/score_policy.h"

namespace jalon::sim {

// A policy for the demo's network, in canonical order: one complete grid for the network, one for
// private branches, professional loans on top of it in the professional branches of 2027, region
// r02 at 95 % of quality, and the documented ladder of one large network (docs/scores.md).
ScorePolicy MakeDemoScores();

}  // namespace jalon::sim

#endif  // JALON_SIM_DEMO_SCORES_H_
