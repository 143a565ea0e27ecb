// The kernels' functions of one number, on arrays: for tests and benches of what the kernel
// inlines.
#ifndef JALON_SIM_KERNEL_VECTOR_FUNCTIONS_H_
#define JALON_SIM_KERNEL_VECTOR_FUNCTIONS_H_

#include <cstdint>
#include <vector>

#include "absl/types/span.h"
#include "sim/random/philox.h"

namespace jalon::sim {

// 2^x: relative error 3e-7 from -126 to 100; 2^100 above; below -126 linearly to 0 at -127. Finite
// for all but NaN.
std::vector<float> KernelPowersOfTwo(absl::Span<const float> x);

// The standard normal quantile at (bits + 1/2) / 2^32: normal_table.h says how right it is.
std::vector<float> KernelNormals(absl::Span<const uint32_t> bits);

// Philox4x32 of the counters whose word 0 is that of `counter` (even) plus 0 .. kLanes - 1:
// [word x lane], the same numbers as sim/random.
std::vector<uint32_t> KernelPhilox(PhiloxCounter counter, PhiloxKey key);

}  // namespace jalon::sim

#endif  // JALON_SIM_KERNEL_VECTOR_FUNCTIONS_H_
