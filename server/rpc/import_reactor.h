// The gRPC side of an import: a stream of one message of options and many of chunks.
#ifndef JALON_SERVER_RPC_IMPORT_REACTOR_H_
#define JALON_SERVER_RPC_IMPORT_REACTOR_H_

#include <grpcpp/alarm.h>
#include <grpcpp/server_context.h>
#include <grpcpp/support/server_callback.h>

#include <chrono>
#include <memory>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "server/base/mutex.h"
#include "server/convert/status.h"
#include "server/rpc/grpc_status.h"
#include "server/rpc/import_session.h"
#include "server/rpc/unary.h"

namespace jalon::server {

// The states:
//
//   Reading   a read is in flight; it ends by OnReadDone or by the alarm of a silent sender
//   Busy      one thread is at work for this import: callback, request or batch thread
//   Ended     Finish was called, or will be when the store has written how the import ended
//
// Keeps itself alive until OnDone; the alarm holds it weakly, work on other threads strongly.
//
// `Session` has the life of an ImportSession; MakeImportSession makes it from the options.
template <typename Request, typename Session, typename Response>
class ImportReactor final
    : public grpc::ServerReadReactor<Request>,
      public std::enable_shared_from_this<ImportReactor<Request, Session, Response>> {
 public:
  ImportReactor(Environment& environment, grpc::CallbackServerContext* context,
                absl::string_view method, Response* response)
      : idle_(environment.limits.upload_idle_seconds),
        call_(environment, {method, ""}, PrincipalOfPeer(context->peer()),
              DeadlineOf(environment, *context, 0)),
        response_(response) {}

  // Called once, right after construction by std::make_shared.
  void Start() {
    self_ = this->shared_from_this();
    if (absl::Status refused = call_.Admit(); !refused.ok()) return End(refused);
    SetAlarm();
    ReadNext();
  }

  void OnReadDone(bool ok) override {
    if (!Claim()) return;
    if (!ok) return AfterLastMessage();
    if (session_ == nullptr) return TakeOptions();
    TakeChunk();
  }
  void OnCancel() override { call_.Cancel(); }
  void OnDone() override {
    {
      MutexLock lock(mu_);
      alarm_.reset();
    }
    // May destroy this reactor at the end of the scope.
    const std::shared_ptr<ImportReactor> self = std::move(self_);
  }

 private:
  enum class State { kReading, kBusy, kEnded };
  using Work = void (ImportReactor::*)();

  // Takes over from the read in flight; false when the import has ended meanwhile.
  bool Claim() JALON_EXCLUDES(mu_) {
    MutexLock lock(mu_);
    if (state_ != State::kReading) return false;
    state_ = State::kBusy;
    return true;
  }

  void ReadNext() JALON_EXCLUDES(mu_) {
    {
      MutexLock lock(mu_);
      state_ = State::kReading;
      last_message_ = std::chrono::steady_clock::now();
    }
    this->StartRead(&message_);
  }

  void TakeOptions() {
    if (!message_.has_options()) return End(OutOfOrder("the first message must hold `options`"));
    session_ = MakeImportSession(call_, message_.options());
    absl::Status refused = call_.SetResource(session_->network());
    if (refused.ok()) refused = session_->Declare();
    if (!refused.ok()) return End(refused);
    Run(call_.environment().requests, &ImportReactor::Begin);
  }

  void Begin() {
    call_.SetRequest(message_.options());
    absl::StatusOr<std::optional<Response>> earlier = session_->Begin();
    if (!earlier.ok()) return End(earlier.status());
    answered_ = earlier->has_value();
    if (answered_) *response_ = **std::move(earlier);
    ReadNext();
  }

  void TakeChunk() {
    if (message_.has_options()) return End(OutOfOrder("`options` come once, before all chunks"));
    if (absl::Status refused = session_->Take(message_); !refused.ok()) return End(refused);
    ReadNext();
  }

  // The sender has closed its side, or has gone.
  void AfterLastMessage() {
    if (call_.cancelled()) return End(absl::CancelledError("the caller has gone"));
    if (session_ == nullptr) return End(OutOfOrder("the first message must hold `options`"));
    if (answered_) return End(absl::OkStatus());
    Run(call_.environment().batch, &ImportReactor::RunSession);
  }

  void RunSession() {
    absl::StatusOr<Response> import = session_->Run();
    if (!import.ok()) return End(import.status());
    *response_ = *std::move(import);
    End(absl::OkStatus());
  }

  void Run(Scheduler& scheduler, Work work) {
    const absl::Status refused = scheduler.Run(
        call_.principal().id, [self = this->shared_from_this(), work] { ((*self).*work)(); });
    if (!refused.ok()) End(refused);
  }

  // By the thread in state Busy, once.
  void End(const absl::Status& status) JALON_EXCLUDES(mu_) {
    {
      MutexLock lock(mu_);
      state_ = State::kEnded;
    }
    if (status.ok() || session_ == nullptr) return Answer(status);
    session_->Abandon(status, [self = this->shared_from_this(), status] { self->Answer(status); });
  }

  void Answer(const absl::Status& status) {
    call_.Audit(status);
    this->Finish(ToGrpcStatus(status));
  }

  static absl::Status OutOfOrder(absl::string_view rule) {
    return sim::ViolationStatus(
        {.field = "payload", .rule = std::string(rule), .reason = "OUT_OF_ORDER"});
  }

  void SetAlarm() JALON_EXCLUDES(mu_) {
    MutexLock lock(mu_);
    // A fresh alarm each time: setting one anew from its own callback would destroy what runs.
    alarm_ = std::make_unique<grpc::Alarm>();
    alarm_->Set(std::chrono::system_clock::now() + idle_,
                [weak = this->weak_from_this()](bool fired) {
                  const std::shared_ptr<ImportReactor> self = weak.lock();
                  if (fired && self != nullptr) self->OnAlarm();
                });
  }

  void OnAlarm() JALON_EXCLUDES(mu_) {
    bool silent = false;
    {
      MutexLock lock(mu_);
      if (state_ == State::kEnded) return;
      silent =
          state_ == State::kReading && std::chrono::steady_clock::now() - last_message_ >= idle_;
      if (silent) state_ = State::kBusy;
    }
    if (!silent) return SetAlarm();
    End(WithReason(
        absl::DeadlineExceededError(absl::StrCat("limit upload_idle_seconds = ", idle_.count(),
                                                 " seconds exceeded: nothing more arrived")),
        "LIMIT_EXCEEDED"));
  }

  const std::chrono::seconds idle_;
  Call call_;
  Response* const response_;
  Request message_;
  std::unique_ptr<Session> session_;
  // `response_` holds the outcome of an earlier call.
  bool answered_ = false;
  std::shared_ptr<ImportReactor> self_;

  Mutex mu_;
  State state_ JALON_GUARDED_BY(mu_) = State::kBusy;
  std::chrono::steady_clock::time_point last_message_ JALON_GUARDED_BY(mu_);
  std::unique_ptr<grpc::Alarm> alarm_ JALON_GUARDED_BY(mu_);
};

template <typename Session, typename Request, typename Response>
grpc::ServerReadReactor<Request>* ServeUpload(Environment& environment,
                                              grpc::CallbackServerContext* context,
                                              absl::string_view method, Response* response) {
  const auto reactor = std::make_shared<ImportReactor<Request, Session, Response>>(
      environment, context, method, response);
  reactor->Start();
  return reactor.get();
}

// An upload of files that become an import.
template <typename Request>
grpc::ServerReadReactor<Request>* ServeImport(Environment& environment,
                                              grpc::CallbackServerContext* context,
                                              absl::string_view method, v1::Import* response) {
  return ServeUpload<ImportSession, Request>(environment, context, method, response);
}

}  // namespace jalon::server

#endif  // JALON_SERVER_RPC_IMPORT_REACTOR_H_
