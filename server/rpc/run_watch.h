// Streams a run to one watcher, however slow it reads.
#ifndef JALON_SERVER_RPC_RUN_WATCH_H_
#define JALON_SERVER_RPC_RUN_WATCH_H_

#include "jalon/v1/simulation_service.pb.h"
#include "server/rpc/environment.h"

namespace grpc {
class CallbackServerContext;
template <class Response>
class ServerWriteReactor;
}  // namespace grpc

namespace jalon::server {

// Serves SimulationService.WatchRun. A watcher that reads slowly skips checkpoints and never slows
// the run; its memory is one checkpoint and one message.
grpc::ServerWriteReactor<v1::WatchRunResponse>* ServeRunWatch(Environment& environment,
                                                              grpc::CallbackServerContext* context,
                                                              const v1::WatchRunRequest& request);

}  // namespace jalon::server

#endif  // JALON_SERVER_RPC_RUN_WATCH_H_
