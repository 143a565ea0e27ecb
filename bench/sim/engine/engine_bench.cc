// What a path costs on the sampled engine: the default demo (30,000 series x 12 months) under its
// true model, one block of 16 paths at a time, whole and by law. "ns/cell" is CPU time by drawn
// cell (series x period x path). The figure to reach: 1,000 paths of the default demo in minutes.
#include <benchmark/benchmark.h>

#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <utility>
#include <vector>

#include "bench/sim/engine/default_demo.h"
#include "sim/base/stop_token.h"
#include "sim/engine/plan.h"
#include "sim/engine/sampled.h"

namespace jalon::sim {
namespace {

Window NextTwelveMonths() {
  const Period as_of = DefaultDemo().truth.as_of;
  return {as_of + 1, as_of + 12};
}

Target YearBelow(int unit, int indicator) {
  const Network& network = DefaultDemo().revision.network;
  return {.range = RangeOf(network, indicator, unit, 0),
          .window = NextTwelveMonths(),
          .aggregation = network.indicator(indicator).aggregation,
          .thresholds = {1'000.0}};
}

// A year of every unit and indicator that has series.
std::vector<Target> EveryYear() {
  const Revision& revision = DefaultDemo().revision;
  std::vector<Target> targets;
  for (int indicator = 0; indicator < revision.network.indicator_count(); ++indicator) {
    for (int unit = 0; unit < revision.network.unit_count(); ++unit) {
      Target target = YearBelow(unit, indicator);
      if (revision.realisations.RowsIn(target.range).empty()) continue;
      targets.push_back(std::move(target));
    }
  }
  return targets;
}

Plan PlanOf(const std::vector<Target>& targets) {
  const Demo& demo = DefaultDemo();
  return ValueOrDie(BuildPlan({.revision = demo.revision,
                               .model = demo.truth,
                               .scenario = demo.scenarios.front(),
                               .targets = targets,
                               .as_of = demo.truth.as_of,
                               .seed = 1}));
}

int64_t DrawnCells(const Plan& plan) {
  int64_t cells = 0;
  for (double cell : plan.realised) cells += std::isnan(cell);
  return cells;
}

void RunBlocks(benchmark::State& state, const Plan& plan, const SummaryOptions& summary) {
  TargetAccumulator accumulator(plan, summary);
  for (auto _ : state) {
    const auto outcome = SimulateBlock(plan, accumulator.blocks_folded(), StopToken());
    if (!outcome.ok() || !accumulator.Fold(*outcome).ok()) state.SkipWithError("a block failed");
  }
  const double cells = static_cast<double>(DrawnCells(plan)) * kPathsPerBlock;
  const double paths = static_cast<double>(state.iterations()) * kPathsPerBlock;
  using benchmark::Counter;
  state.counters["series"] = plan.series_count();
  state.counters["targets"] = plan.target_count();
  state.counters["s/cell"] =
      Counter(cells * static_cast<double>(state.iterations()), Counter::kIsRate | Counter::kInvert);
  state.counters["s/path"] = Counter(paths, Counter::kIsRate | Counter::kInvert);
  const double predicted = PredictCost(plan, 1).cpu_ms_per_256_paths / 256.0 * kPathsPerBlock;
  state.counters["predicted_ms"] = predicted;
}

// One block of everything: what a run of the default demo repeats.
void BM_DefaultDemoBlock(benchmark::State& state) {
  const Plan plan = PlanOf(EveryYear());
  RunBlocks(state, plan, {.quantile_levels = {0.1, 0.5, 0.9}});
}
BENCHMARK(BM_DefaultDemoBlock)->Unit(benchmark::kMillisecond)->MinTime(5.0);

// The same, one indicator of the catalogue at a time: its law and its size make the price.
void BM_IndicatorBlock(benchmark::State& state) {
  const int indicator = static_cast<int>(state.range(0));
  const Plan plan = PlanOf({YearBelow(0, indicator)});
  const PlanSeries& series = plan.series.front();
  state.SetLabel(DefaultDemo().truth.indicator_ids[indicator] + " law " +
                 std::to_string(static_cast<int>(series.law)));
  RunBlocks(state, plan, {});
}

// Building the plan of everything: paid once a run.
void BM_BuildPlan(benchmark::State& state) {
  const std::vector<Target> targets = EveryYear();
  for (auto _ : state) benchmark::DoNotOptimize(PlanOf(targets));
}
BENCHMARK(BM_BuildPlan)->Unit(benchmark::kMillisecond);

void RegisterIndicators() {
  const int count = DefaultDemo().revision.network.indicator_count();
  for (int indicator = 0; indicator < count; ++indicator) {
    benchmark::RegisterBenchmark("BM_IndicatorBlock", BM_IndicatorBlock)
        ->Arg(indicator)
        ->Unit(benchmark::kMillisecond)
        ->MinTime(0.2);
  }
}
const bool kRegistered = (RegisterIndicators(), true);

}  // namespace
}  // namespace jalon::sim
