// Products, sums and eigenvalues of dense matrices. Eigen stays behind the header; its order of
// additions is part of the numbers (docs/adr/0005).
#ifndef JALON_SIM_ALGEBRA_MATRICES_H_
#define JALON_SIM_ALGEBRA_MATRICES_H_

#include <span>
#include <vector>

namespace jalon::sim {

// Column-major.

// start + A v for `a` [start x v].
std::vector<double> PlusProduct(const std::vector<double>& start, const std::vector<double>& a,
                                const std::vector<double>& v);

// A diag(weights) A' for `a` [rows x weights]: [rows x rows].
std::vector<double> WeightedSquare(const std::vector<double>& a, int rows,
                                   const std::vector<double>& weights);

double Sum(std::span<const double> v);
double Dot(const std::vector<double>& a, const std::vector<double>& b);

// Of every row of `matrix` [n x n], n > 0: [n].
std::vector<double> RowMeans(const std::vector<double>& matrix, int n);

// Of a symmetric matrix [n x n].
struct Eigensystem {
  // False on values that are not finite, for instance; then the others mean nothing.
  bool converged = false;
  // Ascending: [n].
  std::vector<double> values;
  // Of unit length, one a column: [n x n].
  std::vector<double> vectors;
};

// Of the lower triangle of `matrix` [n x n], n > 0; SymmetricEigenvalues leaves the vectors out.
Eigensystem SymmetricEigenvalues(const std::vector<double>& matrix, int n);
Eigensystem SymmetricEigensystem(const std::vector<double>& matrix, int n);

// Of A' A for finite `a` [rows x columns], both > 0.
Eigensystem SquareEigensystem(const std::vector<double>& a, int rows, int columns);

// Row-major.

// Largest modulus of the eigenvalues of an n x n matrix; +infinity when they cannot be found.
// 0 for n = 0.
double SpectralRadius(const std::vector<double>& matrix, int n);

// Solves (design' design + diag(precision)) b = design' target for rows of regressors.
// Shape: design [row x column]; target [row]; precision [column], all > 0, so that the system
// always has one solution. Result: [column].
std::vector<double> SolveRidge(const std::vector<double>& design, const std::vector<double>& target,
                               const std::vector<double>& precision);

// Of a symmetric n x n matrix, n > 0.
double LowestEigenvalue(const std::vector<double>& matrix, int n);

// Pseudo-inverse of a symmetric positive semi-definite n x n matrix; eigenvalues under 1e-10 of the
// largest count as 0.
std::vector<double> PseudoInverse(const std::vector<double>& matrix, int n);

}  // namespace jalon::sim

#endif  // JALON_SIM_ALGEBRA_MATRICES_H_
