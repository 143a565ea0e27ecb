#include "clients/cli/plot.h"

#include <cmath>

#include "absl/strings/match.h"
#include "absl/strings/str_split.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "sim/base/missing.h"

namespace jalon::client {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

Plot Rising() {
  return {.title = "rate: Policy rate, %",
          .first_label = "2025-01",
          .last_label = "2025-12",
          .history = {{0, 1, 2, 3, 4, 5, 6, 7, sim::kMissing, sim::kMissing, sim::kMissing,
                       sim::kMissing}}};
}

std::vector<std::string> Lines(const std::string& text) {
  std::vector<std::string> lines = absl::StrSplit(text, '\n');
  lines.pop_back();
  return lines;
}

TEST(PlotTest, DrawsARisingLineInAsciiFromTheBottomLeftToTheTop) {
  const std::vector<std::string> lines =
      Lines(DrawPlot(Rising(), {.width = 40, .height = 5, .ascii = true}));
  ASSERT_EQ(lines.size(), 8);
  EXPECT_EQ(lines[0], "rate: Policy rate, %");
  EXPECT_THAT(lines[1], HasSubstr("7 |"));
  EXPECT_EQ(lines[1].back(), '*');
  EXPECT_THAT(lines[3], HasSubstr("3.50 |"));
  EXPECT_THAT(lines[5], HasSubstr("0 |*"));
  EXPECT_THAT(lines[6], HasSubstr("2025-01"));
  EXPECT_TRUE(absl::EndsWith(lines[6], "2025-12"));
  EXPECT_EQ(lines[7], "  * history: last 7");
}

TEST(PlotTest, StaysInsideItsWidth) {
  Plot plot = Rising();
  for (int i = 0; i < 600; ++i) plot.history.values.push_back(std::sin(0.1 * i));
  for (const bool ascii : {true, false}) {
    for (const std::string& line : Lines(DrawPlot(plot, {.width = 60, .ascii = ascii}))) {
      EXPECT_LE(DisplayWidth(line), 60) << line;
    }
  }
}

TEST(PlotTest, DrawsTheScenarioDifferently) {
  Plot plot = Rising();
  plot.path = {{sim::kMissing, sim::kMissing, sim::kMissing, sim::kMissing, sim::kMissing,
                sim::kMissing, sim::kMissing, sim::kMissing, 6, 4, 2, 0.5}};
  plot.path_label = "scenario severe";
  const std::string ascii = DrawPlot(plot, {.width = 50, .ascii = true});
  EXPECT_THAT(ascii, HasSubstr("o scenario severe: last 0.5"));
  for (const char c : ascii) EXPECT_GT(c, 0) << "not ASCII";
  const std::string circles = DrawPlot(plot, {.width = 50});
  EXPECT_THAT(circles, HasSubstr("\u25CB"));
  EXPECT_THAT(circles, Not(HasSubstr("\x1b")));
  EXPECT_THAT(DrawPlot(plot, {.width = 50, .color = true}), HasSubstr("\x1b[33m\u25CB\x1b[0m"));
}

TEST(PlotTest, LeavesAGapWhereAValueIsMissing) {
  Plot plot = Rising();
  plot.history.values = {1,
                         1,
                         sim::kMissing,
                         sim::kMissing,
                         sim::kMissing,
                         sim::kMissing,
                         sim::kMissing,
                         sim::kMissing,
                         sim::kMissing,
                         sim::kMissing,
                         1,
                         1};
  const std::string text = DrawPlot(plot, {.width = 50, .ascii = true});
  EXPECT_THAT(text, HasSubstr("*     "));
}

TEST(PlotTest, DrawsAFlatLineAndNothing) {
  Plot plot = Rising();
  plot.history.values = {2, 2, 2};
  EXPECT_THAT(DrawPlot(plot, {.width = 40, .height = 3, .ascii = true}), HasSubstr("2 |***"));
  plot.history.values = {sim::kMissing};
  EXPECT_THAT(DrawPlot(plot, {.width = 40}), HasSubstr("history: no value"));
  plot.history.values = {};
  EXPECT_THAT(DrawPlot(plot, {.width = 40, .locale = Locale::kFrench}),
              HasSubstr("historique: aucune valeur"));
}

}  // namespace
}  // namespace jalon::client
