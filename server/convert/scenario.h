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
// Drivers that are free are left out. Of a mixture only ids and weights are read: what a regime
// assumes stands in another message, for FillRegime.
// Errors: kInvalidArgument with every violation.
absl::StatusOr<sim::Scenario> FromProto(const v1::Scenario& proto, sim::Frequency frequency,
                                        absl::string_view root = "");
// Gives regime `regime` the label, drivers and events of a scenario.
void FillRegime(sim::Scenario scenario, sim::Regime& regime);

// Drivers, events and label; names, times and hash are the caller's. Regimes have their id for a
// name, their label, weight and hash.
v1::Scenario ToProto(const sim::Scenario& scenario);

// SHA-256 of what acts on a run (drivers and events, not labels; hashes and weights of regimes, not
// their ids), in hexadecimal digits.
std::string ScenarioHash(const sim::Scenario& scenario);

}  // namespace jalon::server

#endif  // JALON_SERVER_CONVERT_SCENARIO_H_
