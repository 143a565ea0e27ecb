// Made-up place names that sound French, for the demo network.
#ifndef JALON_SIM_DEMO_NAMES_H_
#define JALON_SIM_DEMO_NAMES_H_

#include <string>

namespace jalon::sim {

// Name of the region of rank `index`, 0 to 10; distinct.
std::string DemoRegionName(int index);

// Name of the branch of rank `index`, 0 to 8,999; distinct.
std::string DemoBranchName(int index);

}  // namespace jalon::sim

#endif  // JALON_SIM_DEMO_NAMES_H_
