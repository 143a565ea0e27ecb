#include "sim/perimeter/restate.h"

#include <cmath>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "sim/base/missing.h"
#include "sim/perimeter/perimeter_rules.h"
#include "tests/sim/network/small_network.h"

namespace jalon::sim {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::IsNan;
using Kind = PerimeterChangeKind;

const Period kFirst = Period::Month(2026, 1);
// Units, segments and indicators of SmallNetwork.
constexpr int kN1 = 2, kN2 = 3, kS1 = 5, kS2 = 6;
constexpr int kPrivate = 1, kFamilies = 3, kYoung = 4;
constexpr int kAccounts = 0, kLoans = 1, kSavings = 2;

struct Row {
  SeriesKey key;
  std::vector<double> values;
};

class RestateTest : public ::testing::Test {
 protected:
  void History(const std::vector<Row>& rows) {
    std::vector<SeriesKey> keys;
    std::vector<double> values;
    for (const Row& row : rows) {
      keys.push_back(row.key);
      values.insert(values.end(), row.values.begin(), row.values.end());
    }
    original_ = *Realisations::Create(network_, kFirst, keys, values);
  }

  Restated Run(std::vector<PerimeterChange> changes) {
    const Perimeter perimeter = Canonical({.changes = std::move(changes), .date = target_});
    EXPECT_TRUE(CheckPerimeter(network_, perimeter, original_.window()).empty());
    return *Restate(network_, original_, perimeter);
  }

  static std::vector<double> ValuesOf(const Restated& restated, const SeriesKey& key) {
    const std::optional<int> row = restated.realisations.Find(key);
    if (!row) return {};
    const auto values = restated.realisations.row(*row);
    return {values.begin(), values.end()};
  }

  void Declare(const NetworkSpec& spec) { network_ = *Network::Create(spec); }

