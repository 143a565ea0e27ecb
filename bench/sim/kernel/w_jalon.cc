// Runs W on Jalon's kernels and prints one row as JSON:
//   bench_w_jalon --estimator sampled|conditional --series N --paths N --threads N --isa avx2|best
//                 --seed N [--active N] [--quantiles 0|1] [--until POINTS] [--write FILE]
// --active: factors that a series depends on, the others' loadings being 0. --until: the
// conditional estimator runs on 256, 384, 512, 768... paths until the root mean square of the
// standard errors is so many points, and the row is the last run's.
#include <sys/resource.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdlib>
#include <iostream>
#include <map>
#include <numeric>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "bench/sim/kernel/roofline.h"
#include "bench/sim/kernel/workload.h"
#include "sim/kernel/aligned.h"
#include "sim/kernel/conditional.h"
#include "sim/kernel/isa.h"
#include "sim/kernel/lanes.h"
#include "sim/kernel/tile.h"
#include "sim/kernel/tiles.h"
#include "tests/sim/engine/thread_executor.h"

namespace jalon::bench {
namespace {

// The first series, which the peers simulate too: probabilities are compared on these.
constexpr int kCommonSeries = 240;
constexpr int64_t kMostPaths = int64_t{1} << 18;

double CpuSeconds() {
  rusage usage;
  getrusage(RUSAGE_SELF, &usage);
  const auto seconds = [](const timeval& t) {
    return static_cast<double>(t.tv_sec) + 1e-6 * static_cast<double>(t.tv_usec);
  };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

int64_t MaxRssBytes() {
  rusage usage;
  getrusage(RUSAGE_SELF, &usage);
  return int64_t{usage.ru_maxrss} * 1024;
}

struct Request {
  std::string estimator;
  int series = 0;
  int64_t paths = 0;
  int threads = 1;
  uint64_t seed = 1;
  int active = kFactors;
  bool quantiles = true;
  double until = 0.0;
};

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

// What a row says beside times.
struct Answer {
  absl::Status status;
  int64_t paths = 0;
  double attained_mean = 0.0;
  // Root mean square of the standard errors of the chances of all series.
  double rms_error = 0.0;
  Timed time;
};

double Mean(const std::vector<double>& values, size_t count) {
  count = std::min(count, values.size());
  return std::accumulate(values.begin(), values.begin() + static_cast<ptrdiff_t>(count), 0.0) /
         static_cast<double>(count);
}

sim::LognormalOptions OptionsOf(const Request& request) {
  sim::LognormalOptions options = {.seed = request.seed};
  if (request.quantiles) options.quantile_levels = {0.01, 0.05, 0.25, 0.5, 0.75, 0.95, 0.99};
  return options;
}

Answer Sampled(const Request& request, const sim::LognormalNetwork& network,
               sim::Executor& executor) {
  Answer answer = {.paths = request.paths};
  absl::StatusOr<sim::LognormalSummary> summary;
  answer.time = Time([&] {
    const sim::FactorPaths factors = DrawFactors(request.paths, request.seed, executor);
    summary = sim::SimulateLognormal(network, factors, OptionsOf(request), executor);
  });
  answer.status = summary.status();
  if (!summary.ok()) return answer;
  std::vector<double> chances;
  double variance = 0.0;
  const auto n = static_cast<double>(request.paths);
  for (int i = 0; i < network.series(); ++i) {
    chances.push_back(static_cast<double>(summary->attained[i]) / n);
    variance += chances.back() * (1.0 - chances.back()) / n;
  }
  answer.attained_mean = Mean(chances, kCommonSeries);
  answer.rms_error = std::sqrt(variance / network.series());
  return answer;
}

Answer Conditional(const Request& request, const sim::LognormalNetwork& network,
                   sim::Executor& executor) {
  Answer answer = {.paths = request.paths};
  absl::StatusOr<sim::ConditionalSummary> summary;
  answer.time = Time([&] {
    const sim::FactorPaths points = DrawPoints(request.paths, request.seed, executor);
    summary = sim::EstimateLognormal(network, points, OptionsOf(request), executor);
  });
  answer.status = summary.status();
  if (!summary.ok()) return answer;
  answer.attained_mean = Mean(summary->probability, kCommonSeries);
  double squares = 0.0;
  for (double error : summary->standard_error) squares += error * error;
  answer.rms_error = std::sqrt(squares / network.series());
  return answer;
}

Answer RunOnce(const Request& request, const sim::LognormalNetwork& network,
               sim::Executor& executor) {
  return request.estimator == "sampled" ? Sampled(request, network, executor)
                                        : Conditional(request, network, executor);
}

// 256, 384, 512, 768, 1,024... paths until the error is small enough.
Answer RunUntil(Request request, const sim::LognormalNetwork& network, sim::Executor& executor) {
  request.paths = 256;
  Answer answer = RunOnce(request, network, executor);
  while (answer.status.ok() && 100.0 * answer.rms_error > request.until &&
         request.paths < kMostPaths) {
    const bool is_power = (request.paths & (request.paths - 1)) == 0;
    request.paths += is_power ? request.paths / 2 : request.paths / 3;
    answer = RunOnce(request, network, executor);
  }
  return answer;
}

// The simulation of a tile alone, on one thread: what the roofline is held against.
double SimulationNanoseconds(const sim::LognormalNetwork& network, uint64_t seed) {
  constexpr int64_t kPaths = 2'048;
  sim::InlineExecutor executor;
  const sim::FactorPaths factors = DrawFactors(kPaths, seed, executor);
  const sim::Tiles tiles(network, factors, seed);
  const sim::TileInput input = tiles.Input(0);
  const sim::AlignedFloats years(input.series * kPaths);
  const sim::AlignedFloats totals(kPaths);
  double best = 1e30;
  for (int i = 0; i < 7; ++i) {
    best = std::min(
        best,
        Time([&] {
          sim::SimulateTile(input, {0, kPaths / sim::kLanes}, years.data(), kPaths, totals.data());
        }).wall);
  }
  return best * 1e9 / static_cast<double>(input.series * kPeriods * kPaths);
}

// ", \"key\": value".
void Print(const std::string& key, double value) { std::cout << ", \"" << key << "\": " << value; }

void PrintRow(const Request& request, const Answer& answer, double fma_rate) {
  const double cells =
      static_cast<double>(request.series) * kPeriods * static_cast<double>(answer.paths);
  std::cout << "{\"name\": \"jalon-" << request.estimator << "\", \"isa\": \""
            << sim::ActiveKernelIsa() << "\"";
  std::cout.precision(9);
  Print("ns_per_cell", answer.time.wall * 1e9 / cells);
  Print("cpu_ns_per_cell", answer.time.cpu * 1e9 / cells);
  Print("cells", cells);
  Print("threads", request.threads);
  Print("max_rss_bytes", static_cast<double>(MaxRssBytes()));
  Print("p_attain_mean", answer.attained_mean);
  Print("paths", static_cast<double>(answer.paths));
  Print("rms_error_points", 100.0 * answer.rms_error);
  Print("cpu_seconds", answer.time.cpu);
  Print("active_factors", request.active);
  Print("fma_per_ns", fma_rate);
}

int Run(const Request& request, const Workload& workload) {
  const sim::LognormalNetwork network = NetworkOf(workload);
  sim::ThreadExecutor executor(request.threads);
  const double fma_rate = FmaRate(executor);
  const Answer answer = request.until > 0.0 ? RunUntil(request, network, executor)
                                            : RunOnce(request, network, executor);
  if (!answer.status.ok()) {
    std::cerr << answer.status << "\n";
    return 1;
  }
  PrintRow(request, answer, fma_rate);
  if (request.estimator == "sampled" && request.threads == 1) {
    const Roofline roofline = MeasureRoofline(request.active);
    const double simulation = SimulationNanoseconds(network, request.seed);
    Print("roofline_ns_per_cell", roofline.sampled());
    Print("simulation_ns_per_cell", simulation);
    Print("roofline_share", roofline.sampled() / simulation);
  }
  std::cout << "}\n";
  return 0;
}

int Main(std::map<std::string, std::string> arguments) {
  const Request request = {.estimator = arguments["--estimator"],
                           .series = std::stoi(arguments["--series"]),
                           .paths = std::stoll(arguments["--paths"]),
                           .threads = std::stoi(arguments["--threads"]),
                           .seed = std::stoull(arguments["--seed"]),
                           .active = std::stoi(arguments["--active"]),
                           .quantiles = arguments["--quantiles"] == "1",
                           .until = std::stod(arguments["--until"])};
  const std::string isa = arguments["--isa"];
  if (isa != "best" && !sim::ForceKernelIsa(isa)) {
    std::cerr << "this machine has no " << isa << "\n";
    return 3;
  }
  const Workload workload = MakeWorkload(request.series, request.active);
  const std::string file = arguments["--write"];
  if (!file.empty() && !WriteWorkload(workload, file)) return 1;
  return Run(request, workload);
}

}  // namespace
}  // namespace jalon::bench

int main(int argc, char** argv) {
  std::map<std::string, std::string> arguments = {
      {"--estimator", "sampled"}, {"--series", "2400"}, {"--paths", "10000"}, {"--threads", "1"},
      {"--isa", "best"},          {"--seed", "1"},      {"--active", "16"},   {"--quantiles", "1"},
      {"--until", "0"},           {"--write", ""}};
  for (int i = 1; i + 1 < argc; i += 2) {
    if (arguments.count(argv[i]) == 0) {
      std::cerr << argv[i] << ": no such option\n";
      return 2;
    }
    arguments[argv[i]] = argv[i + 1];
  }
  return jalon::bench::Main(arguments);
}
