// Textbook distribution functions, written apart from sim/ so that tests do not check it against
// itself. Tests may use libm.
#ifndef JALON_TESTS_SIM_ENGINE_EXACT_LAWS_H_
#define JALON_TESTS_SIM_ENGINE_EXACT_LAWS_H_

#include <cmath>

namespace jalon::sim {

inline double ExactNormalCdf(double z) { return 0.5 * std::erfc(-z / std::sqrt(2.0)); }

// P(Y >= o) for a negative binomial of mean m and variance dispersion x m (1 is Poisson).
inline double ExactCountTail(double m, double dispersion, int o) {
  double below = 0.0;
  for (int y = 0; y < o; ++y) {
    double log_pmf = 0.0;
    if (dispersion == 1.0) {
      log_pmf = y * std::log(m) - m - std::lgamma(y + 1.0);
    } else {
      const double r = m / (dispersion - 1.0);
      log_pmf = std::lgamma(y + r) - std::lgamma(r) - std::lgamma(y + 1.0) -
                r * std::log(dispersion) + y * std::log1p(-1.0 / dispersion);
    }
    below += std::exp(log_pmf);
  }
  return 1.0 - below;
}

// P(Y >= o) for a gamma of mean m and variance dispersion x m, by the series of P(a, x).
inline double ExactGammaTail(double m, double dispersion, double o) {
  const double a = m / dispersion;
  const double x = o / dispersion;
  double term = 1.0 / a;
  double sum = term;
  for (int n = 1; n < 10'000 && term > sum * 1e-17; ++n) {
    term *= x / (a + n);
    sum += term;
  }
  return 1.0 - sum * std::exp(a * std::log(x) - x - std::lgamma(a));
}

// P(T <= t) for Student's t with 5 degrees of freedom.
inline double ExactStudent5Cdf(double t) {
  const double theta = std::atan(t / std::sqrt(5.0));
  const double c = std::cos(theta);
  return 0.5 + (theta + std::sin(theta) * c * (1.0 + 2.0 / 3.0 * c * c)) / M_PI;
}

}  // namespace jalon::sim

#endif  // JALON_TESTS_SIM_ENGINE_EXACT_LAWS_H_
