#include "sim/perimeter/hand_over.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "sim/perimeter/perimeter_rules.h"
#include "tests/sim/network/small_network.h"

namespace jalon::sim {
namespace {

using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using Kind = PerimeterChangeKind;

const Period kJanuary = Period::Month(2027, 1);
const Window kYear{kJanuary, kJanuary + 11};

Objective Asked(std::string unit, int64_t ticks, std::string indicator = "accounts") {
  return {
      .unit = std::move(unit), .indicator = std::move(indicator), .window = kYear, .ticks = ticks};
}

PerimeterChange Closure(Period date, std::string receiver, double share) {
  return {.kind = Kind::kClosure,
          .date = date,
          .unit = "n1",
          .receiver = std::move(receiver),
          .share = share};
}

HandedOver After(std::vector<PerimeterChange> changes, const std::vector<Objective>& objectives,
                 NetworkSpec spec = SmallSpec(), std::optional<Period> known_at = std::nullopt) {
  const Perimeter perimeter = Canonical({.changes = std::move(changes)});
  DateUnits(perimeter, spec);
  const Network network = *Network::Create(spec);
  return *HandOver(network, perimeter, objectives, known_at);
}

// `unit:ticks` of every objective.
std::vector<std::string> Ticks(const HandedOver& handed) {
  std::vector<std::string> ticks;
  for (const Objective& objective : handed.objectives) {
    ticks.push_back(objective.unit + ":" + std::to_string(objective.ticks));
  }
  return ticks;
}

TEST(HandOverTest, KeepsThePartOfTheOpenMonthsAndSharesTheRestOut) {
  const HandedOver handed =
      After({Closure(kJanuary + 6, "n2", 0.6), Closure(kJanuary + 6, "s1", 0.4)},
            {Asked("n1", 841), Asked("n2", 500), Asked("s2", 7)});
  // 420.5 stay; 252.3 and 168.2 go: 841 in all.
  EXPECT_THAT(Ticks(handed), ElementsAre("n1:421", "n2:752", "s1:168", "s2:7"));
  EXPECT_THAT(handed.objectives[0].reason,
              HasSubstr("was 841; closes in 2027-07: 60 % goes to n2; closes in 2027-07: 40 %"));
  EXPECT_EQ(handed.objectives[1].reason, "was 500; takes over 60 % of n1 from 2027-07");
  EXPECT_EQ(handed.objectives[2].reason, "takes over 40 % of n1 from 2027-07");
  EXPECT_EQ(handed.objectives[3], Asked("s2", 7));
  EXPECT_EQ(handed.changed_count, 3);
  EXPECT_THAT(handed.unassigned, IsEmpty());
}

TEST(HandOverTest, AsksWhatLostCustomersWouldHaveBroughtOfTheReceivers) {
  const HandedOver handed = After({Closure(kJanuary, "n2", 0.6), Closure(kJanuary, "s1", 0.2)},
                                  {Asked("n1", 800), Asked("n2", 500), Asked("s1", 1)});
  // Closed when the year begins: nothing is left to ask of n1.
  EXPECT_THAT(Ticks(handed), ElementsAre("n2:1100", "s1:201"));
  EXPECT_EQ(handed.gone_count, 1);
}

TEST(HandOverTest, CountsWhatNobodyTakesOver) {
  const HandedOver handed =
      After({Closure(kJanuary + 9, "", 1.0)}, {Asked("n1", 100), Asked("n2", 5)});
  EXPECT_THAT(Ticks(handed), ElementsAre("n1:75", "n2:5"));
  ASSERT_EQ(handed.unassigned.size(), 1u);
  EXPECT_EQ(handed.unassigned[0].ticks, 25);
  EXPECT_EQ(handed.unassigned[0].objective.unit, "n1");
  EXPECT_THAT(handed.objectives[0].reason, HasSubstr("without a receiver for 100 %"));
}

TEST(HandOverTest, MovesTransfersThatTheObjectivesDidNotKnowYet) {
  PerimeterChange transfer = Closure(kJanuary + 6, "n2", 0.1);
  transfer.kind = Kind::kTransfer;
  const std::vector<Objective> asked = {Asked("n1", 200), Asked("n2", 100)};
  EXPECT_THAT(Ticks(After({transfer}, asked)), ElementsAre("n1:190", "n2:110"));
  EXPECT_THAT(Ticks(After({transfer}, asked, SmallSpec(), kJanuary + 6)),
              ElementsAre("n1:200", "n2:100"));
  transfer.date = kJanuary - 3;
  EXPECT_THAT(Ticks(After({transfer}, asked)), ElementsAre("n1:200", "n2:100"));
  EXPECT_THAT(Ticks(After({transfer}, asked, SmallSpec(), kJanuary - 4)),
              ElementsAre("n1:180", "n2:120"));
}

TEST(HandOverTest, ChangesNothingThatIsKnownAlready) {
  const std::vector<PerimeterChange> changes = {Closure(kJanuary + 6, "n2", 1.0)};
  const HandedOver once = After(changes, {Asked("n1", 120), Asked("n2", 240)});
  const HandedOver twice = After(changes, once.objectives, SmallSpec(), kYear.last);
  EXPECT_EQ(twice.objectives, once.objectives);
  EXPECT_EQ(twice.changed_count, 0);
}

TEST(HandOverTest, FollowsAReceiverThatClosesLater) {
  PerimeterChange next = Closure(kJanuary + 9, "s1", 1.0);
  next.unit = "n2";
  const HandedOver handed =
      After({Closure(kJanuary + 6, "n2", 1.0), next}, {Asked("n1", 120), Asked("n2", 240)});
  // n2: 240 x 9/12 + 120 x 3/12; s1: 240 x 3/12 + 120 x 3/12.
  EXPECT_THAT(Ticks(handed), ElementsAre("n1:60", "n2:210", "s1:90"));
}

TEST(HandOverTest, FollowsThePhasingOfTheYear) {
  const Perimeter perimeter = Canonical({.changes = {Closure(kJanuary + 11, "n2", 1.0)}});
  const Network network = SmallNetwork();
  const auto december = [](const Objective&) {
    std::vector<double> weights(12, 1.0);
    weights[11] = 9.0;
    return MonthWeights{weights, PhasingSource::kSeason};
  };
  const HandedOver handed =
      *HandOver(network, perimeter, {Asked("n1", 200), Asked("n2", 0)}, std::nullopt, december);
  EXPECT_THAT(Ticks(handed), ElementsAre("n1:110", "n2:90"));
  EXPECT_THAT(handed.objectives[0].reason,
              HasSubstr("goes to n2; months by the season of past years"));
  EXPECT_THAT(handed.cut_by, ElementsAre(0, 0, 1, 0, 0));
}

TEST(HandOverTest, CountsNothingAsCutThatMovesAsAWhole) {
  const HandedOver handed = After({Closure(kJanuary, "n2", 1.0)}, {Asked("n1", 200)});
  EXPECT_THAT(handed.cut_by, Each(0));
  EXPECT_EQ(handed.objectives[0].reason, "takes over 100 % of n1 from 2027-01");
}

TEST(HandOverTest, HandsWhatIsReadAtTheEndOfTheYearOverWhole) {
  NetworkSpec spec = SmallSpec();
  spec.indicators[1].aggregation = Aggregation::kLast;  // accounts
  const HandedOver handed =
      After({Closure(kJanuary + 11, "n2", 1.0)}, {Asked("n1", 200), Asked("n2", 10)}, spec);
  EXPECT_THAT(Ticks(handed), ElementsAre("n1:0", "n2:210"));
}

TEST(HandOverTest, GrowsTheReceiversObjectiveAroundTheSegment) {
  Objective families = Asked("n1", 60);
  families.segment = "families";
  const HandedOver handed = After({Closure(kJanuary + 6, "n2", 1.0)}, {families, Asked("n2", 100)});
  EXPECT_THAT(Ticks(handed), ElementsAre("n1:30", "n2:130"));
}

TEST(HandOverTest, CutsObjectivesBySegmentAnew) {
  Objective families = Asked("n1", 120);
  families.segment = "families";
  const PerimeterChange cell{.kind = Kind::kResegmentation,
                             .date = kJanuary + 6,
                             .segment = "families",
                             .receiver_segment = "private",
                             .share = 1.0};
  const HandedOver handed = After({cell}, {families});
  EXPECT_THAT(Ticks(handed), ElementsAre("n1:60", "n1:60"));
  EXPECT_EQ(handed.objectives[0].segment, "private");
  EXPECT_THAT(Ticks(After({cell}, {families}, SmallSpec(), kJanuary + 6)), ElementsAre("n1:120"));
}

TEST(HandOverTest, MovesObjectivesOfRegionsWithTheirBranches) {
  const HandedOver handed =
      After({Closure(kJanuary + 6, "s1", 1.0)},
            {Asked("n1", 100), Asked("s1", 50), Asked("north", 150), Asked("south", 60),
             Asked("bank", 210), Asked("south", 9, "loans")});
  EXPECT_THAT(Ticks(handed),
              ElementsAre("bank:210", "north:100", "n1:50", "south:110", "s1:100", "south:9"));
  EXPECT_EQ(handed.objectives[1].reason, "was 150; its branches hand over 50");
  EXPECT_EQ(handed.objectives[3].reason, "was 60; its branches take over 50");
  EXPECT_EQ(handed.changed_count, 4);
}

TEST(HandOverTest, MovesARegionsObjectiveByTheSegmentsOfItsBranches) {
  Objective families = Asked("n1", 40);
  families.segment = "families";
  const HandedOver handed = After({Closure(kJanuary + 6, "s1", 1.0)},
                                  {families, Asked("north", 100), Asked("south", 100)});
  EXPECT_THAT(Ticks(handed), ElementsAre("north:80", "n1:20", "south:120", "s1:20"));
}

TEST(HandOverTest, LeavesToARegionWhatNobodyTakesOver) {
  const HandedOver handed =
      After({Closure(kJanuary + 9, "", 1.0)}, {Asked("n1", 100), Asked("north", 100)});
  EXPECT_THAT(Ticks(handed), ElementsAre("north:100", "n1:75"));
}

TEST(HandOverTest, LeavesObjectivesOfRegionsAndOfFiguresThatAreNoSums) {
  NetworkSpec spec = SmallSpec();
  spec.indicators[1].adds_over_units = false;  // accounts
  const std::vector<Objective> asked = {Asked("n1", 10), Asked("north", 10, "loans")};
  const HandedOver handed = After({Closure(kJanuary + 6, "s1", 1.0)}, asked, spec);
  EXPECT_EQ(handed.objectives, asked);
  EXPECT_EQ(handed.changed_count, 0);
}

TEST(HandOverTest, RefusesObjectivesThatAreNot) {
  const Network network = SmallNetwork();
  const auto handed = HandOver(network, {}, {Asked("nowhere", 1)});
  EXPECT_TRUE(
      HasViolation(ViolationsFromStatus(handed.status()), "objectives[0].unit", "UNKNOWN_UNIT"));
  EXPECT_THAT(HandOver(network, {}, {})->objectives, IsEmpty());
}

}  // namespace
}  // namespace jalon::sim
