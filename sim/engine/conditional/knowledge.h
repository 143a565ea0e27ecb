// What is not known, apart from what only happens: the knowledge interval of a probability.
// Internal to sim/engine/conditional.
//
// A probability integrates over everything uncertain. Part of that is the future's own (latents,
// drivers, draws of cells, which regime of a mixture comes true), and part is what the model does
// not know: parameters shared by series, elasticities, sizes of events, and the weights of regimes
// where their confidence is told (regime_weights.h). The interval says how far the probability
// would move if the second part were known: its 10th to its 90th percentile over 64 draws of these,
// each integrated over the same shared paths of the first part (common random numbers). Regimes are
// dealt out to these paths (regime_lanes.h) and weighted with the weights of the draw.
#ifndef JALON_SIM_ENGINE_CONDITIONAL_KNOWLEDGE_H_
#define JALON_SIM_ENGINE_CONDITIONAL_KNOWLEDGE_H_

#include <array>
#include <cstdint>
#include <vector>

#include "sim/engine/conditional/conditional.h"
#include "sim/engine/conditional/regime_lanes.h"
#include "sim/engine/target.h"

namespace jalon::sim {

inline constexpr int kParameterDraws = 64;
// Blocks of paths each draw is integrated over at most.
inline constexpr int kBlocksPerDraw = 4;

// A draw of parameters over a block of paths.
struct KnowledgeShare {
  int draw = 0;
  int64_t paths_block = 0;

  friend bool operator==(const KnowledgeShare&, const KnowledgeShare&) = default;
};
// What block `block` of a run adds. Nothing before the first checkpoint, which comes the sooner;
// every draw over 16 paths by the second (1,024 paths of the run); then over 16 more each, up to
// 64.
std::vector<KnowledgeShare> KnowledgeSharesOf(int64_t block);

// The 10th and the 90th percentile of numbers, one per draw, straight between order statistics.
struct KnowledgeInterval {
  double low = 0.0;
  double high = 0.0;
};
KnowledgeInterval IntervalOver(std::array<double, kParameterDraws> draws);

// Folds shares in the order of blocks. Memory: 512 bytes for each target with a threshold.
class KnowledgeAccumulator {
 public:
  explicit KnowledgeAccumulator(const ConditionalPlan& plan);
  // Most bytes that one for `plan` holds.
  static double PredictBytes(const Plan& plan);

  // `block`: the conditional block of `share`.
  void Fold(const KnowledgeShare& share, ConditionalBlock block);
  // The same in parts: rows, each once, then the block's end. The first ones make room for theirs.
  int row_count() const { return static_cast<int>(is_sampled_.size()); }
  void Add(const KnowledgeShare& share, const ConditionalBlock& block, TargetRange rows);
  void EndBlock(const KnowledgeShare& share, ConditionalBlock block);
  // Writes the interval of the first threshold of each target around its probability, once every
  // draw has been folded; before that, and without threshold, NaN stays.
  void AddIntervals(TargetRange targets, std::vector<TargetEstimate>& estimates) const;
  // [target with a threshold x draw]: the probability under each draw; NaN where a target has no
  // closed form, and where it is taken over from a baseline whose `knowledge`, of the same shape,
  // is empty. Empty before every draw has been folded.
  std::vector<double> Probabilities(const std::vector<double>& knowledge = {}) const;
  int blocks_folded() const;

 private:
  // Of each path of a draw's share: 1 without a mixture.
  std::array<double, kScrambleCount> LaneWeights(const KnowledgeShare& share) const;
  void AddInterval(int row, TargetEstimate& estimate) const;

  const ConditionalPlanState& plan_;
  // [target]: row of `sums`, -1 without threshold.
  std::vector<int> rows_;
  // [row]: whether its target is sampled, or taken over from a baseline.
  std::vector<char> is_sampled_;
  std::vector<char> is_taken_over_;
  // [draw]: blocks folded.
  std::vector<int> counts_;
  // [row x draw]: sums of the probability over paths; of all rows once a block has been folded.
  std::vector<double> sums_;
  RegimeLanes lanes_;
  // [draw x regime]
  std::vector<double> regime_weights_;
};

}  // namespace jalon::sim

#endif  // JALON_SIM_ENGINE_CONDITIONAL_KNOWLEDGE_H_
