#include "server/rpc/unary.h"

#include <grpcpp/server_context.h>
#include <grpcpp/support/server_callback.h>

#include <algorithm>
#include <utility>

#include "server/rpc/grpc_status.h"

namespace jalon::server {
namespace {

// Keeps itself alive until OnDone. Finish is called by End alone, once: either at once, when the
// call is refused, or by the request thread.
class UnaryCall final : public grpc::ServerUnaryReactor {
 public:
  UnaryCall(Environment& environment, grpc::CallbackServerContext* context, CallSpec spec)
      : call_(environment, std::move(spec), PrincipalOfPeer(context->peer()),
              DeadlineOf(environment, *context, Limits::kUnarySeconds)) {}

  void Start(const google::protobuf::Message& request, std::function<absl::Status(Call&)> work) {
    absl::Status refused = call_.Admit();
    if (refused.ok()) {
      refused = call_.environment().requests.Run(
          call_.principal().id,
          [this, &request, work = std::move(work)] { End(Work(request, work)); });
    }
    if (!refused.ok()) End(refused);
  }

  void OnCancel() override { call_.Cancel(); }
  void OnDone() override { delete this; }

 private:
  absl::Status Work(const google::protobuf::Message& request,
                    const std::function<absl::Status(Call&)>& work) {
    call_.SetRequest(request);
    if (absl::Status late = call_.Check(); !late.ok()) return late;
    return work(call_);
  }

  void End(const absl::Status& outcome) {
    call_.Audit(outcome);
    Finish(ToGrpcStatus(outcome));
  }

  Call call_;
};

}  // namespace

grpc::ServerUnaryReactor* ServeUnary(Environment& environment, grpc::CallbackServerContext* context,
                                     CallSpec spec, const google::protobuf::Message& request,
                                     std::function<absl::Status(Call&)> work) {
  auto* reactor = new UnaryCall(environment, context, std::move(spec));
  reactor->Start(request, std::move(work));
  return reactor;
}

std::chrono::steady_clock::time_point DeadlineOf(const Environment& environment,
                                                 const grpc::CallbackServerContext& context,
                                                 int64_t seconds) {
  using std::chrono::steady_clock;
  const steady_clock::time_point now = environment.clock.SteadyNow();
  // A deadline travels as wall time; it is turned into a duration once, on arrival.
  const auto left = context.deadline() - std::chrono::system_clock::now();
  const auto bound = seconds > 0 ? std::chrono::seconds(seconds) : std::chrono::hours(24 * 365);
  if (left > bound) return now + bound;
  return now + std::chrono::duration_cast<steady_clock::duration>(left);
}

}  // namespace jalon::server
