// What the series of an indicator have in common, period by period. Internal to sim/model.
#ifndef JALON_SIM_MODEL_PROFILE_H_
#define JALON_SIM_MODEL_PROFILE_H_

#include <span>
#include <vector>

#include "sim/model/panel.h"

namespace jalon::sim {

// Expected cells of one indicator: on the log link size x exp(path) x exposure, on the identity
// link scale x (size + path). `path` is shared by the series of a group.
struct IndicatorProfile {
  // [series of the indicator]: size of each series while every path is 0.
  std::vector<double> size;
  // [group of the network x period], only this indicator's groups filled; path, and exp(path) on
  // the log link.
  std::vector<std::vector<double>> path;
  std::vector<std::vector<double>> factor;
};

// Two-way fit without any model: size x common path of the nation (x exposure), the maximum
// likelihood of Poisson counts (log link) or least squares (identity). Missing cells are left out,
// so that openings, closures and holes do not move the path. Shape of the result: [period].
std::vector<double> CommonPath(const FitPanel& panel, int indicator);

// Sizes of an indicator's series given their paths: sum y / sum of factor x exposure, or mean (y /
// scale - path). 0 for a series never seen.
void FitSizes(const FitPanel& panel, int indicator, IndicatorProfile& profile);

// The aggregate of some series against what their sizes and paths expect.
struct Aggregate {
  // [period]: log ratio or mean difference in units of scale; NaN where nobody is present.
  std::vector<double> z;
  // [period]: variance of z from the noise of the cells.
  std::vector<double> noise_variance;
};

// `rows` are series of the indicator; dispersion [series of the indicator].
Aggregate AggregateOf(const FitPanel& panel, int indicator, const IndicatorProfile& profile,
                      std::span<const int> rows, std::span<const double> dispersion);

// Sets the path of a group and its factor.
void SetPath(const FitPanel& panel, int group, std::vector<double> path, IndicatorProfile& profile);

}  // namespace jalon::sim

#endif  // JALON_SIM_MODEL_PROFILE_H_
