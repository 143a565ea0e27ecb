#include "clients/cli/progress.h"

#include <sstream>

#include "absl/strings/match.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace jalon::client {
namespace {

TEST(ProgressLineTest, ShowsBarShareRateAndTimeLeft) {
  EXPECT_EQ(ProgressLine({.ratio = 0.5,
                          .count = 4096,
                          .unit = "paths",
                          .elapsed = absl::Seconds(2),
                          .detail = "+/- 1.2 points"},
                         100),
            "[##########..........]  50 %  4,096 paths  2,048/s  2 s left  +/- 1.2 points");
}

TEST(ProgressLineTest, FitsTheTerminal) {
  EXPECT_EQ(ProgressLine({.ratio = 0.5, .detail = std::string(200, 'x')}, 40).size(), 40u);
}

TEST(ProgressTest, IsSilentWhenDisabled) {
  std::ostringstream out;
  {
    Progress progress(out, false);
    progress.Update({.ratio = 0.5}, absl::UnixEpoch());
  }
  EXPECT_EQ(out.str(), "");
}

TEST(ProgressTest, RepaintsAtMostTenTimesASecond) {
  std::ostringstream out;
  Progress progress(out, true);
  progress.Update({.ratio = 0.1}, absl::UnixEpoch());
  const std::string first = out.str();
  progress.Update({.ratio = 0.2}, absl::UnixEpoch() + absl::Milliseconds(50));
  EXPECT_EQ(out.str(), first);
  progress.Update({.ratio = 0.3}, absl::UnixEpoch() + absl::Milliseconds(120));
  EXPECT_THAT(out.str(), testing::HasSubstr(" 30 %"));
}

TEST(ProgressTest, ErasesItsLineAtTheEnd) {
  std::ostringstream out;
  {
    Progress progress(out, true);
    progress.Update({.ratio = 1.0}, absl::UnixEpoch());
  }
  EXPECT_TRUE(absl::EndsWith(out.str(), "\r\x1b[K"));
}

}  // namespace
}  // namespace jalon::client
