// Inner kernels of sim/kernel/cell_laws.h, kLanes cells at a time. Internal to sim/kernel.
//
// All arrays have kLanes elements and are aligned to 64 bytes unless said otherwise. The same bits
// on every instruction set.
#ifndef JALON_SIM_KERNEL_CELL_LANES_H_
#define JALON_SIM_KERNEL_CELL_LANES_H_

#include <cstdint>

#include "sim/kernel/surface.h"

namespace jalon::sim {

// Cells at words and parameters x, up to kLanes; what is found. Elements beyond `count`, up to the
// next multiple of a vector, are read and written too.
struct LaneCells {
  const uint32_t* words;
  const float* x;
  float* found;
  int count;
};

// A quantile over its mean, less 1, for laws that Wilson's and Hilferty's cube makes nearly normal:
// (1 + w)^3 - 1 with w = surface(score of the word, log2 x) / (per_root sqrt(x + offset)), w >= -1.
struct CubeForm {
  const Surface* surface;
  float per_root;
  float offset;
};
void CubedExcess(const CubeForm& form, const LaneCells& cells);

// sqrt(x) sinh(surface(score, log2 x) / sqrt(x)): Student's quantile at x degrees of freedom.
void StudentScores(const Surface& surface, const LaneCells& cells);

// Counts of the law CountLaw{mean, dispersion} by adding up chances from 0: that of 0 is
// Exp(-mean decay), that of k + 1 is that of k times (mean / dispersion + k q) / (k + 1).
struct CountTerms {
  double dispersion = 1.0;
  double decay = 1.0;
  double q = 0.0;
  // [lane], as the counts at any address.
  const double* means = nullptr;
  const uint32_t* words = nullptr;
};
void CountUp(const CountTerms& terms, double* counts);

}  // namespace jalon::sim

#endif  // JALON_SIM_KERNEL_CELL_LANES_H_
