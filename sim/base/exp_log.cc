// Exponentials and logarithms: argument reduction, then a short polynomial.
#include <bit>
#include <cstdint>
#include <limits>

#include "sim/base/exp_constants.h"
#include "sim/base/math.h"

namespace jalon::sim {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

constexpr double kLn2 = 0x1.62e42fefa39efp-1;
// log(2) in two parts; the first is short, so that its product with an exponent is exact.
constexpr double kLn2High = 0x1.62e42fefa2000p-1;
constexpr double kLn2Low = 0x1.9ef35793c7673p-41;
constexpr double kSqrt2 = 0x1.6a09e667f3bcdp+0;

double PowerOfTwo(int64_t exponent) {
  return std::bit_cast<double>(static_cast<uint64_t>(exponent + 1023) << 52);
}

// value x 2^exponent, in two steps where one would leave the range of exponents.
double Scale(double value, int64_t exponent) {
  if (exponent >= -1022 && exponent <= 1023) return value * PowerOfTwo(exponent);
  const int64_t half = exponent / 2;
  return value * PowerOfTwo(half) * PowerOfTwo(exponent - half);
}

// 2^(k/32) e^t for |t| <= log(2)/64, k integral.
double ScaledExp(double k, double t) {
  const int64_t n = static_cast<int64_t>(k);
  const double table = kExp2Table[n & 31];
  const double t2 = t * t;
  const double p = (0.5 + t * (1.0 / 6)) + t2 * ((1.0 / 24 + t * (1.0 / 120)) + t2 * (1.0 / 720));
  return Scale(table + table * (t + t2 * p), n >> 5);
}

// 2 (s2/3 + s2^2/5 + s2^3/7 + ...): log((1+s)/(1-s)) = s (2 + this), for |s| <= 0.1716.
double AtanhTail(double s2) {
  const double s4 = s2 * s2;
  const double s8 = s4 * s4;
  const double a = (2.0 / 3 + s2 * (2.0 / 5)) + s4 * (2.0 / 7 + s2 * (2.0 / 9));
  const double b = (2.0 / 11 + s2 * (2.0 / 13)) + s4 * (2.0 / 15 + s2 * (2.0 / 17));
  const double c = (2.0 / 19 + s2 * (2.0 / 21)) + s4 * (2.0 / 23);
  return s2 * (a + s8 * (b + s8 * c));
}

// x = 2^exponent (1 + fraction), 1 + fraction in [sqrt(1/2), sqrt(2)].
struct Reduced {
  double exponent;
  double fraction;
};

Reduced Reduce(double x) {
  int64_t exponent = 0;
  if (x < std::numeric_limits<double>::min()) {
    x *= 0x1p54;
    exponent = -54;
  }
  const uint64_t bits = std::bit_cast<uint64_t>(x);
  exponent += static_cast<int64_t>(bits >> 52) - 1023;
  double m = std::bit_cast<double>((bits & 0x000fffffffffffffu) | 0x3ff0000000000000u);
  if (m > kSqrt2) {
    m *= 0.5;
    ++exponent;
  }
  return {static_cast<double>(exponent), m - 1.0};
}

// log(1 + f) for 1 + f in [sqrt(1/2), sqrt(2)]: f - s (f - tail), whose rounding errors are all
// small against f.
double LogOnePlus(double f) {
  const double s = f / (2.0 + f);
  return f - s * (f - AtanhTail(s * s));
}

// True when Log and Log2 have a closed answer for x: not a positive finite number.
bool IsSpecialForLog(double x) { return !(x > 0.0 && x < kInfinity); }

double SpecialLog(double x) {
  if (x == 0.0) return -kInfinity;
  return x > 0.0 ? x : kNan;
}

bool IsNearZeroForLog1p(double x) { return x > -0.29 && x < 0.41; }

}  // namespace

double Exp2(double x) {
  if (!(x > -1100.0)) return x != x ? x : 0.0;
  if (x >= 1024.0) return kInfinity;
  const double k = (x * 32.0 + kRoundingShift) - kRoundingShift;
  return ScaledExp(k, (x - k * (1.0 / 32)) * kLn2);
}

double Exp(double x) {
  if (!(x > -760.0)) return x != x ? x : 0.0;
  if (x >= 710.0) return kInfinity;
  const double k = (x * (32.0 * kLog2E) + kRoundingShift) - kRoundingShift;
  return ScaledExp(k, (x - k * kLn2Over32High) - k * kLn2Over32Low);
}

double Expm1(double x) {
  if (!(x > -0.35 && x < 0.35)) return Exp(x) - 1.0;
  // Horner from the 15th term of the exponential series.
  double sum = 1.0;
  for (int n = 15; n >= 3; --n) sum = 1.0 + sum * (x / n);
  return x + x * (x * 0.5) * sum;
}

double Log(double x) {
  if (IsSpecialForLog(x)) return SpecialLog(x);
  const Reduced r = Reduce(x);
  if (r.exponent == 0.0) return LogOnePlus(r.fraction);
  return r.exponent * kLn2High + (LogOnePlus(r.fraction) + r.exponent * kLn2Low);
}

double Log2(double x) {
  if (IsSpecialForLog(x)) return SpecialLog(x);
  const Reduced r = Reduce(x);
  return r.exponent + LogOnePlus(r.fraction) * kLog2E;
}

double Log1p(double x) { return IsNearZeroForLog1p(x) ? LogOnePlus(x) : Log(1.0 + x); }

double Log1pMinusX(double x) {
  if (!IsNearZeroForLog1p(x)) return x == kInfinity ? -x : Log(1.0 + x) - x;
  const double s = x / (2.0 + x);
  return -s * (x - AtanhTail(s * s));
}

}  // namespace jalon::sim
