// What the expressions of derived indicators ask of the drivers.
#ifndef JALON_SIM_NETWORK_EXPRESSION_RULES_H_
#define JALON_SIM_NETWORK_EXPRESSION_RULES_H_

#include "sim/base/violation.h"
#include "sim/drivers/drivers.h"
#include "sim/network/network.h"

namespace jalon::sim {

// What Network::Validate cannot see: names in expressions that are neither an indicator nor a
// driver (UNKNOWN_NAME), or are a driver of one unit only (DRIVER_OF_ONE_UNIT): what adds over
// units has the same rate everywhere. At `indicators[k].expression`, k canonical; `table` sorted.
Violations CheckExpressions(const Network& network, const DriverTable& table);

}  // namespace jalon::sim

#endif  // JALON_SIM_NETWORK_EXPRESSION_RULES_H_
