// Negative binomial and Poisson counts.
#include <algorithm>
#include <cmath>
#include <optional>

#include "sim/base/math.h"
#include "sim/random/laws.h"
#include "sim/random/laws_internal.h"

namespace jalon::sim {
namespace {

using internal::IsFiniteFrom;
using internal::IsProbability;
using internal::kInfinity;
using internal::kNan;

// Up to this mean the search starts at 0, which costs a few ns per unit of the result.
constexpr double kSearchFromZeroUpTo = 40.0;
// A search from 0 that has gone this far starts again from a guess: a large dispersion gives a
// small mean a long tail.
constexpr int kLongSearch = 400;
// Above it integers no longer matter.
constexpr double kContinuousFrom = 1e10;
// Closer to 1 the dispersion changes nothing that a double shows.
constexpr double kPoissonWithin = 1e-10;

bool IsValid(const CountLaw& law) {
  return IsFiniteFrom(law.mean, 0.0) && IsFiniteFrom(law.dispersion, 1.0);
}

// P(k + 1) / P(k).
double Ratio(const CountLaw& law, double k) {
  return (law.mean + (law.dispersion - 1.0) * k) / (law.dispersion * (k + 1.0));
}

// P(0) = dispersion^(-mean / (dispersion - 1)).
double ProbabilityOfZero(const CountLaw& law) {
  const double excess = law.dispersion - 1.0;
  return Exp(excess == 0.0 ? -law.mean : -law.mean * (Log1p(excess) / excess));
}

internal::Moments MomentsOf(const CountLaw& law) {
  const double sd = std::sqrt(law.dispersion) * std::sqrt(law.mean);
  return {law.mean, sd, (2.0 * law.dispersion - 1.0) / sd};
}

// P(K <= k), P(K > k) and P(K = k) at an integer k >= 0.
struct Point {
  double k;
  double cdf;
  double upper;
  double probability;
};

Point PointAt(const CountLaw& law, double k) {
  const double excess = law.dispersion - 1.0;
  if (excess < kPoissonWithin) {
    const Tails tails = IncompleteGamma(k + 1.0, law.mean);
    return {k, tails.upper, tails.lower, tails.kernel / law.mean};
  }
  const Tails tails =
      IncompleteBeta(law.mean / excess, k + 1.0, 1.0 / law.dispersion, excess / law.dispersion);
  // The kernel is P(K = k) (mean + excess k) / dispersion.
  return {k, tails.lower, tails.upper, tails.kernel * law.dispersion / (law.mean + excess * k)};
}

std::optional<double> SearchFromZero(const CountLaw& law, double u) {
  double probability = ProbabilityOfZero(law);
  double cdf = probability;
  for (int k = 0; k < kLongSearch; ++k) {
    if (cdf >= u) return k;
    probability *= Ratio(law, k);
    cdf += probability;
  }
  return std::nullopt;
}

double Guess(const CountLaw& law, double u) {
  const internal::Moments moments = MomentsOf(law);
  const double guess = moments.skewness < 1.2 ? internal::ThreeMomentGuess(moments, u)
                                              : Quantile(AmountLaw{law.mean, law.dispersion}, u);
  return guess > 0.0 ? std::floor(guess) : 0.0;
}

// Newton's step on the log of the smaller tail, which is nearly linear far out.
double StepTo(const Point& point, double u) {
  const double distance =
      u < 0.5 ? point.cdf * Log(u / point.cdf) : point.upper * Log(point.upper / (1.0 - u));
  return distance / point.probability;
}

// A probability below this is lost in the rounding of Cdf: integers cannot be told apart.
constexpr double kResolution = 1e-15;
// Estimated steps that are walked one by one.
constexpr double kShortWalk = 24.0;
// Bounds the walk where the estimate was poor.
constexpr int kLongestWalk = 2000;

// Newton steps until the answer is a short walk away.
Point Approach(const CountLaw& law, double u) {
  Point point = PointAt(law, Guess(law, u));
  for (int i = 0; i < 40; ++i) {
    double step = StepTo(point, u);
    if (std::abs(step) <= kShortWalk) break;
    // A tail that has underflowed gives no finite step.
    if (!(std::abs(step) < kInfinity)) step = point.cdf < u ? kInfinity : -kInfinity;
    const double next = std::clamp(point.k + step, 0.5 * point.k - 1.0, 2.0 * point.k + 16.0);
    const double k = next > 0.0 ? std::floor(next) : 0.0;
    if (k == point.k) break;
    point = PointAt(law, k);
  }
  return point;
}

double WalkDown(const CountLaw& law, Point point, double u) {
  for (int i = 0; i < kLongestWalk && point.k > 0.0; ++i) {
    if (point.cdf - point.probability < u) break;
    point.cdf -= point.probability;
    point.k -= 1.0;
    point.probability /= Ratio(law, point.k);
  }
  return point.k;
}

double WalkUp(const CountLaw& law, Point point, double u) {
  for (int i = 0; i < kLongestWalk && point.cdf < u; ++i) {
    point.probability *= Ratio(law, point.k);
    point.cdf += point.probability;
    point.k += 1.0;
  }
  return point.k;
}

}  // namespace

double Cdf(const CountLaw& law, double x) {
  if (!IsValid(law) || x != x) return kNan;
  if (x < 0.0) return 0.0;
  if (law.mean == 0.0 || x == kInfinity) return 1.0;
  if (law.mean > kContinuousFrom) return internal::ThreeMomentCdf(MomentsOf(law), x);
  return std::min(PointAt(law, std::floor(x)).cdf, 1.0);
}

double Quantile(const CountLaw& law, double u) {
  if (!IsValid(law) || !IsProbability(u)) return kNan;
  if (law.mean == 0.0 || u == 0.0) return 0.0;
  if (u == 1.0) return kInfinity;
  if (law.mean > kContinuousFrom) {
    return std::max(0.0, internal::ThreeMomentQuantile(MomentsOf(law), u));
  }
  if (law.mean <= kSearchFromZeroUpTo) {
    if (const std::optional<double> k = SearchFromZero(law, u)) return *k;
  }
  const Point point = Approach(law, u);
  if (point.probability < kResolution) return point.k;
  return point.cdf >= u ? WalkDown(law, point, u) : WalkUp(law, point, u);
}

}  // namespace jalon::sim
