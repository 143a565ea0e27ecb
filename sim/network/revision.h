// A network revision: everything imported together, immutable.
#ifndef JALON_SIM_NETWORK_REVISION_H_
#define JALON_SIM_NETWORK_REVISION_H_

#include "sim/drivers/drivers.h"
#include "sim/network/network.h"
#include "sim/network/realisations.h"

namespace jalon::sim {

struct Revision {
  Network network;
  Realisations realisations;
  DriverTable drivers;
};

}  // namespace jalon::sim

#endif  // JALON_SIM_NETWORK_REVISION_H_
