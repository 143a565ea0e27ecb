// Functions of sim/base and sim/random for the 16 paths of a block at once, a path to a lane: the
// bits of the scalar functions, which are their oracles, on every instruction set.
#ifndef JALON_SIM_KERNEL_PATH_ROWS_H_
#define JALON_SIM_KERNEL_PATH_ROWS_H_

#include <array>
#include <cstdint>

#include "absl/types/span.h"
#include "sim/kernel/lanes.h"
#include "sim/random/philox.h"

namespace jalon::sim {

// One number, and one word, for each path.
struct alignas(64) PathRow {
  double x[kLanes];
};
struct alignas(64) PathWords {
  uint32_t x[kLanes];
};

// Each number replaced by its Exp. 1.2 ns each with AVX2.
void ExpRows(absl::Span<PathRow> rows);

// Philox4x32 of the counters whose word 0 is that of `counter` (even, no carry) plus 0 .. 15.
std::array<PathWords, 4> PhiloxRows(const PhiloxCounter& counter, const PhiloxKey& key);

// NormalInverseCdf of UniformFrom each word.
PathRow NormalRow(const PathWords& words);

// Each number rounded down, or up with the chance of its fraction: floor(x + UniformFrom(word)).
void WholeRow(const PathWords& words, PathRow& row);

}  // namespace jalon::sim

#endif  // JALON_SIM_KERNEL_PATH_ROWS_H_
