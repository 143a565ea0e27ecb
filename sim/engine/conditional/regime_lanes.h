// In which regimes the sixteen paths of a share of the knowledge interval are. Internal to
// sim/engine/conditional.
#ifndef JALON_SIM_ENGINE_CONDITIONAL_REGIME_LANES_H_
#define JALON_SIM_ENGINE_CONDITIONAL_REGIME_LANES_H_

#include <array>
#include <cstdint>
#include <vector>

#include "sim/engine/conditional/conditional.h"
#include "sim/engine/plan.h"

namespace jalon::sim {

// Regimes are dealt out instead of drawn: every one has at least one path of a block, the others go
// by weight (largest remainders). A draw's probability is then the sum over regimes of its weight
// times the average of the regime's paths: exact in the weights, whatever they are in that draw.
// Read-only once built; a function of the plan's weights.
class RegimeLanes {
 public:
  explicit RegimeLanes(const Plan& plan);

  // Of path `lane` of block `block`: dealt on by some paths from block to block.
  int RegimeOf(int64_t block, int lane) const {
    return regime_[static_cast<size_t>(lane + kShift * block) % kScrambleCount];
  }
  // [regime]: its paths in every block.
  const std::vector<int>& counts() const { return counts_; }

 private:
  static constexpr int64_t kShift = 5;
  std::array<int, kScrambleCount> regime_{};
  std::vector<int> counts_;
};

}  // namespace jalon::sim

#endif  // JALON_SIM_ENGINE_CONDITIONAL_REGIME_LANES_H_
