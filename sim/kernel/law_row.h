// From the power sums of one row to what the conditional estimator says of it. Internal to
// sim/kernel.
#ifndef JALON_SIM_KERNEL_LAW_ROW_H_
#define JALON_SIM_KERNEL_LAW_ROW_H_

#include <cstdint>

#include "sim/kernel/lanes.h"

namespace jalon::sim {

// How a row is spread around what the common factors say.
enum class RowLaw {
  kStep,          // not at all: the first power sum is the value
  kTwoMoments,    // lognormal, by mean and variance
  kThreeMoments,  // shifted lognormal, by mean, variance and third central moment
};

// All in one unit of the row's own, in which its largest cell is about 1.
struct RowTerms {
  RowLaw law = RowLaw::kStep;
  // What times the three power sums is the mean, the variance and the third central moment.
  float mean = 1.0f;
  float variance = 0.0f;
  float third = 0.0f;
  // Value to reach; kTwoMoments reads the logarithm of its ratio to `mean` instead, and variance /
  // mean^2.
  float threshold = 0.0f;
  float log_threshold = 0.0f;
  float excess = 0.0f;
  // Taken off means before they are squared: anywhere near them.
  float middle = 0.0f;
  // What makes the tile's unit of the mean, variance and third moment in this one.
  float to_tile = 1.0f;
};

// Rows of a block range: `count` values, a multiple of kLanes, aligned to 64 bytes.
struct RowPowers {
  const float* first = nullptr;
  const float* second = nullptr;
  const float* third = nullptr;
  int64_t count = 0;
};

// Sums over the points, by scramble.
struct RowSums {
  double attained[kLanes] = {};
  // Of the conditional mean less `middle`, its square, and of the conditional variance.
  double deviation[kLanes] = {};
  double square[kLanes] = {};
  double variance[kLanes] = {};
};

// Moments of a tile on each path, to add to.
struct TileMoments {
  float* mean = nullptr;
  float* variance = nullptr;
  float* third = nullptr;
};

// Adds a row to its sums and, where `tile` is not null, to its tile. Value v and lane v % kLanes
// belong together. The same bits on AVX2 and AVX-512; probabilities within 2e-6 of the law's. 2 to
// 3 ns a value with AVX-512.
void AddRow(const RowTerms& terms, const RowPowers& row, const TileMoments* tile, RowSums& sums);

}  // namespace jalon::sim

#endif  // JALON_SIM_KERNEL_LAW_ROW_H_
