#include "tests/sim/kernel/lognormal_twin.h"

#include <random>
#include <string>

#include "sim/base/hash64.h"
#include "sim/base/math.h"
#include "sim/random/stream.h"

namespace jalon::sim {
namespace {

void AddSeries(const TwinShape& shape, std::mt19937& generator, LognormalNetwork& network) {
  std::uniform_real_distribution<float> unit(-1.0f, 1.0f);
  for (int t = 0; t < shape.periods; ++t) {
    network.base.push_back(shape.base + 0.5f * unit(generator));
  }
  for (int k = 0; k < shape.factors; ++k) network.loading.push_back(0.2f * unit(generator));
  network.sigma.push_back(shape.sigma * (1.0f + 0.2f * unit(generator)));
  network.constant.push_back(10.0f + unit(generator));
  network.threshold.push_back(1'000.0);
  network.id.push_back(SeriesId64("branch-" + std::to_string(network.series()), "all", "sales"));
}

FactorPaths MakeFactors(const TwinShape& shape, std::mt19937& generator) {
  std::normal_distribution<float> normal;
  FactorPaths factors(shape.paths, shape.periods, shape.factors);
  for (int64_t path = 0; path < shape.paths; ++path) {
    for (int t = 0; t < shape.periods; ++t) {
      for (int k = 0; k < shape.factors; ++k) factors.Set(path, t, k, normal(generator));
    }
  }
  return factors;
}

double Year(const TwinCase& twin, uint64_t seed, int i, int64_t path) {
  const LognormalNetwork& network = twin.network;
  const int periods = network.window.size();
  double year = network.constant[i];
  for (int t = 0; t < periods; ++t) {
    double eta = network.base[i * periods + t];
    for (int k = 0; k < network.factors; ++k) {
      eta += double{network.loading[i * network.factors + k]} * twin.factors.At(path, t, k);
    }
    eta += network.sigma[i] * DrawNormal(seed, {.purpose = Purpose::kSeriesNoise,
                                                .id = network.id[i],
                                                .path = static_cast<uint64_t>(path),
                                                .period = network.window.first + t});
    year += Exp2(eta);
  }
  return year;
}

}  // namespace

TwinCase MakeTwinCase(const TwinShape& shape) {
  std::mt19937 generator(11);
  LognormalNetwork network;
  network.window = {shape.first, shape.first + (shape.periods - 1)};
  network.factors = shape.factors;
  network.totals = 2;
  network.tile_begin = {0};
  for (int size : shape.tiles) {
    for (int i = 0; i < size; ++i) AddSeries(shape, generator, network);
    network.tile_total.push_back(network.tiles() % 2);
    network.tile_begin.push_back(network.series());
  }
  return {network, MakeFactors(shape, generator)};
}

std::vector<std::vector<double>> TwinRows(const TwinCase& twin, uint64_t seed) {
  const LognormalNetwork& network = twin.network;
  const int tiles = network.tiles();
  const int64_t paths = twin.factors.paths();
  std::vector<std::vector<double>> rows(network.series() + tiles + network.totals,
                                        std::vector<double>(paths));
  for (int tile = 0; tile < tiles; ++tile) {
    for (int i = network.tile_begin[tile]; i < network.tile_begin[tile + 1]; ++i) {
      for (int64_t path = 0; path < paths; ++path) {
        const double year = Year(twin, seed, i, path);
        rows[i][path] = year;
        rows[network.series() + tile][path] += year;
        rows[network.series() + tiles + network.tile_total[tile]][path] += year;
      }
    }
  }
  return rows;
}

}  // namespace jalon::sim
