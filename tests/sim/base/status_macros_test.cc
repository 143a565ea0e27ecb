#include "sim/base/status_macros.h"

#include <memory>

#include "gtest/gtest.h"

namespace jalon::sim {
namespace {

absl::StatusOr<int> Half(int value) {
  if (value % 2 != 0) return absl::InvalidArgumentError("odd");
  return value / 2;
}

absl::StatusOr<int> Quarter(int value) {
  JALON_ASSIGN_OR_RETURN(const int half, Half(value));
  JALON_ASSIGN_OR_RETURN(const int quarter, Half(half));
  return quarter;
}

absl::Status CheckEven(int value) {
  JALON_RETURN_IF_ERROR(Half(value).status());
  return absl::OkStatus();
}

absl::StatusOr<int> ReadOwned() {
  JALON_ASSIGN_OR_RETURN(const std::unique_ptr<int> owned,
                         absl::StatusOr<std::unique_ptr<int>>(std::make_unique<int>(7)));
  return *owned;
}

TEST(StatusMacrosTest, AssignsTheValue) { EXPECT_EQ(*Quarter(12), 3); }

TEST(StatusMacrosTest, ReturnsTheFirstError) {
  EXPECT_EQ(Quarter(6).status(), absl::InvalidArgumentError("odd"));
  EXPECT_EQ(CheckEven(3), absl::InvalidArgumentError("odd"));
}

TEST(StatusMacrosTest, GoesOnAfterOk) { EXPECT_TRUE(CheckEven(4).ok()); }

TEST(StatusMacrosTest, MovesAMoveOnlyValue) { EXPECT_EQ(*ReadOwned(), 7); }

}  // namespace
}  // namespace jalon::sim
