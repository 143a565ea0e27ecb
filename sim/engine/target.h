// What a run is asked for: targets, and nothing else (DECISIONS D2).
#ifndef JALON_SIM_ENGINE_TARGET_H_
#define JALON_SIM_ENGINE_TARGET_H_

#include <vector>

#include "sim/base/period.h"
#include "sim/network/network.h"
#include "sim/network/realisations.h"

namespace jalon::sim {

// One quantity: an aggregate over a window. Objectives, monthly forecasts, year to date and R/O
// ladders are all targets.
struct Target {
  NodeRange range;
  Window window;
  Aggregation aggregation = Aggregation::kSum;
  // kHigherIsBetter asks P(Y >= threshold), kLowerIsBetter P(Y <= threshold); ties count.
  Direction direction = Direction::kHigherIsBetter;
  // In the indicator's unit; any number, any order.
  std::vector<double> thresholds;

  friend bool operator==(const Target&, const Target&) = default;
};

// Estimates of one target from N paths.
struct TargetEstimate {
  // P of each threshold, in the target's order, with Wilson bounds at the run's confidence.
  std::vector<double> probability;
  std::vector<double> probability_low;
  std::vector<double> probability_high;
  double mean = 0.0;
  // Standard error of `mean`, and standard deviation of the quantity over paths.
  double mean_standard_error = 0.0;
  double standard_deviation = 0.0;
  // At the run's quantile levels, in their order.
  std::vector<double> quantiles;
};

}  // namespace jalon::sim

#endif  // JALON_SIM_ENGINE_TARGET_H_
