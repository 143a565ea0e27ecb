// Quantiles of laws as smooth functions of a normal score and a parameter, tabulated. Internal to
// sim/kernel, but for what keeps them (surface_memo.h).
#ifndef JALON_SIM_KERNEL_SURFACE_H_
#define JALON_SIM_KERNEL_SURFACE_H_

#include <cstddef>
#include <cstdint>
#include <vector>

#include "absl/functional/function_ref.h"

namespace jalon::sim {

// Nodes of normal scores: -6.6, -6.4 ... 6.6. A word of 32 bits has a score within 6.34.
inline constexpr int kScores = 67;
inline constexpr double kFirstScore = -6.6;
inline constexpr double kScoreStep = 0.2;

// Values over scores and binary logarithms of a parameter. Between nodes: the cubic through the
// four nearest, in both directions; beyond the second first and last level the outer cubic goes on,
// so callers stay between them.
struct Surface {
  double first_level = 0.0;
  double level_step = 0.5;
  int levels = 0;
  // [level x score]
  std::vector<float> values;

  // Whether all nodes are there.
  bool is_whole() const { return values.size() == static_cast<size_t>(levels) * kScores; }
  int64_t allocated_bytes() const {
    return static_cast<int64_t>(sizeof(Surface) + values.capacity() * sizeof(float));
  }
  double lowest_level() const { return first_level + level_step; }
  double highest_level() const { return first_level + level_step * (levels - 2); }
};

// A surface from `lowest` to `highest` level without nodes yet.
Surface EmptySurface(double lowest, double highest, double level_step);

// Adds the nodes value(score, level) of the next level, kScores calls of `value`; returns true when
// it was the last.
bool AddLevel(absl::FunctionRef<double(double score, double level)> value, Surface& surface);

// A surface from `lowest` to `highest` level, whose nodes are value(score, level). Calls `value`
// some thousand times.
Surface MakeSurface(double lowest, double highest, double level_step,
                    absl::FunctionRef<double(double score, double level)> value);

}  // namespace jalon::sim

#endif  // JALON_SIM_KERNEL_SURFACE_H_
