// The one place where statuses become gRPC's.
#ifndef JALON_SERVER_RPC_GRPC_STATUS_H_
#define JALON_SERVER_RPC_GRPC_STATUS_H_

#include <grpcpp/support/status.h>

#include "absl/status/status.h"

namespace jalon::server {

// Same code, message and details (server/convert/status.h says which). Messages of kInternal and
// kDataLoss stay: they name our own objects, never foreign ones.
grpc::Status ToGrpcStatus(const absl::Status& status);

}  // namespace jalon::server

#endif  // JALON_SERVER_RPC_GRPC_STATUS_H_
