#include "server/base/clock.h"

#include <gtest/gtest.h>

#include "tests/support/fake_clock.h"

namespace jalon::server {
namespace {

TEST(ClockTest, FollowsTheMachine) {
  const SystemClock clock;
  const auto steady = clock.SteadyNow();
  EXPECT_LT(absl::AbsDuration(clock.WallNow() - absl::Now()), absl::Minutes(1));
  EXPECT_LE(steady, clock.SteadyNow());
}

TEST(ClockTest, JumpsOfTheFakeWallLeaveTheSteadyClockAlone) {
  FakeClock clock;
  const absl::Time wall = clock.WallNow();
  const auto steady = clock.SteadyNow();
  clock.JumpWall(-absl::Hours(2));
  clock.Advance(absl::Seconds(3));
  EXPECT_EQ(clock.WallNow(), wall - absl::Hours(2) + absl::Seconds(3));
  EXPECT_EQ(clock.SteadyNow(), steady + std::chrono::seconds(3));
}

}  // namespace
}  // namespace jalon::server
