// Where each series stands at as_of. Internal to sim/model.
#ifndef JALON_SIM_MODEL_LEVEL_H_
#define JALON_SIM_MODEL_LEVEL_H_

#include <vector>

#include "sim/model/noise.h"
#include "sim/model/panel.h"
#include "sim/model/profile.h"

namespace jalon::sim {

// Levels of an indicator's series in eta units: [series of the indicator].
struct IndicatorLevels {
  std::vector<double> mean;
  std::vector<double> variance;
};

struct LevelOptions {
  double half_life_periods = 6.0;
  // Variance of a year's persistent change of a series, in eta units.
  double yearly_variance = 0.0025;
};

// Conjugate updates in three steps ([West1985], [HarveyFernandes1989]): the group's sizes are the
// prior; evidence that has aged counts first, is discounted by the drift since; then recent
// evidence, whose weight halves every half-life. Gamma with quasi-Poisson counts y / dispersion on
// the log link (so zeros and tiny counts need no special case), normal on the identity link. The
// mean is that of exp(level) on the log link.
IndicatorLevels FitLevels(const FitPanel& panel, int indicator, const IndicatorProfile& profile,
                          const IndicatorNoise& noise, const LevelOptions& options);

}  // namespace jalon::sim

#endif  // JALON_SIM_MODEL_LEVEL_H_
