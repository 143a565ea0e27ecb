// log Gamma, the gamma law's tails and its quantile.
#include <algorithm>
#include <cmath>
#include <limits>

#include "sim/base/gamma_internal.h"
#include "sim/base/math.h"
#include "sim/base/normal_expansion.h"

namespace jalon::sim {
namespace internal {

double StirlingError(double x) {
  const double r = 1.0 / x;
  const double r2 = r * r;
  const double high = 1.0 / 1188 - r2 * (691.0 / 360360 - r2 * (1.0 / 156));
  return r * (1.0 / 12 - r2 * (1.0 / 360 - r2 * (1.0 / 1260 - r2 * (1.0 / 1680 - r2 * high))));
}

}  // namespace internal

namespace {

using internal::kStirlingFrom;
using internal::StirlingError;

constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
constexpr double kHalfLog2Pi = 0.91893853320467274178;
constexpr double kOneMinusEuler = 0.42278433509846713939;
constexpr double kInverseSqrt2Pi = 0.39894228040143267794;
// Share of a sum below which a term no longer matters.
constexpr double kNegligible = 1e-17;

// (-1)^k (zeta(k) - 1)/k for k = 2, 3, ...
constexpr double kLogGammaSeries[] = {
    0.32246703342411321824,    -0.067352301053198095133,   0.020580808427784547879,
    -0.0073855510286739852663, 0.0028905103307415232858,   -0.0011927539117032609771,
    0.00050966952474304242234, -0.00022315475845357937976, 0.000099457512781808533715,
    -0.0000449262367381331417, 0.000020507212775670691553, -9.439488275268395904e-6,
    4.3748667899074878042e-6,  -2.0392157538013662368e-6,  9.5514121304074198329e-7,
    -4.4924691987645660433e-7, 2.1207184805554665869e-7,   -1.0043224823968099609e-7,
    4.7698101693639805658e-8,  -2.271109460894316491e-8,   1.0838659214896954091e-8,
    -5.1834750419700466551e-9, 2.4836745438024783172e-9,   -1.1921401405860912074e-9,
    5.7313672416788620133e-10, -2.7595228851242331452e-10};

// log Gamma(2 + e) for |e| <= 1/2.
double LogGammaNearTwo(double e) {
  double sum = 0.0;
  for (int i = static_cast<int>(std::size(kLogGammaSeries)) - 1; i >= 0; --i) {
    sum = kLogGammaSeries[i] + e * sum;
  }
  return e * (kOneMinusEuler + e * sum);
}

// log Gamma(1 + e) for -1/2 <= e <= 1, accurate relatively to e.
double LogGammaOnePlus(double e) {
  return e > 0.5 ? LogGammaNearTwo(e - 1.0) : LogGammaNearTwo(e) - Log1p(e);
}

// log Gamma(x) for 2.5 < x < kStirlingFrom: down to (1.5, 2.5] by Gamma(x) = (x - 1) Gamma(x - 1).
double LogGammaByRecurrence(double x) {
  double product = 1.0;
  while (x > 2.5) {
    x -= 1.0;
    product *= x;
  }
  return Log(product) + LogGammaNearTwo(x - 2.0);
}

// x^a e^-x / Gamma(a).
double GammaKernel(double a, double x) {
  if (a < kStirlingFrom) return Exp(a * Log(x) - x - LogGamma(a));
  const double ratio = x / a;
  // Where x is far below a, (x - a)/a has forgotten x.
  const double deviance = ratio < 0.7 ? Log(ratio) - (x - a) / a : Log1pMinusX((x - a) / a);
  return std::sqrt(a) * kInverseSqrt2Pi * Exp(a * deviance - StirlingError(a));
}

// P(a, x) / kernel by the power series.
double LowerSeries(double a, double x) {
  double term = 1.0 / a;
  double sum = term;
  for (double n = a + 1.0; term > sum * kNegligible; n += 1.0) {
    term *= x / n;
    sum += term;
  }
  return sum;
}

// Q(a, x) for 0 < a < 1 and x <= 2.5, without the cancellation of 1 - P when a is small:
// 1 - x^a/Gamma(1+a) - x^a/Gamma(1+a) a sum over n >= 1 of (-x)^n / (n! (a + n)).
double UpperForSmallShape(double a, double x) {
  const double log_leading = a * Log(x) - LogGammaOnePlus(a);
  double power = 1.0;
  double sum = 0.0;
  for (int n = 1; n < 40; ++n) {
    power *= -x / n;
    sum += power / (a + n);
    if (power < kNegligible && power > -kNegligible) break;
  }
  return -Expm1(log_leading) - Exp(log_leading) * a * sum;
}

// Q(a, x) / kernel by the even part of Legendre's continued fraction, as convergents A/B: no
// division but the last.
double UpperFraction(double a, double x) {
  double a0 = 0.0, a1 = 1.0;
  double b0 = 1.0, b1 = x + 1.0 - a;
  for (int n = 1; n < 2000; ++n) {
    const double numerator = n * (a - n);
    const double denominator = x + (2 * n + 1) - a;
    const double a2 = denominator * a1 + numerator * a0;
    const double b2 = denominator * b1 + numerator * b0;
    const double change = a2 * b1 - a1 * b2;
    a0 = a1, a1 = a2, b0 = b1, b1 = b2;
    if (std::abs(change) <= 5e-16 * std::abs(a2 * b0)) break;
    if (std::abs(b1) > 1e100) a0 *= 1e-100, a1 *= 1e-100, b0 *= 1e-100, b1 *= 1e-100;
  }
  return a1 / b1;
}

// The expansion is used for a >= this and |x/a - 1| up to about 0.7 on the root-deviance scale.
constexpr double kExpansionFromShape = 30.0;
constexpr double kExpansionDeviance = 0.245;

// Coefficients for skewness 1; skewness 1/sqrt(a) divides the j-th by sqrt(a)^j.
const internal::NormalExpansion& UnitGammaExpansion() {
  static const internal::NormalExpansion expansion =
      internal::ExpandAroundNormal(1.0, 0.0, internal::kExpansionTerms);
  return expansion;
}

Tails GammaByExpansion(double a, double x, double deviance) {
  const double root = std::sqrt(a);
  const double inverse_root = 1.0 / root;
  internal::NormalExpansion expansion = UnitGammaExpansion();
  double scale = 1.0;
  for (double& coefficient : expansion.coefficients) {
    coefficient *= scale;
    scale *= inverse_root;
  }
  const double w = std::sqrt(2.0 * a * deviance);
  Tails tails = internal::TailsOf(expansion, x < a ? -w : w);
  tails.kernel *= root;
  return tails;
}

Tails GammaFromLower(double a, double x) {
  const double kernel = GammaKernel(a, x);
  const double lower = std::min(1.0, kernel * LowerSeries(a, x));
  if (lower <= 0.5 || a >= 1.0) return {lower, 1.0 - lower, kernel};
  const double upper = UpperForSmallShape(a, x);
  return {1.0 - upper, upper, kernel};
}

Tails GammaFromUpper(double a, double x) {
  const double kernel = GammaKernel(a, x);
  const double upper = kernel == 0.0 ? 0.0 : std::min(1.0, kernel * UpperFraction(a, x));
  return {1.0 - upper, upper, kernel};
}

}  // namespace

double LogGamma(double x) {
  if (!(x > 0.0)) return x == 0.0 ? kInfinity : kNan;
  if (x < 0.5) return LogGammaOnePlus(x) - Log(x);
  if (x < 1.5) return LogGammaOnePlus(x - 1.0);
  if (x <= 2.5) return LogGammaNearTwo(x - 2.0);
  if (x < kStirlingFrom) return LogGammaByRecurrence(x);
  if (x > 1e306) return kInfinity;
  return (x - 0.5) * (Log(x) - 1.0) + (kHalfLog2Pi - 0.5 + StirlingError(x));
}

Tails IncompleteGamma(double a, double x) {
  if (!(a > 0.0 && a < kInfinity && x >= 0.0)) return {kNan, kNan, kNan};
  if (x == 0.0) return {0.0, 1.0, 0.0};
  if (x == kInfinity) return {1.0, 0.0, 0.0};
  if (a >= kExpansionFromShape) {
    const double deviance = -Log1pMinusX((x - a) / a);
    if (deviance <= kExpansionDeviance) return GammaByExpansion(a, x, deviance);
  }
  const double series_up_to = a < 1.0 ? 2.5 : a + 1.0;
  return x < series_up_to ? GammaFromLower(a, x) : GammaFromUpper(a, x);
}

namespace {

// Exp for the first guesses: keeps the result a positive normal number.
double BoundedExp(double x) { return Exp(std::clamp(x, -700.0, 700.0)); }

// The cube of a normal ([WilsonHilferty1931]), or the leading term of the series below it.
double StartForLargeShape(double a, double p) {
  const double c = 1.0 / (9.0 * a);
  const double root = 1.0 - c + NormalInverseCdf(p) * std::sqrt(c);
  if (root > 0.3) return a * root * root * root;
  const double first = BoundedExp((Log(p) + LogGamma(a + 1.0)) / a);
  return first * (1.0 + first / (a + 1.0));
}

// a < 1: the power series' leading term, or the tail e^-x x^(a-1)/Gamma(a) solved twice over.
double StartForSmallShape(double a, double p) {
  const double log_power = (Log(p) + LogGammaOnePlus(a)) / a;
  if (log_power < -1.0) {
    const double first = BoundedExp(log_power);
    return first * (1.0 + first / (a + 1.0));
  }
  const double y = -Log(1.0 - p) - LogGamma(a);
  if (y < 0.5) return 0.5;
  const double once = y - (1.0 - a) * Log(y + 0.5);
  return std::max(0.3, y - (1.0 - a) * Log(std::max(once, 0.3) + 0.7));
}

// Halley's step for a function with value f, slope f1 and curvature ratio f2/f1.
double HalleyStep(double f, double f1, double curvature) {
  const double newton = f / f1;
  return newton / std::clamp(1.0 - 0.5 * newton * curvature, 0.5, 2.0);
}

// One step on log P in log x, where log P is nearly linear below the median. Returns the new x.
double StepOnLower(double a, double x, const Tails& tails, double log_p) {
  const double slope = tails.kernel / tails.lower;
  const double step = HalleyStep(Log(tails.lower) - log_p, slope, a - x - slope);
  return x * Exp(std::clamp(-step, -2.0, 2.0));
}

// One step on log Q in x, where log Q is nearly linear above the median.
double StepOnUpper(double a, double x, const Tails& tails, double log_q) {
  const double hazard = tails.kernel / (x * tails.upper);
  const double step = HalleyStep(Log(tails.upper) - log_q, -hazard, (a - 1.0) / x - 1.0 + hazard);
  return std::max(x - step, 0.25 * x);
}

}  // namespace

double GammaQuantile(double a, double p) {
  if (!(a > 0.0 && a < kInfinity && p >= 0.0 && p <= 1.0)) return kNan;
  if (p == 0.0) return 0.0;
  if (p == 1.0) return kInfinity;
  double x = a < 1.0 ? StartForSmallShape(a, p) : StartForLargeShape(a, p);
  // Below it the leading term is exact to the last bit, or the answer is 0.
  if (x < 1e-20) return Exp((Log(p) + (a < 1.0 ? LogGammaOnePlus(a) : LogGamma(a + 1.0))) / a);
  const bool on_lower = p <= 0.5;
  const double target = on_lower ? Log(p) : Log(1.0 - p);
  // The error after a step is about its cube: a step this small is the last.
  const double small_step = 1e-4 / std::sqrt(std::max(a, 1.0));
  for (int i = 0; i < 20; ++i) {
    const Tails tails = IncompleteGamma(a, x);
    const double before = x;
    if (!(tails.lower > 0.0 && tails.upper > 0.0)) break;
    x = on_lower ? StepOnLower(a, x, tails, target) : StepOnUpper(a, x, tails, target);
    if (std::abs(x - before) <= small_step * before) break;
  }
  return x;
}

}  // namespace jalon::sim
