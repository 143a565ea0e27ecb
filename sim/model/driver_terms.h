// The driver terms of a fit: which elasticities can be used, and what their drivers did.
// Internal to sim/model.
#ifndef JALON_SIM_MODEL_DRIVER_TERMS_H_
#define JALON_SIM_MODEL_DRIVER_TERMS_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "sim/drivers/drivers.h"
#include "sim/model/model.h"
#include "sim/model/panel.h"

namespace jalon::sim {

struct DriverTerms {
  // The elasticities used; means and information are filled by the fit.
  std::vector<Elasticity> elasticities;
  // [elasticity][period of the panel]: transformed driver at t - lag minus the reference.
  std::vector<std::vector<double>> values;
  // Drivers of the elasticities used and of the network's derived indicators.
  VarModel model;
  // Derived drivers behind the elasticities, in dependency order.
  std::vector<DerivedDriver> derived;
  // What was left out or filled in, for people.
  std::vector<std::string> notes;
};

// Leaves out, with a note: priors on unknown drivers or indicators, drivers scoped to one unit
// (their effect differs by unit, which this fit does not estimate), drivers with fewer than 3
// periods by as_of (of a derived driver: any its formula depends on), and logs of values that are
// not positive. Derived drivers stay out of the vector autoregression; what they depend on is in. A
// driver that starts late or has holes is held at its nearest earlier value, or its first one. The
// reference is the driver as last felt at as_of, so that a level is a level at today's drivers.
absl::StatusOr<DriverTerms> MakeDriverTerms(const FitPanel& panel, const DriverTable& table);

// Moves of at least a tenth of the range since the last counted one.
int CountMoves(const std::vector<double>& values);

}  // namespace jalon::sim

#endif  // JALON_SIM_MODEL_DRIVER_TERMS_H_
