// Cholesky factor of a covariance. Matrices are column-major; Eigen stays behind the header.
#ifndef JALON_SIM_ALGEBRA_CHOLESKY_H_
#define JALON_SIM_ALGEBRA_CHOLESKY_H_

#include <memory>
#include <vector>

namespace jalon::sim {

// L with L L' = M, for a symmetric positive definite M [n x n]. Every function but Factor wants
// that Factor has said true. Values given are finite. Not for two threads at a time.
class Cholesky {
 public:
  Cholesky();
  Cholesky(Cholesky&&) noexcept;
  ~Cholesky();

  // Factors the lower triangle of `matrix`; its upper one is not read. False when it is not
  // positive definite in floating point. Cost: n^3 / 3.
  bool Factor(const std::vector<double>& matrix, int n);

  // The diagonal of L: [n], all > 0.
  std::vector<double> Pivots() const;

  // L^-1 v, of [n].
  std::vector<double> Whiten(const std::vector<double>& v) const;

  // M^-1 v, of [n].
  std::vector<double> Solve(const std::vector<double>& v) const;

  // - A M^-1 A' for `a` [rows x n]: [rows x rows].
  std::vector<double> MinusConjugate(const std::vector<double>& a, int rows) const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace jalon::sim

#endif  // JALON_SIM_ALGEBRA_CHOLESKY_H_
