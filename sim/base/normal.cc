#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>

#include "sim/base/math.h"
#include "sim/base/normal_constants.h"

namespace jalon::sim {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
constexpr double kInverseSqrt2Pi = 0.39894228040143267794;

// e^(-z^2/2) for z >= 0. z^2 loses up to half an ulp of a number as large as 700, so its leading
// part is squared exactly and the small rest enters by its own series.
double GaussianKernel(double z) {
  const double high = std::bit_cast<double>(std::bit_cast<uint64_t>(z) & 0xfffffffff8000000u);
  const double rest = -0.5 * (z - high) * (z + high);
  return Exp(-0.5 * high * high) * (1.0 + rest * (1.0 + rest * (0.5 + rest * (1.0 / 6))));
}

// (1 + z) e^(z^2/2) P(Z > z), z >= 0, as a polynomial in s = (z - 5)/(z + 5): its Chebyshev
// interpolant of degree 24 on [-1, 1], truncation error 1e-18, written in powers of s.
constexpr double kScaledTail[25] = {
    0.46151582985003777586,    -0.09155228183400903567,    0.031030368425962848048,
    0.010002352385229382684,   -0.026401042966267253002,   0.024536963243678652695,
    -0.015170415403281223154,  0.0065220006677838962746,   -0.0016760723371645698041,
    7.7915974093389983285e-6,  0.00018233410307611754525,  -0.000053607581114872199724,
    -9.895946159334733916e-6,  9.0598246812566384771e-6,   -7.0706288463177149622e-8,
    -1.3074486019237587101e-6, 1.2844797106496339353e-7,   1.9627809920091185804e-7,
    -2.6882021292802150964e-8, -3.0952017558042069792e-8,  4.0224933821687167212e-9,
    4.4011596227599252433e-9,  -4.3272971100820943591e-10, -3.8158162626329527939e-10,
    2.5086998016985130934e-11};

// P(Z > z) for 0 <= z < 40.
double UpperTail(double z) {
  const double s = (z - 5.0) / (z + 5.0);
  const double s2 = s * s;
  // Even and odd powers apart: two short chains instead of a long one.
  double even = kScaledTail[24];
  double odd = kScaledTail[23];
  for (int i = 22; i >= 2; i -= 2) {
    even = even * s2 + kScaledTail[i];
    odd = odd * s2 + kScaledTail[i - 1];
  }
  even = even * s2 + kScaledTail[0];
  return GaussianKernel(z) * (even + s * odd) / (1.0 + z);
}

// Coefficients of the outer ranges of [Wichura1988], algorithm AS 241, PPND16.
constexpr double kMiddleNumerator[8] = {1.42343711074968357734e0,  4.63033784615654529590e0,
                                        5.76949722146069140550e0,  3.64784832476320460504e0,
                                        1.27045825245236838258e0,  2.41780725177450611770e-1,
                                        2.27238449892691845833e-2, 7.74545014278341407640e-4};
constexpr double kMiddleDenominator[8] = {1.0,
                                          2.05319162663775882187e0,
                                          1.67638483018380384940e0,
                                          6.89767334985100004550e-1,
                                          1.48103976427480074590e-1,
                                          1.51986665636164571966e-2,
                                          5.47593808499534494600e-4,
                                          1.05075007164441684324e-9};
constexpr double kFarNumerator[8] = {6.65790464350110377720e0,  5.46378491116411436990e0,
                                     1.78482653991729133580e0,  2.96560571828504891230e-1,
                                     2.65321895265761230930e-2, 1.24266094738807843860e-3,
                                     2.71155556874348757815e-5, 2.01033439929228813265e-7};
constexpr double kFarDenominator[8] = {1.0,
                                       5.99832206555887937690e-1,
                                       1.36929880922735805310e-1,
                                       1.48753612908506148525e-2,
                                       7.86869131145613259100e-4,
                                       1.84631831751005468180e-5,
                                       1.42151175831644588870e-7,
                                       2.04426310338993978564e-15};

double Polynomial7(const double (&c)[8], double x) {
  const double x2 = x * x;
  const double low = (c[0] + c[1] * x) + x2 * (c[2] + c[3] * x);
  const double high = (c[4] + c[5] * x) + x2 * (c[6] + c[7] * x);
  return low + x2 * x2 * high;
}

double Ratio(const double (&numerator)[8], const double (&denominator)[8], double x) {
  return Polynomial7(numerator, x) / Polynomial7(denominator, x);
}

// Minus the quantile at a small p, 0 < p < 0.075.
double TailQuantile(double p) {
  const double r = std::sqrt(-Log(p));
  return r <= 5.0 ? Ratio(kMiddleNumerator, kMiddleDenominator, r - 1.6)
                  : Ratio(kFarNumerator, kFarDenominator, r - 5.0);
}

}  // namespace

double NormalPdf(double x) {
  const double z = x < 0.0 ? -x : x;
  if (z > 40.0) return 0.0;
  return kInverseSqrt2Pi * GaussianKernel(z);
}

double NormalCdf(double x) {
  if (x != x) return x;
  if (x >= 40.0) return 1.0;
  if (x <= -40.0) return 0.0;
  return x < 0.0 ? UpperTail(-x) : 1.0 - UpperTail(x);
}

double NormalInverseCdf(double p) {
  const double q = p - 0.5;
  if (q >= -kCentralReach && q <= kCentralReach) {
    return q * Ratio(kCentralNumerator, kCentralDenominator, kCentralSquare - q * q);
  }
  if (!(p >= 0.0 && p <= 1.0)) return kNan;
  if (p == 0.0) return -kInfinity;
  if (p == 1.0) return kInfinity;
  return q < 0.0 ? -TailQuantile(p) : TailQuantile(1.0 - p);
}

}  // namespace jalon::sim
