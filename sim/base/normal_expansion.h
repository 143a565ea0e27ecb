// Laws written as a normal law times a smooth factor: the uniform expansion behind the gamma and
// beta tails of math.h. Internal to sim/base and to sim/engine/conditional.
#ifndef JALON_SIM_BASE_NORMAL_EXPANSION_H_
#define JALON_SIM_BASE_NORMAL_EXPANSION_H_

#include <array>

#include "sim/base/math.h"

namespace jalon::sim::internal {

// With w the signed root of twice the deviance at a point and z that of a running point, a gamma or
// beta probability is exactly
//
//   integral of phi(z) G(z) dz up to w  /  the same over all z,
//
// where G(z) = z / S(z) and S solves S S' = z (1 + alpha S - beta S^2), S = z + O(z^2): alpha is
// the skewness per standard deviation, beta one over the sample size (0 for the gamma law).
// Expanding G in powers of z leaves incomplete normal moments, which a two-term recurrence gives
// without cancellation on the side of the smaller tail. The idea is [Temme1979]'s; the normaliser
// comes from the same series, so that no gamma function is needed.
inline constexpr int kExpansionTerms = 24;

// Coefficients of G in powers of z; the first `count` are set.
struct NormalExpansion {
  std::array<double, kExpansionTerms> coefficients;
  int count;
};

// Expands for skewness `alpha` and `beta`, 2 <= terms <= kExpansionTerms. terms^2 / 2 products.
NormalExpansion ExpandAroundNormal(double alpha, double beta, int terms);

// The tails at w. `kernel` is phi(w) over the integral over all z: the density of z, without G.
Tails TailsOf(const NormalExpansion& expansion, double w);

}  // namespace jalon::sim::internal

#endif  // JALON_SIM_BASE_NORMAL_EXPANSION_H_
