// Monotone cubics on equal steps, and the seven points of a standard normal. Internal to
// sim/engine/conditional.
#ifndef JALON_SIM_ENGINE_CONDITIONAL_HERMITE_H_
#define JALON_SIM_ENGINE_CONDITIONAL_HERMITE_H_

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <span>
#include <vector>

namespace jalon::sim {

// Gauss-Hermite points and weights of the standard normal law: exact for polynomials of degree 13.
inline constexpr int kEffectNodes = 7;
inline constexpr double kEffectZ[kEffectNodes] = {
    -3.750439717725742, -2.366759410734541, -1.154405394739968, 0.0,
    1.154405394739968,  2.366759410734541,  3.750439717725742};
inline constexpr double kEffectWeights[kEffectNodes] = {
    0.000548268855972, 0.030757123967586, 0.240123178605013, 0.457142857142857,
    0.240123178605013, 0.030757123967586, 0.000548268855972};

// Slopes per step of non-decreasing values at equal steps: of fourth order inside, cut where the
// cubic would turn ([FritschCarlson1980]); 0 at the ends. At least 2 values.
inline std::vector<double> MonotoneSlopes(std::span<const double> values) {
  const size_t size = values.size();
  std::vector<double> slopes(size, 0.0);
  for (size_t k = 1; k + 1 < size; ++k) {
    const bool wide = k >= 2 && k + 2 < size;
    const double slope =
        wide ? (8.0 * (values[k + 1] - values[k - 1]) - (values[k + 2] - values[k - 2])) / 12.0
             : 0.5 * (values[k + 1] - values[k - 1]);
    const double steepest = 3.0 * std::min(values[k] - values[k - 1], values[k + 1] - values[k]);
    slopes[k] = std::clamp(slope, 0.0, std::max(steepest, 0.0));
  }
  return slopes;
}

// The cubic at 0 < place < size - 1, in steps.
inline double HermiteAt(std::span<const double> values, std::span<const double> slopes,
                        double place) {
  const size_t k = static_cast<size_t>(place);
  const double s = place - static_cast<double>(k);
  const double rise = values[k + 1] - values[k];
  return values[k] + s * (slopes[k] + s * (3.0 * rise - 2.0 * slopes[k] - slopes[k + 1] +
                                           s * (slopes[k] + slopes[k + 1] - 2.0 * rise)));
}

}  // namespace jalon::sim

#endif  // JALON_SIM_ENGINE_CONDITIONAL_HERMITE_H_
