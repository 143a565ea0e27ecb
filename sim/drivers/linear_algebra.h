// What the driver model does to correlations and covariances, row-major square matrices. Internal
// to sim/drivers.
#ifndef JALON_SIM_DRIVERS_LINEAR_ALGEBRA_H_
#define JALON_SIM_DRIVERS_LINEAR_ALGEBRA_H_

#include <vector>

namespace jalon::sim {

// `correlation` (n x n, symmetric, unit diagonal) moved towards the identity just enough to have no
// negative eigenvalue.
std::vector<double> NearestByShrinking(std::vector<double> correlation, int n);

// Lower-triangular L with L L' = `matrix`, symmetric and positive semi-definite n x n. Directions
// of no variance get a column of zeros.
std::vector<double> LowerFactor(const std::vector<double>& matrix, int n);

}  // namespace jalon::sim

#endif  // JALON_SIM_DRIVERS_LINEAR_ALGEBRA_H_
