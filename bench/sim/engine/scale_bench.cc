// Whether cost is linear in the series: the default demo with every branch 1, 8 and 31 times
// (31,479 to 975,849 series x 12 months) on the conditional estimator, a year of every unit and
// indicator with one threshold and one quantile, 256 paths on one thread. Each size is a process of
// its own, so that the peak of its memory is its own too.
//
//   bench_scale [TIMES...]
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <numeric>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "bench/sim/engine/default_demo.h"
#include "sim/base/stop_token.h"
#include "sim/engine/conditional/conditional.h"
#include "sim/engine/plan.h"
#include "sim/engine/sampled.h"

namespace jalon::sim {
namespace {

constexpr int kPaths = 256;
constexpr int kMonthsOfHistory = 13;

double CpuSeconds() {
  timespec now{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + 1e-9 * static_cast<double>(now.tv_nsec);
}

std::string IdOfCopy(const std::string& id, int copy) {
  return copy == 0 ? id : absl::StrCat(id, ".", copy);
}

Network Multiplied(const Network& network, int times) {
  NetworkSpec spec = network.spec();
  for (int copy = 1; copy < times; ++copy) {
    for (int u = 0; u < network.unit_count(); ++u) {
      if (!network.is_leaf(u)) continue;
      spec.units.push_back(network.unit(u));
      spec.units.back().id = IdOfCopy(network.unit(u).id, copy);
    }
  }
  return ValueOrDie(Network::Create(std::move(spec)));
}

// A series of the larger network and the row it is a copy of.
struct CopiedSeries {
  SeriesKey key;
  int from = 0;
};

// In canonical order.
std::vector<CopiedSeries> CopiedSeriesOf(const Revision& revision, const Network& larger,
                                         int times) {
  std::vector<CopiedSeries> copied;
  for (int copy = 0; copy < times; ++copy) {
    for (int i = 0; i < revision.realisations.series_count(); ++i) {
      CopiedSeries series{.key = revision.realisations.key(i), .from = i};
      series.key.unit = *larger.FindUnit(IdOfCopy(revision.network.unit(series.key.unit).id, copy));
      copied.push_back(series);
    }
  }
  std::sort(copied.begin(), copied.end(),
            [](const CopiedSeries& a, const CopiedSeries& b) { return a.key < b.key; });
  return copied;
}

Realisations HistoryOf(const Revision& revision, const Network& larger,
                       const std::vector<CopiedSeries>& copied) {
  const Realisations& history = revision.realisations;
  std::vector<SeriesKey> keys;
  std::vector<double> values;
  for (const CopiedSeries& series : copied) {
    keys.push_back(series.key);
    const auto row = history.row(series.from);
    values.insert(values.end(), row.begin(), row.end());
  }
  return ValueOrDie(
      Realisations::Create(larger, history.first(), std::move(keys), std::move(values)));
}

// Rows of `block` in the order of `from`.
ParameterBlock RowsOf(const ParameterBlock& block, const std::vector<CopiedSeries>& from) {
  ParameterBlock rows{.rank = block.rank};
  for (const CopiedSeries& series : from) {
    const int i = series.from;
    rows.mean.push_back(block.mean[i]);
    rows.own_variance.push_back(block.own_variance[i]);
    const auto factors = block.shared_factor.begin() + static_cast<int64_t>(i) * block.rank;
    rows.shared_factor.insert(rows.shared_factor.end(), factors, factors + block.rank);
  }
  return rows;
}

// What belongs to no branch stays; means of branches and opening days are left out.
Model ModelOf(const Demo& demo, const Network& larger, const std::vector<CopiedSeries>& copied) {
  Model model = demo.truth;
  const auto unit_of = [&](int unit) { return *larger.FindUnit(demo.truth.unit_ids[unit]); };
  model.unit_ids.clear();
  for (int u = 0; u < larger.unit_count(); ++u) model.unit_ids.push_back(larger.unit(u).id);
  for (int& unit : model.region_units) unit = unit_of(unit);
  for (ModelGroup& group : model.groups) group.region = unit_of(group.region);
  model.series.clear();
  for (const CopiedSeries& series : copied) {
    model.series.push_back(demo.truth.series[series.from]);
    model.series.back().unit = series.key.unit;
  }
  model.level = RowsOf(demo.truth.level, copied);
  model.mean_effects.clear();
  model.exposed_indicators.clear();
  return model;
}

struct LargeBank {
  Revision revision;
  Model model;
  Scenario scenario;

  Plan PlanOf(const std::vector<Target>& targets) const {
    return ValueOrDie(BuildPlan({.revision = revision,
                                 .model = model,
                                 .scenario = scenario,
                                 .targets = targets,
                                 .as_of = model.as_of,
                                 .seed = 1}));
  }
};

LargeBank MakeLargeBank(int times) {
  const Demo demo = ValueOrDie(MakeDemo({.month_count = kMonthsOfHistory}));
  Network network = Multiplied(demo.revision.network, times);
  const std::vector<CopiedSeries> copied = CopiedSeriesOf(demo.revision, network, times);
  Realisations history = HistoryOf(demo.revision, network, copied);
  Model model = ModelOf(demo, network, copied);
  return {{.network = std::move(network),
           .realisations = std::move(history),
           .drivers = demo.revision.drivers},
          std::move(model),
          demo.scenarios.front()};
}

// Thresholds are what one path gives: anywhere in the targets' distributions.
std::vector<Target> EveryYear(const LargeBank& bank) {
  const Network& network = bank.revision.network;
  std::vector<Target> targets;
  for (int k = 0; k < network.indicator_count(); ++k) {
    for (int u = 0; network.HasSeries(k) && u < network.unit_count(); ++u) {
      const NodeRange range = RangeOf(network, k, u, 0);
      if (bank.revision.realisations.RowsIn(range).empty()) continue;
      targets.push_back({.range = range,
                         .window = {bank.model.as_of + 1, bank.model.as_of + 12},
                         .aggregation = network.indicator(k).aggregation});
    }
  }
  const std::vector<double> values = ValueOrDie(ReplayPath(bank.PlanOf(targets), 0)).target_values;
  for (size_t i = 0; i < targets.size(); ++i) targets[i].thresholds = {values[i]};
  return targets;
}

// What one size costs; plain numbers, for a pipe.
struct Cost {
  double series = 0.0;
  double targets = 0.0;
  double cells = 0.0;
  // CPU seconds.
  double plan = 0.0;
  double preparation = 0.0;
  double paths = 0.0;
  double estimates = 0.0;
  double predicted_bytes = 0.0;

  double all() const { return plan + preparation + paths + estimates; }
};

Cost Measure(int times) {
  const LargeBank bank = MakeLargeBank(times);
  const std::vector<Target> targets = EveryYear(bank);
  double mark = CpuSeconds();
  const auto lap = [&] {
    const double before = std::exchange(mark, CpuSeconds());
    return mark - before;
  };
  const Plan plan = bank.PlanOf(targets);
  Cost cost{.series = static_cast<double>(plan.series_count()),
            .targets = static_cast<double>(plan.target_count()),
            .plan = lap()};
  for (const double cell : plan.realised) cost.cells += std::isnan(cell) ? 1.0 : 0.0;
  cost.predicted_bytes = PredictConditionalCost(plan, 1, 1).peak_bytes;
  lap();
  const ConditionalPlan conditional = ConditionalPlan::MakeWherePossible(plan, {0.5});
  ConditionalAccumulator accumulator(conditional);
  cost.preparation = lap();
  for (int block = 0; block < kPaths / kScrambleCount; ++block) {
    accumulator.Fold(ValueOrDie(ComputeConditionalBlock(conditional, block, StopToken())));
  }
  cost.paths = lap();
  if (accumulator.EstimatesAt(0.95).size() != targets.size()) std::abort();
  cost.estimates = lap();
  return cost;
}

// Measures in a child, and prints a row: what a cell costs, and how many times what it costs in
// `first`, the row of the smallest.
Cost Row(int times, const Cost* first) {
  int ends[2];
  if (pipe(ends) != 0) std::abort();
  const pid_t child = fork();
  if (child == 0) {
    const Cost cost = Measure(times);
    _exit(write(ends[1], &cost, sizeof(cost)) == sizeof(cost) ? 0 : 1);
  }
  close(ends[1]);
  Cost cost;
  if (read(ends[0], &cost, sizeof(cost)) != sizeof(cost)) std::abort();
  close(ends[0]);
  rusage usage{};
  int status = 0;
  if (wait4(child, &status, 0, &usage) != child || status != 0) std::abort();
  const Cost& base = first != nullptr ? *first : cost;
  const auto ratio = [&](double Cost::*what) {
    return (cost.*what / cost.cells) / (base.*what / base.cells);
  };
  const double all = 1e9 * cost.all() / cost.cells;
  std::printf(
      "%8.0f series %8.0f targets: a cell, plan %.0f ns (%.2f), preparation %.0f ns (%.2f), "
      "a path %.2f ns (%.2f), estimates %.0f ns (%.2f), all %.0f ns (%.2f); %.1f CPU s, "
      "peak %.2f GiB, run predicted %.2f GiB\n",
      cost.series, cost.targets, 1e9 * cost.plan / cost.cells, ratio(&Cost::plan),
      1e9 * cost.preparation / cost.cells, ratio(&Cost::preparation),
      1e9 * cost.paths / cost.cells / kPaths, ratio(&Cost::paths),
      1e9 * cost.estimates / cost.cells, ratio(&Cost::estimates), all,
      all / (1e9 * base.all() / base.cells), cost.all(),
      static_cast<double>(usage.ru_maxrss) / (1 << 20), cost.predicted_bytes / (1 << 30));
  std::fflush(stdout);
  return cost;
}

int Main(int argc, char** argv) {
  std::vector<int> sizes;
  for (int i = 1; i < argc; ++i) sizes.push_back(std::atoi(argv[i]));
  if (sizes.empty()) sizes = {1, 8, 31};
  const Cost first = Row(sizes[0], nullptr);
  for (size_t i = 1; i < sizes.size(); ++i) Row(sizes[i], &first);
  return 0;
}

}  // namespace
}  // namespace jalon::sim

int main(int argc, char** argv) { return jalon::sim::Main(argc, argv); }
