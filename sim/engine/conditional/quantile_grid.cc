#include "sim/engine/conditional/quantile_grid.h"

#include <algorithm>
#include <cmath>

#include "sim/base/math.h"

namespace jalon::sim {
namespace {

constexpr int kPlaces = 41;
// From so large a spread, against the distance to the floor, places are those of a lognormal.
constexpr double kSkewedFrom = 0.3;
// Places are mean + sd x 0.9 sinh(s), |s| <= 3.1: ten standard deviations.
constexpr double kWidth = 0.9;
constexpr double kReach = 3.1;
// Standard deviations each side when every value of a lattice is kept.
constexpr double kFarthest = 12.0;

double Sinh(double s) { return 0.5 * (Exp(s) - Exp(-s)); }

double PlaceOf(const GridShape& shape, double z) {
  const double above = shape.mean - shape.floor;
  if (!(above > 0.0) || shape.standard_deviation < kSkewedFrom * above) {
    return std::max(shape.mean + shape.standard_deviation * z, shape.floor);
  }
  const double ratio = shape.standard_deviation / above;
  const double log_variance = Log1p(ratio * ratio);
  return shape.floor + above * Exp(std::sqrt(log_variance) * z - 0.5 * log_variance);
}

std::vector<double> EveryValue(const GridShape& shape, double low, double high) {
  std::vector<double> grid;
  for (double k = std::floor(low / shape.lattice); k <= std::ceil(high / shape.lattice); ++k) {
    grid.push_back(k * shape.lattice);
  }
  return grid;
}

}  // namespace

std::vector<double> QuantileGrid(const GridShape& shape) {
  if (!(shape.standard_deviation > 0.0)) return {shape.mean};
  const double low = std::max(shape.mean - kFarthest * shape.standard_deviation, shape.floor);
  const double high = shape.mean + kFarthest * shape.standard_deviation;
  if (shape.lattice > 0.0 && high - low <= 2.0 * kPlaces * shape.lattice) {
    return EveryValue(shape, low, high);
  }
  std::vector<double> grid;
  if (std::isfinite(shape.floor)) grid.push_back(shape.floor);
  for (int j = 0; j < kPlaces; ++j) {
    const double s = kReach * (2.0 * j / (kPlaces - 1) - 1.0);
    double place = PlaceOf(shape, kWidth * Sinh(s));
    if (shape.lattice > 0.0) place = shape.lattice * std::round(place / shape.lattice);
    if (grid.empty() || place > grid.back()) grid.push_back(place);
  }
  if (grid.size() < 2) grid.push_back(grid.back() + shape.standard_deviation);
  return grid;
}

double InvertCdf(std::span<const double> grid, std::span<const double> cdf, double lattice,
                 double level) {
  const size_t size = grid.size();
  size_t k = 0;
  while (k < size && cdf[k] < level) ++k;
  if (k == 0) return grid.front();
  if (k == size) return grid.back();
  // Straight in the normal score of the distribution function, which is near straight itself.
  const auto score = [](double p) { return NormalInverseCdf(std::clamp(p, 1e-12, 1.0 - 1e-12)); };
  const double from = score(cdf[k - 1]);
  const double to = score(cdf[k]);
  const double share = to > from ? (score(level) - from) / (to - from) : 1.0;
  const double place = grid[k - 1] + std::clamp(share, 0.0, 1.0) * (grid[k] - grid[k - 1]);
  if (lattice == 0.0) return place;
  return std::min(grid[k], lattice * std::ceil(place / lattice - 1e-9));
}

}  // namespace jalon::sim
