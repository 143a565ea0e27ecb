#include "bench/sim/kernel/workload.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdlib>
#include <fstream>
#include <utility>

#include "sim/base/hash64.h"
#include "sim/kernel/factor_points.h"
#include "sim/kernel/lanes.h"
#include "sim/random/stream.h"

namespace jalon::bench {
namespace {

constexpr uint64_t kParameterSeed = 20261128;
constexpr double kBinary = 1.4426950408889634;  // 1 / log 2
const sim::Period kFirst = sim::Period::Month(2027, 1);

double Normal(uint64_t series, int draw) {
  return sim::DrawNormal(kParameterSeed,
                         {.purpose = sim::Purpose::kParameter, .id = series, .draw = draw});
}

double Uniform(uint64_t series, int draw) {
  return sim::DrawUniform(kParameterSeed,
                          {.purpose = sim::Purpose::kParameter, .id = series, .draw = draw});
}

using Square = std::array<std::array<double, kFactors>, kFactors>;

// The lower root of 0.3 + 0.7 I.
Square Root() {
  Square l = {};
  for (int i = 0; i < kFactors; ++i) {
    for (int j = 0; j <= i; ++j) {
      double rest = i == j ? 1.0 : 0.3;
      for (int k = 0; k < j; ++k) rest -= l[i][k] * l[j][k];
      l[i][j] = i == j ? std::sqrt(rest) : rest / l[j][j];
    }
  }
  return l;
}

std::array<std::array<double, kFactors>, kPeriods> Shocks(int64_t path, uint64_t seed) {
  std::array<std::array<double, kFactors>, kPeriods> shocks;
  for (int k = 0; k < kFactors; ++k) {
    for (int t = 0; t < kPeriods; t += 4) {
      const std::array<double, 4> normals =
          sim::DrawBlockNormals(seed, {.purpose = sim::Purpose::kNationalFactor,
                                       .id = static_cast<uint64_t>(k),
                                       .path = static_cast<uint64_t>(path),
                                       .period = kFirst + t});
      for (int j = 0; j < 4; ++j) shocks[t + j][k] = normals[j];
    }
  }
  return shocks;
}

void DrawPath(int64_t path, uint64_t seed, const Square& root, sim::FactorPaths& factors) {
  const auto shocks = Shocks(path, seed);
  std::array<double, kFactors> f = {};
  for (int t = 0; t < kPeriods; ++t) {
    for (int k = 0; k < kFactors; ++k) {
      double innovation = 0.0;
      for (int j = 0; j <= k; ++j) innovation += root[k][j] * shocks[t][j];
      f[k] = 0.8 * f[k] + 0.6 * innovation;
      factors.Set(path, t, k, static_cast<float>(f[k]));
    }
  }
}

std::vector<float> Binary(const std::vector<float>& natural) {
  std::vector<float> binary(natural.size());
  std::transform(natural.begin(), natural.end(), binary.begin(),
                 [](float x) { return static_cast<float>(kBinary * x); });
  return binary;
}

void Write(std::ofstream& out, const std::vector<float>& values) {
  out.write(reinterpret_cast<const char*>(values.data()),
            static_cast<std::streamsize>(values.size() * sizeof(float)));
}

}  // namespace

Workload MakeWorkload(int series, int active) {
  Workload w;
  w.series = series;
  for (int i = 0; i < series; ++i) {
    const auto id = static_cast<uint64_t>(i);
    for (int t = 0; t < kPeriods; ++t) {
      w.a.push_back(static_cast<float>(std::log(100.0) + 0.1 * Normal(id, t)));
    }
    for (int k = 0; k < kFactors; ++k) {
      const int place = (k - i / kTileSize % kFactors + kFactors) % kFactors;
      w.b.push_back(place < active ? static_cast<float>(0.05 * Normal(id, kPeriods + k)) : 0.0f);
    }
    w.sigma.push_back(static_cast<float>(0.05 + 0.35 * Uniform(id, kPeriods + kFactors)));
  }
  return w;
}

bool WriteWorkload(const Workload& workload, const std::string& file) {
  std::ofstream out(file, std::ios::binary);
  const int32_t sizes[] = {workload.series, kPeriods, kFactors};
  out.write(reinterpret_cast<const char*>(sizes), sizeof(sizes));
  Write(out, workload.a);
  Write(out, workload.b);
  Write(out, workload.sigma);
  return out.good();
}

sim::LognormalNetwork NetworkOf(const Workload& workload) {
  sim::LognormalNetwork network;
  network.window = {kFirst, kFirst + (kPeriods - 1)};
  network.factors = kFactors;
  network.base = Binary(workload.a);
  network.loading = Binary(workload.b);
  network.sigma = Binary(workload.sigma);
  network.constant.assign(workload.series, 0.0f);
  network.threshold.assign(workload.series, kObjective);
  for (int i = 0; i < workload.series; ++i) {
    network.id.push_back(sim::SeriesId64("branch-" + std::to_string(i), "all", "sales"));
  }
  for (int first = 0; first < workload.series; first += kTileSize) {
    network.tile_begin.push_back(first);
    network.tile_total.push_back(first / kTileSize % kIndicators);
  }
  network.tile_begin.push_back(workload.series);
  network.totals = kIndicators;
  return network;
}

sim::FactorPaths DrawFactors(int64_t paths, uint64_t seed, sim::Executor& executor) {
  sim::FactorPaths factors(paths, kPeriods, kFactors);
  const Square root = Root();
  constexpr int64_t kChunk = 256;
  executor.ParallelFor((paths + kChunk - 1) / kChunk, [&](int64_t chunk) {
    const int64_t last = std::min(paths, (chunk + 1) * kChunk);
    for (int64_t path = chunk * kChunk; path < last; ++path) DrawPath(path, seed, root, factors);
  });
  return factors;
}

sim::FactorPaths DrawPoints(int64_t paths, uint64_t seed, sim::Executor& executor) {
  sim::FactorLaw law = {.periods = kPeriods, .factors = kFactors};
  for (int t = 0; t < kPeriods; ++t) {
    for (int u = 0; u < kPeriods; ++u) {
      law.period_covariance.push_back(std::pow(0.8, std::abs(t - u)) *
                                      (1.0 - std::pow(0.64, std::min(t, u) + 1)));
    }
  }
  for (int k = 0; k < kFactors; ++k) {
    for (int l = 0; l < kFactors; ++l) law.factor_covariance.push_back(k == l ? 1.0 : 0.3);
  }
  auto points = sim::DrawFactorPoints(law, (paths + sim::kLanes - 1) / sim::kLanes, seed, executor);
  if (!points.ok()) std::abort();
  return *std::move(points);
}

}  // namespace jalon::bench
