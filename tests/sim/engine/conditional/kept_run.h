// Conditional runs whose block is kept.
#ifndef JALON_TESTS_SIM_ENGINE_CONDITIONAL_KEPT_RUN_H_
#define JALON_TESTS_SIM_ENGINE_CONDITIONAL_KEPT_RUN_H_

#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

#include "sim/engine/conditional/baseline.h"
#include "sim/engine/conditional/estimator.h"
#include "sim/engine/conditional/paired_delta.h"
#include "sim/engine/run.h"
#include "tests/sim/engine/thread_executor.h"
#include "tests/sim/engine/tiny_bank.h"

namespace jalon::sim {

struct KeptRun {
  BaselineBlock block;
  Checkpoint last;
  // Ascending by number of paths; the last one is `last`.
  std::vector<Checkpoint> all;

  std::shared_ptr<const BaselineBasis> basis() const {
    return std::make_shared<const BaselineBasis>(block.basis);
  }
  PairedSide side() const { return {block.identities, block.checkpoints.back()}; }
};

struct KeptOptions {
  int64_t paths = 1'024;
  int threads = 1;
  std::shared_ptr<const BaselineBasis> baseline = nullptr;
  std::vector<double> quantile_levels = {0.1, 0.5, 0.9};
  std::shared_ptr<const BaselineBlock> answers = nullptr;
  double half_width = 0.0;
};

inline KeptRun RunKept(const TinyBank& bank, const KeptOptions& asked = {}) {
  const Plan plan = bank.plan();
  RunOptions options{.half_width = asked.half_width, .max_paths = asked.paths};
  options.summary.quantile_levels = asked.quantile_levels;
  options.summary.keep_scrambles = true;
  options.summary.keep_estimates = true;
  auto estimator = std::make_unique<ConditionalEstimator>(
      plan, options.summary,
      ConditionalOptions{.baseline = asked.baseline, .answers = asked.answers});
  const ConditionalEstimator& kept = *estimator;
  KeptRun run{.block = {.identities = IdentitiesOf(bank.revision.network, plan.targets),
                        .quantile_levels = asked.quantile_levels}};
  ThreadExecutor executor(asked.threads);
  run.last = RunToPrecision(std::move(estimator), options, executor, {},
                            [&](const Checkpoint& checkpoint) {
                              run.block.Add(checkpoint.scrambles.value(), checkpoint.kept);
                              run.all.push_back(checkpoint);
                              if (!checkpoint.end) return;
                              run.block.basis = kept.Basis();
                              run.block.mixtures = kept.Mixtures();
                            })
                 .value();
  return run;
}

// `bank` as a variant of a run that was kept.
inline KeptRun RunVariant(const TinyBank& bank, const KeptRun& baseline, KeptOptions asked = {}) {
  asked.baseline = baseline.basis();
  return RunKept(bank, asked);
}

inline PairedDeltas DeltasOf(const KeptRun& baseline, const KeptRun& run,
                             const PairingOptions& options = {}) {
  return PairDeltas(baseline.side(), run.side(), options).value();
}

}  // namespace jalon::sim

#endif  // JALON_TESTS_SIM_ENGINE_CONDITIONAL_KEPT_RUN_H_
