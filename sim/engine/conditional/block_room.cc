#include "sim/engine/conditional/block_room.h"

#include <algorithm>
#include <vector>

namespace jalon::sim {
namespace {

// Rows of probabilities of a block.
size_t RowsOf(const LaneProgram& program, ThresholdsAsked asked) {
  if (asked == ThresholdsAsked::kAll) return program.thresholds.size();
  if (asked == ThresholdsAsked::kNone || program.first_row.empty()) return 0;
  return program.first_row.back();
}

// True when it has `size`; takes the numbers it grows by from what is left of `numbers`.
bool Grow(std::vector<double>& grown, size_t size, size_t& numbers) {
  if (grown.size() >= size) return true;
  grown.reserve(size);
  const size_t more = std::min(numbers, size - grown.size());
  grown.resize(grown.size() + more);
  numbers -= more;
  return grown.size() == size;
}

}  // namespace

BlockRoom::BlockRoom(const ConditionalPlanState& plan, ThresholdsAsked asked)
    : pool_(plan.PoolOf(asked)),
      rows_(RowsOf(plan.program(), asked)),
      targets_(plan.program().targets.size()),
      block_(pool_.Take()) {}

bool BlockRoom::Step(size_t numbers) {
  bool done = Grow(block_.probability, rows_ * kScrambleCount, numbers);
  done = done && Grow(block_.mean, targets_ * kScrambleCount, numbers);
  for (std::vector<double>* sums : {&block_.variance, &block_.variance_by_mean, &block_.third}) {
    done = done && Grow(*sums, targets_, numbers);
  }
  return done;
}

}  // namespace jalon::sim
