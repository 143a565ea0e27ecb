// Events through channels: shares of the revision's table, and where lost sales go.
#include <algorithm>
#include <cmath>
#include <numeric>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "sim/engine/event_losses.h"
#include "sim/engine/sampled.h"
#include "tests/sim/engine/tiny_bank.h"

namespace jalon::sim {
namespace {

using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

// Amounts of 100 a month in every branch, without noise worth speaking of; an event that halves
// what goes by phone from January 2026 on.
TinyBank PhoneBank(int region_count = 1, int branches_per_region = 2) {
  TinyBank bank = MakeTinyBank({.region_count = region_count,
                                .branches_per_region = branches_per_region,
                                .kinds = {IndicatorKind::kAmount},
                                .mean = 100.0});
  for (ModelSeries& series : bank.model.series) series.dispersion = 1e-12;
  bank.revision.channels.channels = {{.id = "online"}, {.id = "phone"}};
  Event event = FixedEvent("phone-signature", -0.5);
  event.channel = "phone";
  bank.scenario.events = {event};
  return bank;
}

void SetShare(TinyBank& bank, const std::string& unit, double share) {
  bank.revision.channels.shares.push_back({.unit = unit, .channel = "phone", .share = share});
}

// Months of 2026 of `unit` on path 0, rounded to a thousandth.
std::vector<double> Months(TinyBank bank, const std::string& unit) {
  bank.targets.clear();
  for (int month = 1; month <= 12; ++month) {
    bank.targets.push_back(bank.On(unit, {Period::Month(2026, month), Period::Month(2026, month)}));
  }
  std::vector<double> months = ReplayPath(bank.plan(), 0)->target_values;
  for (double& month : months) month = std::round(month * 1e3) / 1e3;
  return months;
}

absl::Status PlanStatus(TinyBank bank) {
  bank.targets = {bank.YearOf("bank")};
  return BuildPlan(bank.input()).status();
}

TEST(ChannelEventTest, ActsOnEachBranchByItsOwnShare) {
  TinyBank bank = PhoneBank();
  SetShare(bank, "r1-b1", 0.2);
  SetShare(bank, "r1-b2", 0.6);
  EXPECT_THAT(Months(bank, "r1-b1"), Each(90.0));
  EXPECT_THAT(Months(bank, "r1-b2"), Each(70.0));
  EXPECT_THAT(Months(bank, "bank"), Each(160.0));
}

TEST(ChannelEventTest, PrefersTheShareTheEventBringsItself) {
  TinyBank bank = PhoneBank();
  SetShare(bank, "bank", 0.6);
  bank.scenario.events[0].channel_share_ratio = 0.2;
  EXPECT_THAT(Months(bank, "r1-b1"), Each(90.0));
}

TEST(ChannelEventTest, GivesTheBitsOfAnEventThatBringsTheSameShare) {
  TinyBank table = PhoneBank();
  SetShare(table, "bank", 0.25);
  table.scenario.events[0].effect = {EffectLaw::Kind::kTriangular, -0.6, -0.35, -0.1};
  TinyBank own = table;
  own.scenario.events[0].channel_share_ratio = 0.25;
  own.scenario.events[0].units = {"r1-b1", "r1-b2"};
  table.targets = own.targets = {table.YearOf("r1-b1"), table.YearOf("r1-b2")};
  const auto by_table = TargetPaths(table.plan(), 16);
  const auto by_event = TargetPaths(own.plan(), 16);
  for (size_t k = 0; k < by_table.size(); ++k) {
    for (size_t path = 0; path < by_table[k].size(); ++path) {
      EXPECT_NEAR(by_table[k][path], by_event[k][path], 1e-9 * by_event[k][path]);
    }
  }
}

TEST(ChannelEventTest, FollowsSharesThatChangeInsideTheHorizon) {
  TinyBank bank = PhoneBank();
  bank.revision.channels.shares = {
      {.unit = "bank", .channel = "phone", .share = 0.2, .to = Period::Month(2026, 3)},
      {.unit = "bank", .channel = "phone", .share = 0.4, .from = Period::Month(2026, 4)}};
  EXPECT_THAT(Months(bank, "r1-b2"), ElementsAre(90, 90, 90, 80, 80, 80, 80, 80, 80, 80, 80, 80));
}

TEST(ChannelEventTest, LeavesABranchAsItIsWhateverItsNeighboursShares) {
  TinyBank bank = PhoneBank(2, 3);
  SetShare(bank, "bank", 0.3);
  bank.targets = {bank.YearOf("r1-b1")};
  const auto alone = TargetPaths(bank.plan(), 16);
  SetShare(bank, "r1-b2", 0.7);
  bank.targets = {bank.YearOf("r1-b1"), bank.YearOf("bank")};
  EXPECT_EQ(TargetPaths(bank.plan(), 16)[0], alone[0]);
}

TEST(ChannelEventTest, RefusesSeriesWithoutAShareAndNamesThem) {
  TinyBank bank = PhoneBank();
  SetShare(bank, "r1-b1", 0.2);
  const absl::Status status = PlanStatus(bank);
  ASSERT_TRUE(absl::IsInvalidArgument(status));
  const Violations found = ViolationsFromStatus(status);
  ASSERT_EQ(found.total_count(), 1);
  EXPECT_EQ(found.kept()[0].reason, "MISSING_CHANNEL_SHARE");
  EXPECT_EQ(found.kept()[0].field, "scenario.events[0].channel");
  EXPECT_THAT(found.kept()[0].rule, HasSubstr("r1-b2/all/k1"));
}

TEST(ChannelEventTest, RefusesAShareThatEndsInsideTheHorizon) {
  TinyBank bank = PhoneBank();
  bank.revision.channels.shares = {
      {.unit = "bank", .channel = "phone", .share = 0.2, .to = Period::Month(2026, 3)}};
  EXPECT_TRUE(absl::IsInvalidArgument(PlanStatus(bank)));
  bank.scenario.events[0].end = Period::Month(2026, 3);
  EXPECT_TRUE(PlanStatus(bank).ok());
}

TEST(ChannelEventTest, RefusesAChannelTheNetworkDoesNotDeclare) {
  TinyBank bank = PhoneBank();
  bank.scenario.events[0].channel = "smoke";
  bank.scenario.events[0].channel_share_ratio = 0.5;
  const Violations found = ViolationsFromStatus(PlanStatus(bank));
  ASSERT_EQ(found.total_count(), 1);
  EXPECT_EQ(found.kept()[0].reason, "UNKNOWN_CHANNEL");
}

TEST(TransferTest, ReturnsAPartThroughAnotherChannel) {
  TinyBank bank = PhoneBank();
  SetShare(bank, "bank", 0.4);
  bank.scenario.events[0].transfers = {{.channel = "online", .share = 0.25}};
  EXPECT_THAT(Months(bank, "r1-b1"), Each(85.0)) << "100 - 0.4 x 0.5 x 100 x 0.75";
}

TEST(TransferTest, ReturnsTheSameWithAShareOfTheEvent) {
  TinyBank bank = PhoneBank();
  bank.revision.channels = {};
  bank.scenario.events[0].channel_share_ratio = 0.4;
  bank.scenario.events[0].transfers = {{.channel = "online", .share = 0.25}};
  EXPECT_THAT(Months(bank, "r1-b1"), Each(85.0));
}

TEST(TransferTest, MovesSalesToAUnitAndConservesThem) {
  TinyBank bank = PhoneBank(1, 3);
  SetShare(bank, "bank", 0.4);
  SetShare(bank, "r1-b2", 0.2);
  bank.scenario.events[0].transfers = {{.unit = "r1-b3", .share = 0.5}};
  EXPECT_THAT(Months(bank, "r1-b1"), Each(80.0));
  EXPECT_THAT(Months(bank, "r1-b2"), Each(90.0));
  // Loses 20, of which half stays at home, and receives half of 20 and half of 10.
  EXPECT_THAT(Months(bank, "r1-b3"), Each(105.0));
  EXPECT_THAT(Months(bank, "bank"), Each(275.0)) << "half of the 50 taken away stays in the bank";
}

TEST(TransferTest, RefusesToMoveSalesToAUnitThatSellsNothing) {
  TinyBank bank = PhoneBank(1, 2);
  SetShare(bank, "bank", 0.4);
  bank.scenario.events[0].transfers = {{.unit = "r1-b2", .share = 0.5}};
  std::vector<double> values;
  for (int i = 0; i < bank.revision.realisations.series_count(); ++i) {
    for (const double value : bank.revision.realisations.row(i)) {
      values.push_back(i == 1 ? 0.0 : value);
    }
  }
  bank.revision.realisations =
      *Realisations::Create(bank.revision.network, bank.revision.realisations.first(),
                            bank.revision.realisations.keys(), values);
  const Violations found = ViolationsFromStatus(PlanStatus(bank));
  ASSERT_EQ(found.total_count(), 1);
  EXPECT_EQ(found.kept()[0].reason, "TRANSFER_TO_NOTHING");
  EXPECT_EQ(found.kept()[0].field, "scenario.events[0].transfers[0].unit");
}

class EventLossesTest : public testing::Test {
 protected:
  EventLossesTest() : bank_(PhoneBank(2, 2)) {
    SetShare(bank_, "bank", 0.4);
    SetShare(bank_, "r1-b2", 0.2);
    bank_.revision.channels.shares[0].assumption = true;
    bank_.scenario.events[0].effect = {EffectLaw::Kind::kTriangular, -0.7, -0.5, -0.3};
    bank_.scenario.events[0].transfers = {{.channel = "online", .share = 0.3},
                                          {.unit = "r2-b1", .share = 0.1}};
  }

