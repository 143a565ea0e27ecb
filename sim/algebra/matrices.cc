#include "sim/algebra/matrices.h"

#include <Eigen/Cholesky>
#include <Eigen/Eigenvalues>
#include <algorithm>
#include <limits>

namespace jalon::sim {
namespace {

using Eigen::MatrixXd;
using Eigen::VectorXd;
using RowMajor = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
using VectorMap = Eigen::Map<const VectorXd>;
using MatrixMap = Eigen::Map<const MatrixXd>;
using RowMajorMap = Eigen::Map<const RowMajor>;

constexpr double kNoVariance = 1e-10;

VectorMap MapOf(std::span<const double> v) { return {v.data(), static_cast<int>(v.size())}; }

// `Map` of all values of `v`, as so many rows and columns.
template <typename Map>
Map MapOf(const std::vector<double>& v, size_t rows, size_t columns) {
  eigen_assert(v.size() == rows * columns);
  return {v.data(), static_cast<int>(rows), static_cast<int>(columns)};
}

template <typename Dense>
std::vector<double> ToVector(const Dense& dense) {
  return {dense.data(), dense.data() + dense.size()};
}

using SymmetricSolver = Eigen::SelfAdjointEigenSolver<MatrixXd>;

Eigensystem SystemOf(const SymmetricSolver& solver) {
  return {.converged = solver.info() == Eigen::Success,
          .values = ToVector(solver.eigenvalues()),
          .vectors = ToVector(solver.eigenvectors())};
}

Eigen::SelfAdjointEigenSolver<RowMajor> Decompose(const std::vector<double>& matrix, int n) {
  return Eigen::SelfAdjointEigenSolver<RowMajor>(MapOf<RowMajorMap>(matrix, n, n));
}

}  // namespace

std::vector<double> PlusProduct(const std::vector<double>& start, const std::vector<double>& a,
                                const std::vector<double>& v) {
  VectorXd result = MapOf(start);
  result.noalias() += MapOf<MatrixMap>(a, start.size(), v.size()) * MapOf(v);
  return ToVector(result);
}

std::vector<double> WeightedSquare(const std::vector<double>& a, int rows,
                                   const std::vector<double>& weights) {
  const auto factor = MapOf<MatrixMap>(a, rows, weights.size());
  std::vector<double> result(static_cast<size_t>(rows) * rows);
  Eigen::Map<MatrixXd>(result.data(), rows, rows).noalias() =
      factor * MapOf(weights).asDiagonal() * factor.transpose();
  return result;
}

double Sum(std::span<const double> v) { return MapOf(v).sum(); }

double Dot(const std::vector<double>& a, const std::vector<double>& b) {
  return MapOf(a).dot(MapOf(b));
}

std::vector<double> RowMeans(const std::vector<double>& matrix, int n) {
  const MatrixXd copy = MapOf<MatrixMap>(matrix, n, n);
  const VectorXd means = copy.rowwise().mean();
  return ToVector(means);
}

Eigensystem SymmetricEigenvalues(const std::vector<double>& matrix, int n) {
  const MatrixXd copy = MapOf<MatrixMap>(matrix, n, n);
  const SymmetricSolver solver(copy, Eigen::EigenvaluesOnly);
  return {.converged = solver.info() == Eigen::Success,
          .values = ToVector(solver.eigenvalues()),
          .vectors = {}};
}

Eigensystem SymmetricEigensystem(const std::vector<double>& matrix, int n) {
  const MatrixXd copy = MapOf<MatrixMap>(matrix, n, n);
  return SystemOf(SymmetricSolver(copy));
}

Eigensystem SquareEigensystem(const std::vector<double>& a, int rows, int columns) {
  const MatrixXd factor = MapOf<MatrixMap>(a, rows, columns);
  return SystemOf(SymmetricSolver(factor.transpose() * factor));
}

double SpectralRadius(const std::vector<double>& matrix, int n) {
  if (n == 0) return 0.0;
  const Eigen::EigenSolver<RowMajor> solver(MapOf<RowMajorMap>(matrix, n, n), false);
  if (solver.info() != Eigen::Success) return std::numeric_limits<double>::infinity();
  return solver.eigenvalues().cwiseAbs().maxCoeff();
}

std::vector<double> SolveRidge(const std::vector<double>& design, const std::vector<double>& target,
                               const std::vector<double>& precision) {
  const auto x = MapOf<RowMajorMap>(design, target.size(), precision.size());
  RowMajor normal = x.transpose() * x;
  normal.diagonal() += MapOf(precision);
  const VectorXd right = x.transpose() * MapOf(target);
  const VectorXd solution = normal.ldlt().solve(right);
  return ToVector(solution);
}

double LowestEigenvalue(const std::vector<double>& matrix, int n) {
  return Decompose(matrix, n).eigenvalues().minCoeff();
}

std::vector<double> PseudoInverse(const std::vector<double>& matrix, int n) {
  if (n == 0) return {};
  const auto solver = Decompose(matrix, n);
  const VectorXd& values = solver.eigenvalues();
  const double floor = kNoVariance * std::max(values.maxCoeff(), 0.0);
  VectorXd inverse = VectorXd::Zero(n);
  for (int i = 0; i < n; ++i) {
    if (values[i] > floor) inverse[i] = 1.0 / values[i];
  }
  const RowMajor& vectors = solver.eigenvectors();
  const RowMajor result = vectors * inverse.asDiagonal() * vectors.transpose();
  return ToVector(result);
}

}  // namespace jalon::sim
