// Differences between laws and whole paths, pooled. Internal to sim/engine/conditional.
#ifndef JALON_SIM_ENGINE_CONDITIONAL_LAW_POOLS_H_
#define JALON_SIM_ENGINE_CONDITIONAL_LAW_POOLS_H_

#include <array>
#include <cstdint>
#include <vector>

#include "sim/engine/conditional/conditional.h"
#include "sim/engine/law_check.h"

namespace jalon::sim {

// Bounds of the ranges of P that thresholds are pooled by: three, and what is nearly certain
// outside them.
inline constexpr double kPoolBounds[] = {0.01, 0.25, 0.75, 0.99};
inline constexpr int kPoolCount = 3;

// The range that P lies in; -1 outside them all.
int PoolOf(double probability);

// Sums over the paths of a class. All of a block's thresholds are added before the block ends.
class LawPools {
 public:
  // A threshold counted in `pool` from now on.
  void Count(int pool) { ++counts_[pool]; }
  // One threshold of `pool` on the paths of a block: its P, and 1 where a path reaches it.
  void Add(int pool, const double* probability, const double* reached);
  void EndBlock();

  int64_t count(int pool) const { return counts_[pool]; }
  // Over all pools first; P of each is written as its range.
  std::array<PooledBias, kPoolCount + 1> Biases(int64_t path_count) const;

 private:
  using Lanes = std::array<double, kScrambleCount>;
  struct Sums {
    double difference = 0.0;
    double square = 0.0;
    // Of the variance that independent draws of each threshold have.
    double expected = 0.0;
  };
  static PooledBias BiasOf(const Sums& sums, int64_t threshold_count, int64_t path_count);

  std::array<int64_t, kPoolCount> counts_{};
  // Of the block in hand.
  std::array<Lanes, kPoolCount> off_{};
  std::array<double, kPoolCount> expected_{};
  // Over all pools first.
  std::array<Sums, kPoolCount + 1> sums_{};
};

// Says which checks are wrong: see LawCheckWork.
void Judge(int64_t path_count, std::vector<LawCheck>& checks);

}  // namespace jalon::sim

#endif  // JALON_SIM_ENGINE_CONDITIONAL_LAW_POOLS_H_
