// Time, as an interface: tests and simulations bring their own clock.
#ifndef JALON_SERVER_BASE_CLOCK_H_
#define JALON_SERVER_BASE_CLOCK_H_

#include <chrono>

#include "absl/time/clock.h"
#include "absl/time/time.h"

namespace jalon::server {

// The two clocks a server needs, never mixed: wall time is for people and records and may jump
// either way; steady time is for deadlines, leases and durations. Thread-safe.
class Clock {
 public:
  virtual ~Clock() = default;
  // Date and time (UTC). May go backwards: never order or expire anything by it.
  virtual absl::Time WallNow() const = 0;
  // Never goes backwards; means nothing outside this process.
  virtual std::chrono::steady_clock::time_point SteadyNow() const = 0;
};

// The machine's clocks.
class SystemClock final : public Clock {
 public:
  absl::Time WallNow() const override { return absl::Now(); }
  std::chrono::steady_clock::time_point SteadyNow() const override {
    return std::chrono::steady_clock::now();
  }
};

}  // namespace jalon::server

#endif  // JALON_SERVER_BASE_CLOCK_H_
