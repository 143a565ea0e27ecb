#include "sim/engine/conditional/knowledge.h"

#include <algorithm>
#include <array>
#include <limits>
#include <numeric>

#include "sim/engine/conditional/plan_state.h"
#include "sim/engine/conditional/regime_weights.h"
#include "sim/engine/run.h"

namespace jalon::sim {
namespace {

constexpr double kLow = 0.1;
constexpr double kHigh = 0.9;

using Draws = std::array<double, kParameterDraws>;

// Straight between order statistics.
double Quantile(const Draws& sorted, double level) {
  const double place = level * (kParameterDraws - 1);
  const auto below = static_cast<size_t>(place);
  const double share = place - static_cast<double>(below);
  return sorted[below] + share * (sorted[below + 1] - sorted[below]);
}

}  // namespace

KnowledgeInterval IntervalOver(Draws draws) {
  std::sort(draws.begin(), draws.end());
  return {.low = Quantile(draws, kLow), .high = Quantile(draws, kHigh)};
}

std::vector<KnowledgeShare> KnowledgeSharesOf(int64_t block) {
  // Blocks before the first checkpoint, and those until the second.
  constexpr int64_t kFree = kFirstCheckpoint / kPathsPerBlock;
  constexpr int64_t kRest = kParameterDraws - kFree;
  if (block < kFree || block >= int64_t{kParameterDraws} * kBlocksPerDraw) return {};
  const auto draw = static_cast<int>(block % kParameterDraws);
  if (block >= kParameterDraws) return {{.draw = draw, .paths_block = block / kParameterDraws}};
  std::vector<KnowledgeShare> shares = {{.draw = static_cast<int>(block - kFree)}};
  if (block < 2 * kFree) shares.push_back({.draw = static_cast<int>(block - kFree + kRest)});
  return shares;
}

KnowledgeAccumulator::KnowledgeAccumulator(const ConditionalPlan& plan)
    : plan_(plan.state()),
      counts_(kParameterDraws, 0),
      lanes_(plan.plan()),
      regime_weights_(DrawRegimeWeights(plan.plan(), plan.state().states->basis().leading_count,
                                        kParameterDraws)) {
  int row_count = 0;
  const std::vector<TargetLaw>& laws = plan.state().laws();
  for (size_t i = 0; i < laws.size(); ++i) {
    rows_.push_back(laws[i].thresholds.empty() ? -1 : row_count++);
    if (laws[i].thresholds.empty()) continue;
    const int target = static_cast<int>(i);
    is_sampled_.push_back(plan_.law(target) == LawUsed::kSampled ? 1 : 0);
    is_taken_over_.push_back(plan_.IsTakenOver(target) ? 1 : 0);
  }
  sums_.reserve(static_cast<size_t>(row_count) * kParameterDraws);
}

double KnowledgeAccumulator::PredictBytes(const Plan& plan) {
  double rows = 0.0;
  for (const Target& target : plan.targets) rows += target.thresholds.empty() ? 0.0 : 1.0;
  return (rows + plan.regime_count()) * kParameterDraws * sizeof(double) +
         static_cast<double>(plan.targets.size()) * (sizeof(int) + sizeof(size_t) + 2);
}

void KnowledgeAccumulator::Fold(const KnowledgeShare& share, ConditionalBlock block) {
  Add(share, block, {.first = 0, .end = row_count()});
  EndBlock(share, std::move(block));
}

void KnowledgeAccumulator::Add(const KnowledgeShare& share, const ConditionalBlock& block,
                               TargetRange rows) {
  const size_t reached = static_cast<size_t>(rows.end) * kParameterDraws;
  if (sums_.size() < reached) sums_.resize(reached, 0.0);
  const std::array<double, kScrambleCount> weights = LaneWeights(share);
  for (auto row = static_cast<size_t>(rows.first); row < static_cast<size_t>(rows.end); ++row) {
    if (is_taken_over_[row] != 0) continue;
    const double* p = block.probability.data() + row * kScrambleCount;
    sums_[row * kParameterDraws + share.draw] +=
        std::inner_product(p, p + kScrambleCount, weights.begin(), 0.0);
  }
}

void KnowledgeAccumulator::EndBlock(const KnowledgeShare& share, ConditionalBlock block) {
  ++counts_[share.draw];
  plan_.first_pool.Give(std::move(block));
}

std::array<double, kScrambleCount> KnowledgeAccumulator::LaneWeights(
    const KnowledgeShare& share) const {
  std::array<double, kScrambleCount> weights{};
  const size_t regime_count = lanes_.counts().size();
  for (int lane = 0; lane < kScrambleCount; ++lane) {
    const int regime = lanes_.RegimeOf(share.paths_block, lane);
    weights[lane] = regime_weights_[share.draw * regime_count + regime] * kScrambleCount /
                    lanes_.counts()[regime];
  }
  return weights;
}

void KnowledgeAccumulator::AddIntervals(TargetRange targets,
                                        std::vector<TargetEstimate>& estimates) const {
  if (*std::min_element(counts_.begin(), counts_.end()) == 0) return;
  for (int i = targets.first; i < targets.end; ++i) {
    if (rows_[i] >= 0 && !plan_.IsTakenOver(i)) AddInterval(rows_[i], estimates[i - targets.first]);
  }
}

// Few paths a draw leave an error that all draws share: the interval is moved to the estimate.
void KnowledgeAccumulator::AddInterval(int row, TargetEstimate& estimate) const {
  Draws draws{};
  double mean = 0.0;
  for (int k = 0; k < kParameterDraws; ++k) {
    draws[k] = sums_[static_cast<size_t>(row) * kParameterDraws + k] /
               static_cast<double>(counts_[k] * kScrambleCount);
    mean += draws[k] / kParameterDraws;
  }
  const KnowledgeInterval interval = IntervalOver(draws);
  const double shift = estimate.probability.front() - mean;
  estimate.knowledge_low = std::clamp(interval.low + shift, 0.0, 1.0);
  estimate.knowledge_high = std::clamp(interval.high + shift, 0.0, 1.0);
}

std::vector<double> KnowledgeAccumulator::Probabilities(
    const std::vector<double>& knowledge) const {
  if (*std::min_element(counts_.begin(), counts_.end()) == 0) return {};
  std::vector<double> made(sums_.size(), std::numeric_limits<double>::quiet_NaN());
  for (size_t k = 0; k < sums_.size(); ++k) {
    const size_t row = k / kParameterDraws;
    if (is_taken_over_[row] != 0 && !knowledge.empty()) made[k] = knowledge[k];
    if (is_sampled_[row] != 0 || is_taken_over_[row] != 0) continue;
    made[k] = sums_[k] / static_cast<double>(counts_[k % kParameterDraws] * kScrambleCount);
  }
  return made;
}

int KnowledgeAccumulator::blocks_folded() const {
  return std::accumulate(counts_.begin(), counts_.end(), 0);
}

}  // namespace jalon::sim
