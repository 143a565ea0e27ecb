#include "sim/kernel/symmetric.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <numeric>

namespace jalon::sim {
namespace {

constexpr int kMostSweeps = 60;

// A matrix on its way to being diagonal, and the rotations so far.
class Jacobi {
 public:
  Jacobi(absl::Span<const double> matrix, int size)
      : size_(size), a_(matrix.begin(), matrix.end()), v_(a_.size(), 0.0) {
    for (int i = 0; i < size; ++i) V(i, i) = 1.0;
  }

  void Run() {
    double norm = 0.0;
    for (double x : a_) norm += x * x;
    for (int sweep = 0; sweep < kMostSweeps && OffDiagonal() > 1e-32 * norm; ++sweep) {
      for (int p = 0; p < size_; ++p) {
        for (int q = p + 1; q < size_; ++q) Rotate(p, q);
      }
    }
  }

  Components Take() const {
    std::vector<int> order(size_);
    std::iota(order.begin(), order.end(), 0);
    std::stable_sort(order.begin(), order.end(), [&](int i, int j) { return A(i, i) > A(j, j); });
    Components result;
    for (int i : order) {
      result.values.push_back(std::max(0.0, A(i, i)));
      double sum = 0.0;
      for (int row = 0; row < size_; ++row) sum += V(row, i);
      for (int row = 0; row < size_; ++row) {
        result.vectors.push_back(sum < 0.0 ? -V(row, i) : V(row, i));
      }
    }
    return result;
  }

 private:
  double& A(int i, int j) { return a_[static_cast<size_t>(i) * size_ + j]; }
  double A(int i, int j) const { return a_[static_cast<size_t>(i) * size_ + j]; }
  double& V(int i, int j) { return v_[static_cast<size_t>(i) * size_ + j]; }
  double V(int i, int j) const { return v_[static_cast<size_t>(i) * size_ + j]; }

  double OffDiagonal() const {
    double sum = 0.0;
    for (int i = 0; i < size_; ++i) {
      for (int j = 0; j < size_; ++j) sum += i == j ? 0.0 : A(i, j) * A(i, j);
    }
    return sum;
  }

  // Makes A(p, q) zero.
  void Rotate(int p, int q) {
    if (A(p, q) == 0.0) return;
    const double theta = (A(q, q) - A(p, p)) / (2.0 * A(p, q));
    const double t =
        (theta < 0.0 ? -1.0 : 1.0) / (std::abs(theta) + std::sqrt(theta * theta + 1.0));
    const double c = 1.0 / std::sqrt(t * t + 1.0);
    const double s = t * c;
    for (int k = 0; k < size_; ++k) Turn(A(k, p), A(k, q), c, s);
    for (int k = 0; k < size_; ++k) Turn(A(p, k), A(q, k), c, s);
    for (int k = 0; k < size_; ++k) Turn(V(k, p), V(k, q), c, s);
    A(p, q) = A(q, p) = 0.0;
  }

  static void Turn(double& x, double& y, double c, double s) {
    const double turned = c * x - s * y;
    y = s * x + c * y;
    x = turned;
  }

  int size_;
  std::vector<double> a_;
  std::vector<double> v_;
};

}  // namespace

Components PrincipalComponents(absl::Span<const double> matrix, int size) {
  Jacobi jacobi(matrix, size);
  jacobi.Run();
  return jacobi.Take();
}

}  // namespace jalon::sim
