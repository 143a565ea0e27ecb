// From the parts of a fit to a Model. Internal to sim/model.
#ifndef JALON_SIM_MODEL_ASSEMBLE_H_
#define JALON_SIM_MODEL_ASSEMBLE_H_

#include <vector>

#include "sim/model/driver_terms.h"
#include "sim/model/effects.h"
#include "sim/model/fit.h"
#include "sim/model/level.h"
#include "sim/model/mean_effects.h"
#include "sim/model/model.h"
#include "sim/model/noise.h"
#include "sim/model/panel.h"
#include "sim/model/shared_fit.h"

namespace jalon::sim {

// Everything fitted, [indicator] unless said otherwise.
struct FitParts {
  const FitPanel& panel;
  const FitOptions& options;
  DriverTerms terms;
  MeanFit means;
  std::vector<SharedFit> shared;
  PersistentEffects effects;
  std::vector<CellLaw> laws;
  std::vector<IndicatorLevels> levels;
};

Model AssembleModel(const FitParts& parts);

// Variance of the mean of `count` consecutive values of an AR(1).
double MeanVariance(const LatentLaw& law, int count);

// Sentences on what was assumed, shrunk and not trusted; and the figures behind them.
void AddDiagnostics(const FitParts& parts, Model& model);

}  // namespace jalon::sim

#endif  // JALON_SIM_MODEL_ASSEMBLE_H_
