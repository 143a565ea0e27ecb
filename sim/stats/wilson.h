// Confidence interval of a probability.
#ifndef JALON_SIM_STATS_WILSON_H_
#define JALON_SIM_STATS_WILSON_H_

#include <cstdint>

namespace jalon::sim {

// A closed interval.
struct Interval {
  double low = 0.0;
  double high = 0.0;

  double half_width() const { return 0.5 * (high - low); }
  friend bool operator==(const Interval&, const Interval&) = default;
};

// Wilson's score interval ([Wilson1927]) for a probability seen as `successes` out of `count`
// independent trials, two-sided at `confidence` in (0, 1). Never empty, never outside [0, 1], right
// near 0 and 1: no success gives low = 0 and no failure gives high = 1, exactly. [0, 1] when count
// is 0. Requires 0 <= successes <= count. 20 ns; pure.
Interval WilsonInterval(int64_t successes, int64_t count, double confidence);

}  // namespace jalon::sim

#endif  // JALON_SIM_STATS_WILSON_H_
