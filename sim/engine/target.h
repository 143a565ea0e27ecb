// What a run is asked for: targets, and nothing else (DECISIONS D2).
#ifndef JALON_SIM_ENGINE_TARGET_H_
#define JALON_SIM_ENGINE_TARGET_H_

#include <limits>
#include <optional>
#include <vector>

#include "sim/base/period.h"
#include "sim/network/network.h"
#include "sim/network/realisations.h"

namespace jalon::sim {

// Where a variation starts (AttainmentBasis::kVariation). Y0 is the target's indicator over
// `window`: the last level of a stock, the ratio of a ratio, realised or simulated on the path.
struct TargetOpening {
  Window window;
  // [threshold]: threshold j compares Y with thresholds[j] + weights[j] Y0. P(R/O >= r) of an
  // objective O is the threshold r O with the weight 1 - r; attainment itself has the weight 0.
  std::vector<double> weights;
  // R/O has a meaning on the paths where this lies beyond Y0, in the target's direction. On the
  // others no threshold with a weight is met.
  double objective = 0.0;

  friend bool operator==(const TargetOpening&, const TargetOpening&) = default;
};

// One quantity: an indicator at a node over a window. Objectives, monthly forecasts, year to date
// and R/O ladders are all targets. What it is made of follows from the indicator's kind:
//
//   flow, stock  the series inside `range`, summed, over the window by `aggregation`
//   derived      the indicator's terms at the node, period by period, over the window by
//                `aggregation`; drivers have their values of the path and the period
//   ratio        numerator over denominator at the node, each over the window by its own
//                aggregation; `aggregation` is kRatio
struct Target {
  NodeRange range;
  Window window;
  Aggregation aggregation = Aggregation::kSum;
  // kHigherIsBetter asks P(Y >= threshold), kLowerIsBetter P(Y <= threshold); ties count. For a
  // ratio N / D the question is put as N - threshold x D >= 0 (<= 0), its sense turned where D < 0.
  // Where D = 0 there is no ratio and the same rule decides: 0 / 0 attains, whatever is asked.
  Direction direction = Direction::kHigherIsBetter;
  // In the indicator's unit; any number, any order.
  std::vector<double> thresholds;
  // Absent unless a threshold depends on what the variation starts from.
  std::optional<TargetOpening> opening;

  friend bool operator==(const Target&, const Target&) = default;
};

// Targets [first, end) of a plan.
struct TargetRange {
  int first = 0;
  int end = 0;
};

// Estimates of one target from N paths.
struct TargetEstimate {
  // P of each threshold, in the target's order, with Wilson bounds at the run's confidence.
  std::vector<double> probability;
  std::vector<double> probability_low;
  std::vector<double> probability_high;
  // The 10th and 90th percentile of P of the first threshold over what is not known (parameters,
  // elasticities, sizes of events), each integrated over the rest; NaN when not computed: sampled,
  // without threshold, or before 1,024 paths.
  double knowledge_low = std::numeric_limits<double>::quiet_NaN();
  double knowledge_high = std::numeric_limits<double>::quiet_NaN();
  // Of a ratio, over the paths that have one; NaN when none has (spreads: fewer than two).
  double mean = 0.0;
  // Standard error of `mean`, and standard deviation of the quantity over paths.
  double mean_standard_error = 0.0;
  double standard_deviation = 0.0;
  // At the run's quantile levels, in their order; NaN for a ratio that no path has.
  std::vector<double> quantiles;
  // Share of paths on which a ratio does not exist, its denominator being 0.
  double no_ratio_share = 0.0;
  // With TargetOpening: the mean of Y0 over the paths that have one (NaN when none has), and the
  // share of paths on which R/O has no meaning.
  double opening_mean = 0.0;
  double ro_undefined_share = 0.0;
};

}  // namespace jalon::sim

#endif  // JALON_SIM_ENGINE_TARGET_H_
