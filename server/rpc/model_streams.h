// The streams of ModelService.
#ifndef JALON_SERVER_RPC_MODEL_STREAMS_H_
#define JALON_SERVER_RPC_MODEL_STREAMS_H_

#include "jalon/v1/model_service.pb.h"
#include "server/rpc/environment.h"

namespace grpc {
class CallbackServerContext;
template <class Response>
class ServerWriteReactor;
}  // namespace grpc

namespace jalon::server {

// Serves WatchModel: the model as it stands, the newest progress, the model as it ended.
grpc::ServerWriteReactor<v1::WatchModelResponse>* ServeModelWatch(
    Environment& environment, grpc::CallbackServerContext* context,
    const v1::WatchModelRequest& request);

// Serves ExportModel: the file in pieces of at most 64 KiB.
grpc::ServerWriteReactor<v1::ExportModelResponse>* ServeModelExport(
    Environment& environment, grpc::CallbackServerContext* context,
    const v1::ExportModelRequest& request);

}  // namespace jalon::server

#endif  // JALON_SERVER_RPC_MODEL_STREAMS_H_
