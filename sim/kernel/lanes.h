// The grain of the kernel: constants of the engine's version (DECISIONS D5).
#ifndef JALON_SIM_KERNEL_LANES_H_
#define JALON_SIM_KERNEL_LANES_H_

#include <cstdint>

namespace jalon::sim {

// Paths that travel together: one 512-bit vector of floats, two of 256 bits, four of 128.
inline constexpr int kLanes = 16;
// Periods are stored in multiples of this, so that loops over them have constant lengths.
inline constexpr int kPeriodGrain = 4;

// The smallest multiple of `grain` that is >= n.
constexpr int64_t RoundUp(int64_t n, int64_t grain) { return (n + grain - 1) / grain * grain; }

}  // namespace jalon::sim

#endif  // JALON_SIM_KERNEL_LANES_H_
