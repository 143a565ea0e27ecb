// The life of a call with one request and one response.
#ifndef JALON_SERVER_RPC_UNARY_H_
#define JALON_SERVER_RPC_UNARY_H_

#include <functional>

#include "absl/status/status.h"
#include "server/rpc/call.h"

namespace grpc {
class CallbackServerContext;
class ServerUnaryReactor;
}  // namespace grpc

namespace jalon::server {

// Admits the call, runs `work` on a request thread, writes the audit line and finishes: everything
// a handler does besides its own work. `work` may wait for the store; it fills the response, which
// gRPC keeps alive, like the request, until the call has finished. Calls without a deadline get
// Limits::kUnarySeconds.
grpc::ServerUnaryReactor* ServeUnary(Environment& environment, grpc::CallbackServerContext* context,
                                     CallSpec spec, const google::protobuf::Message& request,
                                     std::function<absl::Status(Call&)> work);

// The deadline of a call: its own, or `seconds` from now when it has none or a later one; 0 seconds
// means no bound of ours.
std::chrono::steady_clock::time_point DeadlineOf(const Environment& environment,
                                                 const grpc::CallbackServerContext& context,
                                                 int64_t seconds);

}  // namespace jalon::server

#endif  // JALON_SERVER_RPC_UNARY_H_
