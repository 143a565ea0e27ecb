// The expected course of every series without drawing anything: the season of an objective.
#ifndef JALON_SIM_ENGINE_MEAN_PATH_H_
#define JALON_SIM_ENGINE_MEAN_PATH_H_

#include <vector>

#include "absl/status/statusor.h"
#include "sim/credit/elimination_share.h"
#include "sim/engine/plan.h"
#include "sim/network/realisations.h"

namespace jalon::sim {

// What eliminations of a unit above the branches are expected to be in each period.
struct MeanElimination {
  SeriesKey place;
  // Everything below the place.
  NodeRange below;
  // Of the expected cells below.
  EliminationShare share;
};

// Expected cells of a model over a window.
struct MeanPath {
  Window window;
  // Rows of the realisations, ascending, and [row x period]: their expected cells, in the
  // indicator's unit.
  std::vector<int> rows;
  std::vector<double> means;
  // In canonical order; none without an effect.
  std::vector<MeanElimination> eliminations;

  // Sums over the rows inside `range`, with the eliminations of the units inside, its own included,
  // in each period of `asked`, which lies inside the path's: [period]. `range` lies inside a
  // target's. O(log rows + rows inside x periods), once more for each level with eliminations.
  std::vector<double> Sum(const Realisations& realisations, const NodeRange& range,
                          const Window& asked) const;
};

// Level, trend, season, opening days, means of branches, the scenario's events at their mean size
// and drivers at the driver model's mean path, latents fading from their state at as_of, shocks at
// 0: the mean of a cell of the engine but for what the spread of drivers and of event sizes does to
// an exponential (second order). Of a mixture, the average of its regimes by weight. Cells at or
// before as_of are expected ones too, not what was realised: a month's objective must not depend on
// its outcome. So are eliminations: in every period in the proportion of the year up to as_of, or
// at their own level where there is none, as a run has them after as_of. 0 before a unit opens,
// from its closing on (where KnownDates knows it at as_of), without an opening day, and once a
// series has ended; 0 for a series the model does not have. `input.targets` say which series and
// periods. Deterministic; O(series x periods). Errors: as BuildPlan.
absl::StatusOr<MeanPath> MakeMeanPath(const PlanInput& input);

}  // namespace jalon::sim

#endif  // JALON_SIM_ENGINE_MEAN_PATH_H_
