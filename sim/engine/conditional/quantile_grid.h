// Where distribution functions are kept, and how they are inverted. Internal to
// sim/engine/conditional.
#ifndef JALON_SIM_ENGINE_CONDITIONAL_QUANTILE_GRID_H_
#define JALON_SIM_ENGINE_CONDITIONAL_QUANTILE_GRID_H_

#include <span>
#include <vector>

namespace jalon::sim {

// What is known of a quantity before a run.
struct GridShape {
  double mean = 0.0;
  double standard_deviation = 0.0;
  // The quantity cannot be below `floor`; -infinity when it can be anything.
  double floor = 0.0;
  // Spacing of its values; 0 for a continuum.
  double lattice = 0.0;
};

// Ascending places, at least 2: every value of a lattice where they are few; else 41, closest
// around the mean, out to ten standard deviations; by the logarithm where the quantity is skewed
// and starts at its floor. One place for a quantity that does not vary.
std::vector<double> QuantileGrid(const GridShape& shape);

// The quantile of `level` in (0, 1): where the distribution function `cdf` [place] reaches it,
// straight between places on the scale of normal scores; the first lattice value that does. Outside
// the grid, its ends.
double InvertCdf(std::span<const double> grid, std::span<const double> cdf, double lattice,
                 double level);

}  // namespace jalon::sim

#endif  // JALON_SIM_ENGINE_CONDITIONAL_QUANTILE_GRID_H_
