// Poisson sums of gamma sizes.
#include <algorithm>
#include <cmath>

#include "sim/base/math.h"
#include "sim/random/laws.h"
#include "sim/random/laws_internal.h"

namespace jalon::sim {
namespace {

using internal::IsFiniteFrom;
using internal::IsProbability;
using internal::kInfinity;
using internal::kNan;

bool IsValid(const CompoundLaw& law) {
  return IsFiniteFrom(law.mean, 0.0) && IsFiniteFrom(law.dispersion, 0.0) && law.shape > 0.0 &&
         law.shape < kInfinity;
}

double Scale(const CompoundLaw& law) { return law.dispersion / (1.0 + law.shape); }

// Expected number of sizes.
double Intensity(const CompoundLaw& law) { return law.mean / law.shape / Scale(law); }

bool IsConstant(const CompoundLaw& law) { return law.mean == 0.0 || !(Intensity(law) < kInfinity); }

// Where the law of many sizes is within 6e-5 of the series, or the series too long.
bool HasManySizes(const CompoundLaw& law) {
  const double intensity = Intensity(law);
  return intensity > 1000.0 || (intensity > 100.0 && intensity * law.shape > 30.0);
}

// Sizes so rare that no uniform meets one.
bool IsZero(const CompoundLaw& law) { return Intensity(law) == 0.0; }

internal::Moments MomentsOf(const CompoundLaw& law) {
  const double sd = std::sqrt(law.dispersion) * std::sqrt(law.mean);
  return {law.mean, sd, (law.shape + 2.0) * Scale(law) / sd};
}

// Beyond the series: the three-moment gamma law, whose fourth moment is put right by the next term
// of Edgeworth's series for the Cdf and of Cornish and Fisher's for the quantile. This is that term
// in standard deviations, at the standard normal value z.
double FourthMomentShift(const CompoundLaw& law, double z) {
  // Kurtosis of this law less that of the gamma law with the same skewness.
  const double excess = -0.5 * (law.shape + 2.0) / (Intensity(law) * (law.shape + 1.0));
  return z * (z * z - 3.0) * excess * (1.0 / 24);
}

double ManySizesCdf(const CompoundLaw& law, double x) {
  const internal::Moments moments = MomentsOf(law);
  const double cdf = internal::ThreeMomentCdf(moments, x);
  if (!(cdf > 0.0 && cdf < 1.0)) return cdf;
  const double z = NormalInverseCdf(cdf);
  return NormalCdf(z - FourthMomentShift(law, z));
}

double ManySizesQuantile(const CompoundLaw& law, double u) {
  const internal::Moments moments = MomentsOf(law);
  const double shift = FourthMomentShift(law, NormalInverseCdf(u));
  const double x = internal::ThreeMomentQuantile(moments, u);
  return std::max(0.0, x + moments.standard_deviation * shift);
}

// The law of the positive part at y (in units of the scale): P(0 < Y <= y), P(Y > y), and the first
// two derivatives of the former by log y.
struct Positive {
  double lower = 0.0;
  double upper = 0.0;
  double slope = 0.0;
  double curvature = 0.0;

  void Add(double weight, double shape, double y) {
    const Tails tails = IncompleteGamma(shape, y);
    lower += weight * tails.lower;
    upper += weight * tails.upper;
    slope += weight * tails.kernel;
    curvature += weight * tails.kernel * (shape - y);
  }

