#include "tests/sim/kernel/conditional_twin.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "gtest/gtest.h"
#include "sim/engine/executor.h"
#include "sim/random/stream.h"

namespace jalon::sim {
namespace {

constexpr double kLogOfTwo = 0.69314718055994530942;

double NormalTail(double z) { return 0.5 * std::erfc(z / std::sqrt(2.0)); }

// Logarithm of a cell without own noise.
double Eta(const TwinCase& twin, int i, int64_t path, int t) {
  const LognormalNetwork& network = twin.network;
  double eta = network.base[i * network.window.size() + t];
  for (int k = 0; k < network.factors; ++k) {
    eta += double{network.loading[i * network.factors + k]} * twin.factors.At(path, t, k);
  }
  return eta;
}

// The drawn year of a sampled series.
double DrawnYear(const TwinCase& twin, uint64_t seed, int i, int64_t path) {
  const LognormalNetwork& network = twin.network;
  double year = 0.0;
  for (int t = 0; t < network.window.size(); ++t) {
    const double z = DrawNormal(seed, {.purpose = Purpose::kSeriesNoise,
                                       .id = network.id[i],
                                       .path = static_cast<uint64_t>(path),
                                       .period = network.window.first + t});
    year += std::exp2(Eta(twin, i, path, t) + network.sigma[i] * z);
  }
  return year;
}

TwinLaw SeriesLaw(const TwinCase& twin, uint64_t seed, int i, int64_t path) {
  TwinLaw law = {.own_noise = OwnNoiseOf(twin.network.sigma[i]),
                 .constant = twin.network.constant[i]};
  if (law.own_noise == OwnNoise::kSampled) {
    law.mean = DrawnYear(twin, seed, i, path);
    return law;
  }
  const double square = std::pow(kLogOfTwo * twin.network.sigma[i], 2);
  const double excess = std::expm1(square);
  for (int t = 0; t < twin.network.window.size(); ++t) {
    const double mean = std::exp2(Eta(twin, i, path, t)) * std::exp(0.5 * square);
    law.mean += mean;
    law.variance += mean * mean * excess;
    law.third += std::pow(mean, 3) * excess * excess * (excess + 3.0);
  }
  return law;
}

void Add(const TwinLaw& law, TwinLaw& sum) {
  sum.mean += law.mean;
  sum.variance += law.variance;
  sum.third += law.third;
  sum.constant += law.constant;
  sum.own_noise = OwnNoise::kThreeMoments;
}

// Root of x^3 + 3 x = skewness.
double Shape(double skewness) { return 2.0 * std::sinh(std::asinh(0.5 * skewness) / 3.0); }

}  // namespace

FactorLaw MakeFactorLaw(int periods, int factors) {
  FactorLaw law = {.periods = periods, .factors = factors};
  for (int t = 0; t < periods; ++t) {
    for (int u = 0; u < periods; ++u) {
      const int first = std::min(t, u) + 1;
      law.period_covariance.push_back(std::pow(0.8, std::abs(t - u)) *
                                      (1.0 - std::pow(0.64, first)));
    }
  }
  for (int k = 0; k < factors; ++k) {
    for (int l = 0; l < factors; ++l) law.factor_covariance.push_back(k == l ? 1.0 : 0.3);
  }
  return law;
}

TwinCase MakePointCase(const TwinShape& shape, int64_t points, uint64_t seed) {
  TwinCase twin = MakeTwinCase(shape);
  if (shape.factors == 0) {
    return {std::move(twin.network), FactorPaths(16 * points, shape.periods, 0)};
  }
  InlineExecutor executor;
  auto factors =
      DrawFactorPoints(MakeFactorLaw(shape.periods, shape.factors), points, seed, executor);
  EXPECT_TRUE(factors.ok()) << factors.status();
  return {std::move(twin.network), *std::move(factors)};
}

std::vector<std::vector<TwinLaw>> TwinLaws(const TwinCase& twin, uint64_t seed) {
  const LognormalNetwork& network = twin.network;
  const int64_t paths = twin.factors.paths();
  std::vector<std::vector<TwinLaw>> rows(network.series() + network.tiles() + network.totals,
                                         std::vector<TwinLaw>(paths));
  for (int tile = 0; tile < network.tiles(); ++tile) {
    for (int i = network.tile_begin[tile]; i < network.tile_begin[tile + 1]; ++i) {
      for (int64_t path = 0; path < paths; ++path) {
        const TwinLaw law = SeriesLaw(twin, seed, i, path);
        rows[i][path] = law;
        Add(law, rows[network.series() + tile][path]);
        Add(law, rows[network.series() + network.tiles() + network.tile_total[tile]][path]);
      }
    }
  }
  return rows;
}

double TwinAttained(const TwinLaw& law, double threshold) {
  const double need = threshold - law.constant;
  if (law.variance == 0.0) return law.mean >= need ? 1.0 : 0.0;
  const double sd = std::sqrt(law.variance);
  const double x = law.own_noise == OwnNoise::kTwoMoments ? sd / law.mean
                                                          : Shape(law.third / (law.variance * sd));
  const double y = x * (need - law.mean) / sd;
  if (y <= -1.0) return 1.0;
  const double root = std::sqrt(std::log1p(x * x));
  return NormalTail(std::log1p(y) / root + 0.5 * root);
}

double TwinQuantile(const std::vector<TwinLaw>& laws, double level) {
  // No law is beyond 40 of its standard deviations more than once in 1,600 (Chebyshev).
  double low = std::numeric_limits<double>::infinity();
  double high = -low;
  for (const TwinLaw& law : laws) {
    const double reach = 40.0 * std::sqrt(law.variance) + 1.0;
    low = std::min(low, law.constant + law.mean - reach);
    high = std::max(high, law.constant + law.mean + reach);
  }
  for (double middle = 0.5 * (low + high); low < middle && middle < high;
       middle = 0.5 * (low + high)) {
    double below = 0.0;
    for (const TwinLaw& law : laws) {
      below += (1.0 - TwinAttained(law, middle)) / static_cast<double>(laws.size());
    }
    (below < level ? low : high) = middle;
  }
  return high;
}

}  // namespace jalon::sim
