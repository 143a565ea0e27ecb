// What a variant costs when its baseline is kept, and what sharing draws is worth: the default demo
// (30,000 series x 12 months) under its true model, a year of every unit and indicator, against the
// same with an event of 3 % less on everything. Preparation, paths, checkpoints and the block or
// the differences included; one thread.
#include <benchmark/benchmark.h>

#include <chrono>
#include <cmath>
#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

#include "bench/sim/engine/default_demo.h"
#include "sim/engine/conditional/baseline.h"
#include "sim/engine/conditional/estimator.h"
#include "sim/engine/conditional/paired_delta.h"
#include "sim/engine/executor.h"
#include "sim/engine/plan.h"
#include "sim/engine/run.h"

namespace jalon::sim {
namespace {

std::vector<Target> EveryYear() {
  const Demo& demo = DefaultDemo();
  const Network& network = demo.revision.network;
  const Period as_of = demo.truth.as_of;
  std::vector<Target> targets;
  for (int k = 0; k < network.indicator_count(); ++k) {
    for (int unit = 0; unit < network.unit_count(); ++unit) {
      Target target{.range = RangeOf(network, k, unit, 0),
                    .window = {as_of + 1, as_of + 12},
                    .aggregation = network.indicator(k).aggregation};
      if (!demo.revision.realisations.RowsIn(target.range).empty()) targets.push_back(target);
    }
  }
  return targets;
}

Plan PlanOf(const std::vector<Target>& targets, const Scenario& scenario) {
  const Demo& demo = DefaultDemo();
  return ValueOrDie(BuildPlan({.revision = demo.revision,
                               .model = demo.truth,
                               .scenario = scenario,
                               .targets = targets,
                               .as_of = demo.truth.as_of,
                               .seed = 1}));
}

RunOptions Options(int64_t paths) {
  RunOptions options{.max_paths = paths};
  options.summary.quantile_levels = {0.1, 0.5, 0.9};
  options.summary.keep_scrambles = true;
  return options;
}

struct Kept {
  std::shared_ptr<BaselineBlock> block;
  Checkpoint last;
};

// The whole of a baseline; or, with `baseline`, the run of a variant without its differences.
Kept RunOn(const Plan& plan, int64_t paths, std::shared_ptr<const BaselineBasis> baseline) {
  const RunOptions options = Options(paths);
  const bool is_variant = baseline != nullptr;
  auto estimator = std::make_unique<ConditionalEstimator>(
      plan, options.summary, ConditionalOptions{.baseline = std::move(baseline)});
  const ConditionalEstimator& conditional = *estimator;
  Kept kept{.block = std::make_shared<BaselineBlock>()};
  kept.block->identities = IdentitiesOf(DefaultDemo().revision.network, plan.targets);
  InlineExecutor executor;
  kept.last = ValueOrDie(RunToPrecision(std::move(estimator), options, executor, {},
                                        [&](const Checkpoint& checkpoint) {
                                          kept.block->Add(*checkpoint.scrambles, checkpoint.kept);
                                          if (is_variant || !checkpoint.end) return;
                                          kept.block->basis = conditional.Basis();
                                          kept.block->mixtures = conditional.Mixtures();
                                        }));
  return kept;
}

double SecondsSince(std::chrono::steady_clock::time_point start) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

// What admission says of a run of `paths`: its preparation, its paths, its checkpoints.
double PredictedMs(const Plan& plan, int64_t paths, bool is_variant) {
  const EstimatorCost cost = PredictEstimatorCost(
      plan, 1, static_cast<int>(Options(paths).summary.quantile_levels.size()));
  double checkpoints = 0.0;
  for (int64_t at = 0; at < paths; ++checkpoints) at = NextCheckpoint(at, paths);
  const double path_ms =
      cost.cpu_ms_per_256_paths * static_cast<double>(paths) +
      cost.knowledge_cpu_ms_per_256_paths * static_cast<double>(KnowledgePathsOf(paths));
  return (is_variant ? cost.variant_preparation_cpu_ms : cost.preparation_cpu_ms) +
         path_ms / 256.0 + checkpoints * cost.checkpoint_cpu_ms;
}

// Root mean squares over targets, in their standard deviations: of the error of a difference of
// means when draws are shared, and of two separate errors.
std::pair<double, double> Errors(const PairedDeltas& deltas, const Kept& base, const Kept& other) {
  double paired = 0.0;
  double apart = 0.0;
  for (size_t i = 0; i < deltas.targets.size(); ++i) {
    const TargetEstimate& a = base.last.estimates[i];
    const TargetEstimate& b = other.last.estimates[i];
    const double scale = a.standard_deviation * a.standard_deviation;
    const double error = deltas.targets[i].mean.standard_error;
    if (!(scale > 0.0) || std::isnan(error)) continue;
    paired += error * error / scale;
    apart += (a.mean_standard_error * a.mean_standard_error +
              b.mean_standard_error * b.mean_standard_error) /
             scale;
  }
  return {std::sqrt(paired), std::sqrt(apart)};
}

void BM_Variant(benchmark::State& state) {
  const int64_t paths = state.range(0);
  const Scenario& without = DefaultDemo().scenarios.front();
  Scenario with = without;
  with.events.push_back({.id = "three-percent-less",
                         .start = DefaultDemo().truth.as_of + 1,
                         .effect = {EffectLaw::Kind::kTriangular, -0.04, -0.03, -0.02},
                         .source = "bench"});
  std::vector<Target> targets = EveryYear();
  {
    const Plan pilot = PlanOf(targets, without);
    const Kept found = RunOn(pilot, 256, nullptr);
    for (size_t i = 0; i < targets.size(); ++i) {
      targets[i].thresholds = {found.last.estimates[i].quantiles[1]};
    }
  }
  const Plan base_plan = PlanOf(targets, without);
  const Plan plan = PlanOf(targets, with);
  double base_seconds = 0.0;
  double variant_seconds = 0.0;
  for (auto _ : state) {
    auto start = std::chrono::steady_clock::now();
    const Kept base = RunOn(base_plan, paths, nullptr);
    base_seconds += SecondsSince(start);
    start = std::chrono::steady_clock::now();
    const Kept variant =
        RunOn(plan, paths, std::make_shared<const BaselineBasis>(base.block->basis));
    const PairedDeltas deltas =
        ValueOrDie(PairDeltas({base.block->identities, base.block->checkpoints.back()},
                              {variant.block->identities, variant.block->checkpoints.back()}, {}));
    variant_seconds += SecondsSince(start);
    const auto [paired, apart] = Errors(deltas, base, variant);
    state.counters["error_ratio"] = apart / paired;
    state.counters["block_MB"] = static_cast<double>(base.block->bytes()) * 1e-6;
  }
  const double runs = static_cast<double>(state.iterations());
  state.counters["targets"] = plan.target_count();
  state.counters["base_ms"] = 1e3 * base_seconds / runs;
  state.counters["variant_ms"] = 1e3 * variant_seconds / runs;
  const double base_predicted_ms = PredictedMs(base_plan, paths, false);
  const double variant_predicted_ms = PredictedMs(plan, paths, true);
  state.counters["base_predicted_ms"] = base_predicted_ms;
  state.counters["base_predicted_to_measured"] = base_predicted_ms * runs / (1e3 * base_seconds);
  state.counters["variant_predicted_ms"] = variant_predicted_ms;
  state.counters["variant_predicted_to_measured"] =
      variant_predicted_ms * runs / (1e3 * variant_seconds);
  state.counters["variant_to_base"] = variant_seconds / base_seconds;
  state.counters["cached_to_both"] = variant_seconds / (base_seconds + variant_seconds);
}
BENCHMARK(BM_Variant)
    ->Arg(256)
    ->Arg(1'024)
    ->Arg(4'096)
    ->Unit(benchmark::kMillisecond)
    ->Iterations(2);

}  // namespace
}  // namespace jalon::sim
