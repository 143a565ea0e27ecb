// Differences between a run and its baseline, with the error of the difference (DECISIONS D6).
//
// Both runs have the same draws (common random numbers): what a lever does not touch cancels path
// by path. Each of the 16 scrambles gives one difference of averages; their mean is the difference
// and their spread its error (Student's t, 15 degrees of freedom): never made of two errors as if
// they were independent. A run less itself is 0 with no error.
#ifndef JALON_SIM_ENGINE_CONDITIONAL_PAIRED_DELTA_H_
#define JALON_SIM_ENGINE_CONDITIONAL_PAIRED_DELTA_H_

#include <cstdint>
#include <limits>
#include <vector>

#include "absl/status/statusor.h"
#include "sim/engine/conditional/baseline.h"
#include "sim/engine/scramble_means.h"

namespace jalon::sim {

// The run less its baseline. All NaN where there is no counterpart, or where one of the two does
// not exist (a sampled ratio that a whole scramble lacks).
struct Delta {
  double value = std::numeric_limits<double>::quiet_NaN();
  double standard_error = std::numeric_limits<double>::quiet_NaN();
  // Two-sided interval of the computation error.
  double low = std::numeric_limits<double>::quiet_NaN();
  double high = std::numeric_limits<double>::quiet_NaN();
};

// How thresholds of one target are matched.
enum class ThresholdMatch {
  // By their value: P(Y >= x) in both worlds for the same x.
  kByValue,
  // By their place: the objective with the objective, also where its value changed, and one R/O
  // level after the other where both runs have as many.
  kByObjective,
};

struct TargetDelta {
  // The baseline's target; -1 without counterpart.
  int baseline_target = -1;
  // Of means, in the indicator's unit.
  Delta mean;
  // [threshold of the run's target]: the baseline's threshold, counted inside its target, -1
  // without counterpart; and the difference of probabilities.
  std::vector<int> baseline_threshold;
  std::vector<Delta> probability;
  // The 10th and the 90th percentile of the difference of the first threshold's probability over
  // the 64 draws of what is not known, each on the same paths in both worlds; moved to the
  // difference. NaN before both have the same draws, for sampled targets and without counterpart.
  double knowledge_low = std::numeric_limits<double>::quiet_NaN();
  double knowledge_high = std::numeric_limits<double>::quiet_NaN();
};

struct PairedDeltas {
  int64_t path_count = 0;
  // [target of the run]
  std::vector<TargetDelta> targets;
  // Targets of the baseline that the run has not, ascending.
  std::vector<int> unmatched;
};

// A run at one checkpoint.
struct PairedSide {
  const TargetIdentities& identities;
  const ScrambleMeans& means;
};

struct PairingOptions {
  ThresholdMatch thresholds = ThresholdMatch::kByObjective;
  // Two-sided, in (0, 1).
  double confidence_level = 0.95;
};

// [target of the run]: its counterpart among the baseline's targets, by identity, whatever their
// order; -1 without.
std::vector<int> CounterpartsOf(const TargetIdentities& baseline, const TargetIdentities& run);

// Differences of all targets of the run. O(targets + thresholds), 1 us a target.
// Errors: kInvalidArgument when the two have not the same number of paths: their scrambles would
// not be those of one sequence.
absl::StatusOr<PairedDeltas> PairDeltas(const PairedSide& baseline, const PairedSide& run,
                                        const PairingOptions& options);

}  // namespace jalon::sim

#endif  // JALON_SIM_ENGINE_CONDITIONAL_PAIRED_DELTA_H_
