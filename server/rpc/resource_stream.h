// A stream of responses about one resource: admitted, opened on a request thread, audited once.
#ifndef JALON_SERVER_RPC_RESOURCE_STREAM_H_
#define JALON_SERVER_RPC_RESOURCE_STREAM_H_

#include <grpcpp/server_context.h>

#include <memory>
#include <utility>

#include "server/rpc/call.h"
#include "server/rpc/grpc_status.h"
#include "server/rpc/unary.h"
#include "server/stream/write_stream.h"

namespace jalon::server {

// Subclasses implement Open, which may wait for the store, and WriteStream's Next.
template <typename Request, typename Response>
class ResourceStream : public WriteStream<Response> {
 public:
  ResourceStream(Environment& environment, grpc::CallbackServerContext* context, CallSpec spec,
                 const Request& request)
      : request_(request),
        call_(environment, std::move(spec), PrincipalOfPeer(context->peer()),
              DeadlineOf(environment, *context, 0)) {
    call_.SetRequest(request_);
  }

  // Called once, right after construction by std::make_shared.
  void Begin() {
    this->KeepAlive();
    Prepare();
    absl::Status refused = call_.Admit();
    if (refused.ok()) {
      refused = call_.environment().requests.Run(call_.principal().id,
                                                 [this, self = this->shared_from_this()] {
                                                   absl::Status opened = Open();
                                                   if (!opened.ok()) return this->End(opened);
                                                   this->Poke();
                                                 });
    }
    if (!refused.ok()) this->End(refused);
  }

 protected:
  const Request& request() const { return request_; }
  Environment& environment() { return call_.environment(); }

  // Runs before anything else, on the thread of the callback: must not block.
  virtual void Prepare() {}
  // Finds what is to be sent. Runs on a request thread.
  virtual absl::Status Open() = 0;

 private:
  grpc::Status Finished(const absl::Status& status) final {
    call_.Audit(status);
    return ToGrpcStatus(status);
  }

  const Request request_;
  Call call_;
};

}  // namespace jalon::server

#endif  // JALON_SERVER_RPC_RESOURCE_STREAM_H_
