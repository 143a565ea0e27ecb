#include "clients/cli/run_request.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace jalon::client {
namespace {

using ::testing::ElementsAre;

TEST(ParseLevelsTest, ReadsAList) {
  EXPECT_THAT(*ParseLevels("0.1,0.5,0.9"), ElementsAre(0.1, 0.5, 0.9));
}

TEST(ParseLevelsTest, ReadsARangeWithBothEndsAndRoundLevels) {
  const auto levels = *ParseLevels("0.01:0.99:0.01");

  ASSERT_EQ(levels.size(), 99u);
  EXPECT_EQ(levels[6], 0.07);
  EXPECT_EQ(levels[98], 0.99);
}

TEST(ParseLevelsTest, RefusesWhatIsNoLevelList) {
  for (const char* text :
       {"", "a", "0.1,,0.2", "0.1:0.9", "0.9:0.1:0.1", "0.1:0.9:0", "nan", "0.001:0.999:0.001"}) {
    EXPECT_FALSE(ParseLevels(text).ok()) << text;
  }
}

TEST(ParseJointSetTest, ReadsUnitsAndIndicators) {
  const auto all = ParseJointSet("head office and regions=fr,bretagne");
  ASSERT_TRUE(all.ok()) << all.status();
  EXPECT_EQ(all->label(), "head office and regions");
  EXPECT_EQ(all->units_size(), 2);
  EXPECT_EQ(all->indicators_size(), 0);
  const auto some = ParseJointSet("loans=fr:housing,consumer");
  ASSERT_TRUE(some.ok()) << some.status();
  EXPECT_EQ(some->units(0), "fr");
  EXPECT_EQ(some->indicators(1), "consumer");
}

TEST(ParseJointSetTest, RefusesWhatNamesNoSet) {
  for (const char* text : {"", "fr", "=fr", "label=", "label=:housing"}) {
    EXPECT_FALSE(ParseJointSet(text).ok()) << text;
  }
}

}  // namespace
}  // namespace jalon::client
