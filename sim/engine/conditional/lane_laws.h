// Constants of the laws that are evaluated on 16 scrambles at once. Internal to
// sim/engine/conditional.
#ifndef JALON_SIM_ENGINE_CONDITIONAL_LANE_LAWS_H_
#define JALON_SIM_ENGINE_CONDITIONAL_LANE_LAWS_H_

#include <array>

namespace jalon::sim {

// Scrambles of a block.
inline constexpr int kLaneCount = 16;

// Terms of the expansion of a gamma law around the normal law: error 2e-6 at a skewness of 1.
inline constexpr int kGammaTerms = 14;

// [power of z] for a law whose skewness is 2 (1 per standard deviation, normal_expansion.h), and
// [power of the squared skewness / 2]: what even powers add to the total mass.
struct GammaExpansion {
  std::array<double, kGammaTerms> coefficients{};
  std::array<double, kGammaTerms / 2> moments{};
};
const GammaExpansion& UnitGammaExpansion();

}  // namespace jalon::sim

#endif  // JALON_SIM_ENGINE_CONDITIONAL_LANE_LAWS_H_
