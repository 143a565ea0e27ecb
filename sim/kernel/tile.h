// The inner kernel: yearly values of a few series on many paths. Internal to sim/kernel.
#ifndef JALON_SIM_KERNEL_TILE_H_
#define JALON_SIM_KERNEL_TILE_H_

#include <cstdint>

namespace jalon::sim {

// Longest window of the kernel.
inline constexpr int kMaxKernelPeriods = 60;

// Series that share a window, borrowed. All arrays as in LognormalSeries and FactorPaths, in float
// and binary logarithms; periods padded to a multiple of kPeriodGrain.
struct TileInput {
  int series = 0;
  int periods = 0;
  int padded_periods = 0;
  // Factors the series depend on, and which they are: [active factor].
  int factors = 0;
  const int* active = nullptr;
  // Factors of the paths.
  int path_factors = 0;
  // [series x padded period]
  const float* base = nullptr;
  // [series x active factor]
  const float* loading = nullptr;
  // [series]
  const float* sigma = nullptr;
  const float* constant = nullptr;
  const uint64_t* id = nullptr;
  // [block of kLanes paths x factor of the paths x padded period x lane]
  const float* factor_paths = nullptr;
  // Logarithms of all cells, own noise included, are sure to be in [-120, 36].
  bool is_bounded = false;
  uint64_t seed = 0;
  // Index of the first period since 1900.
  int first_period = 0;
};

// Blocks [first, last) of kLanes paths, counted from path 0.
struct BlockRange {
  int64_t first = 0;
  int64_t last = 0;
};

// Writes the sums over the window to years[series x stride + path] and their sums over the series
// to totals[path] for the paths of `blocks`; both arrays are aligned to 64 bytes and `stride` is a
// multiple of kLanes. Each path is a pure function of the input: the same bits whatever the range,
// and on AVX2 and AVX-512.
void SimulateTile(const TileInput& input, BlockRange blocks, float* years, int64_t stride,
                  float* totals);

}  // namespace jalon::sim

#endif  // JALON_SIM_KERNEL_TILE_H_