  // True when terms of this weight no longer matter on either side.
  bool IsDone(double weight) const { return weight < 1e-13 * std::min(lower, upper); }
};

// Sums over the number of sizes, from the most likely one outwards.
Positive PositiveAt(double intensity, double shape, double y) {
  const double mode = std::max(1.0, std::floor(intensity));
  // e^-l l^n / n! from the kernel of the gamma law of shape n + 1.
  const double weight = IncompleteGamma(mode + 1.0, intensity).kernel / intensity;
  Positive sum;
  double up = weight;
  for (double n = mode; up > 0.0 && !sum.IsDone(up); up *= intensity / n) {
    sum.Add(up, n * shape, y);
    n += 1.0;
  }
  double down = weight * mode / intensity;
  for (double n = mode - 1.0; n >= 1.0 && !sum.IsDone(down); n -= 1.0) {
    sum.Add(down, n * shape, y);
    down *= n / intensity;
  }
  return sum;
}

// First guess: the gamma law with the mean and variance of the positive part. In units of scale.
double Guess(const CompoundLaw& law, double zero, double u) {
  const double positive = -Expm1(-Intensity(law));
  const double mean = law.mean / Scale(law) / positive;
  const double square = (law.mean / Scale(law) + 1.0 + law.shape) * mean;
  const double variance = square - mean * mean;
  const double share = std::min((u - zero) / positive, 1.0 - 0x1p-40);
  const double guess = variance / mean * GammaQuantile(mean * mean / variance, share);
  return guess > 1e-290 ? guess : 1e-290;
}

// Halley's step on the log of the smaller tail in log y.
double LogStep(const Positive& at, double lower_target, double upper_target) {
  const bool on_lower = lower_target < upper_target;
  const double tail = on_lower ? at.lower : at.upper;
  const double hazard = at.slope / tail;
  const double error = Log(tail / (on_lower ? lower_target : upper_target));
  const double newton = on_lower ? error / hazard : -error / hazard;
  const double bend = at.curvature / at.slope + (on_lower ? -hazard : hazard);
  return std::clamp(newton / std::clamp(1.0 - 0.5 * newton * bend, 0.5, 2.0), -3.0, 3.0);
}

// Solves P(0 < Y <= y) = target inside a bracket that every evaluation narrows.
double Solve(const CompoundLaw& law, double y, double target, double upper_target) {
  const double intensity = Intensity(law);
  double low = 0.0, high = kInfinity;
  for (int i = 0; i < 100; ++i) {
    const Positive at = PositiveAt(intensity, law.shape, y);
    (target <= upper_target ? at.lower < target : at.upper > upper_target) ? low = y : high = y;
    double step = LogStep(at, target, upper_target);
    // No slope (NaN or infinite step): halve the bracket on the log scale.
    double next = y * Exp(-step);
    if (!(next > low && next < high)) {
      next = high == kInfinity ? 8.0 * y : low == 0.0 ? y / 8.0 : std::sqrt(low) * std::sqrt(high);
      step = kInfinity;
    }
    if (std::abs(next - y) <= 1e-15 * y) return next;
    const double width = std::max(1.0, at.slope / std::min(at.lower, at.upper));
    y = next;
    if (std::abs(step) * width <= 1e-4) break;
  }
  return y;
}

}  // namespace

double ZeroProbability(const CompoundLaw& law) {
  if (!IsValid(law)) return kNan;
  if (law.mean == 0.0) return 1.0;
  return IsConstant(law) ? 0.0 : Exp(-Intensity(law));
}

double Cdf(const CompoundLaw& law, double x) {
  if (!IsValid(law) || x != x) return kNan;
  if (x < 0.0) return 0.0;
  if (IsConstant(law)) return x >= law.mean ? 1.0 : 0.0;
  if (x == kInfinity || IsZero(law)) return 1.0;
  const double zero = ZeroProbability(law);
  if (x == 0.0) return zero;
  if (HasManySizes(law)) return ManySizesCdf(law, x);
  return std::min(1.0, zero + PositiveAt(Intensity(law), law.shape, x / Scale(law)).lower);
}

double Quantile(const CompoundLaw& law, double u) {
  if (!IsValid(law) || !IsProbability(u)) return kNan;
  if (IsConstant(law)) return law.mean;
  if (u == 1.0) return kInfinity;
  const double zero = ZeroProbability(law);
  if (u <= zero || IsZero(law)) return 0.0;
  if (HasManySizes(law)) return ManySizesQuantile(law, u);
  return Scale(law) * Solve(law, Guess(law, zero, u), u - zero, 1.0 - u);
}

}  // namespace jalon::sim
