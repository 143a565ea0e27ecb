// What one year says of the next: rank correlation and a clustered slope over pairs of cases.
#ifndef JALON_SIM_OBJECTIVE_HISTORY_PAIR_STATISTICS_H_
#define JALON_SIM_OBJECTIVE_HISTORY_PAIR_STATISTICS_H_

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "sim/stats/wilson.h"

namespace jalon::sim {

// An estimate of something that is 0 when nothing is there.
struct HistoryStatistic {
  double value = 0.0;
  double standard_error = 0.0;
  // 95 %.
  Interval interval;
  // Two-sided, against 0; absent for shares.
  std::optional<double> p_value;
  // Cases or pairs behind it.
  int64_t count = 0;

  friend bool operator==(const HistoryStatistic&, const HistoryStatistic&) = default;
};

// Two numbers of one node, in a group (a year and indicator) inside which they are compared.
struct PairedCase {
  int group = 0;
  // Cases of one node are not independent of each other.
  int node = 0;
  double x = 0.0;
  double y = 0.0;
};

// Spearman's rank correlation of x and y inside each group, ties sharing their mean rank; groups
// are averaged on Fisher's scale with weights n - 3, with the standard error sqrt(1.06 / (n - 3))
// of [FiellerEtAl1957], which holds for independent pairs. Groups of fewer than 10 pairs, and those
// in which x or y never differs, do not count; nullopt without any other. Cost: O(n log n).
std::optional<HistoryStatistic> RankCorrelation(std::vector<PairedCase> cases);

// Slope of y on x by least squares inside groups (both centred there), with a standard error that
// lets the cases of a node depend on each other ([LiangZeger1986], times nodes / (nodes - 1)).
// nullopt with fewer than 10 nodes or when x never differs inside its group. Cost: O(n log n).
std::optional<HistoryStatistic> SlopeWithinGroups(std::vector<PairedCase> cases);

}  // namespace jalon::sim

#endif  // JALON_SIM_OBJECTIVE_HISTORY_PAIR_STATISTICS_H_
