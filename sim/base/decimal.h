// The decimal a double was meant to be.
#ifndef JALON_SIM_BASE_DECIMAL_H_
#define JALON_SIM_BASE_DECIMAL_H_

namespace jalon::sim {

// The decimal with 0, else 2, else 6 decimals within 1e-11 of `value` (of its size), or `value`
// itself when there is none: 1.1 x 100 is 110 in decimal and just above it in binary, and a
// realisation of 110 must meet it. Symmetric in sign; NaN and infinities are returned as they are.
// Deterministic: rounding, no transcendental.
double NearestDecimal(double value);

}  // namespace jalon::sim

#endif  // JALON_SIM_BASE_DECIMAL_H_
