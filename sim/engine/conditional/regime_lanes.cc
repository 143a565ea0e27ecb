#include "sim/engine/conditional/regime_lanes.h"

#include <cmath>

namespace jalon::sim {
namespace {

static_assert(kMaxRegimes <= kScrambleCount, "every regime has a path of a block");

// The regime that is furthest behind its weight.
int NextOf(const Plan& plan, const std::vector<int>& counts) {
  int next = 0;
  double most = -1.0 * kScrambleCount;
  for (int r = 0; r < plan.regime_count(); ++r) {
    const double behind = plan.regimes[r].weight * kScrambleCount - counts[r];
    if (behind > most) {
      most = behind;
      next = r;
    }
  }
  return next;
}

}  // namespace

RegimeLanes::RegimeLanes(const Plan& plan) : counts_(plan.regimes.size(), 1) {
  for (int dealt = plan.regime_count(); dealt < kScrambleCount; ++dealt) {
    ++counts_[NextOf(plan, counts_)];
  }
  int lane = 0;
  for (int r = 0; r < plan.regime_count(); ++r) {
    for (int k = 0; k < counts_[r]; ++k) regime_[lane++] = r;
  }
}

}  // namespace jalon::sim
