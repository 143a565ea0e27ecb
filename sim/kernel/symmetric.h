// Principal components of small covariances. Internal to sim/kernel.
#ifndef JALON_SIM_KERNEL_SYMMETRIC_H_
#define JALON_SIM_KERNEL_SYMMETRIC_H_

#include <vector>

#include "absl/types/span.h"

namespace jalon::sim {

// Eigenvalues in decreasing order, negative ones (rounding) as 0, and their unit eigenvectors:
// vectors[component x size], each with a sum >= 0, so that nothing but the matrix decides.
struct Components {
  std::vector<double> values;
  std::vector<double> vectors;
};

// Of a symmetric matrix [size x size], by Jacobi's rotations [GolubVanLoan2013]: relative error
// 1e-14 of the largest eigenvalue. O(size^3) some ten times; sim/base arithmetic alone, the same
// bits everywhere.
Components PrincipalComponents(absl::Span<const double> matrix, int size);

}  // namespace jalon::sim

#endif  // JALON_SIM_KERNEL_SYMMETRIC_H_
