// What persists from one year to the next in branches and series. Internal to sim/model.
#ifndef JALON_SIM_MODEL_EFFECTS_H_
#define JALON_SIM_MODEL_EFFECTS_H_

#include <vector>

#include "sim/model/noise.h"
#include "sim/model/panel.h"
#include "sim/model/profile.h"

namespace jalon::sim {

// Persistent changes from one year to the next, in eta units.
struct PersistentEffects {
  // [indicator]: standard deviation of what a branch's indicators share, and of a series' own.
  std::vector<double> branch_sd;
  std::vector<double> series_sd;
  // [indicator]: year-to-year changes seen; 0 means the prior alone.
  std::vector<int> change_count;
};

// From changes of the yearly ratio realised / expected, years counted back from as_of: their
// variance beyond the noise of both years is the persistent part, weighted by precision and
// combined with a prior of 5 % (0.3 units of scale on the identity link); the covariance between
// indicators of a branch, fitted by one factor, is the branch's. `profiles` and `noises`
// [indicator].
PersistentEffects FitEffects(const FitPanel& panel, const std::vector<IndicatorProfile>& profiles,
                             const std::vector<IndicatorNoise>& noises);

}  // namespace jalon::sim

#endif  // JALON_SIM_MODEL_EFFECTS_H_