  EventLosses At(const std::string& unit, int depth = 2) const {
    const int wanted = *bank_.revision.network.FindUnit(unit);
    const auto rows = LossesOfEvents(bank_.input(), Year(2026), depth);
    const auto row = std::find_if(rows.begin(), rows.end(),
                                  [&](const EventLosses& r) { return r.unit == wanted; });
    EXPECT_NE(row, rows.end()) << unit;
    return row == rows.end() ? EventLosses() : *row;
  }

  TinyBank bank_;
};

TEST_F(EventLossesTest, SaysWhatIsLostWhatReturnsAndWhatMoves) {
  const EventLosses branch = At("r1-b1");
  EXPECT_EQ(branch.event, "phone-signature");
  EXPECT_DOUBLE_EQ(branch.without, 1200.0);
  EXPECT_NEAR(branch.taken, 240.0, 1e-9);
  EXPECT_NEAR(branch.transferred[0], 72.0, 1e-9);
  EXPECT_NEAR(branch.transferred[1], 24.0, 1e-9);
  EXPECT_NEAR(branch.lost, 144.0, 1e-9);
  EXPECT_EQ(branch.received, 0.0);
  EXPECT_DOUBLE_EQ(branch.channel_share, 0.4);
  EXPECT_DOUBLE_EQ(branch.assumed_share, 1.0);
}

TEST_F(EventLossesTest, AddsUpExactlyInEveryRow) {
  for (const EventLosses& row : LossesOfEvents(bank_.input(), Year(2026), 2)) {
    EXPECT_EQ(row.taken, row.lost + row.transferred[0] + row.transferred[1]);
  }
}

TEST_F(EventLossesTest, GivesTheReceiverWhatOthersLose) {
  EXPECT_NEAR(At("r2-b1").received, 24.0 + 12.0 + 24.0, 1e-9);
  EXPECT_NEAR(At("r2").received, 60.0, 1e-9);
  EXPECT_NEAR(At("bank").assumed_share, 0.75, 1e-12);
}

TEST_F(EventLossesTest, AgreesWithTheMeansOfTheEngine) {
  // Months of 2026 with and without the event, in the mean of its law.
  bank_.scenario.events[0].effect = {EffectLaw::Kind::kFixed, 0, -0.5, 0};
  for (const char* unit : {"r1-b1", "r1-b2", "r2-b1", "r2-b2", "bank"}) {
    const std::vector<double> months = Months(bank_, unit);
    const double with = std::accumulate(months.begin(), months.end(), 0.0);
    const EventLosses row = At(unit);
    const int size = unit == std::string("bank") ? 4 : 1;
    const double moved_away = unit == std::string("r2-b1") ? 0.0 : row.transferred[1];
    const double moves = unit == std::string("bank") ? 0.0 : row.received - moved_away;
    EXPECT_NEAR(with, 1200.0 * size - row.lost + moves, 0.02) << unit;
  }
}

TEST_F(EventLossesTest, StopsAtTheDepthAsked) {
  EXPECT_EQ(LossesOfEvents(bank_.input(), Year(2026), 0).size(), 1);
  EXPECT_EQ(LossesOfEvents(bank_.input(), Year(2026), 1).size(), 3);
}

}  // namespace
}  // namespace jalon::sim
