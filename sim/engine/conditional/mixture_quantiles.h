// Quantiles of a target from what a run keeps of it: places of its conditional mean with weights,
// and the average of its own variance and skewness. Internal to sim/engine/conditional.
//
// The law of Y is the mixture of its conditional laws over the shared states. Conditional means are
// gathered on equal steps, each shared between the two next places. The mixture is put back
// together with laws by three moments at the places, drawn together and widened so that the first
// three moments are those of the run: exact in mean, variance and skewness whatever the
// steps, and near the true law in between, also where it has two humps.
#ifndef JALON_SIM_ENGINE_CONDITIONAL_MIXTURE_QUANTILES_H_
#define JALON_SIM_ENGINE_CONDITIONAL_MIXTURE_QUANTILES_H_

#include <span>
#include <vector>

#include "sim/engine/conditional/lane_laws.h"
#include "sim/engine/conditional/law_table.h"
#include "sim/engine/conditional/student_sum.h"

namespace jalon::sim {

// Conditional means of a target in one regime: their mean and variance, and the average variance
// around them.
struct MeanHump {
  double center = 0.0;
  double between = 0.0;
  double own = 0.0;
};

// Where conditional means are gathered: place k is center + step (k - (count - 1) / 2).
struct MeanPlaces {
  double center = 0.0;
  // 0: everything at the center.
  double step = 0.0;
  // A multiple of kLaneCount, at most kMostPlaces.
  int count = kLaneCount;

  // Places that cover one hump, or several from the lowest to the highest, however rare they are:
  // more where a law given the mean is so narrow that steps would be seen, and as many as the
  // narrowest of several humps asks for.
  static MeanPlaces Covering(std::span<const MeanHump> humps);

  // Adds one conditional mean to weights [count].
  void Add(double mean, double* weights) const;
};
inline constexpr int kMostPlaces = 8 * kLaneCount;

// Averages over the paths of a run.
struct MixtureShape {
  double mean = 0.0;
  // Variance of the conditional mean; average own variance, its slope by the conditional mean, and
  // the average own third cumulant.
  double between = 0.0;
  double own = 0.0;
  double own_slope = 0.0;
  double third = 0.0;
  // [places.count]: weights, of sum 1.
  MeanPlaces places;
  std::span<const double> weights;
  // Values are multiples of `lattice` (0: any), and not below `floor`.
  double lattice = 0.0;
  double floor = 0.0;
  // Whether means may gather around several places: the regimes of a mixture.
  bool humps = false;
  // Of sums of heavy tails; null elsewhere.
  const StudentSumLaw* student = nullptr;
  // Y = constant + weight x sum with a sum of this law, where there is one; null elsewhere. Counts
  // of few keep their own law.
  const SumLaw* sum = nullptr;
  double constant = 0.0;
  double sum_weight = 1.0;
};

// Levels in (0, 1) in any order, made once for many targets.
struct QuantileLevels {
  explicit QuantileLevels(std::span<const double> levels);

  std::vector<double> levels;
  // [level]: normal scores.
  std::vector<double> scores;
  // Indices of levels, ascending by level.
  std::vector<size_t> order;
};

// [level]: quantiles; never crossing. 0.3 us a level for each 16 places.
std::vector<double> MixtureQuantiles(const MixtureShape& shape, const QuantileLevels& levels);

// P(Y <= y) of the same law at each of `values`, in their order. 0.1 us a value.
std::vector<double> MixtureCdf(const MixtureShape& shape, std::span<const double> values);

}  // namespace jalon::sim

#endif  // JALON_SIM_ENGINE_CONDITIONAL_MIXTURE_QUANTILES_H_
