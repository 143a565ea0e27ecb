#include "sim/algebra/cholesky.h"

#include <Eigen/Cholesky>

namespace jalon::sim {
namespace {

using VectorMap = Eigen::Map<const Eigen::VectorXd>;
using MatrixMap = Eigen::Map<const Eigen::MatrixXd>;

// All values of `v`, as so many rows and columns.
MatrixMap MapOf(const std::vector<double>& v, size_t rows, size_t columns) {
  eigen_assert(v.size() == rows * columns);
  return {v.data(), static_cast<int>(rows), static_cast<int>(columns)};
}

std::vector<double> VectorOf(const Eigen::VectorXd& v) { return {v.data(), v.data() + v.size()}; }

}  // namespace

struct Cholesky::Impl {
  Eigen::LLT<Eigen::MatrixXd> llt;
};

Cholesky::Cholesky() : impl_(std::make_unique<Impl>()) {}
Cholesky::Cholesky(Cholesky&&) noexcept = default;
Cholesky::~Cholesky() = default;

bool Cholesky::Factor(const std::vector<double>& matrix, int n) {
  Eigen::LLT<Eigen::MatrixXd>& llt = impl_->llt;
  llt.compute(MapOf(matrix, n, n));
  if (llt.info() != Eigen::Success) return false;
  const auto pivots = llt.matrixLLT().diagonal();
  return pivots.allFinite() && (n == 0 || pivots.minCoeff() > 0.0);
}

std::vector<double> Cholesky::Pivots() const { return VectorOf(impl_->llt.matrixLLT().diagonal()); }

std::vector<double> Cholesky::Whiten(const std::vector<double>& v) const {
  return VectorOf(impl_->llt.matrixL().solve(VectorMap(v.data(), v.size())));
}

std::vector<double> Cholesky::Solve(const std::vector<double>& v) const {
  return VectorOf(impl_->llt.solve(VectorMap(v.data(), v.size())));
}

std::vector<double> Cholesky::MinusConjugate(const std::vector<double>& a, int rows) const {
  const Eigen::MatrixXd factor = MapOf(a, rows, impl_->llt.cols());
  const Eigen::MatrixXd result = -factor * impl_->llt.solve(factor.transpose());
  return {result.data(), result.data() + result.size()};
}

}  // namespace jalon::sim
