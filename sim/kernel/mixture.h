// The law of a row over all paths as a mixture of a few, and its quantiles. Internal to sim/kernel.
#ifndef JALON_SIM_KERNEL_MIXTURE_H_
#define JALON_SIM_KERNEL_MIXTURE_H_

#include <cstdint>
#include <vector>

#include "absl/types/span.h"
#include "sim/kernel/law_row.h"

namespace jalon::sim {

inline constexpr int kMixtureBins = 64;

// Paths sorted into bins of their conditional mean; a bin keeps how many they are and their
// moments, so that its law, a lognormal shifted to three moments, has the right mean and variance
// and nearly the right skewness. Bins are equal, over a range set by the first rows; outliers
// stay in the outer ones. Plain scalar code without fused multiply-add: the same bits everywhere.
class Mixture {
 public:
  // Empty, with bins around the `count` conditional means terms.mean * first.
  void Start(const RowTerms& terms, const RowPowers& row);
  void Add(const RowTerms& terms, const RowPowers& row);

  // Smallest values, in the row's unit, with at least those shares at or below: [level], in the
  // order given, increasing with the level. Levels outside [1e-6, 1 - 1e-6] count as the nearer
  // end. Requires a row. Same bits on AVX2 and AVX-512.
  std::vector<float> Quantiles(const RowTerms& terms, absl::Span<const double> levels) const;

 private:
  struct Bin {
    float count;
    float place;  // sum of where in the bin, -1/2 to 1/2 (beyond in the outer ones)
    float square;
    float variance;  // sums of the second and third power sums
    float third;
  };

  float low_ = 0.0f;
  float width_ = 1.0f;
  float per_width_ = 0.0f;
  Bin bins_[kMixtureBins] = {};
};

// Lognormal laws shifted to three moments, as the solver reads them.
struct MixtureLaws {
  int count = 0;  // a multiple of kLanes; weights of the filling are 0
  alignas(64) float weight[kMixtureBins] = {};
  alignas(64) float mean[kMixtureBins] = {};
  alignas(64) float sd[kMixtureBins] = {};
  alignas(64) float skewness[kMixtureBins] = {};
};

// Quantiles at increasing levels, by safeguarded Newton steps on the mixture's distribution
// function: within 1e-5 of the level. About 2 us for 7 levels with AVX-512.
void SolveQuantiles(const MixtureLaws& laws, absl::Span<const double> levels, float* quantiles);

}  // namespace jalon::sim

#endif  // JALON_SIM_KERNEL_MIXTURE_H_
