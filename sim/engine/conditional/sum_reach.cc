#include "sim/engine/conditional/sum_reach.h"

#include <cmath>

#include "sim/base/math.h"
#include "sim/random/laws.h"

namespace jalon::sim {

SumReach::SumReach(const SumLaw& law, double x, bool or_equal)
    : law_(law), x_(x), or_equal_(or_equal) {
  if (law.law != Law::kNegativeBinomial) return;
  // Among whole numbers, Y >= x is Y > ceil(x) - 1, and Y > x is Y > floor(x).
  x_ = or_equal ? std::ceil(x) - 1.0 : std::floor(x);
}

double SumReach::At(double mean) const {
  if (law_.law == Law::kNegativeBinomial) {
    return x_ < 0.0 ? 1.0 : 1.0 - Cdf(CountLaw{mean, law_.dispersion}, x_);
  }
  // The only mass is at 0.
  if (x_ < 0.0 || (x_ == 0.0 && or_equal_)) return 1.0;
  if (law_.law == Law::kGamma) return 1.0 - Cdf(AmountLaw{mean, law_.dispersion}, x_);
  return 1.0 - Cdf(CompoundLaw{mean, law_.dispersion, law_.shape}, x_);
}

double SumReach::AtLog2(double log2_mean) const { return At(Exp2(log2_mean)); }

double SmoothReach(const SumLaw& law, double x, double mean) {
  if (law.law != Law::kNegativeBinomial) return SumReach(law, x, true).At(mean);
  // Closer to 1 the dispersion changes nothing that a double shows.
  constexpr double kPoissonWithin = 1e-10;
  const double excess = law.dispersion - 1.0;
  if (excess < kPoissonWithin) return IncompleteGamma(x, mean).lower;
  return IncompleteBeta(mean / excess, x, 1.0 / law.dispersion, excess / law.dispersion).upper;
}

bool SumReach::is_certain() const {
  return x_ < 0.0 || std::isinf(x_) ||
         (law_.law != Law::kNegativeBinomial && x_ == 0.0 && or_equal_);
}

}  // namespace jalon::sim
