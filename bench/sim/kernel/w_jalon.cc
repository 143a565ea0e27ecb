// Runs W on Jalon's kernel and prints one row as JSON:
//   bench_w_jalon --series N --paths N --threads N --isa avx2|best --seed N [--write FILE]
#include <sys/resource.h>

#include <chrono>
#include <cstdlib>
#include <iostream>
#include <map>
#include <string>

#include "bench/sim/kernel/workload.h"
#include "sim/kernel/isa.h"
#include "tests/sim/engine/thread_executor.h"

namespace jalon::bench {
namespace {

// The first series, which the peers simulate too: probabilities are compared on these.
constexpr int kCommonSeries = 240;

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

double AttainedMean(const sim::LognormalSummary& summary, int series) {
  const int common = std::min(series, kCommonSeries);
  int64_t attained = 0;
  for (int i = 0; i < common; ++i) attained += summary.attained[i];
  return static_cast<double>(attained) / static_cast<double>(common * summary.paths);
}

int Run(std::map<std::string, std::string> arguments) {
  const int series = std::stoi(arguments["--series"]);
  const int64_t paths = std::stoll(arguments["--paths"]);
  const int threads = std::stoi(arguments["--threads"]);
  const uint64_t seed = std::stoull(arguments["--seed"]);
  const std::string isa = arguments["--isa"];
  if (isa != "best" && !sim::ForceKernelIsa(isa)) {
    std::cerr << "this machine has no " << isa << "\n";
    return 3;
  }
  const Workload workload = MakeWorkload(series);
  const std::string file = arguments["--write"];
  if (!file.empty() && !WriteWorkload(workload, file)) return 1;
  const sim::LognormalNetwork network = NetworkOf(workload);
  sim::ThreadExecutor executor(threads);

  const double cpu = CpuSeconds();
  const auto start = std::chrono::steady_clock::now();
  const sim::FactorPaths factors = DrawFactors(paths, seed, executor);
  const auto summary = sim::SimulateLognormal(
      network, factors,
      {.seed = seed, .quantile_levels = {0.01, 0.05, 0.25, 0.5, 0.75, 0.95, 0.99}}, executor);
  const std::chrono::duration<double> wall = std::chrono::steady_clock::now() - start;
  if (!summary.ok()) {
    std::cerr << summary.status() << "\n";
    return 1;
  }
  const double cells = static_cast<double>(series) * kPeriods * static_cast<double>(paths);
  std::cout << "{\"name\": \"jalon-sampled\", \"ns_per_cell\": " << wall.count() * 1e9 / cells
            << ", \"cpu_ns_per_cell\": " << (CpuSeconds() - cpu) * 1e9 / cells
            << ", \"cells\": " << static_cast<int64_t>(cells) << ", \"threads\": " << threads
            << ", \"isa\": \"" << sim::ActiveKernelIsa()
            << "\", \"max_rss_bytes\": " << MaxRssBytes()
            << ", \"p_attain_mean\": " << AttainedMean(*summary, series) << "}\n";
  return 0;
}

}  // namespace
}  // namespace jalon::bench

int main(int argc, char** argv) {
  std::map<std::string, std::string> arguments = {{"--series", "2400"}, {"--paths", "10000"},
                                                  {"--threads", "1"},   {"--isa", "best"},
                                                  {"--seed", "1"},      {"--write", ""}};
  for (int i = 1; i + 1 < argc; i += 2) {
    if (arguments.count(argv[i]) == 0) {
      std::cerr << argv[i] << ": no such option\n";
      return 2;
    }
    arguments[argv[i]] = argv[i + 1];
  }
  return jalon::bench::Run(arguments);
}
