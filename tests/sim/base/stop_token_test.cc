#include "sim/base/stop_token.h"

#include "gtest/gtest.h"

namespace jalon::sim {
namespace {

TEST(StopTokenTest, DefaultNeverStops) { EXPECT_FALSE(StopToken().stop_requested()); }

TEST(StopTokenTest, EveryCopySeesTheFlag) {
  std::atomic<bool> flag = false;
  const StopToken token(&flag);
  const StopToken copy = token;
  EXPECT_FALSE(copy.stop_requested());
  flag = true;
  EXPECT_TRUE(token.stop_requested());
  EXPECT_TRUE(copy.stop_requested());
}

}  // namespace
}  // namespace jalon::sim
