#include "server/rpc/grpc_status.h"

#include "server/convert/status.h"

namespace jalon::server {

grpc::Status ToGrpcStatus(const absl::Status& status) {
  if (status.ok()) return grpc::Status::OK;
  return {static_cast<grpc::StatusCode>(status.code()), StatusMessage(status),
          StatusDetails(status)};
}

}  // namespace jalon::server
