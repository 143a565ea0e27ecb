#include "sim/drivers/linear_algebra.h"

#include <cmath>

#include "sim/algebra/matrices.h"

namespace jalon::sim {
namespace {

constexpr double kNoVariance = 1e-10;

}  // namespace

std::vector<double> NearestByShrinking(std::vector<double> correlation, int n) {
  if (n == 0) return correlation;
  const double lowest = LowestEigenvalue(correlation, n);
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

}  // namespace jalon::sim
