// The stream of an exported network.
#ifndef JALON_SERVER_RPC_NETWORK_EXPORT_H_
#define JALON_SERVER_RPC_NETWORK_EXPORT_H_

#include <grpcpp/support/server_callback.h>

#include "jalon/v1/network_service.pb.h"
#include "server/rpc/environment.h"

namespace jalon::server {

grpc::ServerWriteReactor<v1::ExportNetworkResponse>* ServeNetworkExport(
    Environment& environment, grpc::CallbackServerContext* context,
    const v1::ExportNetworkRequest& request);

}  // namespace jalon::server

#endif  // JALON_SERVER_RPC_NETWORK_EXPORT_H_
