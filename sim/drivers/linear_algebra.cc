#include "sim/drivers/linear_algebra.h"

#include <Eigen/Dense>
#include <algorithm>
#include <cmath>
#include <limits>

namespace jalon::sim {
namespace {

using Matrix = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
using ConstMap = Eigen::Map<const Matrix>;
using ConstVector = Eigen::Map<const Eigen::VectorXd>;

constexpr double kNoVariance = 1e-10;

std::vector<double> ToVector(const Matrix& matrix) {
  return {matrix.data(), matrix.data() + matrix.size()};
}

Eigen::SelfAdjointEigenSolver<Matrix> Decompose(const std::vector<double>& matrix, int n) {
  return Eigen::SelfAdjointEigenSolver<Matrix>(ConstMap(matrix.data(), n, n));
}

}  // namespace

double SpectralRadius(const std::vector<double>& matrix, int n) {
  if (n == 0) return 0.0;
  const Eigen::EigenSolver<Matrix> solver(ConstMap(matrix.data(), n, n), false);
  if (solver.info() != Eigen::Success) return std::numeric_limits<double>::infinity();
  return solver.eigenvalues().cwiseAbs().maxCoeff();
}

std::vector<double> SolveRidge(const std::vector<double>& design, const std::vector<double>& target,
                               const std::vector<double>& precision) {
  const ConstMap x(design.data(), target.size(), precision.size());
  Matrix normal = x.transpose() * x;
  normal.diagonal() += ConstVector(precision.data(), precision.size());
  const Eigen::VectorXd right = x.transpose() * ConstVector(target.data(), target.size());
  const Eigen::VectorXd solution = normal.ldlt().solve(right);
  return {solution.data(), solution.data() + solution.size()};
}

std::vector<double> NearestByShrinking(std::vector<double> correlation, int n) {
  if (n == 0) return correlation;
  const double lowest = Decompose(correlation, n).eigenvalues().minCoeff();
  if (lowest >= 0.0) return correlation;
  // Eigenvalues of (1 - a) R + a I are (1 - a) lambda + a.
  const double kept = 1.0 / (1.0 - lowest);
  for (int i = 0; i < n; ++i) {
    for (int j = 0; j < n; ++j) {
      if (i != j) correlation[i * n + j] *= kept;
    }
  }
  return correlation;
}

std::vector<double> LowerFactor(const std::vector<double>& matrix, int n) {
  std::vector<double> factor(matrix.size(), 0.0);
  for (int j = 0; j < n; ++j) {
    double pivot = matrix[j * n + j];
    for (int k = 0; k < j; ++k) pivot -= factor[j * n + k] * factor[j * n + k];
    if (!(pivot > kNoVariance * matrix[j * n + j])) continue;
    factor[j * n + j] = std::sqrt(pivot);
    for (int i = j + 1; i < n; ++i) {
      double sum = matrix[i * n + j];
      for (int k = 0; k < j; ++k) sum -= factor[i * n + k] * factor[j * n + k];
      factor[i * n + j] = sum / factor[j * n + j];
    }
  }
  return factor;
}

std::vector<double> PseudoInverse(const std::vector<double>& matrix, int n) {
  if (n == 0) return {};
  const auto solver = Decompose(matrix, n);
  const Eigen::VectorXd& values = solver.eigenvalues();
  const double floor = kNoVariance * std::max(values.maxCoeff(), 0.0);
  Eigen::VectorXd inverse = Eigen::VectorXd::Zero(n);
  for (int i = 0; i < n; ++i) {
    if (values[i] > floor) inverse[i] = 1.0 / values[i];
  }
  const Matrix& vectors = solver.eigenvectors();
  return ToVector(vectors * inverse.asDiagonal() * vectors.transpose());
}

}  // namespace jalon::sim
