// What a path costs on the conditional estimator, and how precise it is at equal N: the default
// demo (30,000 series x 12 months) under its true model, against the sampled estimator. "s/cell" is
// CPU time by cell (series x period x path), as in engine_bench.
#include <benchmark/benchmark.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <iostream>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "bench/sim/engine/default_demo.h"
#include "sim/base/stop_token.h"
#include "sim/engine/conditional/conditional.h"
#include "sim/engine/plan.h"
#include "sim/engine/sampled.h"

namespace jalon::sim {
namespace {

Plan PlanOf(const std::vector<Target>& targets) {
  const Demo& demo = DefaultDemo();
  return ValueOrDie(BuildPlan({.revision = demo.revision,
                               .model = demo.truth,
                               .scenario = demo.scenarios.front(),
                               .targets = targets,
                               .as_of = demo.truth.as_of,
                               .seed = 1}));
}

// A year of every unit and indicator that has series, at three thresholds around its sampled
// middle.
std::vector<Target> EveryYear() {
  const Revision& revision = DefaultDemo().revision;
  const Period as_of = DefaultDemo().truth.as_of;
  std::vector<Target> targets;
  for (int k = 0; k < revision.network.indicator_count(); ++k) {
    for (int unit = 0; unit < revision.network.unit_count(); ++unit) {
      Target target{.range = RangeOf(revision.network, k, unit, 0),
                    .window = {as_of + 1, as_of + 12},
                    .aggregation = revision.network.indicator(k).aggregation};
      if (!revision.realisations.RowsIn(target.range).empty()) targets.push_back(target);
    }
  }
  const Plan plan = PlanOf(targets);
  TargetAccumulator accumulator(plan, {.quantile_levels = {0.5}});
  for (int block = 0; block < 4; ++block) {
    if (!accumulator.Fold(ValueOrDie(SimulateBlock(plan, block, StopToken()))).ok()) std::abort();
  }
  const std::vector<TargetEstimate> estimates = accumulator.Estimates();
  for (size_t i = 0; i < targets.size(); ++i) targets[i].thresholds = {estimates[i].quantiles[0]};
  return targets;
}

// Those of them that have a closed form.
const std::vector<Target>& ClosedForms() {
  static const std::vector<Target> kept = [] {
    const std::vector<Target> all = EveryYear();
    const Plan plan = PlanOf(all);
    const absl::StatusOr<ConditionalPlan> made = ConditionalPlan::Make(plan, {});
    if (made.ok()) return all;
    std::set<std::string> refused;
    const Violations violations = ViolationsFromStatus(made.status());
    for (const Violation& violation : violations.kept()) refused.insert(violation.field);
    std::cerr << violations.total_count() << " of " << all.size()
              << " targets refused; first: " << violations.kept().front().rule << "\n";
    std::vector<Target> some;
    for (size_t i = 0; i < all.size(); ++i) {
      if (!refused.contains("targets[" + std::to_string(i) + "]")) some.push_back(all[i]);
    }
    return some;
  }();
  return kept;
}

int64_t DrawnCells(const Plan& plan) {
  int64_t cells = 0;
  for (double cell : plan.realised) cells += std::isnan(cell);
  return cells;
}

void Count(benchmark::State& state, const Plan& plan) {
  using benchmark::Counter;
  const double cells = static_cast<double>(DrawnCells(plan)) * kPathsPerBlock;
  state.counters["series"] = plan.series_count();
  state.counters["targets"] = plan.target_count();
  state.counters["s/cell"] =
      Counter(cells * static_cast<double>(state.iterations()), Counter::kIsRate | Counter::kInvert);
}

// Quartiles of the standard errors of the probabilities, in points.
void Precision(benchmark::State& state, std::vector<double> errors) {
  std::sort(errors.begin(), errors.end());
  state.counters["se_pp_median"] = 100.0 * errors[errors.size() / 2];
  state.counters["se_pp_p90"] = 100.0 * errors[errors.size() * 9 / 10];
}

void BM_Sampled(benchmark::State& state) {
  const Plan plan = PlanOf(ClosedForms());
  TargetAccumulator accumulator(plan, {});
  for (auto _ : state) {
    const auto outcome = SimulateBlock(plan, accumulator.blocks_folded(), StopToken());
    if (!outcome.ok() || !accumulator.Fold(*outcome).ok()) state.SkipWithError("a block failed");
  }
  Count(state, plan);
  // What independent paths give at N = 256.
  std::vector<double> errors;
  for (const TargetEstimate& estimate : accumulator.Estimates()) {
    const double p = estimate.probability[0];
    errors.push_back(std::sqrt(p * (1.0 - p) / 256.0));
  }
  Precision(state, std::move(errors));
}
BENCHMARK(BM_Sampled)->Unit(benchmark::kMillisecond)->Iterations(4);

// 16 points of 16 scrambles: N = 256.
void BM_Conditional(benchmark::State& state) {
  const Plan plan = PlanOf(ClosedForms());
  const ConditionalPlan conditional = ValueOrDie(ConditionalPlan::Make(plan, {}));
  ConditionalAccumulator accumulator(conditional);
  for (auto _ : state) {
    accumulator.Fold(
        ValueOrDie(ComputeConditionalBlock(conditional, accumulator.blocks_folded(), StopToken())));
  }
  Count(state, plan);
  Precision(state, accumulator.ProbabilityErrors());
}
BENCHMARK(BM_Conditional)->Unit(benchmark::kMillisecond)->Iterations(16);

// Laws, tables and the order of dimensions: paid once a run.
void BM_MakeConditionalPlan(benchmark::State& state) {
  const Plan plan = PlanOf(ClosedForms());
  for (auto _ : state) {
    benchmark::DoNotOptimize(ValueOrDie(ConditionalPlan::Make(plan, {})).law(0));
  }
}
BENCHMARK(BM_MakeConditionalPlan)->Unit(benchmark::kMillisecond)->Iterations(1);

}  // namespace
}  // namespace jalon::sim
