// Which weights hold in a unit: the most specific rows, and what becomes of weights that cannot
// count.
#ifndef JALON_SIM_SCORE_WEIGHTS_H_
#define JALON_SIM_SCORE_WEIGHTS_H_

#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "sim/base/period.h"
#include "sim/base/violation.h"
#include "sim/network/network.h"
#include "sim/network/score_policy.h"

namespace jalon::sim {

// How far the weights of a complete grid may be from 1 in sum: what rounding to two decimals of a
// percent leaves on twelve weights (12 x 8.33 %).
inline constexpr double kWeightSumTolerance = 5e-4;
// Rungs of a ladder at most, and quality factors' range.
inline constexpr int kMaxRungs = 64;
inline constexpr double kMaxQualityFactor = 1.5;

// Every broken rule of a policy against its network. Field paths are `weights[3].unit`,
// `quality[0].factor`, `ladder[2].payoff` and so on. Reasons: UNKNOWN_UNIT, UNKNOWN_UNIT_KIND (no
// unit of the kind at or below the unit), UNKNOWN_INDICATOR, NOT_APPLICABLE (the indicator applies
// to no unit of the scope), BAD_FREQUENCY, EMPTY_WINDOW, DUPLICATE, OVERLAPPING_WINDOWS (two rows
// of one scope that could both hold for a window), NOT_FINITE, NEGATIVE, FLOOR_NOT_BELOW_CAP (with
// the indicator's own bound where the row gives one only), MIXED_COMPLETE (rows of one grid that
// disagree on `complete`), SUM_NOT_ONE (at the first row of a complete grid), OUT_OF_RANGE,
// NOT_INCREASING, TOO_MANY_LEVELS.
Violations ValidateScorePolicy(const Network& network, const ScorePolicy& policy);

// `policy` with weights by scope, window and indicator and quality factors by scope and window, so
// that a revision does not depend on the order of rows in a file.
ScorePolicy SortedScorePolicy(ScorePolicy policy);

// What became of a declared weight.
enum class WeightState {
  kCounted,
  kNotApplicable,  // the indicator does not apply to the unit
  kNoObjective,    // the unit has no objective on it
  kNoRatio,        // R/O has no meaning for its objective (zero or negative at level basis)
};

// The weight of an indicator in one unit.
struct UnitWeight {
  // Canonical index.
  int indicator = 0;
  // As declared, >= 0.
  double declared = 0.0;
  // Share of the score, in [0, 1]; 0 unless counted.
  double weight = 0.0;
  WeightState state = WeightState::kCounted;
  // Bounds of R/O as ratios: the row's, else the indicator's, else none.
  std::optional<double> floor;
  std::optional<double> cap;
  // Index in ScorePolicy::weights of the row it comes from.
  int row = 0;

  friend bool operator==(const UnitWeight&, const UnitWeight&) = default;
};

// Shares of what counts, in proportion to the declared weights, so that they sum to 1: the weight
// of an indicator that does not count goes to the others proportionally. All 0 when nothing that
// counts has a weight: the unit has no score then.
void Redistribute(std::vector<UnitWeight>& weights);

// A policy arranged for look-ups. Keeps references to both arguments, which must be valid together
// (ValidateScorePolicy) and outlive it. Immutable, thread-compatible.
class WeightTable {
 public:
  // O(rows log rows).
  WeightTable(const Network& network, const ScorePolicy& policy);

  // Weights of `unit` for scores of `window`, by indicator, redistributed among the indicators that
  // apply. Scopes are asked from the nearest unit up, at each unit the one of the unit's kind
  // first, the whole network last; a scope sets the indicators that no nearer one has set, and a
  // complete grid ends the search. Only rows whose window contains `window` hold. Empty when none
  // does. O(depth x log(scopes) + rows of these scopes).
  std::vector<UnitWeight> Of(int unit, const Window& window) const;

  // Factor on the payoff of `unit`, from the first scope that has one for `window`; 1 without.
  double QualityOf(int unit, const Window& window) const;

 private:
  // Canonical index of the scope's unit, -1 for the whole network; its kind.
  using Place = std::pair<int, std::string>;
  using RowsByPlace = std::map<Place, std::vector<int>>;

  // The places a unit listens to, nearest first.
  std::vector<Place> PlacesOf(int unit) const;
  // Adds the weights of one place; true when it was a complete grid.
  bool AddFrom(const Place& place, const Window& window, std::map<int, UnitWeight>& weights) const;
  UnitWeight WeightOf(int row) const;

  const Network& network_;
  const ScorePolicy& policy_;
  RowsByPlace weights_;
  RowsByPlace quality_;
};

}  // namespace jalon::sim

#endif  // JALON_SIM_SCORE_WEIGHTS_H_
