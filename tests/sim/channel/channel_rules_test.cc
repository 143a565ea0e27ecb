#include "sim/channel/channel_rules.h"

#include <gtest/gtest.h>

#include "tests/sim/network/small_network.h"

namespace jalon::sim {
namespace {

ChannelTable SmallChannels() {
  ChannelTable table;
  table.channels = {{.id = "online"}, {.id = "phone"}};
  table.shares = {{.channel = "phone", .share = 0.2, .assumption = true},
                  {.unit_kind = "remote", .channel = "phone", .share = 0.7},
                  {.unit = "n1", .channel = "online", .share = 0.3}};
  return table;
}

Violations Check(const ChannelTable& table) { return CheckChannels(SmallNetwork(), table); }

TEST(ChannelRulesTest, AcceptsATableThatFits) {
  EXPECT_TRUE(Check(SmallChannels()).empty());
  EXPECT_TRUE(Check(ChannelTable()).empty());
}

TEST(ChannelRulesTest, ListsEveryProblemOfEveryRowAtOnce) {
  ChannelTable table = SmallChannels();
  table.channels.push_back({.id = "phone"});
  table.shares.push_back({.unit = "nowhere",
                          .unit_kind = "proximity",
                          .segment = "nobody",
                          .indicator = "nothing",
                          .channel = "smoke",
                          .share = 1.2,
                          .from = Period::Month(2026, 5),
                          .to = Period::Month(2026, 4)});
  table.shares.push_back(
      {.unit_kind = "boat", .channel = "phone", .share = -0.1, .from = Period::Quarter(2026, 1)});
  const Violations found = Check(table);
  EXPECT_TRUE(HasViolation(found, "channels[2].id", "DUPLICATE_ID"));
  EXPECT_TRUE(HasViolation(found, "shares[3].unit", "UNKNOWN_UNIT"));
  EXPECT_TRUE(HasViolation(found, "shares[3].unit_kind", "UNIT_AND_KIND"));
  EXPECT_TRUE(HasViolation(found, "shares[3].segment", "UNKNOWN_SEGMENT"));
  EXPECT_TRUE(HasViolation(found, "shares[3].indicator", "UNKNOWN_INDICATOR"));
  EXPECT_TRUE(HasViolation(found, "shares[3].channel", "UNKNOWN_CHANNEL"));
  EXPECT_TRUE(HasViolation(found, "shares[3].share", "OUT_OF_RANGE"));
  EXPECT_TRUE(HasViolation(found, "shares[3].to", "END_BEFORE_START"));
  EXPECT_TRUE(HasViolation(found, "shares[4].unit_kind", "UNKNOWN_UNIT_KIND"));
  EXPECT_TRUE(HasViolation(found, "shares[4].share", "OUT_OF_RANGE"));
  EXPECT_TRUE(HasViolation(found, "shares[4].from", "BAD_FREQUENCY"));
  EXPECT_EQ(found.total_count(), 11);
}

TEST(ChannelRulesTest, RefusesSharesOfWhatDoesNotAddOverChannels) {
  NetworkSpec spec = SmallSpec();
  spec.indicators[1].adds_over_channels = false;  // accounts
  const Network network = Network::Create(spec).value();
  ChannelTable table = SmallChannels();
  EXPECT_TRUE(CheckChannels(network, table).empty()) << "shares of any indicator stay";
  table.shares[2].indicator = "accounts";
  EXPECT_TRUE(HasViolation(CheckChannels(network, table), "shares[2].indicator", "NOT_ADDITIVE"));
  table.shares[2].indicator = "loans";
  EXPECT_TRUE(CheckChannels(network, table).empty());
}

TEST(ChannelRulesTest, RefusesTwoRowsOfOnePlaceThatHoldInOnePeriod) {
  ChannelTable table = SmallChannels();
  table.shares.push_back(
      {.unit = "n1", .channel = "online", .share = 0.1, .from = Period::Month(2026, 1)});
  const Violations found = Check(table);
  EXPECT_TRUE(HasViolation(found, "shares[3].from", "OVERLAPPING_DATES"));
  table.shares[2].to = Period::Month(2025, 12);
  EXPECT_TRUE(Check(table).empty());
}

TEST(ChannelRulesTest, RefusesSharesOfOneBranchThatSumToMoreThanOne) {
  ChannelTable table = SmallChannels();
  table.shares[2].share = 0.8;
  EXPECT_TRUE(Check(table).empty()) << "0.8 and the default of 0.2";
  table.shares[2].share = 0.81;
  const Violations found = Check(table);
  EXPECT_EQ(found.total_count(), 1) << "one report for the branch, whatever its indicators";
  EXPECT_TRUE(HasViolation(found, "shares[2].share", "SHARES_OVER_ONE"));
}

TEST(ChannelRulesTest, SeesSharesOverOneOfASingleIndicatorAndPeriod) {
  ChannelTable table = SmallChannels();
  table.shares.push_back({.unit = "n2",
                          .indicator = "loans",
                          .channel = "online",
                          .share = 0.9,
                          .from = Period::Month(2027, 1),
                          .to = Period::Month(2027, 1)});
  EXPECT_TRUE(HasViolation(Check(table), "shares[3].share", "SHARES_OVER_ONE"));
}

TEST(ChannelRulesTest, SortingMakesRowOrderMeaningless) {
  ChannelTable table = SmallChannels();
  ChannelTable other = table;
  std::swap(other.channels[0], other.channels[1]);
  std::swap(other.shares[0], other.shares[2]);
  EXPECT_EQ(Sorted(other), Sorted(table));
}

}  // namespace
}  // namespace jalon::sim
