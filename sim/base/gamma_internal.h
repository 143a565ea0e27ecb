// Pieces of the gamma function shared inside sim/base.
#ifndef JALON_SIM_BASE_GAMMA_INTERNAL_H_
#define JALON_SIM_BASE_GAMMA_INTERNAL_H_

namespace jalon::sim::internal {

// From here on StirlingError is exact to 1e-16.
inline constexpr double kStirlingFrom = 12.0;

// log Gamma(x) - ((x - 1/2) log x - x + log(2 pi)/2), x >= kStirlingFrom: Stirling's series to
// x^-13.
double StirlingError(double x);

}  // namespace jalon::sim::internal

#endif  // JALON_SIM_BASE_GAMMA_INTERNAL_H_
