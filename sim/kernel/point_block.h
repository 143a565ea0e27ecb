// One point under all scrambles: from Sobol's bits to factors. Internal to sim/kernel.
#ifndef JALON_SIM_KERNEL_POINT_BLOCK_H_
#define JALON_SIM_KERNEL_POINT_BLOCK_H_

#include <cstdint>
#include <vector>

#include "sim/kernel/lanes.h"

namespace jalon::sim {

// A factor process as the kernel reads it: F = sum over (a, b) of time[a] x across[b] x z[a,b],
// z independent standard normals.
struct PointBasis {
  int periods = 0;
  int padded_periods = 0;
  int factors = 0;
  // [time component x period] and [factor component x factor], times the root of the variance.
  std::vector<float> time;
  std::vector<float> across;
  // Where the normals of a dimension go: [dimension], time component x factors + factor component.
  std::vector<int> place;
  // Dimensions that are Sobol's: the first ones.
  int sobol_dimensions = 0;
  // Keys of the scrambles: [Sobol dimension x word x kLanes].
  std::vector<uint32_t> keys;
  uint64_t seed = 0;
};

// Writes the factors of `point` under each scramble to out[factor x padded period x lane], aligned
// to 64 bytes.
void FillPoint(const PointBasis& basis, uint32_t point, float* out);

}  // namespace jalon::sim

#endif  // JALON_SIM_KERNEL_POINT_BLOCK_H_
