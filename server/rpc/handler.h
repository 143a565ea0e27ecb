// Serves a unary method with a function from a request to a response.
#ifndef JALON_SERVER_RPC_HANDLER_H_
#define JALON_SERVER_RPC_HANDLER_H_

#include <utility>

#include "absl/status/statusor.h"
#include "server/rpc/call.h"
#include "server/rpc/unary.h"

namespace jalon::server {

// A method's own work: runs on a request thread, may wait for the store.
template <typename Request, typename Response>
using Handler = absl::StatusOr<Response> (*)(Call& call, const Request& request);

// ServeUnary for a method whose work is `handler`.
template <typename Request, typename Response>
grpc::ServerUnaryReactor* Serve(Environment& environment, grpc::CallbackServerContext* context,
                                CallSpec spec, const Request* request, Response* response,
                                Handler<Request, Response> handler) {
  return ServeUnary(environment, context, std::move(spec), *request,
                    [request, response, handler](Call& call) {
                      absl::StatusOr<Response> result = handler(call, *request);
                      if (!result.ok()) return result.status();
                      *response = *std::move(result);
                      return absl::OkStatus();
                    });
}

}  // namespace jalon::server

#endif  // JALON_SERVER_RPC_HANDLER_H_
