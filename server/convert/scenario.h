// Scenarios: messages of the API and values of sim/.
#ifndef JALON_SERVER_CONVERT_SCENARIO_H_
#define JALON_SERVER_CONVERT_SCENARIO_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "jalon/v1/scenario_service.pb.h"
#include "sim/base/period.h"
#include "sim/scenario/scenario.h"

namespace jalon::server {

// Reads a scenario for a network of `frequency`; `root` begins the field paths of violations
// (`scenario`). What only the network knows (ids, drivers) is sim::ValidateScenario's business.
// Drivers that are free are left out.
// Errors: kInvalidArgument with every violation.
absl::StatusOr<sim::Scenario> FromProto(const v1::Scenario& proto, sim::Frequency frequency,
                                        absl::string_view root = "");

// Drivers, events and label; names, times and hash are the caller's.
v1::Scenario ToProto(const sim::Scenario& scenario);

// SHA-256 of what acts on a run (drivers and events, not labels), in hexadecimal digits.
std::string ScenarioHash(const sim::Scenario& scenario);

}  // namespace jalon::server

#endif  // JALON_SERVER_CONVERT_SCENARIO_H_
