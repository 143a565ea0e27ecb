// Past objectives judged against what was realised: how often they were attained, what stays from
// one year to the next, whether results were bent to just above 100 %, and whether beating an
// objective raised the next one (docs/model/objective-history.md).
#ifndef JALON_SIM_OBJECTIVE_HISTORY_HISTORY_H_
#define JALON_SIM_OBJECTIVE_HISTORY_HISTORY_H_

#include <cstdint>
#include <optional>
#include <vector>

#include "sim/base/period.h"
#include "sim/objective/history/excess_mass.h"
#include "sim/objective/history/pair_statistics.h"

namespace jalon::sim {

// One past objective and its realisation.
struct HistoryCase {
  // Canonical index of the indicator, and any number that names the node (unit x segment).
  int indicator = 0;
  int node = 0;
  Window window;
  // In the indicator's unit; `realised_before` is that of the window of the same length just
  // before. NaN where not realised.
  double objective = 0.0;
  double realised = 0.0;
  double realised_before = 0.0;
  // What a surprise or a change of objective is divided by, > 0: the objective, or the scale of
  // R/O. NaN where neither has a meaning.
  double scale = 0.0;
  // R/O without floor and cap, a ratio; NaN where it has no meaning.
  double ratio = 0.0;
  // R/O of one unit of a counted indicator, 0 for others. A count's R/O has spikes at 1 by
  // arithmetic; it is spread over the unit above it (which changes no attainment).
  double unit_ratio = 0.0;
  bool attained = false;
  // Changed after its publication.
  bool changed = false;
  // Identity of the case: where in the unit above it is spread to.
  uint64_t id64 = 0;
};

// What is known of one indicator and window; all windows or all indicators where absent.
struct HistoryRow {
  std::optional<int> indicator;
  std::optional<Window> window;
  // Objectives with a realisation, and without (or without a meaning of R/O).
  int64_t objective_count = 0;
  int64_t left_out_count = 0;
  int64_t changed_count = 0;
  // Wilson interval, as if cases were independent; absent without cases.
  std::optional<HistoryStatistic> attained_share;
  // Median R/O of cases where it has a meaning; NaN without any.
  double median_ratio = 0.0;
  // Rank correlation of R/O with next window's R/O of the same node.
  std::optional<HistoryStatistic> ratio_persistence;
  // Rank correlation of realised / realised before with the same of the next window. Luck in the
  // middle year alone makes it negative.
  std::optional<HistoryStatistic> growth_persistence;
  std::optional<ExcessMass> excess_mass;
  // Slope of (next objective - objective) / scale on (realised - objective) / scale. Cases further
  // than one scale from their objective, or whose objective changed by more, do not count.
  std::optional<HistoryStatistic> ratchet;
};

// Rows by indicator, then window, each indicator's row over all windows after its own, and the row
// over everything last. A pair of windows counts in the row of the first; windows follow each other
// when one begins where another of the same length ends. Excess mass over all indicators adds that
// of each, since each has its own density.
// Requires at most one case per (indicator, node, window).
// Cost: O(n log n). Deterministic, whatever the order of cases.
std::vector<HistoryRow> AnalyzeHistory(std::vector<HistoryCase> cases);

// R/O of a case as the excess-mass test sees it: spread over the unit above it.
double SmoothedRatio(const HistoryCase& past);

}  // namespace jalon::sim

#endif  // JALON_SIM_OBJECTIVE_HISTORY_HISTORY_H_
