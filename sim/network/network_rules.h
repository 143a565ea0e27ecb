// The rules of a network declaration, by part. Network::Validate runs them all.
#ifndef JALON_SIM_NETWORK_NETWORK_RULES_H_
#define JALON_SIM_NETWORK_NETWORK_RULES_H_

#include "sim/base/violation.h"
#include "sim/network/network.h"

namespace jalon::sim {

// Network id, label, currency, and that there are units and indicators at all.
Violations CheckHeader(const NetworkSpec& spec);
// Ids, texts, attributes and dates of units, each alone; then that they form one tree with levels.
Violations CheckUnits(const NetworkSpec& spec);
// Declarations of attributes, and the values of units against them.
Violations CheckAttributes(const NetworkSpec& spec);
Violations CheckSegments(const NetworkSpec& spec);
Violations CheckIndicators(const NetworkSpec& spec);
// What the kind of each indicator asks for, and what indicators say of each other.
Violations CheckKinds(const NetworkSpec& spec);

}  // namespace jalon::sim

#endif  // JALON_SIM_NETWORK_NETWORK_RULES_H_
