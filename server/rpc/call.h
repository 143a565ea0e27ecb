// One call being served: who, what, until when; and its one line in the audit trail.
#ifndef JALON_SERVER_RPC_CALL_H_
#define JALON_SERVER_RPC_CALL_H_

#include <atomic>
#include <chrono>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "server/rpc/call_gate.h"
#include "server/rpc/environment.h"
#include "server/rpc/principal.h"
#include "server/store/store.h"

namespace google::protobuf {
class Message;
}

namespace jalon::server {

// What a method is and acts on, for rights and the audit trail.
struct CallSpec {
  // `SimulationService.CreateRun`. A literal.
  absl::string_view method;
  // The resource named in the request; empty when it names none.
  std::string resource;
};

// Thread-compatible, but cancelled() and Cancel() may be called from any thread.
class Call {
 public:
  Call(Environment& environment, CallSpec spec, Principal principal,
       std::chrono::steady_clock::time_point deadline);
  Call(const Call&) = delete;
  Call& operator=(const Call&) = delete;

  // Takes a place among the calls being served and checks the caller's rights.
  // Errors: kResourceExhausted, kUnavailable, kPermissionDenied.
  absl::Status Admit();
  // Names what the call acts on once a stream's first message has said it, and checks rights again.
  absl::Status SetResource(std::string resource);

  Environment& environment() const { return environment_; }
  const Principal& principal() const { return principal_; }
  absl::string_view method() const { return spec_.method; }
  std::chrono::steady_clock::time_point deadline() const { return deadline_; }

  // Remembers the request's hash without its `request_id` field.
  void SetRequest(const google::protobuf::Message& request);
  const Sha256Digest& request_sha256() const { return request_sha256_; }

  // The flag raised when the caller has gone, for work that polls.
  std::atomic<bool>& cancel_flag() { return cancelled_; }
  void Cancel() { cancelled_.store(true, std::memory_order_relaxed); }
  bool cancelled() const { return cancelled_.load(std::memory_order_relaxed); }
  // kCancelled or kDeadlineExceeded when going on is useless.
  absl::Status Check() const;

  // Applies a transaction with this call's audit line in it, waiting for the disk. `request_id`
  // (may be empty) makes a repetition of the call return the outcome of the first.
  // Never call it from a callback thread.
  absl::StatusOr<ApplyResult> Apply(Transaction transaction, absl::string_view request_id = "",
                                    absl::string_view outcome = "");

  // The outcome of an earlier call with the same request id, empty when there was none.
  // Errors: kAlreadyExists when that call was another one.
  absl::StatusOr<std::string> EarlierOutcome(absl::string_view request_id);

  // Writes the audit line unless Apply did, without waiting. Called once, by whoever ends the call.
  void Audit(const absl::Status& outcome);

 private:
  AppendAudit AuditLine(const absl::Status& outcome) const;

  Environment& environment_;
  CallSpec spec_;
  const Principal principal_;
  const std::chrono::steady_clock::time_point deadline_;
  CallTicket ticket_;
  Sha256Digest request_sha256_{};
  std::atomic<bool> cancelled_{false};
  bool audited_ = false;
};

}  // namespace jalon::server

#endif  // JALON_SERVER_RPC_CALL_H_
