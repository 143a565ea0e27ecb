#include "sim/perimeter/restate_means.h"

#include <cmath>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "sim/base/missing.h"
#include "sim/network/means_rules.h"
#include "sim/perimeter/perimeter_rules.h"
#include "tests/sim/network/small_network.h"

namespace jalon::sim {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using Kind = PerimeterChangeKind;

const Period kFirst = Period::Month(2026, 1);

MeanSeries Advisers(std::string unit, std::vector<double> values) {
  std::vector<bool> planned(values.size(), false);
  return {"advisers", std::move(unit), kFirst, std::move(values), std::move(planned)};
}

PerimeterChange Change(Kind kind, Period date, std::string unit, std::string receiver,
                       double share = 1.0) {
  return {.kind = kind,
          .date = date,
          .unit = std::move(unit),
          .receiver = std::move(receiver),
          .share = share};
}

RestatedMeans After(std::vector<PerimeterChange> changes, std::vector<MeanSeries> series,
                    std::vector<std::string> unmoved = {}) {
  const Perimeter perimeter = Canonical({.changes = std::move(changes)});
  NetworkSpec spec = SmallSpec();
  DateUnits(perimeter, spec);
  const Network network = *Network::Create(spec);
  const MeansTable table =
      Sorted({.series = std::move(series), .effects = {}, .unmoved = std::move(unmoved)});
  EXPECT_TRUE(CheckMeans(network, table).empty());
  RestatedMeans restated = RestateMeans(network, table, perimeter, kFirst + 24);
  EXPECT_TRUE(CheckMeans(network, restated.means).empty());
  return restated;
}

std::vector<double> Of(const RestatedMeans& restated, const std::string& unit) {
  for (const MeanSeries& series : restated.means.series) {
    if (series.unit == unit && series.mean == "advisers") return series.values;
  }
  return {};
}

double Total(const MeansTable& table, Period period) {
  double sum = 0.0;
  for (const MeanSeries& series : table.series) {
    const int t = period - series.first;
    if (t < 0 || t >= static_cast<int>(series.values.size())) continue;
    if (!std::isnan(series.values[t])) sum += series.values[t];
  }
  return sum;
}

TEST(RestateMeansTest, SharesFollowTheCustomersBeforeTheDate) {
  const RestatedMeans restated =
      After({Change(Kind::kTransfer, kFirst + 2, "n1", "n2", 0.25)},
            {Advisers("n1", {4, 8, 6}), Advisers("n2", {2, 2, 3}), Advisers("s1", {5, 5, 5})});
  EXPECT_THAT(Of(restated, "n1"), ElementsAre(3, 6, 6));
  EXPECT_THAT(Of(restated, "n2"), ElementsAre(3, 4, 3));
  EXPECT_THAT(Of(restated, "s1"), ElementsAre(5, 5, 5));
  EXPECT_EQ(restated.series_count, 2);
}

TEST(RestateMeansTest, AMergerBringsAllAndLeavesNoSeries) {
  const RestatedMeans restated = After({Change(Kind::kMerger, kFirst + 2, "n1", "n2")},
                                       {Advisers("n1", {4, 4}), Advisers("n2", {2, 2, 6})});
  EXPECT_THAT(Of(restated, "n1"), IsEmpty());
  EXPECT_THAT(Of(restated, "n2"), ElementsAre(6, 6, 6));
}

TEST(RestateMeansTest, WhatAClosureLosesStaysWithIt) {
  const RestatedMeans restated = After({Change(Kind::kClosure, kFirst + 2, "n1", "n2", 0.5),
                                        Change(Kind::kClosure, kFirst + 2, "n1", "s1", 0.25)},
                                       {Advisers("n1", {8, 8}), Advisers("n2", {2, 2, 2})});
  EXPECT_THAT(Of(restated, "n1"), ElementsAre(2, 2));
  EXPECT_THAT(Of(restated, "n2"), ElementsAre(6, 6, 2));
  EXPECT_THAT(Of(restated, "s1"), ElementsAre(2, 2)) << "it had none of its own";
}

TEST(RestateMeansTest, ADeclaredShareTakesThePlaceOfTheCustomers) {
  PerimeterChange stays = Change(Kind::kTransfer, kFirst + 2, "n1", "n2", 0.25);
  stays.means_share = 0.0;
  EXPECT_EQ(After({stays}, {Advisers("n1", {4, 4}), Advisers("n2", {2, 2})}).series_count, 0);
  stays.means_share = 0.5;
  EXPECT_THAT(Of(After({stays}, {Advisers("n1", {4, 4}), Advisers("n2", {2, 2})}), "n2"),
              ElementsAre(4, 4));
}

TEST(RestateMeansTest, ATransferOfASegmentLeavesThemWithANoteUnlessItSaysItsShare) {
  PerimeterChange young = Change(Kind::kTransfer, kFirst + 2, "n1", "n2", 0.5);
  young.segment = "young";
  const RestatedMeans stayed = After({young}, {Advisers("n1", {4, 4}), Advisers("n2", {2, 2})});
  EXPECT_EQ(stayed.series_count, 0);
  EXPECT_THAT(stayed.notes, Contains(HasSubstr("means did not move; `means_share` says")));
  young.unsplit_share = 0.25;
  const RestatedMeans moved = After({young}, {Advisers("n1", {4, 4}), Advisers("n2", {2, 2})});
  EXPECT_THAT(Of(moved, "n2"), ElementsAre(3, 3));
  EXPECT_THAT(moved.notes, IsEmpty());
}

TEST(RestateMeansTest, AMeanThatIsNoSumStays) {
  MeanSeries hours = Advisers("n1", {35, 35});
  hours.mean = "hours";
  const RestatedMeans restated =
      After({Change(Kind::kMerger, kFirst + 2, "n1", "n2")},
            {hours, Advisers("n1", {4, 4}), Advisers("n2", {2, 2})}, {"hours"});
  EXPECT_THAT(restated.means.series, Contains(hours));
  EXPECT_THAT(Of(restated, "n2"), ElementsAre(6, 6));
  EXPECT_THAT(restated.means.unmoved, ElementsAre("hours"));
}

TEST(RestateMeansTest, AReceiverHoldsWhatItHadWhereItSaysNothing) {
  const RestatedMeans restated =
      After({Change(Kind::kTransfer, kFirst + 4, "n1", "n2", 0.5)},
            {Advisers("n1", {4, 4, 4, 4}), Advisers("n2", {kMissing, 2, kMissing, 3})});
  EXPECT_THAT(Of(restated, "n2"), ElementsAre(4, 4, 4, 5));
}

TEST(RestateMeansTest, ABranchHoldsNothingBeforeItOpened) {
  MeanSeries opened = Advisers("n2", {3, 3});
  opened.first = kFirst + 2;
  const RestatedMeans restated = After({Change(Kind::kOpening, kFirst + 2, "n2", ""),
                                        Change(Kind::kTransfer, kFirst + 2, "n1", "n2", 0.25)},
                                       {Advisers("n1", {8, 8, 6, 6}), opened});
  EXPECT_THAT(Of(restated, "n2"), ElementsAre(2, 2, 3, 3));
}

TEST(RestateMeansTest, PlansOfAGiverArePlansOfItsReceiver) {
  MeanSeries giver = Advisers("n1", {4, 4, 4});
  giver.planned = {false, true, true};
  MeanSeries receiver = Advisers("n2", {2, 2, 2, 6});
  receiver.planned = {false, false, true, true};
  const RestatedMeans restated =
      After({Change(Kind::kMerger, kFirst + 3, "n1", "n2")}, {giver, receiver});
  ASSERT_EQ(restated.means.series.size(), 1u);
  EXPECT_THAT(restated.means.series[0].values, ElementsAre(6, 6, 6, 6));
  EXPECT_THAT(restated.means.series[0].planned, ElementsAre(false, false, true, true));
}

// Sums over branches before and after a row of changes, to the rounding of their additions.
TEST(RestateMeansTest, KeepsTheTotalOfEveryPeriod) {
  std::vector<MeanSeries> series;
  for (const char* unit : {"n1", "n2", "s1", "s2", "s3"}) {
    std::vector<double> values;
    for (int t = 0; t < 18; ++t) values.push_back(1.7 + 0.3 * ((t * 7 + unit[1]) % 5));
    series.push_back(Advisers(unit, std::move(values)));
  }
  PerimeterChange third = Change(Kind::kTransfer, kFirst + 9, "n2", "s1", 0.1);
  third.means_share = 1.0 / 3.0;
  const RestatedMeans restated = After({Change(Kind::kTransfer, kFirst + 3, "n1", "n2", 0.17),
                                        third, Change(Kind::kClosure, kFirst + 12, "s2", "s3", 0.6),
                                        Change(Kind::kMerger, kFirst + 18, "s1", "s3")},
                                       series);
  EXPECT_EQ(restated.series_count, 5);
  const MeansTable before{.series = series};
  for (int t = 0; t < 18; ++t) {
    EXPECT_NEAR(Total(restated.means, kFirst + t), Total(before, kFirst + t), 1e-12) << t;
  }
}

TEST(RestateMeansTest, MovingForwardAndRestatingGivesWhatEachWouldHaveHad) {
  const Perimeter perimeter =
      Canonical({.changes = {Change(Kind::kTransfer, kFirst + 2, "n1", "n2", 0.25),
                             Change(Kind::kMerger, kFirst + 4, "s1", "s2")}});
  NetworkSpec spec = SmallSpec();
  DateUnits(perimeter, spec);
  const Network network = *Network::Create(spec);
  const MeansTable unmoved = {
      .series = {Advisers("n1", {4, 4, 4, 4, 4, 4}), Advisers("n2", {2, 2, 2, 2, 2, 2}),
                 Advisers("s1", {1, 1, 1, 1, 1, 1}), Advisers("s2", {3, 3, 3, 3, 3, 3})}};
  const MeansTable seen = MoveMeansForward(network, unmoved, perimeter, kFirst + 6);
  EXPECT_THAT(seen.series[0].values, ElementsAre(4, 4, 3, 3, 3, 3));
  EXPECT_THAT(seen.series[2].values, ElementsAre(1, 1, 1, 1));
  const RestatedMeans restated = RestateMeans(network, seen, perimeter, kFirst + 6);
  EXPECT_THAT(Of(restated, "n1"), ElementsAre(3, 3, 3, 3, 3, 3));
  EXPECT_THAT(Of(restated, "n2"), ElementsAre(3, 3, 3, 3, 3, 3));
  EXPECT_THAT(Of(restated, "s2"), ElementsAre(4, 4, 4, 4, 4, 4));
}

}  // namespace
}  // namespace jalon::sim
