// What a run would cost.
#ifndef JALON_SERVER_RPC_COST_H_
#define JALON_SERVER_RPC_COST_H_

#include "absl/status/statusor.h"
#include "jalon/v1/server_service.pb.h"
#include "server/rpc/call.h"

namespace jalon::server {

// The work of ServerService.EstimateCost. Errors: those of SimulationService.CreateRun for a bad
// request; a request that does not fit is an answer.
absl::StatusOr<v1::CostEstimate> EstimateRunCost(Call& call,
                                                 const v1::EstimateCostRequest& request);

}  // namespace jalon::server

#endif  // JALON_SERVER_RPC_COST_H_
