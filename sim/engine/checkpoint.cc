#include "sim/engine/checkpoint.h"

#include <algorithm>
#include <iterator>

#include "sim/engine/sampled.h"

namespace jalon::sim {
namespace {

// Targets of a slice without quantiles; a quantile costs about as much as a target.
constexpr int kTargetsOfSlice = 4'096;

}  // namespace

CheckpointWork::CheckpointWork(const Estimator& estimator, double confidence_level,
                               int quantile_level_count, bool keep_scrambles)
    : estimator_(estimator),
      confidence_level_(confidence_level),
      slice_(std::max(kTargetsOfSlice / (1 + quantile_level_count), 1)),
      keep_scrambles_(keep_scrambles) {
  checkpoint_.path_count = estimator.blocks_folded() * kPathsPerBlock;
  checkpoint_.laws = estimator.laws();
  checkpoint_.law_checks = estimator.law_checks();
}

bool CheckpointWork::Step() {
  const int target_count = static_cast<int>(checkpoint_.laws.size());
  const int first = static_cast<int>(checkpoint_.estimates.size());
  if (first == target_count) {
    checkpoint_.scores = estimator_.ScoresAt(confidence_level_);
    checkpoint_.widest_half_width = estimator_.WidestHalfWidth(confidence_level_);
    if (keep_scrambles_) checkpoint_.scrambles = estimator_.Scrambles();
    return true;
  }
  std::vector<TargetEstimate> estimates = estimator_.EstimatesAt(
      confidence_level_, {.first = first, .end = std::min(first + slice_, target_count)});
  checkpoint_.estimates.insert(checkpoint_.estimates.end(),
                               std::make_move_iterator(estimates.begin()),
                               std::make_move_iterator(estimates.end()));
  return false;
}

}  // namespace jalon::sim
