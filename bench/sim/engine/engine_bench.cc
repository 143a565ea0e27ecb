// What a path costs on the sampled engine: the default demo (30,000 series x 12 months) under its
// true model, one block of 16 paths at a time, whole and by law, with own noise drawn in vectors
// (as runs do) and by the scalar oracle; and a whole run beside the same blocks of the oracle.
// "s/cell" is CPU time by drawn cell (series x period x path). The figure to reach: 1,000 paths of
// the default demo in minutes.
#include <benchmark/benchmark.h>
#include <time.h>

#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "bench/sim/engine/default_demo.h"
#include "sim/base/stop_token.h"
#include "sim/engine/cell_batch.h"
#include "sim/engine/plan.h"
#include "sim/engine/run.h"
#include "sim/engine/sampled.h"
#include "sim/engine/sampled_estimator.h"
#include "sim/engine/scores.h"

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

void RunBlocks(benchmark::State& state, const Plan& plan, const SummaryOptions& summary,
               const CellLaws* laws) {
  TargetAccumulator accumulator(plan, summary);
  for (auto _ : state) {
    const auto outcome = SimulateBlock(plan, accumulator.blocks_folded(), StopToken(), laws);
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
  if (laws == nullptr) return;
  const double predicted = PredictCost(plan, 1).cpu_ms_per_256_paths / 256.0 * kPathsPerBlock;
  state.counters["predicted_ms"] = predicted;
}

const SummaryOptions kSummary = {.quantile_levels = {0.1, 0.5, 0.9}};

// One block of everything: what a run of the default demo repeats.
void BM_DefaultDemoBlock(benchmark::State& state) {
  const Plan plan = PlanOf(EveryYear());
  const CellLaws laws = MakeCellLaws(plan);
  RunBlocks(state, plan, kSummary, &laws);
}
BENCHMARK(BM_DefaultDemoBlock)->Unit(benchmark::kMillisecond)->MinTime(5.0);

void BM_DefaultDemoBlockOfTheOracle(benchmark::State& state) {
  RunBlocks(state, PlanOf(EveryYear()), kSummary, nullptr);
}
BENCHMARK(BM_DefaultDemoBlockOfTheOracle)->Unit(benchmark::kMillisecond)->MinTime(5.0);

double CpuSeconds() {
  timespec now{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + 1e-9 * static_cast<double>(now.tv_nsec);
}

// CPU seconds of a call.
template <typename Work>
double TimeOf(const Work& work) {
  const double start = CpuSeconds();
  work();
  return CpuSeconds() - start;
}

std::unique_ptr<SlicedWork> Completed(std::unique_ptr<SlicedWork> work) {
  while (!work->Step()) {
  }
  return work;
}

// A run to its first checkpoint as a server makes it, preparation and estimates included, beside
// the same paths of the scalar oracle, block by block in turns.
void BM_DefaultDemoRun(benchmark::State& state) {
  const Plan plan = PlanOf(EveryYear());
  const TargetRange all = {.end = static_cast<int>(plan.targets.size())};
  double vectors = 0.0;
  double oracle = 0.0;
  double preparation = 0.0;
  for (auto _ : state) {
    SampledEstimator run(plan, kSummary);
    TargetAccumulator reference(plan, kSummary);
    preparation += TimeOf([&] {
      if (!run.FinishPreparation(Completed(run.BeginPreparation())).ok()) std::abort();
    });
    for (int64_t block = 0; block * kPathsPerBlock < kFirstCheckpoint; ++block) {
      vectors += TimeOf([&] {
        if (!run.Fold(Completed(run.BeginBlock(block))).ok()) std::abort();
      });
      oracle += TimeOf([&] {
        if (!reference.Fold(*SimulateBlock(plan, block, StopToken())).ok()) std::abort();
      });
    }
    vectors += TimeOf([&] { benchmark::DoNotOptimize(run.EstimatesAt(0.95, all)); });
    oracle += TimeOf([&] { benchmark::DoNotOptimize(reference.EstimatesAt(0.95)); });
  }
  const double cells = static_cast<double>(DrawnCells(plan)) * kFirstCheckpoint *
                       static_cast<double>(state.iterations());
  state.counters["vectors_s/cell"] = (preparation + vectors) / cells;
  state.counters["oracle_s/cell"] = oracle / cells;
  state.counters["preparation_s"] = preparation / static_cast<double>(state.iterations());
  state.counters["times_faster"] = oracle / (preparation + vectors);
}
BENCHMARK(BM_DefaultDemoRun)->Unit(benchmark::kMillisecond)->Iterations(1);

// A block of one indicator of the catalogue, whose law and size make the price; in vectors or not.
void BM_IndicatorBlock(benchmark::State& state) {
  const int indicator = static_cast<int>(state.range(0));
  const bool in_vectors = state.range(1) != 0;
  const Plan plan = PlanOf({YearBelow(0, indicator)});
  const CellLaws laws = MakeCellLaws(plan);
  const PlanSeries& series = plan.series.front();
  state.SetLabel(DefaultDemo().truth.indicator_ids[indicator] + " law " +
                 std::to_string(static_cast<int>(series.law)) +
                 (in_vectors ? " in vectors" : " by the oracle"));
  RunBlocks(state, plan, {}, in_vectors ? &laws : nullptr);
}

// A score of every unit over all its indicators.
PlanScores ScoresOf(const std::vector<Target>& targets) {
  std::map<int, PlanScore> by_unit;
  for (size_t i = 0; i < targets.size(); ++i) {
    const PlanObjective objective = {.target = static_cast<int>(i), .value = 1'000.0};
    PlanScore& score = by_unit[targets[i].range.unit_first * 100'000 + targets[i].range.unit_end];
    score.objectives.push_back(objective);
    score.terms.push_back({.objective = objective,
                           .scale = 1'000.0,
                           .term = {.weight = 0.1, .floor = 0.0, .cap = 1.5}});
  }
  PlanScores scores;
  for (auto& [unit, score] : by_unit) scores.scores.push_back(std::move(score));
  scores.levels = {1.0, 1.05};
  return scores;
}

// Folding the scores of a block.
void BM_FoldScores(benchmark::State& state) {
  const std::vector<Target> targets = EveryYear();
  Plan plan = PlanOf(targets);
  plan.scores = ScoresOf(targets);
  const CellLaws laws = MakeCellLaws(plan);
  const BlockOutcome outcome = SimulateBlock(plan, 0, StopToken(), &laws).value();
  ScoreAccumulator accumulator(plan, {});
  for (auto _ : state) accumulator.Fold(outcome);
  state.counters["terms"] = static_cast<double>(targets.size());
  state.counters["s/term"] =
      benchmark::Counter(static_cast<double>(state.iterations() * targets.size() * kPathsPerBlock),
                         benchmark::Counter::kIsRate | benchmark::Counter::kInvert);
  state.counters["predicted_ms"] = 1e-6 * kPathsPerBlock * ScoreNanoseconds(plan.scores);
}
BENCHMARK(BM_FoldScores)->Unit(benchmark::kMillisecond);

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
        ->Args({indicator, 0})
        ->Args({indicator, 1})
        ->Unit(benchmark::kMillisecond)
        ->MinTime(0.2);
  }
}

}  // namespace
}  // namespace jalon::sim

// The demo's indicators are known once main runs, not while constants are made.
int main(int argc, char** argv) {
  jalon::sim::RegisterIndicators();
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 1;
  benchmark::RunSpecifiedBenchmarks();
  return 0;
}
