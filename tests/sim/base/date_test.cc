#include "sim/base/date.h"

#include "gtest/gtest.h"

namespace jalon::sim {
namespace {

TEST(IsIsoDateTest, TakesDaysThatExist) {
  for (const char* text : {"2026-01-31", "2024-02-29", "2000-02-29", "1900-01-01", "2199-12-31"}) {
    EXPECT_TRUE(IsIsoDate(text)) << text;
  }
}

TEST(IsIsoDateTest, RefusesDaysThatDoNotAndOtherSpellings) {
  for (const char* text : {"2026-02-29", "1900-02-29", "2026-04-31", "2026-13-01", "2026-00-10",
                           "2026-01-00", "26-01-01", "2026-1-1", "2026/01/01", "01/01/2026",
                           "2026-01-0a", "1899-12-31", "2200-01-01", ""}) {
    EXPECT_FALSE(IsIsoDate(text)) << text;
  }
}

}  // namespace
}  // namespace jalon::sim
