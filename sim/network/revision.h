// A network revision: everything imported together, immutable.
#ifndef JALON_SIM_NETWORK_REVISION_H_
#define JALON_SIM_NETWORK_REVISION_H_

#include "sim/base/violation.h"
#include "sim/drivers/drivers.h"
#include "sim/network/network.h"
#include "sim/network/realisations.h"

namespace jalon::sim {

struct Revision {
  Network network;
  Realisations realisations;
  DriverTable drivers;
};

// What ValidateDrivers cannot see: scopes that are no unit (UNKNOWN_UNIT at `drivers[i].scope`) and
// priors on unknown indicators (UNKNOWN_INDICATOR at `priors[i].indicator`).
Violations CheckDrivers(const Network& network, const DriverTable& table);

}  // namespace jalon::sim

#endif  // JALON_SIM_NETWORK_REVISION_H_
