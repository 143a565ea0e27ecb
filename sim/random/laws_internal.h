// Pieces shared by the laws. Internal to sim/random.
#ifndef JALON_SIM_RANDOM_LAWS_INTERNAL_H_
#define JALON_SIM_RANDOM_LAWS_INTERNAL_H_

#include <limits>

namespace jalon::sim::internal {

inline constexpr double kInfinity = std::numeric_limits<double>::infinity();
inline constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

constexpr bool IsFiniteFrom(double value, double low) { return value >= low && value < kInfinity; }
constexpr bool IsProbability(double u) { return u >= 0.0 && u <= 1.0; }

// The first three moments of a law.
struct Moments {
  double mean;
  double standard_deviation;
  // Third standardised moment, > 0.
  double skewness;
};

// Gamma law moved and stretched to three moments (Pearson's type III).
double ThreeMomentCdf(const Moments& moments, double x);
double ThreeMomentQuantile(const Moments& moments, double u);
// Same by the Wilson-Hilferty cube: a few digits for skewness up to about 1, 10 ns.
double ThreeMomentGuess(const Moments& moments, double u);

// Gamma quantile of mean `shape`. Above shape 1e10 the Wilson-Hilferty cube, exact to a relative
// 1e-15 there and increasing in u by construction.
double ShapeQuantile(double shape, double u);

}  // namespace jalon::sim::internal

#endif  // JALON_SIM_RANDOM_LAWS_INTERNAL_H_
