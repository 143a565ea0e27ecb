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

// A declaration that a mean acts on an indicator: cells of a branch are proportional to
// (mean / its usual size)^elasticity, and what is believed of the elasticity before the data.
struct MeanEffectPrior {
  // A mean with a series in the table.
  std::string mean;
  // A count or an amount.
  std::string indicator;
  // The elasticity is Normal(prior_mean, prior_sd): in [-5, 5] and (0, 5].
  double prior_mean = 0.0;
  double prior_sd = 1.0;
  // Where the belief comes from, at most 200 characters.
  std::string source;

  friend bool operator==(const MeanEffectPrior&, const MeanEffectPrior&) = default;
};

// A table declares at most this many effects: each is a shared factor of a run.
inline constexpr int kMostMeanEffects = 16;

// Series ascending by (mean, unit), effects by (mean, indicator); each pair once.
struct MeansTable {
  std::vector<MeanSeries> series;
  std::vector<MeanEffectPrior> effects = {};
  // Ids of means that are no sum over branches (opening hours): they stay where they are when
  // customers move (sim/perimeter/restate_means.h). Ascending, each once, each with a series.
  std::vector<std::string> unmoved = {};

  bool empty() const { return series.empty() && effects.empty() && unmoved.empty(); }
  friend bool operator==(const MeansTable&, const MeansTable&) = default;
};

}  // namespace jalon::sim

#endif  // JALON_SIM_NETWORK_MEANS_TABLE_H_
