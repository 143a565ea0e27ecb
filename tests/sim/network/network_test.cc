#include "sim/network/network.h"

#include <algorithm>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/sim/network/small_network.h"

namespace jalon::sim {
namespace {

using ::testing::ElementsAre;
using ::testing::Eq;
using ::testing::Optional;

std::vector<std::string> UnitIds(const Network& network) {
  std::vector<std::string> ids;
  for (const Unit& unit : network.spec().units) ids.push_back(unit.id);
  return ids;
}

TEST(NetworkTest, NumbersUnitsDepthFirstWithChildrenById) {
  const Network network = SmallNetwork();
  EXPECT_THAT(UnitIds(network),
              ElementsAre("bank", "north", "n1", "n2", "south", "s1", "s2", "s3"));
  EXPECT_EQ(network.unit_end(0), 8);
  EXPECT_EQ(network.unit_end(1), 4);
  EXPECT_EQ(network.unit_parent(0), -1);
  EXPECT_EQ(network.unit_parent(6), 4);
  EXPECT_EQ(network.unit_depth(6), 2);
  EXPECT_TRUE(network.is_leaf(6));
  EXPECT_FALSE(network.is_leaf(4));
}

TEST(NetworkTest, PutsAllSegmentsFirstAndSegmentsDepthFirst) {
  const Network network = SmallNetwork();
  std::vector<std::string> ids;
  for (const Segment& segment : network.spec().segments) ids.push_back(segment.id);
  EXPECT_THAT(ids, ElementsAre("all", "private", "retail", "families", "young"));
  EXPECT_EQ(network.segment_end(0), 5);
  EXPECT_EQ(network.segment_end(2), 5);
  EXPECT_EQ(network.segment_parent(0), -1);
  EXPECT_EQ(network.segment_parent(1), 0);
  EXPECT_EQ(network.segment_parent(3), 2);
}

TEST(NetworkTest, AddsAllSegmentsToASpecWithoutSegments) {
  NetworkSpec spec = SmallSpec();
  spec.segments.clear();
  const Network network = *Network::Create(spec);
  EXPECT_EQ(network.segment_count(), 1);
  EXPECT_EQ(network.segment(0).id, kAllSegments);
}

TEST(NetworkTest, KeepsTheLabelOfADeclaredAllSegment) {
  NetworkSpec spec = SmallSpec();
  spec.segments.push_back({.id = "all", .label_fr = "Tous les clients"});
  EXPECT_EQ(Network::Create(spec)->segment(0).label_fr, "Tous les clients");
}

TEST(NetworkTest, NamesLevelsByDepth) {
  const Network network = SmallNetwork();
  EXPECT_EQ(network.depth_count(), 3);
  EXPECT_EQ(network.level_name(1), "region");
  EXPECT_THAT(network.FindLevel("branch"), Optional(2));
  EXPECT_THAT(network.FindLevel("shop"), Eq(std::nullopt));
  EXPECT_THAT(network.UnitsAtDepth(1), ElementsAre(1, 4));
}

TEST(NetworkTest, FindsTheRegionOfAnyUnit) {
  const Network network = SmallNetwork();
  EXPECT_EQ(network.RegionOf(6), 4);
  EXPECT_EQ(network.RegionOf(4), 4);
  EXPECT_EQ(network.RegionOf(0), 0);
  EXPECT_EQ(network.AncestorAt(6, 0), 0);
}

TEST(NetworkTest, FindsIdsAndOnlyThose) {
  const Network network = SmallNetwork();
  EXPECT_THAT(network.FindUnit("s2"), Optional(6));
  EXPECT_THAT(network.FindUnit("S2"), Eq(std::nullopt));
  EXPECT_THAT(network.FindSegment("young"), Optional(4));
  EXPECT_THAT(network.FindIndicator("savings"), Optional(2));
  EXPECT_THAT(network.FindIndicator(""), Eq(std::nullopt));
}

TEST(NetworkTest, AppliesAnIndicatorToItsKindsAndToUnitsAboveThem) {
  NetworkSpec spec = SmallSpec();
  spec.indicators[1].unit_kinds = {"remote", "remote"};
  const Network network = *Network::Create(spec);
  const int k = *network.FindIndicator("accounts");
  EXPECT_THAT(network.indicator(k).unit_kinds, ElementsAre("remote"));
  EXPECT_TRUE(network.Applies(k, *network.FindUnit("s2")));
  EXPECT_FALSE(network.Applies(k, *network.FindUnit("s1")));
  EXPECT_TRUE(network.Applies(k, *network.FindUnit("south")));
  EXPECT_TRUE(network.Applies(k, *network.FindUnit("bank")));
  EXPECT_FALSE(network.Applies(k, *network.FindUnit("north")));
  EXPECT_TRUE(network.Applies(*network.FindIndicator("loans"), *network.FindUnit("s1")));
}

TEST(NetworkTest, CreatesAnEqualNetworkFromItsOwnSpec) {
  const Network network = SmallNetwork();
  EXPECT_EQ(*Network::Create(network.spec()), network);
}

TEST(NetworkTest, IsTheSameWhateverWayTopSegmentsSayTheyAreOnTop) {
  NetworkSpec spec = SmallSpec();
  for (Segment& segment : spec.segments) {
    if (segment.parent == "all") segment.parent = "";
  }
  EXPECT_EQ(*Network::Create(spec), SmallNetwork());
}

TEST(NetworkTest, AcceptsABranchThatHangsOnTheRoot) {
  NetworkSpec spec = SmallSpec();
  spec.units.push_back({.id = "online", .parent = "bank", .level = "region", .kind = "remote"});
  const Network network = *Network::Create(spec);
  const int u = *network.FindUnit("online");
  EXPECT_TRUE(network.is_leaf(u));
  EXPECT_EQ(network.RegionOf(u), u);
}

}  // namespace
}  // namespace jalon::sim