  Network network_ = SmallNetwork();
  Realisations original_;
  std::optional<Period> target_;
};

PerimeterChange Transfer(Period date, double share, std::string segment = "") {
  return {.kind = Kind::kTransfer,
          .date = date,
          .unit = "n1",
          .receiver = "n2",
          .segment = std::move(segment),
          .share = share};
}

TEST_F(RestateTest, MovesAShareOfTheHistoryBeforeTheDate) {
  History({{{kAccounts, kN1}, {10, 20, 30}},
           {{kAccounts, kN2}, {1, 2, 3}},
           {{kLoans, kN1}, {100.5, kMissing, 7}}});
  const Restated restated = Run({Transfer(kFirst + 2, 0.25)});
  EXPECT_THAT(ValuesOf(restated, {kAccounts, kN1}), ElementsAre(8, 15, 30));
  EXPECT_THAT(ValuesOf(restated, {kAccounts, kN2}), ElementsAre(3, 7, 3));
  EXPECT_THAT(ValuesOf(restated, {kLoans, kN1}), ElementsAre(75.375, IsNan(), 7));
  EXPECT_THAT(ValuesOf(restated, {kLoans, kN2}), ElementsAre(25.125, IsNan(), IsNan()));
  EXPECT_EQ(restated.summary.applied_count, 1);
  EXPECT_EQ(restated.summary.series_count, 4);
  EXPECT_EQ(restated.summary.cell_count, 6);
  EXPECT_EQ(restated.summary.largest_total_difference, 0);
}

TEST_F(RestateTest, LeavesLostCustomersOfAClosureInItsHistory) {
  NetworkSpec spec = SmallSpec();
  spec.units[3].closed = kFirst + 2;  // n1
  Declare(spec);
  History({{{kAccounts, kN1}, {100, 50, kMissing}}, {{kAccounts, kS1}, {1, 1, 1}}});
  const auto closure = [](std::string receiver, double share) {
    return PerimeterChange{.kind = Kind::kClosure,
                           .date = kFirst + 2,
                           .unit = "n1",
                           .receiver = std::move(receiver),
                           .share = share};
  };
  const Restated restated = Run({closure("n2", 0.6), closure("s1", 0.3)});
  EXPECT_THAT(ValuesOf(restated, {kAccounts, kN1}), ElementsAre(10, 5, IsNan()));
  EXPECT_THAT(ValuesOf(restated, {kAccounts, kN2}), ElementsAre(60, 30, IsNan()));
  EXPECT_THAT(ValuesOf(restated, {kAccounts, kS1}), ElementsAre(31, 16, 1));
}

TEST_F(RestateTest, LeavesNoHistoryOfABranchThatMerged) {
  NetworkSpec spec = SmallSpec();
  spec.units[3].closed = kFirst + 3;  // n1: after the history, announced
  Declare(spec);
  History({{{kAccounts, kN1}, {4, 5}}, {{kAccounts, kN2}, {1, kMissing}}});
  const PerimeterChange merger{
      .kind = Kind::kMerger, .date = kFirst + 3, .unit = "n1", .receiver = "n2"};
  target_ = kFirst + 3;
  const Restated restated = Run({merger});
  EXPECT_EQ(restated.realisations.Find({kAccounts, kN1}), std::nullopt);
  EXPECT_THAT(ValuesOf(restated, {kAccounts, kN2}), ElementsAre(5, 5));
  // Beyond the target perimeter it is not yet so.
  target_ = kFirst + 2;
  EXPECT_EQ(Run({merger}).realisations, original_);
}

TEST_F(RestateTest, FollowsChangesInTheOrderOfTheirDates) {
  History({{{kAccounts, kN1}, {100, 100, 100}}});
  PerimeterChange onwards = Transfer(kFirst + 2, 0.5);
  onwards.unit = "n2";
  onwards.receiver = "s1";
  const Restated restated = Run({onwards, Transfer(kFirst + 1, 0.4)});
  EXPECT_THAT(ValuesOf(restated, {kAccounts, kN1}), ElementsAre(60, 100, 100));
  EXPECT_THAT(ValuesOf(restated, {kAccounts, kN2}), ElementsAre(20, IsNan(), IsNan()));
  EXPECT_THAT(ValuesOf(restated, {kAccounts, kS1}), ElementsAre(20, IsNan(), IsNan()));
}

TEST_F(RestateTest, TakesChangesOfOneDateFromTheFiguresBefore) {
  History({{{kAccounts, kN1}, {100, 0}}, {{kAccounts, kN2}, {1000, 0}}});
  PerimeterChange back = Transfer(kFirst + 1, 0.1);
  back.unit = "n2";
  back.receiver = "n1";
  const Restated restated = Run({back, Transfer(kFirst + 1, 0.5)});
  EXPECT_THAT(ValuesOf(restated, {kAccounts, kN1}), ElementsAre(150, 0));
  EXPECT_THAT(ValuesOf(restated, {kAccounts, kN2}), ElementsAre(950, 0));
}

TEST_F(RestateTest, MovesOneSegmentAndSaysWhatItCouldNotSplit) {
  History({{{kAccounts, kN1, kPrivate}, {10, 10}},
           {{kAccounts, kN1, kFamilies}, {20, 20}},
           {{kLoans, kN1}, {1000, 1000}}});
  const Restated restated = Run({Transfer(kFirst + 1, 0.5, "retail")});
  EXPECT_THAT(ValuesOf(restated, {kAccounts, kN1, kPrivate}), ElementsAre(10, 10));
  EXPECT_THAT(ValuesOf(restated, {kAccounts, kN2, kFamilies}), ElementsAre(10, IsNan()));
  EXPECT_EQ(restated.realisations.Find({kLoans, kN2}), std::nullopt);
  ASSERT_EQ(restated.notes.size(), 1u);
  EXPECT_THAT(restated.notes[0], HasSubstr("1 series are not split by that segment"));

  PerimeterChange known = Transfer(kFirst + 1, 0.5, "retail");
  known.unsplit_share = 0.2;
  const Restated split = Run({known});
  EXPECT_THAT(ValuesOf(split, {kLoans, kN2}), ElementsAre(200, IsNan()));
  EXPECT_THAT(split.notes, IsEmpty());
}

TEST_F(RestateTest, AddsToTheWiderSegmentOfAReceiverThatSplitsLess) {
  History({{{kAccounts, kN1, kFamilies}, {20, 20}},
           {{kAccounts, kN1, kYoung}, {2, 2}},
           {{kAccounts, kN2}, {5, 5}}});
  const Restated restated = Run({Transfer(kFirst + 1, 0.5)});
  EXPECT_THAT(ValuesOf(restated, {kAccounts, kN2}), ElementsAre(16, 5));
}

TEST_F(RestateTest, RefusesAReceiverThatSplitsFurtherThanTheGiver) {
  History({{{kAccounts, kN1}, {5, 5}}, {{kAccounts, kN2, kFamilies}, {20, 20}}});
  const absl::Status status =
      Restate(network_, original_, {.changes = {Transfer(kFirst + 1, 0.5)}}).status();
  EXPECT_TRUE(HasViolation(ViolationsFromStatus(status), "perimeter[0].receiver",
                           "SEGMENT_SPLIT_MISMATCH"));
}

TEST_F(RestateTest, GivesABranchWithoutHistoryTheWiderSegmentOfItsGivers) {
  History({{{kAccounts, kN1, kFamilies}, {10, 0}}, {{kAccounts, kS1}, {40, 0}}});
  PerimeterChange from_s1 = Transfer(kFirst + 1, 0.25);
  from_s1.unit = "s1";
  const Restated restated = Run({Transfer(kFirst + 1, 0.5), from_s1});
  EXPECT_THAT(ValuesOf(restated, {kAccounts, kN2}), ElementsAre(15, IsNan()));
}

TEST_F(RestateTest, LeavesFiguresThatAreNoSumsWhereTheyAre) {
  NetworkSpec spec = SmallSpec();
  spec.indicators[1].adds_over_units = false;  // accounts
  Declare(spec);
  History({{{kAccounts, kN1}, {10, 20}}});
  const Restated restated = Run({Transfer(kFirst + 1, 0.5)});
  EXPECT_EQ(restated.realisations, original_);
  ASSERT_EQ(restated.notes.size(), 1u);
  EXPECT_THAT(restated.notes[0], HasSubstr("`accounts` is no sum"));
}

TEST_F(RestateTest, LeavesFiguresThatTheReceiverDoesNotHave) {
  NetworkSpec spec = SmallSpec();
  spec.indicators[2].unit_kinds = {"proximity"};  // loans; s2 is remote
  Declare(spec);
  History({{{kAccounts, kN1}, {10, 20}}, {{kLoans, kN1}, {10, 20}}});
  PerimeterChange change = Transfer(kFirst + 1, 0.5);
  change.receiver = "s2";
  const Restated restated = Run({change});
  EXPECT_THAT(ValuesOf(restated, {kAccounts, kS2}), ElementsAre(5, IsNan()));
  EXPECT_THAT(ValuesOf(restated, {kLoans, kN1}), ElementsAre(10, 20));
  ASSERT_EQ(restated.notes.size(), 1u);
  EXPECT_THAT(restated.notes[0], HasSubstr("`loans` does not apply to `s2`"));
}

PerimeterChange Cell(std::string from, std::string to, double share, std::string unit = "") {
  return {.kind = Kind::kResegmentation,
          .date = kFirst + 1,
          .unit = std::move(unit),
          .segment = std::move(from),
          .receiver_segment = std::move(to),
          .share = share};
}

TEST_F(RestateTest, CutsSegmentsAnewWithABranchsOwnMatrixFirst) {
  History({{{kAccounts, kN1, kPrivate}, {10, 1}},
           {{kAccounts, kN1, kFamilies}, {100, 1}},
           {{kAccounts, kN2, kFamilies}, {100, 1}}});
  const Restated restated =
      Run({Cell("families", "private", 0.2), Cell("families", "families", 0.8),
           Cell("families", "young", 1.0, "n2")});
  EXPECT_THAT(ValuesOf(restated, {kAccounts, kN1, kPrivate}), ElementsAre(30, 1));
  EXPECT_THAT(ValuesOf(restated, {kAccounts, kN1, kFamilies}), ElementsAre(80, 1));
  EXPECT_THAT(ValuesOf(restated, {kAccounts, kN2, kFamilies}), ElementsAre(IsNan(), 1));
  EXPECT_THAT(ValuesOf(restated, {kAccounts, kN2, kYoung}), ElementsAre(100, IsNan()));
  EXPECT_EQ(restated.summary.largest_total_difference, 0);
}

TEST_F(RestateTest, BridgesOrBreaksTheHistoryOfARedefinedIndicator) {
  History({{{kAccounts, kN1}, {3, 3, 3, 3}},
           {{kAccounts, kS2}, {3, 3, 3, 3}},
           {{kLoans, kN1}, {100, 100, 100, 100}},
           {{kSavings, kN1}, {-5, 5, 5, 5}}});
  const auto redefinition = [](std::string indicator) {
    return PerimeterChange{
        .kind = Kind::kRedefinition, .date = kFirst + 3, .indicator = std::move(indicator)};
  };
  PerimeterChange accounts = redefinition("accounts");
  accounts.bridge = 1.1;
  PerimeterChange remote = redefinition("accounts");
  remote.unit_kind = "remote";
  remote.bridge = 2;
  PerimeterChange loans = redefinition("loans");
  loans.bridge = 0.5;
  PerimeterChange savings = redefinition("savings");
  savings.is_break = true;
  const Restated restated = Run({accounts, remote, loans, savings});
  // 3.3 a month in whole accounts: 9.9 over the three.
  EXPECT_THAT(ValuesOf(restated, {kAccounts, kN1}), ElementsAre(3, 4, 3, 3));
  EXPECT_THAT(ValuesOf(restated, {kAccounts, kS2}), ElementsAre(6, 6, 6, 3));
  EXPECT_THAT(ValuesOf(restated, {kLoans, kN1}), ElementsAre(50, 50, 50, 100));
  EXPECT_THAT(ValuesOf(restated, {kSavings, kN1}), ElementsAre(IsNan(), IsNan(), IsNan(), 5));
}

TEST_F(RestateTest, MovesStocksWholeAndEachPeriodAlone) {
  NetworkSpec spec = SmallSpec();
  spec.indicators[1].kind = IndicatorKind::kStock;  // accounts
  spec.indicators[1].aggregation = Aggregation::kLast;
  Declare(spec);
  History({{{kAccounts, kN1}, {14, 14, 14, 14}}, {{kAccounts, kN2}, {100, 101, 102, 103}}});
  const Restated restated = Run({Transfer(kFirst + 3, 0.1)});
  EXPECT_THAT(ValuesOf(restated, {kAccounts, kN1}), ElementsAre(13, 13, 13, 14));
  EXPECT_THAT(ValuesOf(restated, {kAccounts, kN2}), ElementsAre(101, 102, 103, 103));
}

TEST_F(RestateTest, ReadsTheEffectAsTheDifferencePerSeries) {
  History({{{kAccounts, kN1}, {10, 20}}, {{kAccounts, kS1}, {1, kMissing}}});
  const Restated restated = Run({Transfer(kFirst + 1, 1.0)});
  const PerimeterEffect effect = EffectOf(restated.realisations, original_);
  EXPECT_THAT(effect.keys, ElementsAre(SeriesKey{kAccounts, kN1}, SeriesKey{kAccounts, kN2},
                                       SeriesKey{kAccounts, kS1}));
  EXPECT_THAT(effect.values, ElementsAre(-10, 0, 10, IsNan(), 0, IsNan()));
}

TEST_F(RestateTest, ChangesNothingWithoutChanges) {
  History({{{kAccounts, kN1}, {kMissing, kMissing}}, {{kLoans, kS1}, {1.5, kMissing}}});
  const Restated restated = Run({});
  EXPECT_EQ(restated.realisations, original_);
  EXPECT_EQ(restated.summary.cell_count, 0);
}

}  // namespace
}  // namespace jalon::sim
