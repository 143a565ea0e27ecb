// What ScenarioService does.
#ifndef JALON_SERVER_RPC_SCENARIO_HANDLERS_H_
#define JALON_SERVER_RPC_SCENARIO_HANDLERS_H_

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "jalon/v1/scenario_service.pb.h"
#include "server/convert/scenario.h"
#include "server/rpc/call.h"
#include "server/store/store.h"

namespace jalon::server {

absl::StatusOr<v1::Scenario> CreateScenario(Call& call, const v1::CreateScenarioRequest& request);
absl::StatusOr<v1::Scenario> GetScenario(Call& call, const v1::GetScenarioRequest& request);
absl::StatusOr<v1::ListScenariosResponse> ListScenarios(Call& call,
                                                        const v1::ListScenariosRequest& request);
absl::StatusOr<v1::DeleteScenarioResponse> DeleteScenario(Call& call,
                                                          const v1::DeleteScenarioRequest& request);

// A valid scenario with its hash, as it is shown and kept under `name`; regimes of a mixture are
// scenarios of the same network.
v1::Scenario NewScenario(const sim::Scenario& scenario, absl::string_view name, absl::Time now);
// The mutation that keeps a scenario without mixture; kAlreadyExists when the name is taken.
PutResource RecordOf(const v1::Scenario& scenario);

}  // namespace jalon::server

#endif  // JALON_SERVER_RPC_SCENARIO_HANDLERS_H_
