// What a path costs on the conditional estimator, and how precise it is at equal N: the default
// demo (30,000 series x 12 months) under its true model, against the sampled estimator. "s/cell" is
// CPU time by cell (series x period x path), as in engine_bench.
#include <benchmark/benchmark.h>
#include <time.h>

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

// With one threshold each, around its sampled middle.
std::vector<Target> AtMiddles(std::vector<Target> targets, const Demo& demo) {
  const Plan plan = PlanOf(targets, demo);
  TargetAccumulator accumulator(plan, {.quantile_levels = {0.5}});
  for (int block = 0; block < 4; ++block) {
    if (!accumulator.Fold(ValueOrDie(SimulateBlock(plan, block, StopToken()))).ok()) std::abort();
  }
  const std::vector<TargetEstimate> estimates = accumulator.Estimates();
  for (size_t i = 0; i < targets.size(); ++i) targets[i].thresholds = {estimates[i].quantiles[0]};
  return targets;
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
  return AtMiddles(std::move(targets), demo);
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

const std::vector<double> kQuantiles = {0.1, 0.5, 0.9};
const std::vector<double> kNineQuantiles = {0.01, 0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 0.99};

// Levels of R/O besides the objective: none, and what a run keeps by default.
const std::vector<double> kNoLevels = {};
const std::vector<double> kSixLevels = {0.6, 0.8, 0.9, 1.0, 1.1, 1.3};

// `targets` with the thresholds of R/O at `levels` besides the one they have, their objective, as
// a run asks for them: what a variation starts from counts.
std::vector<Target> AtLevels(std::vector<Target> targets, const std::vector<double>& levels) {
  const Network& network = DefaultDemo().revision.network;
  for (Target& target : targets) {
    const Indicator& indicator = network.indicator(target.range.indicator);
    const double objective = target.thresholds.front();
    TargetOpening opening{.window = OpeningWindow(network, target.range.indicator, target.window),
                          .weights = {0.0},
                          .objective = objective};
    for (const double level : levels) {
      const auto threshold = ThresholdAtRatio(indicator, objective, level);
      if (!threshold.has_value()) continue;
      target.thresholds.push_back(threshold->value);
      opening.weights.push_back(threshold->opening_weight);
    }
    if (indicator.basis == AttainmentBasis::kVariation && !levels.empty()) target.opening = opening;
  }
  return targets;
}

// Processor time of this process, in milliseconds.
double CpuMs() {
  timespec now{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return 1e3 * static_cast<double>(now.tv_sec) + 1e-6 * static_cast<double>(now.tv_nsec);
}

// What admission says of one iteration, and how many times more than it takes that is.
void Compare(benchmark::State& state, double predicted_ms, double start_ms) {
  const double measured_ms = (CpuMs() - start_ms) / static_cast<double>(state.iterations());
  state.counters["predicted_ms"] = predicted_ms;
  state.counters["predicted_to_measured"] = predicted_ms / measured_ms;
}

// 16 points of 16 scrambles: N = 256.
void RunBlocks(benchmark::State& state, const std::vector<Target>& targets,
               const std::vector<double>& levels) {
  const Plan plan = PlanOf(targets);
  const ConditionalPlan conditional = ConditionalPlan::MakeWherePossible(plan, levels);
  ConditionalAccumulator accumulator(conditional);
  const double start_ms = CpuMs();
  for (auto _ : state) {
    accumulator.Fold(
        ValueOrDie(ComputeConditionalBlock(conditional, accumulator.blocks_folded(), StopToken())));
  }
  const PlanCost cost = PredictConditionalCost(plan, 1, static_cast<int>(levels.size()));
  Compare(state, cost.cpu_ms_per_256_paths / 256.0 * kScrambleCount, start_ms);
  Count(state, plan);
  // Without a law, nothing is computed of them.
  const std::vector<TargetLaw>& laws = conditional.state().laws();
  state.counters["sampled"] = static_cast<double>(
      std::count_if(laws.begin(), laws.end(), [](const TargetLaw& law) { return law.refused(); }));
  Precision(state, accumulator.ProbabilityErrors());
}

void BM_Conditional(benchmark::State& state) { RunBlocks(state, ClosedForms(), {}); }
BENCHMARK(BM_Conditional)->Unit(benchmark::kMillisecond)->Iterations(16);

void BM_ConditionalWithQuantiles(benchmark::State& state) {
  RunBlocks(state, ClosedForms(), kQuantiles);
}
BENCHMARK(BM_ConditionalWithQuantiles)->Unit(benchmark::kMillisecond)->Iterations(16);

void BM_ConditionalSevenThresholds(benchmark::State& state) {
  RunBlocks(state, AtLevels(ClosedForms(), kSixLevels), kQuantiles);
}
BENCHMARK(BM_ConditionalSevenThresholds)->Unit(benchmark::kMillisecond)->Iterations(16);

void BM_ConditionalLeafFlows(benchmark::State& state) { RunBlocks(state, Leaves(false), {}); }
BENCHMARK(BM_ConditionalLeafFlows)->Unit(benchmark::kMillisecond)->Iterations(64);

void BM_ConditionalLeavesMixed(benchmark::State& state) { RunBlocks(state, Leaves(true), {}); }
BENCHMARK(BM_ConditionalLeavesMixed)->Unit(benchmark::kMillisecond)->Iterations(16);

// What makes so many thresholds: 1 or 7.
const std::vector<double>& LevelsOf(int64_t threshold_count) {
  return threshold_count == 1 ? kNoLevels : kSixLevels;
}

// A year of a ratio of every branch.
std::vector<Target> LeavesOfRatio(int indicator) {
  std::vector<Target> some;
  for (const Target& target : Leaves(true)) {
    if (target.range.indicator != 0) continue;
    some.push_back(
        {.range = RangeOf(DefaultDemo().revision.network, indicator, target.range.unit_first, 0),
         .window = target.window,
         .aggregation = Aggregation::kRatio});
  }
  some = AtMiddles(std::move(some), DefaultDemo());
  // Some branches have nothing to divide by.
  std::erase_if(some, [](const Target& target) { return std::isnan(target.thresholds.front()); });
  return some;
}

// A year of one indicator of the catalogue, every branch, at so many thresholds: the ranges of
// `state`.
std::vector<Target> LeavesAsked(benchmark::State& state) {
  const auto k = static_cast<int>(state.range(0));
  const Indicator& indicator = DefaultDemo().revision.network.indicator(k);
  std::vector<Target> some;
  if (indicator.kind == IndicatorKind::kRatio) some = WithClosedForm(LeavesOfRatio(k));
  for (const Target& target : Leaves(true)) {
    if (target.range.indicator == k) some.push_back(target);
  }
  state.SetLabel(indicator.id);
  if (some.empty()) state.SkipWithError("no closed form");
  return AtLevels(some, LevelsOf(state.range(1)));
}

// Stocks of every branch as objectives of a later year ask for them: what they start from is still
// to come.
std::vector<Target> Variations() {
  std::vector<Target> some;
  for (Target target : Leaves(true)) {
    if (IsFlow(target) || DefaultDemo().revision.network.indicator(target.range.indicator).basis !=
                              AttainmentBasis::kVariation) {
      continue;
    }
    target.window.first = target.window.first + 2;
    target.window.last = target.window.last + 2;
    some.push_back(target);
  }
  return AtLevels(some, kSixLevels);
}

void BM_ConditionalVariations(benchmark::State& state) {
  RunBlocks(state, Variations(), kQuantiles);
}
BENCHMARK(BM_ConditionalVariations)->Unit(benchmark::kMillisecond)->Iterations(16);

void BM_ConditionalIndicator(benchmark::State& state) {
  const std::vector<Target> targets = LeavesAsked(state);
  if (!targets.empty()) RunBlocks(state, targets, {});
}
BENCHMARK(BM_ConditionalIndicator)
    ->ArgsProduct({benchmark::CreateDenseRange(0, 14, 1), {1, 7}})
    ->Unit(benchmark::kMillisecond)
    ->Iterations(16);

// Sixteen states that a block begins with.
void RunStates(benchmark::State& state, const std::vector<Target>& targets) {
  const Plan plan = PlanOf(targets);
  const ConditionalPlan conditional = ConditionalPlan::MakeWherePossible(plan, {});
  int64_t path = 0;
  for (auto _ : state) {
    for (int lane = 0; lane < kScrambleCount; ++lane) {
      benchmark::DoNotOptimize(conditional.shared_states().At(path++).profile.data());
    }
  }
}
void BM_SharedStates(benchmark::State& state) { RunStates(state, ClosedForms()); }
BENCHMARK(BM_SharedStates)->Unit(benchmark::kMillisecond)->Iterations(64);
void BM_SharedStatesOfIndicator(benchmark::State& state) {
  const std::vector<Target> targets = LeavesAsked(state);
  if (!targets.empty()) RunStates(state, targets);
}
BENCHMARK(BM_SharedStatesOfIndicator)
    ->ArgsProduct({{0, 3, 4, 11}, {1}})
    ->Unit(benchmark::kMillisecond)
    ->Iterations(64);

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
void Prepare(benchmark::State& state, const std::vector<Target>& targets,
             const std::vector<double>& levels) {
  const Plan plan = PlanOf(targets);
  double longest = 0.0;
  const double start_ms = CpuMs();
  for (auto _ : state) {
    ConditionalPreparation work(plan, levels, ConditionalPreparation::Refused::kSample);
    longest = LongestSlice(work);
    const ConditionalPlan made = ValueOrDie(work.Take());
    benchmark::DoNotOptimize(made.law(0));
    state.counters["curves"] = static_cast<double>(made.state().program().curves.size());
    state.counters["tables"] = static_cast<double>(made.state().program().tables.size());
    state.counters["atoms"] = static_cast<double>(made.state().program().table.atoms.size());
  }
  const ConditionalCost cost = PredictConditionalCosts(plan, 1, static_cast<int>(levels.size()));
  // A run takes its first two blocks from here.
  const double pilots_ms = kPilotPoints * cost.run.cpu_ms_per_256_paths / 256.0 * kScrambleCount;
  Compare(state, cost.run.preparation_cpu_ms + pilots_ms, start_ms);
  state.counters["targets"] = plan.target_count();
  state.counters["longest_slice_ms"] = longest;
}
void BM_Prepare(benchmark::State& state) { Prepare(state, ClosedForms(), {}); }
BENCHMARK(BM_Prepare)->Unit(benchmark::kMillisecond)->Iterations(2);
void BM_PrepareWithQuantiles(benchmark::State& state) { Prepare(state, ClosedForms(), kQuantiles); }
BENCHMARK(BM_PrepareWithQuantiles)->Unit(benchmark::kMillisecond)->Iterations(4);
void BM_PrepareSevenThresholds(benchmark::State& state) {
  Prepare(state, AtLevels(ClosedForms(), kSixLevels), kQuantiles);
}
BENCHMARK(BM_PrepareSevenThresholds)->Unit(benchmark::kMillisecond)->Iterations(4);
void BM_PrepareVariations(benchmark::State& state) { Prepare(state, Variations(), kQuantiles); }
BENCHMARK(BM_PrepareVariations)->Unit(benchmark::kMillisecond)->Iterations(4);
void BM_PrepareIndicator(benchmark::State& state) {
  const std::vector<Target> targets = LeavesAsked(state);
  if (!targets.empty()) Prepare(state, targets, {});
}
BENCHMARK(BM_PrepareIndicator)
    ->ArgsProduct({benchmark::CreateDenseRange(0, 14, 1), {1, 7}})
    ->Unit(benchmark::kMillisecond)
    ->Iterations(4);

void BM_SlicesOfABlock(benchmark::State& state) {
  const Plan plan = PlanOf(ClosedForms());
  const ConditionalPlan conditional = ConditionalPlan::MakeWherePossible(plan, kQuantiles);
  double longest = 0.0;
  for (auto _ : state) {
    ConditionalBlockWork work(conditional, 0);
    longest = LongestSlice(work);
  }
  state.counters["longest_slice_ms"] = longest;
}
BENCHMARK(BM_SlicesOfABlock)->Unit(benchmark::kMillisecond)->Iterations(4);

// What is done under a run's lock: a checkpoint, and a block folded. Of so many levels, at so many
// thresholds.
void BM_Estimates(benchmark::State& state) {
  const std::vector<double> levels(kNineQuantiles.begin(), kNineQuantiles.begin() + state.range(0));
  const Plan plan = PlanOf(AtLevels(ClosedForms(), LevelsOf(state.range(1))));
  const ConditionalPlan conditional = ConditionalPlan::MakeWherePossible(plan, levels);
  ConditionalAccumulator accumulator(conditional);
  for (int block = 0; block < 16; ++block) {
    accumulator.Fold(ValueOrDie(ComputeConditionalBlock(conditional, block, StopToken())));
  }
  const double start_ms = CpuMs();
  for (auto _ : state) benchmark::DoNotOptimize(accumulator.EstimatesAt(0.95).size());
  const auto level_count = static_cast<int>(levels.size());
  Compare(state, PredictConditionalCosts(plan, 1, level_count).checkpoint_cpu_ms, start_ms);
  state.counters["targets"] = plan.target_count();
}
BENCHMARK(BM_Estimates)
    ->ArgsProduct({{0, 3, 9}, {1, 7}})
    ->Unit(benchmark::kMillisecond)
    ->Iterations(16);

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
  const ConditionalPlan conditional = ConditionalPlan::MakeWherePossible(plan, kQuantiles);
  double longest = 0.0;
  for (auto _ : state) {
    LawCheckWork work(conditional, {.path_count = kScrambleCount});
    longest = LongestSlice(work);
  }
  state.counters["longest_slice_ms"] = longest;
}
BENCHMARK(BM_LawCheck)->Unit(benchmark::kMillisecond)->Iterations(2);

void BM_Fold(benchmark::State& state) {
  const Plan plan = PlanOf(AtLevels(ClosedForms(), LevelsOf(state.range(0))));
  const ConditionalPlan conditional = ConditionalPlan::MakeWherePossible(plan, kQuantiles);
  ConditionalAccumulator accumulator(conditional);
  ConditionalBlock block = ValueOrDie(ComputeConditionalBlock(conditional, 0, StopToken()));
  for (auto _ : state) {
    block.block = accumulator.blocks_folded();
    accumulator.Fold(block);
  }
}
BENCHMARK(BM_Fold)->Arg(1)->Arg(7)->Unit(benchmark::kMillisecond)->Iterations(16);

}  // namespace
}  // namespace jalon::sim
