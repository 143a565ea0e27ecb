// From gRPC statuses to absl ones, details kept.
#ifndef JALON_CLIENTS_CPP_STATUS_H_
#define JALON_CLIENTS_CPP_STATUS_H_

#include "absl/status/status.h"
#include "grpcpp/support/status.h"

namespace jalon::client {

// Same code and message; the serialised jalon.v1.Status details travel in a payload, where
// ViolationsOf and ReasonOf find them.
absl::Status FromGrpcStatus(const grpc::Status& status);

}  // namespace jalon::client

#endif  // JALON_CLIENTS_CPP_STATUS_H_
