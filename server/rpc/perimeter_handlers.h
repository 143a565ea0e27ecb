// What NetworkService reads of a revision's perimeter.
#ifndef JALON_SERVER_RPC_PERIMETER_HANDLERS_H_
#define JALON_SERVER_RPC_PERIMETER_HANDLERS_H_

#include "absl/status/statusor.h"
#include "jalon/v1/network_service.pb.h"
#include "server/rpc/call.h"

namespace jalon::server {

absl::StatusOr<v1::ListPerimeterChangesResponse> ListPerimeterChanges(
    Call& call, const v1::ListPerimeterChangesRequest& request);

}  // namespace jalon::server

#endif  // JALON_SERVER_RPC_PERIMETER_HANDLERS_H_
