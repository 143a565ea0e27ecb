// Bins of R/O, and smooth densities fitted to them. Internal to sim/objective/history.
#ifndef JALON_SIM_OBJECTIVE_HISTORY_BIN_DENSITY_H_
#define JALON_SIM_OBJECTIVE_HISTORY_BIN_DENSITY_H_

#include <array>
#include <cstdint>
#include <optional>
#include <span>

#include "sim/objective/history/excess_mass.h"

namespace jalon::sim {

// Bins of one point over [kNeighbourLow, kNeighbourHigh).
inline constexpr int kBinCount = 30;
using BinCounts = std::array<int64_t, kBinCount>;
BinCounts CountBins(std::span<const double> ratios);

// 1, x, ..., x^6; or 1, x, ..., x^4 and a peak.
inline constexpr int kMostTerms = 7;
using DensityTerms = std::array<double, kMostTerms>;

// The logarithm of a density: a polynomial, or a lower one and a peak of `width` at `centre`, in
// R/O. A width of 0: no peak.
struct DensityShape {
  int terms = kMostTerms;
  double centre = 0.0;
  double width = 0.0;

  int polynomial_terms() const { return width > 0.0 ? terms - 1 : terms; }
  // Where a peak stands and how wide it is were chosen too.
  int parameter_count() const { return width > 0.0 ? terms + 2 : terms; }
};

// A shape fitted to the bins outside the window by maximum Poisson likelihood. Borrows the counts.
class BinFit {
 public:
  BinFit(const DensityShape& shape, const BinCounts& counts);

  // Newton's method from a flat density, steps bounded; false when it does not converge.
  bool Run();
  // Deviance + 2 x parameters; after Run.
  double aic() const { return deviance_ + 2.0 * shape_.parameter_count(); }
  // `mass` with the window's count, expectation, and the variance of the first less the second;
  // nullopt when the fit does not determine it.
  std::optional<ExcessMass> Predict(ExcessMass mass) const;

 private:
  // Row-major, symmetric.
  using Information = std::array<std::array<double, kMostTerms>, kMostTerms>;

  double Rate(int bin) const;
  // Score of the fitted bins; sets Fisher information and deviance.
  DensityTerms Score();
  std::optional<DensityTerms> Solve(DensityTerms target) const;

  const DensityShape shape_;
  const BinCounts& counts_;
  std::array<DensityTerms, kBinCount> rows_{};
  DensityTerms coefficients_{};
  Information information_{};
  double deviance_ = 0.0;
};

}  // namespace jalon::sim

#endif  // JALON_SIM_OBJECTIVE_HISTORY_BIN_DENSITY_H_
