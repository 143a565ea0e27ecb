// Counts the uploads that are open and the bytes they may bring.
#ifndef JALON_SERVER_RPC_UPLOAD_GATE_H_
#define JALON_SERVER_RPC_UPLOAD_GATE_H_

#include <cstdint>
#include <utility>

#include "absl/status/statusor.h"
#include "server/base/mutex.h"
#include "server/run/limits.h"

namespace jalon::server {

class UploadGate;

// A place among the open uploads with room for its bytes, given back at the end of its life.
class UploadTicket {
 public:
  UploadTicket() = default;
  UploadTicket(UploadTicket&& other) noexcept
      : gate_(std::exchange(other.gate_, nullptr)), bytes_(other.bytes_) {}
  UploadTicket& operator=(UploadTicket&& other) noexcept;
  ~UploadTicket() { Release(); }

 private:
  friend class UploadGate;
  UploadTicket(UploadGate* gate, int64_t bytes) : gate_(gate), bytes_(bytes) {}
  void Release();

  UploadGate* gate_ = nullptr;
  int64_t bytes_ = 0;
};

// Thread-safe. Must outlive its tickets.
class UploadGate {
 public:
  explicit UploadGate(const Limits& limits) : limits_(limits) {}

  // Reserves an upload of `bytes`. Errors: kResourceExhausted naming the limit, with the advice to
  // try again when other uploads take the room.
  absl::StatusOr<UploadTicket> Enter(int64_t bytes) JALON_EXCLUDES(mu_);

 private:
  friend class UploadTicket;
  void Leave(int64_t bytes) JALON_EXCLUDES(mu_);

  const Limits limits_;
  Mutex mu_;
  int64_t sessions_ JALON_GUARDED_BY(mu_) = 0;
  int64_t bytes_ JALON_GUARDED_BY(mu_) = 0;
};

}  // namespace jalon::server

#endif  // JALON_SERVER_RPC_UPLOAD_GATE_H_
