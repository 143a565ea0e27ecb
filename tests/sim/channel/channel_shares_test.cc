#include "sim/channel/channel_shares.h"

#include <gtest/gtest.h>

#include "tests/sim/network/small_network.h"

namespace jalon::sim {
namespace {

// Units of SmallNetwork: 2 n1, 3 n2 (proximity, north), 6 s2 (remote, south).
constexpr int kN1 = 2;
constexpr int kN2 = 3;
constexpr int kS2 = 6;
constexpr int kAccounts = 0;
constexpr int kLoans = 1;
constexpr int kFamilies = 3;

class ChannelSharesTest : public testing::Test {
 protected:
  ChannelSharesTest() { table_.channels = {{.id = "phone"}, {.id = "online"}}; }

  void Add(ChannelShareRow row) {
    row.channel = row.channel.empty() ? "phone" : row.channel;
    table_.shares.push_back(std::move(row));
  }

  double ShareAt(const SeriesKey& place, Period period = Period::Month(2026, 6)) const {
    const ChannelShares shares(network_, table_);
    const auto row = shares.RowAt(place, "phone", period);
    return row ? shares.row(*row).share : -1.0;
  }

  Network network_ = SmallNetwork();
  ChannelTable table_;
};

TEST_F(ChannelSharesTest, HasNoShareWhereNoRowHolds) {
  Add({.unit = "n1", .share = 0.2});
  EXPECT_EQ(ShareAt({kAccounts, kN2, 0}), -1.0);
}

TEST_F(ChannelSharesTest, TakesTheUnitBeforeItsKindAndTheKindBeforeEverywhere) {
  Add({.share = 0.1});
  EXPECT_EQ(ShareAt({kAccounts, kN1, 0}), 0.1);
  Add({.unit_kind = "proximity", .share = 0.2});
  EXPECT_EQ(ShareAt({kAccounts, kN1, 0}), 0.2);
  EXPECT_EQ(ShareAt({kAccounts, kS2, 0}), 0.1) << "of another kind";
  Add({.unit = "north", .share = 0.3});
  EXPECT_EQ(ShareAt({kAccounts, kN1, 0}), 0.3);
  Add({.unit = "n1", .share = 0.4});
  EXPECT_EQ(ShareAt({kAccounts, kN1, 0}), 0.4);
  EXPECT_EQ(ShareAt({kAccounts, kN2, 0}), 0.3) << "the region still stands for its other branch";
}

TEST_F(ChannelSharesTest, TakesTheIndicatorBeforeTheSegmentInsideAPlace) {
  Add({.unit = "n1", .share = 0.1});
  Add({.unit = "n1", .segment = "retail", .share = 0.2});
  Add({.unit = "n1", .indicator = "loans", .share = 0.3});
  EXPECT_EQ(ShareAt({kAccounts, kN1, 0}), 0.1);
  EXPECT_EQ(ShareAt({kAccounts, kN1, kFamilies}), 0.2) << "below retail";
  EXPECT_EQ(ShareAt({kLoans, kN1, kFamilies}), 0.3);
  Add({.unit = "n1", .segment = "families", .indicator = "loans", .share = 0.4});
  EXPECT_EQ(ShareAt({kLoans, kN1, kFamilies}), 0.4);
}

TEST_F(ChannelSharesTest, FollowsTheDatesOfItsRows) {
  Add({.unit = "n1", .share = 0.1, .to = Period::Month(2026, 3)});
  Add({.unit = "n1", .share = 0.5, .from = Period::Month(2026, 4)});
  EXPECT_EQ(ShareAt({kAccounts, kN1, 0}, Period::Month(2026, 3)), 0.1);
  EXPECT_EQ(ShareAt({kAccounts, kN1, 0}, Period::Month(2026, 4)), 0.5);
  const ChannelShares shares(network_, table_);
  EXPECT_TRUE(shares.IsDated("phone"));
  EXPECT_FALSE(shares.IsDated("online"));
}

}  // namespace
}  // namespace jalon::sim
