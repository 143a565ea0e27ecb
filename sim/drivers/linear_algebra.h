// The few matrix operations of the driver model, on row-major square matrices. Internal to
// sim/drivers: Eigen stays behind it.
#ifndef JALON_SIM_DRIVERS_LINEAR_ALGEBRA_H_
#define JALON_SIM_DRIVERS_LINEAR_ALGEBRA_H_

#include <vector>

namespace jalon::sim {

// Largest modulus of the eigenvalues of an n x n matrix; +infinity when they cannot be found.
// 0 for n = 0.
double SpectralRadius(const std::vector<double>& matrix, int n);

// Solves (design' design + diag(precision)) b = design' target for rows of regressors.
// Shape: design [row x column], row-major; target [row]; precision [column], all > 0, so that the
// system always has one solution. Result: [column].
std::vector<double> SolveRidge(const std::vector<double>& design, const std::vector<double>& target,
                               const std::vector<double>& precision);

// `correlation` (n x n, symmetric, unit diagonal) moved towards the identity just enough to have no
// negative eigenvalue.
std::vector<double> NearestByShrinking(std::vector<double> correlation, int n);

// Lower-triangular L with L L' = `matrix`, symmetric and positive semi-definite n x n. Directions
// of no variance get a column of zeros.
std::vector<double> LowerFactor(const std::vector<double>& matrix, int n);

// Pseudo-inverse of a symmetric positive semi-definite n x n matrix; eigenvalues under 1e-10 of the
// largest count as 0.
std::vector<double> PseudoInverse(const std::vector<double>& matrix, int n);

}  // namespace jalon::sim

#endif  // JALON_SIM_DRIVERS_LINEAR_ALGEBRA_H_
