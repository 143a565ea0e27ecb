#include "server/rpc/upload_gate.h"

#include "server/convert/status.h"

namespace jalon::server {

UploadTicket& UploadTicket::operator=(UploadTicket&& other) noexcept {
  if (this == &other) return *this;
  Release();
  gate_ = std::exchange(other.gate_, nullptr);
  bytes_ = other.bytes_;
  return *this;
}

void UploadTicket::Release() {
  if (gate_ != nullptr) std::exchange(gate_, nullptr)->Leave(bytes_);
}

absl::StatusOr<UploadTicket> UploadGate::Enter(int64_t bytes) {
  if (bytes > limits_.upload_bytes) {
    return LimitExceeded("upload_bytes", limits_.upload_bytes, bytes, "bytes");
  }
  MutexLock lock(mu_);
  if (sessions_ >= limits_.upload_sessions) {
    return WithRetryDelay(
        LimitExceeded("upload_sessions", limits_.upload_sessions, sessions_ + 1, "uploads"),
        absl::Seconds(5));
  }
  if (bytes_ + bytes > limits_.upload_bytes) {
    return WithRetryDelay(
        LimitExceeded("upload_bytes", limits_.upload_bytes, bytes_ + bytes, "bytes"),
        absl::Seconds(5));
  }
  ++sessions_;
  bytes_ += bytes;
  return UploadTicket(this, bytes);
}

void UploadGate::Leave(int64_t bytes) {
  MutexLock lock(mu_);
  --sessions_;
  bytes_ -= bytes;
}

}  // namespace jalon::server
