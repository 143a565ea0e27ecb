// What the C++ peers share: reading the parameters of W, the clock, the row they print. Nothing of
// Jalon. Usage: PROGRAM PARAMETERS PATHS SEED.
#ifndef JALON_BENCH_PEERS_W_PROGRAM_H_
#define JALON_BENCH_PEERS_W_PROGRAM_H_

#include <sys/resource.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <random>
#include <vector>

namespace peer {

inline constexpr int kPeriods = 12;
inline constexpr int kFactors = 16;
inline constexpr int kIndicators = 12;
inline constexpr double kObjective = 1260.0;
inline constexpr std::array<double, 7> kLevels = {0.01, 0.05, 0.25, 0.5, 0.75, 0.95, 0.99};

struct Parameters {
  int series = 0;
  std::vector<float> a, b, sigma;
};

inline Parameters Read(const char* file) {
  std::ifstream in(file, std::ios::binary);
  int32_t sizes[3];
  in.read(reinterpret_cast<char*>(sizes), sizeof(sizes));
  if (!in || sizes[1] != kPeriods || sizes[2] != kFactors) std::exit(1);
  Parameters p = {.series = sizes[0]};
  for (auto [values, each] :
       {std::pair{&p.a, kPeriods}, std::pair{&p.b, kFactors}, std::pair{&p.sigma, 1}}) {
    values->resize(static_cast<size_t>(p.series) * each);
    in.read(reinterpret_cast<char*>(values->data()),
            static_cast<std::streamsize>(values->size() * sizeof(float)));
  }
  if (!in) std::exit(1);
  return p;
}

// [path][period][factor]
inline std::vector<double> Factors(int paths, uint64_t seed) {
  double root[kFactors][kFactors] = {};
  for (int i = 0; i < kFactors; ++i) {
    for (int j = 0; j <= i; ++j) {
      double rest = i == j ? 1.0 : 0.3;
      for (int k = 0; k < j; ++k) rest -= root[i][k] * root[j][k];
      root[i][j] = i == j ? std::sqrt(rest) : rest / root[j][j];
    }
  }
  std::mt19937_64 generator(seed);
  std::normal_distribution<double> normal;
  std::vector<double> f;
  for (int p = 0; p < paths; ++p) {
    double state[kFactors] = {};
    for (int t = 0; t < kPeriods; ++t) {
      double e[kFactors];
      for (double& x : e) x = normal(generator);
      for (int k = 0; k < kFactors; ++k) {
        double shock = 0.0;
        for (int j = 0; j <= k; ++j) shock += root[k][j] * e[j];
        state[k] = 0.8 * state[k] + 0.6 * shock;
      }
      f.insert(f.end(), state, state + kFactors);
    }
  }
  return f;
}

// Seven quantiles of the years of one series; their sum, so that no compiler leaves them out.
template <typename Real>
double Quantiles(Real* first, int count) {
  double sum = 0.0;
  for (double level : kLevels) {
    Real* at = first + static_cast<int>(level * (count - 1));
    std::nth_element(first, at, first + count);
    sum += *at;
  }
  return sum;
}

// Simulates all series; returns the share attained.
using Simulation = double (*)(const Parameters&, const std::vector<double>& factors, int paths,
                              uint64_t seed);

inline double CpuSeconds() {
  rusage usage;
  getrusage(RUSAGE_SELF, &usage);
  return static_cast<double>(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
         1e-6 * static_cast<double>(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec);
}

inline int Run(int argc, char** argv, const char* name, Simulation simulation) {
  if (argc != 4) return 2;
  const Parameters parameters = Read(argv[1]);
  const int paths = std::atoi(argv[2]);
  const uint64_t seed = std::strtoull(argv[3], nullptr, 10);
  const std::vector<double> factors = Factors(paths, seed + 1'000'000);
  const double cpu = CpuSeconds();
  const auto start = std::chrono::steady_clock::now();
  const double share = simulation(parameters, factors, paths, seed);
  const std::chrono::duration<double> wall = std::chrono::steady_clock::now() - start;
  const double cells = static_cast<double>(parameters.series) * kPeriods * paths;
  rusage usage;
  getrusage(RUSAGE_SELF, &usage);
  std::printf(
      "{\"name\": \"%s\", \"ns_per_cell\": %.6g, \"cpu_ns_per_cell\": %.6g, \"cells\": %.0f, "
      "\"threads\": 1, \"isa\": \"native\", \"max_rss_bytes\": %lld, \"p_attain_mean\": %.9g}\n",
      name, wall.count() * 1e9 / cells, (CpuSeconds() - cpu) * 1e9 / cells, cells,
      static_cast<long long>(usage.ru_maxrss) * 1024, share);
  return 0;
}

}  // namespace peer

#endif  // JALON_BENCH_PEERS_W_PROGRAM_H_
