// The arithmetic of scores and payoffs.
//
// A score is the weighted mean of the R/O of a unit's objectives, each within its bounds. Caps and
// floors bend it, so its law over paths has no closed form: engines sample it (DECISIONS D2).
#ifndef JALON_SIM_SCORE_SCORE_H_
#define JALON_SIM_SCORE_SCORE_H_

#include <algorithm>
#include <limits>
#include <span>

#include "sim/network/score_policy.h"

namespace jalon::sim {

// One R/O in a score.
struct ScoreTerm {
  // Share of the score; the terms of a score sum to 1.
  double weight = 0.0;
  // Bounds of R/O, as ratios.
  double floor = -std::numeric_limits<double>::infinity();
  double cap = std::numeric_limits<double>::infinity();

  // What the term adds to the score's distance from 1: weight x (bounded R/O - 1).
  double Excess(double ratio) const { return weight * (std::clamp(ratio, floor, cap) - 1.0); }
};

// The score less 1: sum of the excesses of the terms, in their order. Working around 1 makes a unit
// that attains every objective exactly have a score of exactly 1, whatever the rounding of weights,
// so that P(score >= 100 %) counts ties. Requires ratios.size() == terms.size(); finite ratios.
double ScoreExcess(std::span<const ScoreTerm> terms, std::span<const double> ratios);

// 1 + ScoreExcess: 1.04 is a score of 104 %.
double Score(std::span<const ScoreTerm> terms, std::span<const double> ratios);

// What a score pays, as a ratio of the reference amount: the ladder at `score` x `quality`. 0 below
// the first rung; the last rung's payoff from it on; between two rungs the lower one's payoff
// (kStep) or the straight line between both (kLinear). Right-continuous: a threshold reached is a
// threshold passed. Requires an ascending ladder with at least one rung. O(rungs).
double Payoff(std::span<const PayoffRung> ladder, double score, double quality);

}  // namespace jalon::sim

#endif  // JALON_SIM_SCORE_SCORE_H_
