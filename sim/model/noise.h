// The noise of a cell around its mean, series by series. Internal to sim/model.
#ifndef JALON_SIM_MODEL_NOISE_H_
#define JALON_SIM_MODEL_NOISE_H_

#include <vector>

#include "sim/model/panel.h"
#include "sim/model/profile.h"

namespace jalon::sim {

// Noise of an indicator's series.
struct IndicatorNoise {
  // [series of the indicator]: Var / mean on the log link (>= 1 for counts), standard deviation on
  // the identity link; shrunk to the indicator's. > 0.
  std::vector<double> dispersion;
  // The indicator's own: Var / mean, or standard deviation in units of scale.
  double pooled = 1.0;
};

// Method of moments on residuals around each series' own level of each year, so that a drifting
// level is not taken for noise; a series' value is averaged with the indicator's as if the latter
// had 15 effective observations. Heavy-tailed at small means, hence the weights: a year's moment
// counts by its degrees of freedom over 2 + dispersion / mean.
IndicatorNoise FitNoise(const FitPanel& panel, int indicator, const IndicatorProfile& profile);

// Law of an indicator's cells and its shape.
struct CellLaw {
  Law law = Law::kNegativeBinomial;
  // Of the gamma sizes or the Student law; 0 elsewhere.
  double shape = 0.0;
  // True when more zeros were seen than the law can give.
  bool has_excess_zeros = false;
};

// Counts: negative binomial. Net flows: Student-t with the degrees of freedom that give the
// residuals' mean absolute value over their standard deviation, in [3, 30]; stocks too, in what
// moves them beyond their flows (kExactStock when nothing does). Amounts: gamma when no more zeros
// were seen in the indicator than rounding to the unit, or to its hundredth, makes of small
// amounts; else the compound gamma whose size shape gives the share of zeros seen.
CellLaw FitLaw(const FitPanel& panel, int indicator, const IndicatorProfile& profile,
               const IndicatorNoise& noise);

}  // namespace jalon::sim

#endif  // JALON_SIM_MODEL_NOISE_H_
