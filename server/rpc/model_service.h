// The adapter of jalon.v1.ModelService.
#ifndef JALON_SERVER_RPC_MODEL_SERVICE_H_
#define JALON_SERVER_RPC_MODEL_SERVICE_H_

#include <memory>

#include "absl/status/status.h"
#include "server/rpc/environment.h"

namespace grpc {
class Service;
}

namespace jalon::server {

// The service, to be registered with a server; `environment` must outlive it.
std::unique_ptr<grpc::Service> MakeModelService(Environment& environment);

// Starts again the fits that had not ended when the server before this one stopped. One that can no
// longer start is stored as failed. Waits for the store. Errors: those of the store.
absl::Status RestartFits(Environment& environment);

}  // namespace jalon::server

#endif  // JALON_SERVER_RPC_MODEL_SERVICE_H_
