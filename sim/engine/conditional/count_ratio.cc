#include "sim/engine/conditional/count_ratio.h"

#include <algorithm>
#include <cmath>

#include "sim/base/decimal.h"
#include "sim/base/math.h"

namespace jalon::sim {
namespace {

// Effects, in standard deviations.
constexpr int kEffects = 41;
constexpr double kEffectStep = 0.2;

// P(n) of a negative binomial of this mean and dispersion.
double CountChance(double n, double mean, double dispersion) {
  if (!(mean > 0.0)) return n == 0.0 ? 1.0 : 0.0;
  if (!(dispersion > 1.0)) return Exp(n * Log(mean) - mean - LogGamma(n + 1.0));
  const double size = mean / (dispersion - 1.0);
  return Exp(LogGamma(n + size) - LogGamma(size) - LogGamma(n + 1.0) - size * Log(dispersion) +
             n * Log((dispersion - 1.0) / dispersion));
}

double CountChanceOverEffects(const SumLaw& law, double n, double mean) {
  if (law.effect_sd == 0.0) return CountChance(n, mean, law.dispersion);
  double sum = 0.0;
  double mass = 0.0;
  for (int k = 0; k < kEffects; ++k) {
    const double z = kEffectStep * (k - 0.5 * (kEffects - 1));
    const double weight = NormalPdf(z);
    const double effect = Exp(law.effect_sd * z - 0.5 * law.effect_sd * law.effect_sd);
    mass += weight;
    sum += weight * CountChance(n, mean * effect, law.dispersion);
  }
  return sum / mass;
}

}  // namespace

double DenominatorBelow(const CountRatio& ratio, double numerator, const RatioBound& threshold) {
  // A tie reaches, or does not, whatever rounding does to it.
  constexpr double kTie = 1e-12;
  const bool or_equal = threshold.or_equal;
  if (!(ratio.other_step > 0.0)) {
    return numerator / threshold.value * (or_equal ? 1.0 + kTie : 1.0 - kTie);
  }
  const double steps = NearestDecimal(numerator / (threshold.value * ratio.other_step));
  return ratio.other_step * (or_equal ? std::floor(steps) + 0.5 : std::ceil(steps) - 0.5);
}

double ReachedByCounts(const CountRatio& ratio, const SumLaw& sum, const Cumulants& cumulants,
                       const RatioBound& threshold) {
  const double mean = std::max((cumulants.mean[0] - ratio.known) / ratio.step, 0.0);
  const double slope = cumulants.pair[0] > 0.0 ? cumulants.pair[1] / cumulants.pair[0] : 0.0;
  ThreeMoments denominator = cumulants.denominator();
  denominator.variance = std::max(denominator.variance - slope * cumulants.pair[1], 0.0);
  double missed = 0.0;
  for (int n = 0; n < kMostCounts; ++n) {
    const double value = ratio.known + ratio.step * n;
    denominator.mean = cumulants.mean[1] + slope * (value - cumulants.mean[0]);
    missed += CountChanceOverEffects(sum, n, mean) *
              UpperTail(denominator, DenominatorBelow(ratio, value, threshold));
  }
  return std::clamp(1.0 - missed, 0.0, 1.0);
}

}  // namespace jalon::sim
