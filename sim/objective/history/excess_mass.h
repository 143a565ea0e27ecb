// Bunching: are there more cases just above R/O 100 % than their neighbours lead to expect?
#ifndef JALON_SIM_OBJECTIVE_HISTORY_EXCESS_MASS_H_
#define JALON_SIM_OBJECTIVE_HISTORY_EXCESS_MASS_H_

#include <cstdint>
#include <optional>
#include <span>

namespace jalon::sim {

// R/O as ratios: where excess is looked for, and its neighbourhood.
inline constexpr double kExcessLow = 1.00;
inline constexpr double kExcessHigh = 1.02;
inline constexpr double kNeighbourLow = 0.85;
inline constexpr double kNeighbourHigh = 1.15;

struct ExcessMass {
  // Cases in [kExcessLow, kExcessHigh).
  int64_t observed = 0;
  // Cases there under the smooth density, and the variance of observed - expected if that is true.
  double expected = 0.0;
  double variance = 0.0;
  // Cases in [kNeighbourLow, kNeighbourHigh).
  int64_t case_count = 0;

  double z() const;
  // One-sided: chance of such a z or a larger one under the smooth density.
  double p_value() const;
  friend bool operator==(const ExcessMass&, const ExcessMass&) = default;
};

// The excess-mass test of [ChettyEtAl2011] and [Kleven2016] with its counterfactual as a Poisson
// regression ([EfronTibshirani1996], Lindsey's method): counts in bins of one point are Poisson
// with a logarithm that is a polynomial of degree 6 in R/O, or one of degree 4 and a peak
// -log(1 + ((R/O - median) / width)^2), of eight widths: where branches differ in noise, many stand
// near the middle and the density is peaked there. Each is fitted without [kExcessLow,
// kExcessHigh). Of those within 6 of the best in AIC [Akaike1974] the one that leaves the least
// excess is believed: what the neighbourhood cannot tell apart is no evidence. The variance adds
// the Poisson count in the window and the uncertainty of its prediction.
//
// Cases moved up come from just below, which is fitted: observed - expected is not how many were
// moved (a third too many where branches have one noise). The test asks whether.
//
// `ratios` [case] must have a smooth density if nobody bends his results: R/O of whole numbers has
// spikes at 1 by arithmetic alone and must be smoothed first (HistoryCase::unit_ratio). NaN and
// ratios outside the neighbourhood do not count.
//
// nullopt with fewer than 100 cases in the neighbourhood or 20 expected in the window: too few for
// a normal test. Level and power are measured in tests (docs/model/objective-history.md).
// Cost: O(cases) + 9 fits of 30 bins. Deterministic.
std::optional<ExcessMass> MeasureExcessMass(std::span<const double> ratios);

// Windows that were judged apart, as one: counts, expectations and variances add.
ExcessMass Together(std::span<const ExcessMass> parts);

}  // namespace jalon::sim

#endif  // JALON_SIM_OBJECTIVE_HISTORY_EXCESS_MASS_H_
