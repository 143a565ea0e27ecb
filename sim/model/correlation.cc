#include "sim/model/correlation.h"

#include <algorithm>
#include <cmath>
#include <span>

#include "sim/algebra/matrices.h"
#include "sim/base/square.h"

namespace jalon::sim {
namespace {

constexpr int kMostFactors = 3;
constexpr int kFewestSamples = 8;
constexpr double kMostCommunality = 0.9;
constexpr int kRounds = 50;

struct Sample {
  // [n x n].
  std::vector<double> correlation;
  int count = 0;
};

// Correlation over the samples every indicator has.
Sample Correlate(const std::vector<std::vector<double>>& samples) {
  const size_t n = samples.size();
  Sample result{std::vector<double>(n * n, 0.0), 0};
  std::vector<double> x(n);
  for (size_t t = 0; t < samples[0].size(); ++t) {
    for (size_t k = 0; k < n; ++k) x[k] = samples[k][t];
    if (!std::all_of(x.begin(), x.end(), [](double value) { return std::isfinite(value); })) {
      continue;
    }
    for (size_t k = 0; k < n; ++k) {
      for (size_t l = 0; l < n; ++l) result.correlation[k * n + l] += x[k] * x[l];
    }
    ++result.count;
  }
  std::vector<double> sizes(n);
  for (size_t k = 0; k < n; ++k) sizes[k] = std::sqrt(result.correlation[k * n + k]);
  for (size_t k = 0; k < n; ++k) {
    for (size_t l = 0; l < n; ++l) {
      const double scale = sizes[k] * sizes[l];
      double& cell = result.correlation[k * n + l];
      cell = k == l ? 1.0 : scale > 0 ? cell / scale : 0.0;
    }
  }
  return result;
}

int FactorCount(const std::vector<double>& correlation, int n, int count) {
  const double edge = Square(1 + std::sqrt(static_cast<double>(n) / count));
  const Eigensystem found = SymmetricEigenvalues(correlation, n);
  if (!found.converged) return 0;
  const auto factors = std::count_if(found.values.begin(), found.values.end(),
                                     [edge](double value) { return value > edge; });
  return std::min(static_cast<int>(factors), kMostFactors);
}

// Of `rank` factors: [rank x n], the loadings of one after those of the other.
using Loadings = std::vector<double>;

// Loadings of the largest eigenvalues; each factor's sum made positive.
Loadings Leading(const std::vector<double>& reduced, int n, int rank) {
  const Eigensystem found = SymmetricEigensystem(reduced, n);
  Loadings loadings(static_cast<size_t>(rank) * n, 0.0);
  if (!found.converged) return loadings;
  for (int j = 0; j < rank; ++j) {
    const double size = std::sqrt(std::max(0.0, found.values[n - 1 - j]));
    const double* vector = &found.vectors[static_cast<size_t>(n - 1 - j) * n];
    const std::span<double> factor = std::span(loadings).subspan(static_cast<size_t>(j) * n, n);
    for (int k = 0; k < n; ++k) factor[k] = size * vector[k];
    if (!(Sum(factor) < 0)) continue;
    for (double& loading : factor) loading = -loading;
  }
  return loadings;
}

// What the factors explain of the variance of indicator `k`.
double Communality(const Loadings& loadings, int n, int k) {
  double squares = 0.0;
  for (size_t at = k; at < loadings.size(); at += n) squares += Square(loadings[at]);
  return squares;
}

void LimitCommunalities(Loadings& loadings, int n) {
  for (int k = 0; k < n; ++k) {
    const double squares = Communality(loadings, n, k);
    if (!(squares > kMostCommunality)) continue;
    const double by = std::sqrt(kMostCommunality / squares);
    for (size_t at = k; at < loadings.size(); at += n) loadings[at] *= by;
  }
}

}  // namespace

LowRankCorrelation FitCorrelation(const std::vector<std::vector<double>>& samples) {
  LowRankCorrelation result;
  if (samples.size() < 2) return result;
  const Sample sample = Correlate(samples);
  if (sample.count < kFewestSamples) return result;
  const int n = static_cast<int>(samples.size());
  result.rank = FactorCount(sample.correlation, n, sample.count);
  if (result.rank == 0) return result;
  std::vector<double> reduced = sample.correlation;
  Loadings loadings = Leading(reduced, n, result.rank);
  for (int round = 0; round < kRounds; ++round) {
    LimitCommunalities(loadings, n);
    for (int k = 0; k < n; ++k) {
      reduced[static_cast<size_t>(k) * (n + 1)] = Communality(loadings, n, k);
    }
    loadings = Leading(reduced, n, result.rank);
  }
  LimitCommunalities(loadings, n);
  for (int k = 0; k < n; ++k) {
    for (int j = 0; j < result.rank; ++j) result.loadings.push_back(loadings[j * n + k]);
  }
  return result;
}

}  // namespace jalon::sim
