// The adapter of jalon.v1.ObjectiveService.
#ifndef JALON_SERVER_RPC_OBJECTIVE_SERVICE_H_
#define JALON_SERVER_RPC_OBJECTIVE_SERVICE_H_

#include <memory>

#include "server/rpc/environment.h"

namespace grpc {
class Service;
}

namespace jalon::server {

// The service, to be registered with a server; `environment` must outlive it.
std::unique_ptr<grpc::Service> MakeObjectiveService(Environment& environment);

}  // namespace jalon::server

#endif  // JALON_SERVER_RPC_OBJECTIVE_SERVICE_H_
