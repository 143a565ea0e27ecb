#include "sim/network/revision.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "sim/base/rule_checker.h"

namespace jalon::sim {
namespace {

class DriverPlaceChecker : public RuleChecker {
 public:
  DriverPlaceChecker(const Network& network, const DriverTable& table) {
    for (size_t i = 0; i < table.drivers.size(); ++i) {
      const std::string& scope = table.drivers[i].scope;
      Require(scope.empty() || network.FindUnit(scope), absl::StrCat("drivers[", i, "].scope"),
              scope, {"must be the id of a unit, or empty for the whole network", "UNKNOWN_UNIT"});
    }
    for (size_t i = 0; i < table.priors.size(); ++i) {
      const std::string& indicator = table.priors[i].indicator;
      Require(network.FindIndicator(indicator).has_value(),
              absl::StrCat("priors[", i, "].indicator"), indicator,
              {"must be the id of an indicator", "UNKNOWN_INDICATOR"});
    }
  }
};

}  // namespace

Violations CheckDrivers(const Network& network, const DriverTable& table) {
  return DriverPlaceChecker(network, table).violations();
}

}  // namespace jalon::sim
