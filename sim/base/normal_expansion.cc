#include "sim/base/normal_expansion.h"

namespace jalon::sim::internal {
namespace {

// Integral of phi(z) G(z) over all z: only even moments (2j - 1)!! stay.
double TotalMass(const NormalExpansion& expansion) {
  double sum = 0.0;
  double moment = 1.0;
  for (int j = 0; j < expansion.count; j += 2) {
    sum += expansion.coefficients[j] * moment;
    moment *= j + 1;
  }
  return sum;
}

// Integral of phi(z) G(sign z) over z > w, w >= 0, with `density` = phi(w).
double TailMass(const NormalExpansion& expansion, double w, double density, double sign) {
  double even = NormalCdf(-w);
  double odd = density;
  double power = density;  // w^(j-1) phi(w)
  double sum = expansion.coefficients[0] * even + sign * expansion.coefficients[1] * odd;
  for (int j = 2; j + 1 < expansion.count; j += 2) {
    power *= w;
    even = power + (j - 1) * even;
    power *= w;
    odd = power + j * odd;
    sum += expansion.coefficients[j] * even + sign * expansion.coefficients[j + 1] * odd;
  }
  return sum;
}

}  // namespace

NormalExpansion ExpandAroundNormal(double alpha, double beta, int terms) {
  // s[n]: coefficient of z^n in S; q[n]: of z^n in S^2. (S^2)' = 2 z (1 + alpha S - beta S^2).
  std::array<double, kExpansionTerms + 1> s{};
  std::array<double, kExpansionTerms + 2> q{};
  s[1] = 1.0;
  q[2] = 1.0;
  for (int n = 2; n <= terms; ++n) {
    q[n + 1] = 2.0 / (n + 1) * (alpha * s[n - 1] - beta * q[n - 1]);
    double rest = q[n + 1];
    for (int i = 2; i < n; ++i) rest -= s[i] * s[n + 1 - i];
    s[n] = 0.5 * rest;
  }
  NormalExpansion expansion{.coefficients = {1.0}, .count = terms};
  for (int n = 1; n < terms; ++n) {
    double sum = 0.0;
    for (int i = 1; i <= n; ++i) sum -= s[i + 1] * expansion.coefficients[n - i];
    expansion.coefficients[n] = sum;
  }
  return expansion;
}

Tails TailsOf(const NormalExpansion& expansion, double w) {
  const double total = TotalMass(expansion);
  const double density = NormalPdf(w);
  const double kernel = density / total;
  if (w < 0.0) {
    const double lower = TailMass(expansion, -w, density, -1.0) / total;
    return {lower, 1.0 - lower, kernel};
  }
  const double upper = TailMass(expansion, w, density, 1.0) / total;
  return {1.0 - upper, upper, kernel};
}

}  // namespace jalon::sim::internal
