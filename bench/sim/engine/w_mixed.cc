// Runs W-mixed, the default demo under its true model, on the engine's plan and prints one row as
// JSON:
//   bench_w_mixed --estimator sampled|vector|conditional --blocks N --threads N [--demo small]
// sampled: the scalar oracle; vector: the same with own noise drawn in vectors; conditional: own
// noise in closed form.
// A year of every unit and indicator that both estimators can do, one threshold at the sampled
// middle, no quantiles. A cell is a series, month and path; building and preparing the plan is a
// field of its own.
#include <sys/resource.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdlib>
#include <iostream>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "bench/sim/engine/default_demo.h"
#include "sim/base/stop_token.h"
#include "sim/engine/cell_batch.h"
#include "sim/engine/conditional/conditional.h"
#include "sim/engine/plan.h"
#include "sim/engine/sampled.h"
#include "tests/sim/engine/thread_executor.h"

namespace jalon::sim {
namespace {

constexpr int kPilotBlocks = 4;

double CpuSeconds() {
  rusage usage;
  getrusage(RUSAGE_SELF, &usage);
  const auto seconds = [](const timeval& t) {
    return static_cast<double>(t.tv_sec) + 1e-6 * static_cast<double>(t.tv_usec);
  };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

double MaxRssBytes() {
  rusage usage;
  getrusage(RUSAGE_SELF, &usage);
  return 1024.0 * static_cast<double>(usage.ru_maxrss);
}

struct Timed {
  double wall = 0.0;
  double cpu = 0.0;
};

template <typename Work>
Timed Time(Work work) {
  const double cpu = CpuSeconds();
  const auto start = std::chrono::steady_clock::now();
  work();
  const std::chrono::duration<double> wall = std::chrono::steady_clock::now() - start;
  return {wall.count(), CpuSeconds() - cpu};
}

Plan PlanOf(const Demo& demo, const std::vector<Target>& targets) {
  return ValueOrDie(BuildPlan({.revision = demo.revision,
                               .model = demo.truth,
                               .scenario = demo.scenarios.front(),
                               .targets = targets,
                               .as_of = demo.truth.as_of,
                               .seed = 1}));
}

std::vector<Target> EveryYear(const Demo& demo) {
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
  return targets;
}

// Puts the threshold of each target at its median on a few blocks that no row uses again.
void SetThresholds(const Demo& demo, std::vector<Target>& targets) {
  const Plan plan = PlanOf(demo, targets);
  TargetAccumulator accumulator(plan, {.quantile_levels = {0.5}});
  for (int block = 0; block < kPilotBlocks; ++block) {
    if (!accumulator.Fold(ValueOrDie(SimulateBlock(plan, block, StopToken()))).ok()) std::abort();
  }
  const std::vector<TargetEstimate> estimates = accumulator.Estimates();
  for (size_t i = 0; i < targets.size(); ++i) targets[i].thresholds = {estimates[i].quantiles[0]};
}

// Leaves the targets that have a closed form.
void KeepClosedForms(const Demo& demo, std::vector<Target>& targets) {
  const Plan plan = PlanOf(demo, targets);
  const absl::StatusOr<ConditionalPlan> made = ConditionalPlan::Make(plan, {});
  if (made.ok()) return;
  std::set<std::string> refused;
  const Violations violations = ViolationsFromStatus(made.status());
  for (const Violation& violation : violations.kept()) refused.insert(violation.field);
  std::vector<Target> kept;
  for (size_t i = 0; i < targets.size(); ++i) {
    if (!refused.contains("targets[" + std::to_string(i) + "]")) kept.push_back(targets[i]);
  }
  targets = std::move(kept);
}

struct Answer {
  std::vector<TargetEstimate> estimates;
  Timed time;
  // Standard deviation over paths of the share of targets at or above their thresholds; of whole
  // paths alone.
  double path_sd = 0.0;
};

// Shares of the targets, path by path.
void AddShares(const Plan& plan, const BlockOutcome& outcome, std::vector<double>& shares) {
  for (int path = 0; path < kPathsPerBlock; ++path) {
    int reached = 0;
    for (int i = 0; i < plan.target_count(); ++i) {
      reached += outcome.values[static_cast<size_t>(i) * kPathsPerBlock + path] >=
                 plan.targets[i].thresholds[0];
    }
    shares.push_back(reached / static_cast<double>(plan.target_count()));
  }
}

double StandardDeviation(const std::vector<double>& values) {
  double mean = 0.0;
  double squares = 0.0;
  for (double x : values) mean += x / static_cast<double>(values.size());
  for (double x : values) squares += (x - mean) * (x - mean);
  return std::sqrt(squares / static_cast<double>(values.size() - 1));
}

// Blocks after the pilot's.
Answer Sampled(const Plan& plan, const CellLaws* laws, int blocks, Executor& executor) {
  Answer answer;
  std::vector<absl::StatusOr<BlockOutcome>> outcomes(blocks);
  TargetAccumulator accumulator(plan, {});
  answer.time = Time([&] {
    executor.ParallelFor(blocks, [&](int64_t block) {
      outcomes[block] = SimulateBlock(plan, kPilotBlocks + block, StopToken(), laws);
    });
    for (int block = 0; block < blocks; ++block) {
      outcomes[block]->block = block;
      if (!accumulator.Fold(*outcomes[block]).ok()) std::abort();
    }
  });
  answer.estimates = accumulator.Estimates();
  std::vector<double> shares;
  for (const auto& outcome : outcomes) AddShares(plan, *outcome, shares);
  answer.path_sd = StandardDeviation(shares);
  return answer;
}

Answer Conditional(const ConditionalPlan& plan, int blocks, Executor& executor) {
  Answer answer;
  std::vector<absl::StatusOr<ConditionalBlock>> done(blocks);
  ConditionalAccumulator accumulator(plan);
  answer.time = Time([&] {
    executor.ParallelFor(blocks, [&](int64_t block) {
      done[block] = ComputeConditionalBlock(plan, block, StopToken());
    });
    for (const auto& block : done) accumulator.Fold(ValueOrDie(block));
  });
  answer.estimates = accumulator.EstimatesAt(0.95);
  return answer;
}

double DrawnCells(const Plan& plan) {
  return static_cast<double>(std::count_if(plan.realised.begin(), plan.realised.end(),
                                           [](double cell) { return std::isnan(cell); }));
}

double MeanProbability(const std::vector<TargetEstimate>& estimates) {
  double sum = 0.0;
  for (const TargetEstimate& estimate : estimates) sum += estimate.probability[0];
  return sum / static_cast<double>(estimates.size());
}

int Run(const Demo& demo, const std::string& estimator, int blocks, int threads) {
  std::vector<Target> targets = EveryYear(demo);
  SetThresholds(demo, targets);
  KeepClosedForms(demo, targets);
  const Plan plan = PlanOf(demo, targets);
  ThreadExecutor executor(threads);
  Answer answer;
  Timed preparing;
  if (estimator == "sampled") {
    answer = Sampled(plan, nullptr, blocks, executor);
  } else if (estimator == "vector") {
    std::optional<CellLaws> laws;
    preparing = Time([&] { laws = MakeCellLaws(plan); });
    answer = Sampled(plan, &*laws, blocks, executor);
  } else {
    absl::StatusOr<ConditionalPlan> conditional;
    preparing = Time([&] { conditional = ConditionalPlan::Make(plan, {}); });
    answer = Conditional(ValueOrDie(std::move(conditional)), blocks, executor);
  }
  const double cells = DrawnCells(plan) * kPathsPerBlock * blocks;
  std::cout.precision(9);
  std::cout << "{\"name\": \"jalon-" << estimator
            << "\", \"ns_per_cell\": " << answer.time.wall * 1e9 / cells
            << ", \"cpu_ns_per_cell\": " << answer.time.cpu * 1e9 / cells
            << ", \"cells\": " << cells << ", \"threads\": " << threads
            << ", \"isa\": \"baseline\", \"max_rss_bytes\": " << MaxRssBytes()
            << ", \"p_attain_mean\": " << MeanProbability(answer.estimates)
            << ", \"path_sd\": " << answer.path_sd << ", \"series\": " << plan.series_count()
            << ", \"targets\": " << plan.target_count()
            << ", \"paths\": " << blocks * kPathsPerBlock
            << ", \"prepare_cpu_seconds\": " << preparing.cpu << "}\n";
  return 0;
}

}  // namespace
}  // namespace jalon::sim

int main(int argc, char** argv) {
  std::map<std::string, std::string> arguments = {
      {"--estimator", "sampled"}, {"--blocks", "4"}, {"--threads", "1"}, {"--demo", "default"}};
  for (int i = 1; i + 1 < argc; i += 2) {
    if (arguments.count(argv[i]) == 0) {
      std::cerr << argv[i] << ": no such option\n";
      return 2;
    }
    arguments[argv[i]] = argv[i + 1];
  }
  const auto size = arguments["--demo"] == "small" ? jalon::sim::DemoSize::kSmall
                                                   : jalon::sim::DemoSize::kDefault;
  const auto demo = jalon::sim::ValueOrDie(jalon::sim::MakeDemo({.size = size}));
  return jalon::sim::Run(demo, arguments["--estimator"], std::stoi(arguments["--blocks"]),
                         std::stoi(arguments["--threads"]));
}
