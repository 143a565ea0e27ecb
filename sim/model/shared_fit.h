// The shared part of a fit, one indicator at a time: nation, segments, regions.
// Internal to sim/model.
#ifndef JALON_SIM_MODEL_SHARED_FIT_H_
#define JALON_SIM_MODEL_SHARED_FIT_H_

#include <vector>

#include "sim/model/driver_terms.h"
#include "sim/model/latent_regression.h"
#include "sim/model/noise.h"
#include "sim/model/panel.h"
#include "sim/model/profile.h"

namespace jalon::sim {

struct SharedFit {
  LatentFit national;
  // Indices into DriverTerms::elasticities, in the order of national.beta.
  std::vector<int> elasticities;
  // [segment of the network]: deviation from the nation; empty when there is one segment only.
  std::vector<LatentFit> segments;
  // [region of the panel]: deviation from nation and segment; empty when there is one region only.
  std::vector<LatentFit> regions;
  // Paths and sizes that all this makes; noise around them.
  IndicatorProfile profile;
  IndicatorNoise noise;
};

// Fits an indicator (docs/model/first-fit.md): two-way common path, noise, national regression with
// the drivers, then segments' and regions' deviations shrunk to nothing by what they explain.
SharedFit FitShared(const FitPanel& panel, const DriverTerms& terms, int indicator);

}  // namespace jalon::sim

#endif  // JALON_SIM_MODEL_SHARED_FIT_H_
