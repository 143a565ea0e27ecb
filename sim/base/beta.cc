// The beta law's tails, and Student's t law on top of them.
#include <algorithm>
#include <cmath>
#include <limits>

#include "sim/base/gamma_internal.h"
#include "sim/base/math.h"
#include "sim/base/normal_expansion.h"

namespace jalon::sim {
namespace {

using internal::kStirlingFrom;
using internal::StirlingError;

constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
constexpr double kPi = 3.14159265358979323846;

// a log(1 + d) - a d, the share of a in the log of x^a y^b over its maximum; `ratio` = 1 + d.
double Deviance(double a, double ratio, double d) {
  return a * (ratio < 0.7 ? Log(ratio) - d : Log1pMinusX(d));
}

// log(x^a y^b (a+b)^(a+b) / (a^a b^b)), <= 0. The linear parts of the two shares cancel exactly.
double LogOverMaximum(double a, double b, double x, double y) {
  const double n = a + b;
  const double excess = x * b - y * a;
  return Deviance(a, x * n / a, excess / a) + Deviance(b, y * n / b, -excess / b);
}

// log Gamma(a + b) - log Gamma(b) for b >= kStirlingFrom and a small: no difference of large logs.
double LogGammaRise(double a, double b) {
  return (b - 0.5) * Log1p(a / b) + a * (Log(a + b) - 1.0) + StirlingError(a + b) -
         StirlingError(b);
}

// log y from whichever of x and y = 1 - x has kept more digits.
double LogComplement(double x, double y) { return x < 0.5 ? Log1p(-x) : Log(y); }

// x^a y^b / B(a, b).
double BetaKernel(double a, double b, double x, double y) {
  if (a > b) return BetaKernel(b, a, y, x);
  if (a >= kStirlingFrom) {
    const double log_gammas = StirlingError(a + b) - StirlingError(a) - StirlingError(b);
    return std::sqrt(a / (a + b) * b / (2.0 * kPi)) * Exp(LogOverMaximum(a, b, x, y) + log_gammas);
  }
  const double powers = a * LogComplement(y, x) + b * LogComplement(x, y);
  const double rise = b >= kStirlingFrom ? LogGammaRise(a, b) : LogGamma(a + b) - LogGamma(b);
  return Exp(powers + rise - LogGamma(a));
}

// I_x(a, b) / kernel for x up to the mean: the even part of the continued fraction of DLMF
// 8.17.22, in [DidonatoMorris1992]'s form. What cancels for lopsided shapes is gathered in
// `lambda`, a - (a + b) x without its rounding error. Kept as convergents A/B, so that divisions
// stay out of the chain of dependent operations.
double BetaFraction(double a, double b, double x, double y) {
  const double lambda = a * y - b * x;
  double a0 = 0.0, a1 = 1.0;
  double b0 = 1.0, b1 = a / (a + 1.0) * (lambda + 1.0);
  for (int n = 1; n < 20'000; ++n) {
    const double odd = a + (2 * n - 1);
    const double share = n * (b - n) * x / odd;
    const double numerator = (a + (n - 1)) / odd * (a + b + (n - 1)) * share * x;
    const double denominator =
        n + share + (a + n) / (a + (2 * n + 1)) * (lambda + 1.0 + n * (1.0 + y));
    const double a2 = denominator * a1 + numerator * a0;
    const double b2 = denominator * b1 + numerator * b0;
    const double change = a2 * b1 - a1 * b2;
    a0 = a1, a1 = a2, b0 = b1, b1 = b2;
    if (std::abs(change) <= 5e-16 * std::abs(a2 * b0)) break;
    if (std::abs(b1) > 1e100) a0 *= 1e-100, a1 *= 1e-100, b0 *= 1e-100, b1 *= 1e-100;
  }
  return a1 / b1;
}

// The expansion converges like (w^2 / (4 pi min(a, b)))^(terms/2): used where few terms do, which
// is also where the fraction gets long.
constexpr double kExpansionFromShape = 20'000.0;
constexpr double kExpansionSquare = 0.06;

// Terms that leave a relative error of about 1e-14.
int TermsFor(double w2, double shape) {
  // Moments keep high powers alive however small w is: 16 stands for them.
  const double square = std::max(w2, 16.0) / (4.0 * kPi * shape);
  if (square < 1e-4) return 8;
  if (square < 7e-4) return 10;
  return 14;
}

Tails BetaByExpansion(double a, double b, double w2, bool below_mode) {
  const double n = a + b;
  const double information = a / n * b;
  const double root = std::sqrt(information);
  const internal::NormalExpansion expansion =
      internal::ExpandAroundNormal((b - a) / n / root, 1.0 / n, TermsFor(w2, std::min(a, b)));
  const double w = std::sqrt(w2);
  Tails tails = internal::TailsOf(expansion, below_mode ? -w : w);
  tails.kernel *= root;
  return tails;
}

// With a shape below 1 nearly all the mass can lie below a point far below the mean, where the
// fraction of the upper tail would take thousands of terms.
bool IsNearSingularEnd(double a, double b, double x) {
  return a < 1.0 && x * (a + b + 2.0) < 0.5 * (a + 1.0);
}

Tails BetaByFraction(double a, double b, double x, double y) {
  const double kernel = BetaKernel(a, b, x, y);
  const bool below_mean = x * b < y * a;
  if (below_mean ? !IsNearSingularEnd(b, a, y) : IsNearSingularEnd(a, b, x)) {
    const double lower = std::min(1.0, kernel * BetaFraction(a, b, x, y));
    return {lower, 1.0 - lower, kernel};
  }
  const double upper = std::min(1.0, kernel * BetaFraction(b, a, y, x));
  return {1.0 - upper, upper, kernel};
}

}  // namespace

Tails IncompleteBeta(double a, double b, double x, double y) {
  const bool shapes_fit = a > 0.0 && a < kInfinity && b > 0.0 && b < kInfinity;
  if (!(shapes_fit && x >= 0.0 && y >= 0.0)) return {kNan, kNan, kNan};
  if (x == 0.0) return {0.0, 1.0, 0.0};
  if (y == 0.0) return {1.0, 0.0, 0.0};
  const double shape = std::min(a, b);
  if (shape >= kExpansionFromShape) {
    const double w2 = -2.0 * LogOverMaximum(a, b, x, y);
    if (w2 <= kExpansionSquare * shape) {
      return BetaByExpansion(a, b, std::max(w2, 0.0), x * b < y * a);
    }
  }
  return BetaByFraction(a, b, x, y);
}

namespace {

// Beyond this many degrees of freedom t is the normal law to 1e-12.
constexpr double kNormalFrom = 1e13;

// P(T > t) and the density at t > 0. x = nu/(nu + t^2) and its complement without cancellation.
struct StudentTail {
  double probability;
  double density;
};

StudentTail TailAt(double nu, double t) {
  const double ratio = t / std::sqrt(nu);
  const double square = ratio * ratio;
  const double x = 1.0 / (1.0 + square);
  const double y = square < 1.0 ? square * x : 1.0 / (1.0 + 1.0 / square);
  const Tails tails = IncompleteBeta(0.5 * nu, 0.5, x, y);
  return {0.5 * tails.lower, tails.kernel / t};
}

// [Hill1970], algorithm 396: t with P(|T| > t) = p, a few digits.
double HillStart(double nu, double p) {
  const double a = 1.0 / (nu - 0.5);
  const double b = 48.0 / (a * a);
  double c = ((20700.0 * a / b - 98.0) * a - 16.0) * a + 96.36;
  const double d = ((94.5 / (b + c) - 3.0) / b + 1.0) * std::sqrt(a * kPi * 0.5) * nu;
  double x = d * p;
  double y = Exp(2.0 / nu * Log(x));
  if (y > a + 0.05) {
    x = NormalInverseCdf(0.5 * p);
    y = x * x;
    if (nu < 5.0) c += 0.3 * (nu - 4.5) * (x + 0.6);
    c = (((0.05 * d * x - 5.0) * x - 7.0) * x - 2.0) * x + b + c;
    y = (((((0.4 * y + 6.3) * y + 36.0) * y + 94.5) / c - y - 3.0) / b + 1.0) * x;
    y = Expm1(a * y * y);
  } else {
    const double near = 1.0 / (((nu + 6.0) / (nu * y) - 0.089 * d - 0.822) * (nu + 2.0) * 3.0);
    y = ((near + 0.5 / (nu + 4.0)) * y - 1.0) * (nu + 1.0) / (nu + 2.0) + 1.0 / y;
  }
  return std::sqrt(nu * y);
}

// t > 0 with P(T > t) = q, 0 < q < 1/2.
double UpperQuantile(double nu, double q) {
  double t = HillStart(nu, 2.0 * q);
  if (!(t > 0.0 && t < kInfinity)) t = t > 0.0 ? 1e150 : 1e-9;
  for (int i = 0; i < 20; ++i) {
    const StudentTail tail = TailAt(nu, t);
    if (!(tail.density > 0.0)) break;
    const double newton = (q - tail.probability) / tail.density;
    const double curvature = (nu + 1.0) * t / (nu + t * t);
    const double step = newton / std::clamp(1.0 + 0.5 * newton * curvature, 0.5, 2.0);
    const double before = t;
    t = std::clamp(t - step, 0.25 * t, 4.0 * t);
    if (std::abs(t - before) <= 1e-4 * before) break;
  }
  return t;
}

}  // namespace

double BetaQuantile(double a, double b, double p) {
  if (!(a > 0.0 && a < kInfinity && b > 0.0 && b < kInfinity && p >= 0.0 && p <= 1.0)) return kNan;
  if (p == 0.0 || p == 1.0) return p;
  double low = 0.0;
  double high = 1.0;
  constexpr int kHalvings = 55;
  for (int i = 0; i < kHalvings; ++i) {
    const double x = 0.5 * (low + high);
    (IncompleteBeta(a, b, x, 1.0 - x).lower < p ? low : high) = x;
  }
  return 0.5 * (low + high);
}

double StudentTCdf(double nu, double t) {
  if (!(nu >= 1.0) || t != t) return kNan;
  if (nu >= kNormalFrom) return NormalCdf(t);
  if (t == 0.0) return 0.5;
  const double tail = TailAt(nu, std::abs(t)).probability;
  return t < 0.0 ? tail : 1.0 - tail;
}

double StudentTInverseCdf(double nu, double p) {
  if (!(nu >= 1.0 && p >= 0.0 && p <= 1.0)) return kNan;
  if (nu >= kNormalFrom) return NormalInverseCdf(p);
  if (p == 0.0) return -kInfinity;
  if (p == 1.0) return kInfinity;
  if (p == 0.5) return 0.0;
  return p < 0.5 ? -UpperQuantile(nu, p) : UpperQuantile(nu, 1.0 - p);
}

}  // namespace jalon::sim
