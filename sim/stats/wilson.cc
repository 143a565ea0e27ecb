#include "sim/stats/wilson.h"

#include <algorithm>
#include <cmath>

#include "sim/base/math.h"

namespace jalon::sim {

Interval WilsonInterval(int64_t successes, int64_t count, double confidence) {
  if (count <= 0) return {0.0, 1.0};
  const double n = static_cast<double>(count);
  const double share = static_cast<double>(successes) / n;
  const double z = -NormalInverseCdf(0.5 * (1.0 - confidence));
  const double z2 = z * z / n;
  const double centre = share + 0.5 * z2;
  const double spread = std::sqrt(z2 * (share * (1.0 - share) + 0.25 * z2));
  const double low = successes <= 0 ? 0.0 : (centre - spread) / (1.0 + z2);
  const double high = successes >= count ? 1.0 : (centre + spread) / (1.0 + z2);
  return {std::clamp(low, 0.0, share), std::clamp(high, share, 1.0)};
}

}  // namespace jalon::sim
