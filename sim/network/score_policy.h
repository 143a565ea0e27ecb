// What a bank declares about scores: weights, bounds of R/O, quality factors, the payoff ladder.
//
// Values only, in no order; sim/score checks them against a network and computes with them.
#ifndef JALON_SIM_NETWORK_SCORE_POLICY_H_
#define JALON_SIM_NETWORK_SCORE_POLICY_H_

#include <optional>
#include <string>
#include <vector>

#include "sim/base/period.h"

namespace jalon::sim {

// The units that a row of a policy speaks of: a unit with everything below it, units of one kind,
// units of one kind below a unit; both empty is every unit. For one unit the row of the nearest
// unit at or above it wins, and at one unit the row that names its kind.
struct ScoreScope {
  // Id of a unit; empty means the whole network.
  std::string unit;
  // Kind of unit (Unit::kind); empty means every kind.
  std::string unit_kind;

  friend auto operator<=>(const ScoreScope&, const ScoreScope&) = default;
};

// How much an indicator counts in the score of some units. Rows of one scope and window are a
// *grid*. A complete grid says everything about its units; a partial one overrides the indicators
// it names and leaves the others to the next wider scope.
struct ScoreWeight {
  ScoreScope scope;
  // Id of an indicator.
  std::string indicator;
  // Scores of windows inside this one use the row; absent means all windows.
  std::optional<Window> window;
  // In [0, 1] in a complete grid, whose weights sum to 1; any finite number >= 0 in a partial one:
  // only proportions count.
  double weight = 0.0;
  // Bounds of R/O inside the score, as ratios; absent means the indicator's own.
  std::optional<double> floor;
  std::optional<double> cap;
  // Whether its grid is complete: the same for all rows of a grid.
  bool complete = false;

  friend bool operator==(const ScoreWeight&, const ScoreWeight&) = default;
};

// Multiplies the payoff of some units: what figures do not say (complaints, controls, mystery
// visits).
struct QualityFactor {
  ScoreScope scope;
  // Scores of windows inside this one use the row; absent means all windows.
  std::optional<Window> window;
  // In [0, 1.5]; 1 changes nothing.
  double factor = 1.0;

  friend bool operator==(const QualityFactor&, const QualityFactor&) = default;
};

// From a rung to the next one the payoff stays (kStep) or rises in a straight line (kLinear).
enum class RungShape { kStep, kLinear };

// A rung of the payoff ladder. Below the first one nothing is paid; from the last one on its
// payoff.
struct PayoffRung {
  // Score from which it holds, as a ratio (0.6 for 60 %). >= 0.
  double threshold = 0.0;
  // As a ratio of the reference amount. >= 0.
  double payoff = 0.0;
  RungShape shape = RungShape::kStep;

  friend bool operator==(const PayoffRung&, const PayoffRung&) = default;
};

// Everything about scores. Empty: no score is computed; no ladder: no payoff is.
struct ScorePolicy {
  std::vector<ScoreWeight> weights;
  std::vector<QualityFactor> quality;
  // Ascending by threshold.
  std::vector<PayoffRung> ladder;

  friend bool operator==(const ScorePolicy&, const ScorePolicy&) = default;
};

}  // namespace jalon::sim

#endif  // JALON_SIM_NETWORK_SCORE_POLICY_H_
