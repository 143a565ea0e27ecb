#include "server/rpc/call_gate.h"

#include "server/convert/status.h"

namespace jalon::server {

CallTicket& CallTicket::operator=(CallTicket&& other) noexcept {
  if (this == &other) return *this;
  Release();
  gate_ = std::exchange(other.gate_, nullptr);
  principal_ = std::move(other.principal_);
  return *this;
}

void CallTicket::Release() {
  if (gate_ != nullptr) std::exchange(gate_, nullptr)->Leave(principal_);
}

absl::StatusOr<CallTicket> CallGate::Enter(absl::string_view principal) {
  MutexLock lock(mu_);
  if (closed_) return absl::UnavailableError("the server is stopping");
  if (total_ >= limits_.calls) {
    return WithRetryDelay(LimitExceeded("calls", limits_.calls, total_ + 1, "calls"),
                          absl::Seconds(1));
  }
  int64_t& own = by_principal_[std::string(principal)];
  if (own >= limits_.calls_per_caller) {
    return WithRetryDelay(
        LimitExceeded("calls_per_caller", limits_.calls_per_caller, own + 1, "calls"),
        absl::Seconds(1));
  }
  ++own;
  ++total_;
  return CallTicket(this, std::string(principal));
}

void CallGate::Close() {
  MutexLock lock(mu_);
  closed_ = true;
}

bool CallGate::closed() const {
  MutexLock lock(mu_);
  return closed_;
}

void CallGate::Leave(const std::string& principal) {
  MutexLock lock(mu_);
  --total_;
  const auto own = by_principal_.find(principal);
  if (--own->second == 0) by_principal_.erase(own);
}

}  // namespace jalon::server
