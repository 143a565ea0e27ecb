#include "sim/engine/conditional/moment_law.h"

#include <cmath>

#include "sim/base/math.h"

namespace jalon::sim {
namespace {

constexpr double kNormalBelow = 0.0015;

// P(Y > x) of a gamma of skewness > 0 with mean 0 and standard deviation 1, at z.
double ShiftedGammaTail(double skewness, double z) {
  const double shape = 4.0 / (skewness * skewness);
  const double place = shape + z * std::sqrt(shape);
  return place <= 0.0 ? 1.0 : IncompleteGamma(shape, place).upper;
}

}  // namespace

double ThreeMoments::skewness() const {
  return variance > 0.0 ? third / (variance * std::sqrt(variance)) : 0.0;
}

double UpperTail(const ThreeMoments& law, double x) {
  if (!(law.variance > 0.0)) return law.mean > x ? 1.0 : 0.0;
  if (std::isinf(x)) return x < 0.0 ? 1.0 : 0.0;
  const double z = (x - law.mean) / std::sqrt(law.variance);
  const double skewness = law.skewness();
  if (std::fabs(skewness) < kNormalBelow) return NormalCdf(-z);
  return skewness > 0.0 ? ShiftedGammaTail(skewness, z) : 1.0 - ShiftedGammaTail(-skewness, -z);
}

}  // namespace jalon::sim
