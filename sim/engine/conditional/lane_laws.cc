#include "sim/engine/conditional/lane_laws.h"

#include <algorithm>

#include "sim/base/normal_expansion.h"

namespace jalon::sim {
namespace {

GammaExpansion MakeExpansion() {
  const internal::NormalExpansion unit = internal::ExpandAroundNormal(1.0, 0.0, kGammaTerms);
  GammaExpansion made;
  std::copy_n(unit.coefficients.begin(), kGammaTerms, made.coefficients.begin());
  // Even moments of a standard normal: (2j - 1)!!.
  double moment = 1.0;
  for (int j = 0; j < kGammaTerms / 2; ++j) {
    made.moments[j] = made.coefficients[2 * j] * moment;
    moment *= 2 * j + 1;
  }
  return made;
}

}  // namespace

const GammaExpansion& UnitGammaExpansion() {
  static const GammaExpansion expansion = MakeExpansion();
  return expansion;
}

}  // namespace jalon::sim
