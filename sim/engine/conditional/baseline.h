// A memo of a conditional run for its variants: what differences to it are computed from, so that a
// variant costs one pass (DECISIONS D6, docs/model/conditional.md).
//
// A baseline is a specification; this is what its run leaves behind. It may be thrown away at any
// time: the same plan and the same number of paths give it again, bit for bit, on any number of
// threads.
#ifndef JALON_SIM_ENGINE_CONDITIONAL_BASELINE_H_
#define JALON_SIM_ENGINE_CONDITIONAL_BASELINE_H_

#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include "sim/base/period.h"
#include "sim/engine/conditional/baseline_basis.h"
#include "sim/engine/conditional/baseline_mixtures.h"
#include "sim/engine/kept_estimates.h"
#include "sim/engine/plan.h"
#include "sim/engine/scramble_means.h"
#include "sim/engine/target.h"
#include "sim/network/network.h"

namespace jalon::sim {

// What a target is about, whichever revision, model or objective it belongs to.
struct TargetIdentity {
  // SeriesId64 of the node's unit, segment and indicator: two nodes of a million share one with
  // probability 3e-8.
  uint64_t node = 0;
  Window window;
  Aggregation aggregation = Aggregation::kSum;
  Direction direction = Direction::kHigherIsBetter;

  friend bool operator==(const TargetIdentity&, const TargetIdentity&) = default;
};

struct TargetIdentities {
  std::vector<TargetIdentity> targets;
  // [target + 1]: first of its thresholds.
  std::vector<size_t> first_threshold;
  // [threshold of all targets]: its value, and what of a variation's opening value is added to it.
  std::vector<double> thresholds;
  std::vector<double> opening_weights;

  size_t threshold_count(size_t target) const {
    return first_threshold[target + 1] - first_threshold[target];
  }
  int64_t bytes() const;
};

// Targets of a plan on `network`, in their order.
TargetIdentities IdentitiesOf(const Network& network, std::span<const Target> targets);

struct RunOptions;

// A pure value. Bytes for T targets with h thresholds and q quantile levels each after C
// checkpoints: C T (128 (1 + h) + 8 (7 + q)), 512 T for what is known of them, 260 to 390 T for
// their distributions, 40 T for their names, and 24 to 32 a series and period for the basis. 24,000
// targets with one threshold and one quantile on as many series of a year, five checkpoints (65,536
// paths): 70 MB; with an objective, six R/O levels, nine quantiles and the three checkpoints of
// 4,096 paths: 110 MB.
struct BaselineBlock {
  TargetIdentities identities;
  BaselineBasis basis;
  // Ascending by number of paths: 256, 1,024, 4,096... and the last.
  std::vector<ScrambleMeans> checkpoints;
  // [checkpoint]: what their estimates say besides, with quantiles at `quantile_levels`.
  std::vector<KeptEstimates> estimates;
  std::vector<double> quantile_levels;
  // Of the last checkpoint.
  BaselineMixtures mixtures;

  // The next checkpoint. Knowledge is kept of the last one alone.
  void Add(ScrambleMeans means, KeptEstimates kept);
  // Null when there is no checkpoint at so many paths.
  const ScrambleMeans* At(int64_t path_count) const;
  const KeptEstimates* EstimatesAt(int64_t path_count) const;
  // Whether it has an answer at every checkpoint of a run that is asked `options`.
  bool AnswersAll(const RunOptions& options) const;
  // Bytes held: what PredictBaselineBytes foresees.
  int64_t bytes() const;
};

// Most bytes that the block of a run of `max_paths` paths holds.
double PredictBaselineBytes(const Plan& plan, int64_t max_paths, int quantile_level_count);

}  // namespace jalon::sim

#endif  // JALON_SIM_ENGINE_CONDITIONAL_BASELINE_H_
