#include "server/observe/log.h"

#include <gtest/gtest.h>

#include <string>
#include <thread>
#include <vector>

#include "tests/support/fake_clock.h"

namespace jalon::server {
namespace {

class LogTest : public ::testing::Test {
 protected:
  Logger::Sink Keep() {
    return [this](absl::string_view line) { lines_.emplace_back(line); };
  }

  FakeClock clock_;
  std::vector<std::string> lines_;
};

TEST_F(LogTest, WritesTimeLevelEventAndPairs) {
  Logger logger(LogLevel::kInfo, clock_, Keep());
  logger.Info("store_opened", {{"path", "/var/lib/jalon"}, {"schema", 1}});
  EXPECT_EQ(lines_, std::vector<std::string>{"2026-01-01T00:00:00.000000Z INFO store_opened "
                                             "path=/var/lib/jalon schema=1"});
}

TEST_F(LogTest, LeavesOutWhatIsBelowItsLevel) {
  Logger logger(LogLevel::kWarning, clock_, Keep());
  logger.Debug("a");
  logger.Info("b");
  logger.Warning("c");
  logger.Error("d");
  EXPECT_EQ(lines_, (std::vector<std::string>{"2026-01-01T00:00:00.000000Z WARNING c",
                                              "2026-01-01T00:00:00.000000Z ERROR d"}));
}

TEST_F(LogTest, QuotesWhatCouldForgeALine) {
  Logger logger(LogLevel::kInfo, clock_, Keep());
  logger.Info("e", {{"v", "a b=c\n2026 INFO \"x\""}, {"empty", ""}});
  EXPECT_EQ(lines_, std::vector<std::string>{"2026-01-01T00:00:00.000000Z INFO e "
                                             "v=\"a b=c\\n2026 INFO \\\"x\\\"\" empty=\"\""});
}

TEST_F(LogTest, CutsLongValues) {
  Logger logger(LogLevel::kInfo, clock_, Keep());
  logger.Info("e", {{"v", std::string(10'000, 'x')}});
  EXPECT_LT(lines_[0].size(), 300u);
  EXPECT_EQ(lines_[0].substr(lines_[0].size() - 4), "x...");
}

TEST_F(LogTest, KeepsLinesOfSeveralThreadsApart) {
  Logger logger(LogLevel::kInfo, clock_, Keep());
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&] {
      for (int i = 0; i < 250; ++i) logger.Info("e", {{"i", i}});
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(lines_.size(), 1000u);
}

}  // namespace
}  // namespace jalon::server
