// Past objectives matched with their realisations.
#ifndef JALON_SIM_OBJECTIVE_HISTORY_CASES_H_
#define JALON_SIM_OBJECTIVE_HISTORY_CASES_H_

#include <vector>

#include "absl/status/statusor.h"
#include "sim/network/revision.h"
#include "sim/objective/history/history.h"
#include "sim/objective/objective.h"

namespace jalon::sim {

struct HistoryQuestion {
  // Depths of units that are read, and indicators; empty means all indicators.
  std::vector<int> depths;
  std::vector<int> indicators;
  // Judge objectives as they were published, before later changes.
  bool as_published = false;
};

// One case per objective of `objectives` (of any number of sets) whose unit and indicator are asked
// for and whose window lies whole inside the history. Objectives on units or indicators that the
// revision does not know are left out: a past set may name what is gone.
//
// A case is not realised when a period of its window is missing for every series below its node, or
// when the indicator has no value there. R/O is that of AttainmentRatio without floor and cap; for
// a variation basis, of the variation since the period before the window.
//
// Errors: kInvalidArgument, DUPLICATE at `objectives`, naming the first twenty objectives that
// stand twice for one node, indicator and window: which of the two was in force, nobody can know.
absl::StatusOr<std::vector<HistoryCase>> MakeHistoryCases(const Revision& revision,
                                                          const std::vector<Objective>& objectives,
                                                          const HistoryQuestion& question);

}  // namespace jalon::sim

#endif  // JALON_SIM_OBJECTIVE_HISTORY_CASES_H_
