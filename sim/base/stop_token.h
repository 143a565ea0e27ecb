// How a caller asks a long calculation to stop.
#ifndef JALON_SIM_BASE_STOP_TOKEN_H_
#define JALON_SIM_BASE_STOP_TOKEN_H_

#include <atomic>

namespace jalon::sim {

// A view of a flag owned by the caller: the only way cancellation reaches sim/, which knows no
// clock and no thread. Deadlines, disconnections and shutdowns all end up as this flag being set
// to true by server code; sim/ reads it at checkpoints, finishes the block in hand and returns what
// it has, saying that it was stopped. A flag never goes back to false.
//
// The flag must outlive every copy of the token. A default token never asks to stop.
// One pointer: pass by value. Reading costs one relaxed load; safe from any thread.
class StopToken {
 public:
  constexpr StopToken() = default;
  constexpr explicit StopToken(const std::atomic<bool>* flag) : flag_(flag) {}

  bool stop_requested() const { return flag_ != nullptr && flag_->load(std::memory_order_relaxed); }

 private:
  const std::atomic<bool>* flag_ = nullptr;
};

}  // namespace jalon::sim

#endif  // JALON_SIM_BASE_STOP_TOKEN_H_
