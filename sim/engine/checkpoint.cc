#include "sim/engine/checkpoint.h"

#include <algorithm>
#include <iterator>

#include "sim/engine/sampled.h"

namespace jalon::sim {
namespace {

// Targets of a slice without quantiles; a quantile costs about as much as a target.
constexpr int kTargetsOfSlice = 2'048;
constexpr int kScoresOfSlice = 1'024;

int SliceOf(int without_quantiles, const SummaryOptions& options) {
  return std::max(without_quantiles / (1 + static_cast<int>(options.quantile_levels.size())), 1);
}

}  // namespace

CheckpointWork::CheckpointWork(const Estimator& estimator, double confidence_level,
                               const SummaryOptions& options)
    : estimator_(estimator),
      confidence_level_(confidence_level),
      options_(options),
      slice_(SliceOf(kTargetsOfSlice, options)),
      slice_of_scores_(SliceOf(kScoresOfSlice, options)) {
  checkpoint_.scores.scores.reserve(estimator.score_count());
  checkpoint_.path_count = estimator.blocks_folded() * kPathsPerBlock;
  checkpoint_.laws = estimator.laws();
  checkpoint_.estimates.reserve(checkpoint_.laws.size());
  checkpoint_.law_checks = estimator.law_checks();
  if (options.keep_estimates) {
    checkpoint_.kept =
        KeptEstimates(checkpoint_.laws.size(), static_cast<int>(options.quantile_levels.size()));
  }
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
    return !options_.keep_scrambles;
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
  if (options_.keep_estimates) {
    for (const TargetEstimate& estimate : estimates) checkpoint_.kept.Add(estimate);
  }
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
