// The law of a sum of many small parts, by its first three cumulants. Internal to
// sim/engine/conditional.
#ifndef JALON_SIM_ENGINE_CONDITIONAL_MOMENT_LAW_H_
#define JALON_SIM_ENGINE_CONDITIONAL_MOMENT_LAW_H_

namespace jalon::sim {

struct ThreeMoments {
  double mean = 0.0;
  double variance = 0.0;
  // Third cumulant.
  double third = 0.0;

  // third / variance^1.5; 0 without variance.
  double skewness() const;
};

// P(Y > x) of the gamma law shifted and, for negative skewness, turned round to have these moments:
// exact for one gamma amount; the normal law below a skewness of 0.0015, where the two differ by
// less than 1e-4. A law without variance is its mean: 1 where mean > x. 30 to 200 ns.
double UpperTail(const ThreeMoments& law, double x);

}  // namespace jalon::sim

#endif  // JALON_SIM_ENGINE_CONDITIONAL_MOMENT_LAW_H_
