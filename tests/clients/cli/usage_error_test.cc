#include "clients/cli/usage_error.h"

#include <gtest/gtest.h>

namespace jalon::client {
namespace {

TEST(NearestTest, FindsTheWordOneSlipAway) {
  EXPECT_EQ(Nearest("simulte", {"status", "simulate", "series"}), "simulate");
  EXPECT_EQ(Nearest("--path", {"--label", "--paths"}), "--paths");
}

TEST(NearestTest, SuggestsNothingFarAway) {
  EXPECT_EQ(Nearest("reconcile", {"status", "simulate"}), "");
}

TEST(NearestTest, KeepsTheFirstOfEquals) { EXPECT_EQ(Nearest("bat", {"bar", "bas"}), "bar"); }

}  // namespace
}  // namespace jalon::client
