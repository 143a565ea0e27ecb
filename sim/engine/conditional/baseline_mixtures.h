// The distribution of every target of a conditional run, as far as the run knows it: what
// quantiles, and the objectives of a calibration, are read from.
#ifndef JALON_SIM_ENGINE_CONDITIONAL_BASELINE_MIXTURES_H_
#define JALON_SIM_ENGINE_CONDITIONAL_BASELINE_MIXTURES_H_

#include <array>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "sim/engine/conditional/mixture_quantiles.h"

namespace jalon::sim {

inline constexpr int kBaselineKnots = 64;
inline constexpr int kBaselineGrid = 9;

// A point of a distribution function.
struct CdfPoint {
  double value = 0.0;
  // P(Y <= value).
  double probability = 0.0;
};

// Kept as the places of mixture_quantiles.h with their weights, 16 or 48 a target, and some 200
// bytes: less than knots would take, and they cost nothing until they are read. Weights are floats:
// they move a quantile by 1e-7 standard deviations. A pure value.
struct BaselineMixtures {
  // Quantiles of a target at `levels`, in (0, 1); empty where the run has none (a target that is
  // sampled, a run without quantile levels). Never crossing. 0.3 to 1 us a level.
  std::vector<double> Quantiles(int target, std::span<const double> levels) const;
  // Quantiles at (k + 1/2) / 64, k = 0..63; empty likewise.
  std::vector<double> Knots(int target) const;
  // P(Y <= y) at the mean and at 1/2, 1, 3/2 and 2 standard deviations on either side of it,
  // ascending; empty likewise.
  std::vector<CdfPoint> Grid(int target) const;
  // Bytes held.
  int64_t bytes() const;

  // [target]: spans and pointers are set when it is read.
  std::vector<MixtureShape> shapes;
  // [target + 1]: first of its weights. Empty like `shapes` without any.
  std::vector<size_t> first_weight;
  std::vector<float> weights;
  // [target]; null and not to be read but for the laws that have them.
  std::vector<std::shared_ptr<const StudentSumLaw>> students;
  std::vector<SumLaw> sums;
  std::vector<char> has_sum;
  std::vector<char> is_sampled;

 private:
  using Weights = std::array<double, kMostPlaces>;

  bool Has(int target) const;
  // `room` holds its weights.
  MixtureShape ShapeOf(int target, Weights& room) const;
};

}  // namespace jalon::sim

#endif  // JALON_SIM_ENGINE_CONDITIONAL_BASELINE_MIXTURES_H_
