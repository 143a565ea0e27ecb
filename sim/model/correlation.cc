#include "sim/model/correlation.h"

#include <Eigen/Dense>
#include <algorithm>
#include <cmath>

namespace jalon::sim {
namespace {

using Eigen::MatrixXd;
using Eigen::VectorXd;

constexpr int kMostFactors = 3;
constexpr int kFewestSamples = 8;
constexpr double kMostCommunality = 0.9;
constexpr int kRounds = 50;

struct Sample {
  MatrixXd correlation;
  int count = 0;
};

// Correlation over the samples every indicator has.
Sample Correlate(const std::vector<std::vector<double>>& samples) {
  const int n = static_cast<int>(samples.size());
  Sample result{MatrixXd::Zero(n, n), 0};
  for (size_t t = 0; t < samples[0].size(); ++t) {
    VectorXd x(n);
    for (int k = 0; k < n; ++k) x(k) = samples[k][t];
    if (!x.allFinite()) continue;
    result.correlation += x * x.transpose();
    ++result.count;
  }
  const VectorXd sizes = result.correlation.diagonal().cwiseSqrt();
  for (int k = 0; k < n; ++k) {
    for (int l = 0; l < n; ++l) {
      const double scale = sizes(k) * sizes(l);
      result.correlation(k, l) = k == l ? 1.0 : scale > 0 ? result.correlation(k, l) / scale : 0.0;
    }
  }
  return result;
}

int FactorCount(const MatrixXd& correlation, int count) {
  const double n = static_cast<double>(correlation.rows());
  const double edge = (1 + std::sqrt(n / count)) * (1 + std::sqrt(n / count));
  const Eigen::SelfAdjointEigenSolver<MatrixXd> solver(correlation, Eigen::EigenvaluesOnly);
  if (solver.info() != Eigen::Success) return 0;
  int factors = 0;
  for (int k = 0; k < correlation.rows(); ++k) factors += solver.eigenvalues()(k) > edge ? 1 : 0;
  return std::min(factors, kMostFactors);
}

// Loadings of the largest eigenvalues; each column's sum made positive.
MatrixXd Leading(const MatrixXd& reduced, int rank) {
  const Eigen::SelfAdjointEigenSolver<MatrixXd> solver(reduced);
  const int n = static_cast<int>(reduced.rows());
  MatrixXd loadings = MatrixXd::Zero(n, rank);
  if (solver.info() != Eigen::Success) return loadings;
  for (int j = 0; j < rank; ++j) {
    const double value = std::max(0.0, solver.eigenvalues()(n - 1 - j));
    loadings.col(j) = std::sqrt(value) * solver.eigenvectors().col(n - 1 - j);
    if (loadings.col(j).sum() < 0) loadings.col(j) *= -1.0;
  }
  return loadings;
}

void LimitRows(MatrixXd& loadings) {
  for (int k = 0; k < loadings.rows(); ++k) {
    const double squares = loadings.row(k).squaredNorm();
    if (squares > kMostCommunality) loadings.row(k) *= std::sqrt(kMostCommunality / squares);
  }
}

}  // namespace

LowRankCorrelation FitCorrelation(const std::vector<std::vector<double>>& samples) {
  LowRankCorrelation result;
  if (samples.size() < 2) return result;
  const Sample sample = Correlate(samples);
  if (sample.count < kFewestSamples) return result;
  result.rank = FactorCount(sample.correlation, sample.count);
  if (result.rank == 0) return result;
  MatrixXd reduced = sample.correlation;
  MatrixXd loadings = Leading(reduced, result.rank);
  for (int round = 0; round < kRounds; ++round) {
    LimitRows(loadings);
    reduced.diagonal() = loadings.rowwise().squaredNorm();
    loadings = Leading(reduced, result.rank);
  }
  LimitRows(loadings);
  for (int k = 0; k < loadings.rows(); ++k) {
    for (int j = 0; j < result.rank; ++j) result.loadings.push_back(loadings(k, j));
  }
  return result;
}

}  // namespace jalon::sim
