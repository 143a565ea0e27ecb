// Means: what branches work with (advisers present, appointments held), seen and planned.
#ifndef JALON_SIM_NETWORK_MEANS_TABLE_H_
#define JALON_SIM_NETWORK_MEANS_TABLE_H_

#include <string>
#include <vector>

#include "sim/base/period.h"

namespace jalon::sim {

// One mean of one branch over time.
struct MeanSeries {
  // Free id, at most 64 bytes of [A-Za-z0-9._-]: `advisers`, `appointments`...
  std::string mean;
  // Id of a branch.
  std::string unit;
  // Period of values[0].
  Period first;
  // [period], >= 0, in the mean's own unit (full-time equivalents, number); NaN where missing.
  std::vector<double> values;
  // [period]: planned instead of seen. false where missing.
  std::vector<bool> planned;

  friend bool operator==(const MeanSeries& a, const MeanSeries& b);
};

// Ascending by (mean, unit), each pair once.
struct MeansTable {
  std::vector<MeanSeries> series;

  bool empty() const { return series.empty(); }
  friend bool operator==(const MeansTable&, const MeansTable&) = default;
};

}  // namespace jalon::sim

#endif  // JALON_SIM_NETWORK_MEANS_TABLE_H_
