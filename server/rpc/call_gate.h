// Counts the calls being served: gRPC's own limit on streams does not bind a hostile peer.
#ifndef JALON_SERVER_RPC_CALL_GATE_H_
#define JALON_SERVER_RPC_CALL_GATE_H_

#include <cstdint>
#include <map>
#include <string>
#include <utility>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "server/base/mutex.h"
#include "server/run/limits.h"

namespace jalon::server {

class CallGate;

// A place among the calls being served, given back at the end of its life.
class CallTicket {
 public:
  CallTicket() = default;
  CallTicket(CallTicket&& other) noexcept
      : gate_(std::exchange(other.gate_, nullptr)), principal_(std::move(other.principal_)) {}
  CallTicket& operator=(CallTicket&& other) noexcept;
  ~CallTicket() { Release(); }

 private:
  friend class CallGate;
  CallTicket(CallGate* gate, std::string principal)
      : gate_(gate), principal_(std::move(principal)) {}
  void Release();

  CallGate* gate_ = nullptr;
  std::string principal_;
};

// Thread-safe. Must outlive its tickets.
class CallGate {
 public:
  explicit CallGate(const Limits& limits) : limits_(limits) {}

  // Errors: kResourceExhausted naming the limit; kUnavailable once closed.
  absl::StatusOr<CallTicket> Enter(absl::string_view principal) JALON_EXCLUDES(mu_);
  // Lets nobody in any more: the server is stopping.
  void Close() JALON_EXCLUDES(mu_);
  bool closed() const JALON_EXCLUDES(mu_);

 private:
  friend class CallTicket;
  void Leave(const std::string& principal) JALON_EXCLUDES(mu_);

  const Limits limits_;
  mutable Mutex mu_;
  int64_t total_ JALON_GUARDED_BY(mu_) = 0;
  std::map<std::string, int64_t> by_principal_ JALON_GUARDED_BY(mu_);
  bool closed_ JALON_GUARDED_BY(mu_) = false;
};

}  // namespace jalon::server

#endif  // JALON_SERVER_RPC_CALL_GATE_H_
