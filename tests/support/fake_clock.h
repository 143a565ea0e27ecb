// A clock that moves only when told to.
#ifndef JALON_TESTS_SUPPORT_FAKE_CLOCK_H_
#define JALON_TESTS_SUPPORT_FAKE_CLOCK_H_

#include <atomic>
#include <chrono>
#include <cstdint>

#include "absl/time/time.h"
#include "server/base/clock.h"

namespace jalon::server {

// Starts at 2026-01-01T00:00:00Z (wall) and one hour (steady). Thread-safe.
class FakeClock final : public Clock {
 public:
  absl::Time WallNow() const override { return absl::FromUnixMicros(wall_us_.load()); }
  std::chrono::steady_clock::time_point SteadyNow() const override {
    return std::chrono::steady_clock::time_point(std::chrono::microseconds(steady_us_.load()));
  }

  // Moves both clocks forward.
  void Advance(absl::Duration step) {
    wall_us_ += absl::ToInt64Microseconds(step);
    steady_us_ += absl::ToInt64Microseconds(step);
  }
  // Makes the wall clock jump, backwards too; the steady clock does not move.
  void JumpWall(absl::Duration step) { wall_us_ += absl::ToInt64Microseconds(step); }

 private:
  std::atomic<int64_t> wall_us_{1'767'225'600'000'000};
  std::atomic<int64_t> steady_us_{3'600'000'000};
};

}  // namespace jalon::server

#endif  // JALON_TESTS_SUPPORT_FAKE_CLOCK_H_
