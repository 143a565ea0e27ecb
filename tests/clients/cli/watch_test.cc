#include "clients/cli/watch.h"

#include <string>

#include "clients/cli/exit_code.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace jalon::client {
namespace {

using ::testing::HasSubstr;

absl::Status StatusAfter(v1::Model::State state, const std::string& error = "") {
  v1::Model model;
  model.set_state(state);
  model.set_error(error);
  return StatusOfFit(model);
}

TEST(StatusOfFitTest, IsCancelledForAFitThatSomebodyCancelled) {
  const absl::Status status = StatusAfter(v1::Model::STATE_CANCELLED, "its network was deleted");
  EXPECT_EQ(ExitCodeOf(status), 64 + 1);
  EXPECT_THAT(std::string(status.message()), HasSubstr("its network was deleted"));
}

TEST(StatusOfFitTest, IsInternalForAFitThatFailed) {
  const absl::Status status = StatusAfter(v1::Model::STATE_FAILED, "no series");
  EXPECT_EQ(ExitCodeOf(status), 64 + 13);
  EXPECT_THAT(std::string(status.message()), HasSubstr("no series"));
}

TEST(StatusOfFitTest, IsOkForAFitThatSucceeded) {
  EXPECT_TRUE(StatusAfter(v1::Model::STATE_SUCCEEDED).ok());
}

}  // namespace
}  // namespace jalon::client
