// The adapter of jalon.v1.SimulationService.
#ifndef JALON_SERVER_RPC_SIMULATION_SERVICE_H_
#define JALON_SERVER_RPC_SIMULATION_SERVICE_H_

#include <memory>

#include "absl/status/status.h"
#include "server/rpc/environment.h"

namespace grpc {
class Service;
}

namespace jalon::server {

// The service, to be registered with a server; `environment` must outlive it.
std::unique_ptr<grpc::Service> MakeSimulationService(Environment& environment);

// Starts again the runs that had not ended when the server before this one stopped: same
// specification, same seed, hence the same answer. A run that can no longer start is stored as
// failed. Waits for the store. Errors: those of the store.
absl::Status RestartRuns(Environment& environment);

}  // namespace jalon::server

#endif  // JALON_SERVER_RPC_SIMULATION_SERVICE_H_
