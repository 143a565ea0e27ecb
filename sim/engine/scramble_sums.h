// The averages of each scramble of whole paths: what sampled targets of a conditional run add to
// ScrambleMeans. Internal to sim/engine.
#ifndef JALON_SIM_ENGINE_SCRAMBLE_SUMS_H_
#define JALON_SIM_ENGINE_SCRAMBLE_SUMS_H_

#include <cstdint>
#include <vector>

#include "sim/engine/plan.h"
#include "sim/engine/sampled.h"
#include "sim/engine/scramble_means.h"

namespace jalon::sim {

// Folds blocks whose lane is the scramble, for some targets of the plan. Sums of shares are whole
// numbers; those of values are added in the order of blocks. Memory: 24 bytes a target and 8 a
// threshold, times 16. `plan` must outlive it.
class ScrambleSums {
 public:
  ScrambleSums(const Plan& plan, std::vector<int> targets);

  // A block in parts: places among the targets, each once, then its end.
  void Add(const BlockOutcome& outcome, TargetRange places);
  void EndBlock() { ++blocks_; }
  // Requires a block. Rows as in ScrambleMeans, of those targets; `path_count` and knowledge are
  // left empty.
  ScrambleMeans Means() const;

 private:
  const Plan& plan_;
  const std::vector<int> targets_;
  // [place]: the first row of its thresholds.
  std::vector<size_t> first_row_;
  int64_t blocks_ = 0;
  // [threshold of these targets x scramble]
  std::vector<int64_t> hits_;
  // [target x scramble]: sum of the values that exist around the first of them, and their count.
  std::vector<double> sums_;
  std::vector<double> centers_;
  std::vector<int64_t> counts_;
};

}  // namespace jalon::sim

#endif  // JALON_SIM_ENGINE_SCRAMBLE_SUMS_H_
