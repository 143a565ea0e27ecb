// Gamma, lognormal, normal and Student laws.
#include <cmath>

#include "sim/base/math.h"
#include "sim/random/laws.h"
#include "sim/random/laws_internal.h"

namespace jalon::sim {

using internal::IsFiniteFrom;
using internal::IsProbability;
using internal::kInfinity;
using internal::kNan;

namespace internal {
namespace {

constexpr double kCubeFromShape = 1e10;

// shape (1 - c + z sqrt(c))^3, c = 1/(9 shape).
double WilsonHilferty(double shape, double z) {
  const double root = 1.0 / (3.0 * std::sqrt(shape));
  const double cube_root = 1.0 + root * (z - root);
  return cube_root > 0.0 ? shape * cube_root * cube_root * cube_root : 0.0;
}

double ShapeOf(const Moments& moments) {
  const double root = 2.0 / moments.skewness;
  return root * root;
}

double FromShape(const Moments& moments, double gamma) {
  const double root = 2.0 / moments.skewness;
  return moments.mean + moments.standard_deviation * ((gamma - root * root) / root);
}

}  // namespace

double ShapeQuantile(double shape, double u) {
  if (shape < kCubeFromShape) return GammaQuantile(shape, u);
  if (u == 1.0) return kInfinity;
  return WilsonHilferty(shape, NormalInverseCdf(u));
}

double ThreeMomentCdf(const Moments& moments, double x) {
  const double root = 2.0 / moments.skewness;
  const double gamma = root * root + root * ((x - moments.mean) / moments.standard_deviation);
  return gamma <= 0.0 ? 0.0 : IncompleteGamma(root * root, gamma).lower;
}

double ThreeMomentQuantile(const Moments& moments, double u) {
  return FromShape(moments, ShapeQuantile(ShapeOf(moments), u));
}

double ThreeMomentGuess(const Moments& moments, double u) {
  return FromShape(moments, WilsonHilferty(ShapeOf(moments), NormalInverseCdf(u)));
}

}  // namespace internal

namespace {

bool IsValid(const AmountLaw& law) {
  return IsFiniteFrom(law.mean, 0.0) && IsFiniteFrom(law.dispersion, 0.0);
}

// A dispersion so small against the mean that the shape overflows is none.
bool IsConstant(const AmountLaw& law) {
  return law.mean == 0.0 || !(law.mean / law.dispersion < kInfinity);
}

// A shape so small that it underflows: all the mass at 0 for any u that can be drawn.
bool IsZero(const AmountLaw& law) { return law.mean / law.dispersion == 0.0; }

}  // namespace

double Cdf(const AmountLaw& law, double x) {
  if (!IsValid(law) || x != x) return kNan;
  if (x < 0.0) return 0.0;
  if (IsConstant(law)) return x >= law.mean ? 1.0 : 0.0;
  if (IsZero(law)) return 1.0;
  return IncompleteGamma(law.mean / law.dispersion, x / law.dispersion).lower;
}

double Quantile(const AmountLaw& law, double u) {
  if (!IsValid(law) || !IsProbability(u)) return kNan;
  if (IsConstant(law)) return law.mean;
  if (IsZero(law)) return u == 1.0 ? kInfinity : 0.0;
  return law.dispersion * internal::ShapeQuantile(law.mean / law.dispersion, u);
}

namespace {

bool IsValid(const LogNormalLaw& law) {
  return IsFiniteFrom(law.mean, 0.0) && IsFiniteFrom(law.log_standard_deviation, 0.0);
}

bool IsValid(const NormalLaw& law) {
  return IsFiniteFrom(law.mean, -kInfinity) && law.mean > -kInfinity &&
         IsFiniteFrom(law.standard_deviation, 0.0);
}

bool IsValid(const StudentTLaw& law) {
  return IsValid(NormalLaw{law.mean, law.standard_deviation}) && law.degrees > 2.0;
}

// Standard deviation of the standard law, inverted.
double StudentScale(const StudentTLaw& law) {
  return law.standard_deviation * std::sqrt(1.0 - 2.0 / law.degrees);
}

}  // namespace

double Cdf(const LogNormalLaw& law, double x) {
  if (!IsValid(law) || x != x) return kNan;
  if (law.mean == 0.0 || law.log_standard_deviation == 0.0) return x >= law.mean ? 1.0 : 0.0;
  if (x <= 0.0) return 0.0;
  const double s = law.log_standard_deviation;
  return NormalCdf((Log(x) - Log(law.mean)) / s + 0.5 * s);
}

double Quantile(const LogNormalLaw& law, double u) {
  if (!IsValid(law) || !IsProbability(u)) return kNan;
  const double s = law.log_standard_deviation;
  if (law.mean == 0.0 || s == 0.0) return law.mean;
  return law.mean * Exp(s * (NormalInverseCdf(u) - 0.5 * s));
}

double Cdf(const NormalLaw& law, double x) {
  if (!IsValid(law) || x != x) return kNan;
  if (law.standard_deviation == 0.0) return x >= law.mean ? 1.0 : 0.0;
  return NormalCdf((x - law.mean) / law.standard_deviation);
}

double Quantile(const NormalLaw& law, double u) {
  if (!IsValid(law) || !IsProbability(u)) return kNan;
  if (law.standard_deviation == 0.0) return law.mean;
  return law.mean + law.standard_deviation * NormalInverseCdf(u);
}

double Cdf(const StudentTLaw& law, double x) {
  if (!IsValid(law) || x != x) return kNan;
  const double scale = StudentScale(law);
  if (scale == 0.0) return x >= law.mean ? 1.0 : 0.0;
  return StudentTCdf(law.degrees, (x - law.mean) / scale);
}

double Quantile(const StudentTLaw& law, double u) {
  if (!IsValid(law) || !IsProbability(u)) return kNan;
  const double scale = StudentScale(law);
  if (scale == 0.0) return law.mean;
  return law.mean + scale * StudentTInverseCdf(law.degrees, u);
}

}  // namespace jalon::sim
