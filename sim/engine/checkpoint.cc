#include "sim/engine/checkpoint.h"

#include <algorithm>
#include <iterator>

#include "sim/engine/sampled.h"

namespace jalon::sim {
namespace {

// Targets of a slice without quantiles; a quantile costs about as much as a target.
constexpr int kTargetsOfSlice = 2'048;
constexpr int kScoresOfSlice = 1'024;

}  // namespace

CheckpointWork::CheckpointWork(const Estimator& estimator, double confidence_level,
                               int quantile_level_count, bool keep_scrambles)
    : estimator_(estimator),
      confidence_level_(confidence_level),
      slice_(std::max(kTargetsOfSlice / (1 + quantile_level_count), 1)),
      slice_of_scores_(std::max(kScoresOfSlice / (1 + quantile_level_count), 1)),
      keep_scrambles_(keep_scrambles) {
  checkpoint_.scores.scores.reserve(estimator.score_count());
  checkpoint_.path_count = estimator.blocks_folded() * kPathsPerBlock;
  checkpoint_.laws = estimator.laws();
  checkpoint_.estimates.reserve(checkpoint_.laws.size());
  checkpoint_.law_checks = estimator.law_checks();
}

bool CheckpointWork::Step() {
  if (checkpoint_.estimates.size() < checkpoint_.laws.size()) {
    AddTargets();
  } else if (static_cast<int>(checkpoint_.scores.scores.size()) < estimator_.score_count()) {
    AddScores();
  } else if (!has_width_) {
    checkpoint_.scores.joint_sets = estimator_.JointSetsAt(confidence_level_);
    checkpoint_.widest_half_width = estimator_.WidestHalfWidth(confidence_level_);
    has_width_ = true;
    return !keep_scrambles_;
  } else {
    checkpoint_.scrambles = estimator_.Scrambles();
    return true;
  }
  return false;
}

void CheckpointWork::AddTargets() {
  const int target_count = static_cast<int>(checkpoint_.laws.size());
  const int first = static_cast<int>(checkpoint_.estimates.size());
  std::vector<TargetEstimate> estimates = estimator_.EstimatesAt(
      confidence_level_, {.first = first, .end = std::min(first + slice_, target_count)});
  std::move(estimates.begin(), estimates.end(), std::back_inserter(checkpoint_.estimates));
}

void CheckpointWork::AddScores() {
  std::vector<ScoreEstimate>& scores = checkpoint_.scores.scores;
  const int first = static_cast<int>(scores.size());
  std::vector<ScoreEstimate> more = estimator_.ScoresAt(
      confidence_level_,
      {.first = first, .end = std::min(first + slice_of_scores_, estimator_.score_count())});
  std::move(more.begin(), more.end(), std::back_inserter(scores));
}

}  // namespace jalon::sim
