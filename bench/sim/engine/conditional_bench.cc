// What a path costs on the conditional estimator, and how precise it is at equal N: the default
// demo (30,000 series x 12 months) under its true model, against the sampled estimator. "s/cell" is
// CPU time by cell (series x period x path), as in engine_bench.
#include <benchmark/benchmark.h>

#include <algorithm>
#include <chrono>
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
#include "sim/engine/conditional/law_check_work.h"
#include "sim/engine/conditional/plan_state.h"
#include "sim/engine/plan.h"
#include "sim/engine/sampled.h"

namespace jalon::sim {
namespace {

Plan PlanOf(const std::vector<Target>& targets, const Demo& demo = DefaultDemo()) {
  return ValueOrDie(BuildPlan({.revision = demo.revision,
                               .model = demo.truth,
                               .scenario = demo.scenarios.front(),
                               .targets = targets,
                               .as_of = demo.truth.as_of,
                               .seed = 1}));
}

// A year of every unit and indicator that has series, at three thresholds around its sampled
// middle.
std::vector<Target> EveryYear(const Demo& demo = DefaultDemo()) {
  const Revision& revision = demo.revision;
  const Period as_of = demo.truth.as_of;
  std::vector<Target> targets;
  for (int k = 0; k < revision.network.indicator_count(); ++k) {
    for (int unit = 0; unit < revision.network.unit_count(); ++unit) {
      Target target{.range = RangeOf(revision.network, k, unit, 0),
                    .window = {as_of + 1, as_of + 12},
                    .aggregation = revision.network.indicator(k).aggregation};
      if (!revision.realisations.RowsIn(target.range).empty()) targets.push_back(target);
    }
  }
  const Plan plan = PlanOf(targets, demo);
  TargetAccumulator accumulator(plan, {.quantile_levels = {0.5}});
  for (int block = 0; block < 4; ++block) {
    if (!accumulator.Fold(ValueOrDie(SimulateBlock(plan, block, StopToken()))).ok()) std::abort();
  }
  const std::vector<TargetEstimate> estimates = accumulator.Estimates();
  for (size_t i = 0; i < targets.size(); ++i) targets[i].thresholds = {estimates[i].quantiles[0]};
  return targets;
}

// Those of `all` that have a closed form.
std::vector<Target> WithClosedForm(const std::vector<Target>& all) {
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
}

// A year of every unit and indicator.
const std::vector<Target>& ClosedForms() {
  static const std::vector<Target> kept = WithClosedForm(EveryYear());
  return kept;
}

bool IsFlow(const Target& target) {
  const IndicatorKind kind = DefaultDemo().revision.network.indicator(target.range.indicator).kind;
  return kind == IndicatorKind::kCount || kind == IndicatorKind::kAmount;
}

// W: a year of every branch for counts and amounts; W-mixed: of every branch for every indicator.
std::vector<Target> Leaves(bool mixed) {
  std::vector<Target> some;
  for (const Target& target : ClosedForms()) {
    const bool leaf = target.range.unit_end == target.range.unit_first + 1;
    if (leaf && (mixed || IsFlow(target))) some.push_back(target);
  }
  return some;
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

const std::vector<double> kLevels = {0.1, 0.5, 0.9};

// 16 points of 16 scrambles: N = 256.
void RunBlocks(benchmark::State& state, const std::vector<Target>& targets,
               const std::vector<double>& levels) {
  const Plan plan = PlanOf(targets);
  const ConditionalPlan conditional = ValueOrDie(ConditionalPlan::Make(plan, levels));
  ConditionalAccumulator accumulator(conditional);
  for (auto _ : state) {
    accumulator.Fold(
        ValueOrDie(ComputeConditionalBlock(conditional, accumulator.blocks_folded(), StopToken())));
  }
  Count(state, plan);
  state.counters["predicted_ms"] =
      PredictConditionalCost(plan, 1).cpu_ms_per_256_paths / 256.0 * kScrambleCount;
  Precision(state, accumulator.ProbabilityErrors());
}

void BM_Conditional(benchmark::State& state) { RunBlocks(state, ClosedForms(), {}); }
BENCHMARK(BM_Conditional)->Unit(benchmark::kMillisecond)->Iterations(16);

void BM_ConditionalWithQuantiles(benchmark::State& state) {
  RunBlocks(state, ClosedForms(), kLevels);
}
BENCHMARK(BM_ConditionalWithQuantiles)->Unit(benchmark::kMillisecond)->Iterations(16);

void BM_ConditionalLeafFlows(benchmark::State& state) { RunBlocks(state, Leaves(false), {}); }
BENCHMARK(BM_ConditionalLeafFlows)->Unit(benchmark::kMillisecond)->Iterations(64);

void BM_ConditionalLeavesMixed(benchmark::State& state) { RunBlocks(state, Leaves(true), {}); }
BENCHMARK(BM_ConditionalLeavesMixed)->Unit(benchmark::kMillisecond)->Iterations(16);

// One indicator of the catalogue at a time, every branch.
void BM_ConditionalIndicator(benchmark::State& state) {
  std::vector<Target> some;
  for (const Target& target : Leaves(true)) {
    if (target.range.indicator == state.range(0)) some.push_back(target);
  }
  if (some.empty()) {
    state.SkipWithError("no closed form");
    return;
  }
  state.SetLabel(DefaultDemo().revision.network.indicator(static_cast<int>(state.range(0))).id);
  RunBlocks(state, some, {});
}
BENCHMARK(BM_ConditionalIndicator)
    ->DenseRange(0, 14)
    ->Unit(benchmark::kMillisecond)
    ->Iterations(16);

// The longest slice of `work` in milliseconds.
template <typename Work>
double LongestSlice(Work& work) {
  double longest = 0.0;
  for (bool done = false; !done;) {
    const auto before = std::chrono::steady_clock::now();
    done = work.Step();
    const std::chrono::duration<double, std::milli> took =
        std::chrono::steady_clock::now() - before;
    longest = std::max(longest, took.count());
  }
  return longest;
}

// Laws, curves and the order of dimensions: paid once a run. One slice after the other.
void Prepare(benchmark::State& state, const std::vector<double>& levels) {
  const Plan plan = PlanOf(ClosedForms());
  double longest = 0.0;
  for (auto _ : state) {
    ConditionalPreparation work(plan, levels, ConditionalPreparation::Refused::kSample);
    longest = LongestSlice(work);
    const ConditionalPlan made = ValueOrDie(work.Take());
    benchmark::DoNotOptimize(made.law(0));
    state.counters["curves"] = static_cast<double>(made.state().program().curves.size());
    state.counters["tables"] = static_cast<double>(made.state().program().tables.size());
    state.counters["atoms"] = static_cast<double>(made.state().program().table.atoms.size());
  }
  state.counters["targets"] = plan.target_count();
  state.counters["longest_slice_ms"] = longest;
}
void BM_Prepare(benchmark::State& state) { Prepare(state, {}); }
BENCHMARK(BM_Prepare)->Unit(benchmark::kMillisecond)->Iterations(2);
void BM_PrepareWithQuantiles(benchmark::State& state) { Prepare(state, kLevels); }
BENCHMARK(BM_PrepareWithQuantiles)->Unit(benchmark::kMillisecond)->Iterations(4);

void BM_SlicesOfABlock(benchmark::State& state) {
  const Plan plan = PlanOf(ClosedForms());
  const ConditionalPlan conditional = ValueOrDie(ConditionalPlan::Make(plan, kLevels));
  double longest = 0.0;
  for (auto _ : state) {
    ConditionalBlockWork work(conditional, 0);
    longest = LongestSlice(work);
  }
  state.counters["longest_slice_ms"] = longest;
}
BENCHMARK(BM_SlicesOfABlock)->Unit(benchmark::kMillisecond)->Iterations(4);

// What is done under a run's lock: a checkpoint, and a block folded.
void BM_Estimates(benchmark::State& state) {
  const Plan plan = PlanOf(ClosedForms());
  const ConditionalPlan conditional = ValueOrDie(ConditionalPlan::Make(plan, kLevels));
  ConditionalAccumulator accumulator(conditional);
  for (int block = 0; block < 16; ++block) {
    accumulator.Fold(ValueOrDie(ComputeConditionalBlock(conditional, block, StopToken())));
  }
  for (auto _ : state) benchmark::DoNotOptimize(accumulator.EstimatesAt(0.95).size());
  state.counters["targets"] = plan.target_count();
}
BENCHMARK(BM_Estimates)->Unit(benchmark::kMillisecond)->Iterations(64);

// What laws are off on the small demo, in points, averaged over the targets of each law: closed
// forms less draws on the same shared states.
void BM_Bias(benchmark::State& state) {
  const Demo demo = ValueOrDie(MakeDemo({.size = DemoSize::kSmall}));
  const Plan plan = PlanOf(EveryYear(demo), demo);
  const ConditionalPlan made = ConditionalPlan::MakeWherePossible(plan, {});
  std::vector<LawBias> biases;
  for (auto _ : state) biases = ValueOrDie(BiasOf(made, 4'096, StopToken()));
  for (const LawUsed law : {LawUsed::kExact, LawUsed::kMatched, LawUsed::kStudentSum,
                            LawUsed::kThreeMoments, LawUsed::kNormal}) {
    double sum = 0.0;
    double squares = 0.0;
    double widest = 0.0;
    int count = 0;
    for (int i = 0; i < plan.target_count(); ++i) {
      if (made.law(i) != law) continue;
      sum += biases[i].bias;
      squares += biases[i].standard_error * biases[i].standard_error;
      widest = std::max(widest, std::fabs(biases[i].bias) / biases[i].standard_error);
      ++count;
    }
    const std::string name = "law" + std::to_string(static_cast<int>(law));
    state.counters[name + "_targets"] = count;
    state.counters[name + "_bias_pp"] = 100.0 * sum / std::max(count, 1);
    // Targets share paths but not own noise.
    state.counters[name + "_se_pp"] = 100.0 * std::sqrt(squares) / std::max(count, 1);
    state.counters[name + "_widest_se"] = widest;
  }
}
BENCHMARK(BM_Bias)->Unit(benchmark::kMillisecond)->Iterations(1);

// What a run that compares its laws does in addition, with 16 whole paths.
void BM_LawCheck(benchmark::State& state) {
  const Plan plan = PlanOf(ClosedForms());
  const ConditionalPlan conditional = ValueOrDie(ConditionalPlan::Make(plan, kLevels));
  double longest = 0.0;
  for (auto _ : state) {
    LawCheckWork work(conditional, {.path_count = kScrambleCount});
    longest = LongestSlice(work);
  }
  state.counters["longest_slice_ms"] = longest;
}
BENCHMARK(BM_LawCheck)->Unit(benchmark::kMillisecond)->Iterations(2);

void BM_Fold(benchmark::State& state) {
  const Plan plan = PlanOf(ClosedForms());
  const ConditionalPlan conditional = ValueOrDie(ConditionalPlan::Make(plan, kLevels));
  ConditionalAccumulator accumulator(conditional);
  ConditionalBlock block = ValueOrDie(ComputeConditionalBlock(conditional, 0, StopToken()));
  for (auto _ : state) {
    block.block = accumulator.blocks_folded();
    accumulator.Fold(block);
  }
}
BENCHMARK(BM_Fold)->Unit(benchmark::kMillisecond)->Iterations(16);

}  // namespace
}  // namespace jalon::sim
