#include "sim/network/realisations.h"

#include <cmath>
#include <limits>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "sim/base/hash64.h"
#include "sim/base/missing.h"
#include "tests/sim/network/small_network.h"

namespace jalon::sim {
namespace {

using ::testing::ElementsAre;
using ::testing::Eq;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::NanSensitiveDoubleEq;
using ::testing::Optional;
using ::testing::Pair;

constexpr double kInfinity = std::numeric_limits<double>::infinity();
const Period kJanuary = Period::Month(2024, 1);

// Indicators: 0 accounts, 1 loans, 2 savings. Branches: 2 n1, 3 n2, 5 s1, 6 s2, 7 s3.
std::vector<SeriesKey> SmallKeys() {
  return {{0, 2, 0}, {0, 3, 0}, {0, 5, 0}, {1, 2, 1}, {1, 2, 3}};
}

// Three months of five series.
Realisations Small() {
  return *Realisations::Create(SmallNetwork(), kJanuary, SmallKeys(),
                               {1, 2, 3,             //
                                10, kMissing, 30,    //
                                100, kMissing, 300,  //
                                0.5, 1.5, 2.5,       //
                                1000, 2000, 3000});
}

// The violations of one-period series.
Violations Refused(std::vector<SeriesKey> keys, std::vector<double> values) {
  return ViolationsFromStatus(
      Realisations::Create(SmallNetwork(), kJanuary, std::move(keys), std::move(values)).status());
}

TEST(RealisationsTest, GivesRowsAndCells) {
  const Realisations realisations = Small();
  EXPECT_EQ(realisations.series_count(), 5);
  EXPECT_EQ(realisations.period_count(), 3);
  EXPECT_EQ(realisations.last(), Period::Month(2024, 3));
  EXPECT_THAT(realisations.row(1), ElementsAre(10, NanSensitiveDoubleEq(kMissing), 30));
  EXPECT_EQ(realisations.at(0, Period::Month(2024, 2)), 2);
  EXPECT_TRUE(std::isnan(realisations.at(0, Period::Month(2023, 12))));
  EXPECT_TRUE(std::isnan(realisations.at(0, Period::Month(2024, 4))));
}

TEST(RealisationsTest, GivesEachSeriesTheHashOfItsIds) {
  EXPECT_EQ(Small().id64(4), SeriesId64("n1", "families", "loans"));
}

TEST(RealisationsTest, FindsSeriesAndRanges) {
  const Network network = SmallNetwork();
  const Realisations realisations = Small();
  EXPECT_THAT(realisations.Find({0, 5, 0}), Optional(2));
  EXPECT_THAT(realisations.Find({0, 6, 0}), Eq(std::nullopt));
  EXPECT_THAT(realisations.IndicatorRows(0), Pair(0, 3));
  EXPECT_THAT(realisations.IndicatorRows(1), Pair(3, 5));
  EXPECT_THAT(realisations.IndicatorRows(2), Pair(5, 5));
  EXPECT_THAT(realisations.RowsIn(RangeOf(network, 0, 0, 0)), ElementsAre(0, 1, 2));
  EXPECT_THAT(realisations.RowsIn(RangeOf(network, 0, 1, 0)), ElementsAre(0, 1));
  EXPECT_THAT(realisations.RowsIn(RangeOf(network, 1, 0, 2)), ElementsAre(4));
  EXPECT_THAT(realisations.RowsIn(RangeOf(network, 0, 0, 2)), IsEmpty());
}

TEST(RealisationsTest, SumsWhatIsKnownAndIsMissingWhereNothingIs) {
  const Network network = SmallNetwork();
  const Window window{Period::Month(2023, 12), Period::Month(2024, 3)};
  EXPECT_THAT(SumRealised(Small(), RangeOf(network, 0, 0, 0), window),
              ElementsAre(NanSensitiveDoubleEq(kMissing), 111, 2, 333));
  EXPECT_THAT(
      SumRealised(Small(), RangeOf(network, 0, 4, 0), window),
      ElementsAre(NanSensitiveDoubleEq(kMissing), 100, NanSensitiveDoubleEq(kMissing), 300));
}

TEST(RealisationsTest, EqualsItselfWithMissingCells) {
  EXPECT_EQ(Small(), Small());
  EXPECT_FALSE(Small() == Small().Truncated(Period::Month(2024, 2)));
}

TEST(RealisationsTest, StoresOneSpellingOfZeroAndOfMissing) {
  const auto with = [](double value) {
    return *Realisations::Create(SmallNetwork(), kJanuary, {{2, 2, 0}}, {value});
  };
  EXPECT_EQ(with(0.0), with(-0.0));
  EXPECT_EQ(with(kMissing), with(-kMissing));
}

TEST(RealisationsTest, AcceptsNoSeriesAtAll) {
  const Realisations none = *Realisations::Create(SmallNetwork(), kJanuary, {}, {});
  EXPECT_EQ(none.series_count(), 0);
  EXPECT_EQ(none.period_count(), 0);
}

TEST(RealisationsTest, RefusesASizeThatIsNotSeriesTimesPeriods) {
  EXPECT_TRUE(HasViolation(Refused(SmallKeys(), {1, 2, 3}), "values", "BAD_SHAPE"));
  EXPECT_TRUE(HasViolation(Refused({{0, 2, 0}}, {}), "values", "BAD_SHAPE"));
  EXPECT_TRUE(HasViolation(Refused({}, {1}), "values", "BAD_SHAPE"));
  EXPECT_TRUE(HasViolation(Refused({{0, 2, 0}}, std::vector<double>(601)), "values", "BAD_SHAPE"));
}

TEST(RealisationsTest, RefusesAnotherFrequency) {
  const auto refused =
      Realisations::Create(SmallNetwork(), Period::Quarter(2024, 1), {{0, 2, 0}}, {1});
  EXPECT_TRUE(HasViolation(ViolationsFromStatus(refused.status()), "first", "BAD_FREQUENCY"));
}

TEST(RealisationsTest, RefusesSeriesOutOfOrderOrTwice) {
  EXPECT_TRUE(HasViolation(Refused({{0, 3, 0}, {0, 2, 0}}, {1, 1}), "series[1]", "NOT_SORTED"));
  EXPECT_TRUE(HasViolation(Refused({{0, 3, 0}, {0, 3, 0}}, {1, 1}), "series[1]", "NOT_SORTED"));
}

TEST(RealisationsTest, RefusesAnIndexOutsideTheNetwork) {
  EXPECT_TRUE(HasViolation(Refused({{0, 8, 0}}, {1}), "series[0]", "UNKNOWN_INDEX"));
  EXPECT_TRUE(HasViolation(Refused({{-1, 2, 0}}, {1}), "series[0]", "UNKNOWN_INDEX"));
}

TEST(RealisationsTest, RefusesAUnitThatIsNotALeafAndNamesTheSeries) {
  const Violations violations = Refused({{0, 1, 0}}, {1});
  EXPECT_TRUE(HasViolation(violations, "series[0]", "NOT_A_LEAF"));
  EXPECT_EQ(violations.kept()[0].value, "north/all/accounts");
}

TEST(RealisationsTest, RefusesAnIndicatorThatDoesNotApply) {
  NetworkSpec spec = SmallSpec();
  spec.indicators[1].unit_kinds = {"remote"};
  const auto refused = Realisations::Create(*Network::Create(spec), kJanuary, {{0, 2, 0}}, {1});
  EXPECT_TRUE(HasViolation(ViolationsFromStatus(refused.status()), "series[0]", "NOT_APPLICABLE"));
}

TEST(RealisationsTest, RefusesASegmentBesideItsAncestor) {
  EXPECT_TRUE(HasViolation(Refused({{0, 2, 0}, {0, 2, 1}, {0, 2, 4}}, {1, 1, 1}), "series[2]",
                           "OVERLAPPING_SEGMENTS"));
  EXPECT_TRUE(
      HasViolation(Refused({{0, 2, 2}, {0, 2, 4}}, {1, 1}), "series[1]", "OVERLAPPING_SEGMENTS"));
  EXPECT_TRUE(Refused({{0, 2, 0}, {0, 3, 4}}, {1, 1}).empty());
  EXPECT_TRUE(Refused({{0, 2, 1}, {0, 2, 3}, {0, 2, 4}}, {1, 1, 1}).empty());
}

TEST(RealisationsTest, RefusesValuesTheKindCannotTake) {
  EXPECT_TRUE(HasViolation(Refused({{0, 2, 0}}, {-1}), "series[0].values[0]", "NEGATIVE"));
  EXPECT_TRUE(HasViolation(Refused({{0, 2, 0}}, {1.5}), "series[0].values[0]", "NOT_WHOLE"));
  EXPECT_TRUE(HasViolation(Refused({{1, 2, 0}}, {-0.5}), "series[0].values[0]", "NEGATIVE"));
  EXPECT_TRUE(HasViolation(Refused({{2, 2, 0}}, {kInfinity}), "series[0].values[0]", "NOT_FINITE"));
  EXPECT_TRUE(Refused({{1, 2, 0}, {2, 2, 0}}, {1.5, -7.25}).empty());
}

TEST(RealisationsTest, NamesSeriesAndPeriodOfABadValue) {
  const Violations violations = Refused({{0, 2, 0}}, {1, -3});
  EXPECT_THAT(violations.kept()[0].message, HasSubstr("n1/all/accounts in 2024-02"));
  EXPECT_EQ(violations.kept()[0].value, "-3");
}

TEST(RealisationsTest, FindsEverythingAtOnce) {
  EXPECT_EQ(Refused({{0, 1, 0}, {0, 2, 0}}, {-1, 2, 0.5, kInfinity}).total_count(), 4);
}

TEST(RealisationsTest, RefusesTwoSeriesWithOneIdAndNamesBoth) {
  const auto unit_only = [](absl::string_view unit, absl::string_view, absl::string_view) {
    return Hash64(unit);
  };
  const auto refused = Realisations::CreateWithHash(
      SmallNetwork(), kJanuary, {{0, 2, 0}, {0, 3, 0}, {1, 2, 0}}, {1, 1, 1}, unit_only);
  const Violations violations = ViolationsFromStatus(refused.status());
  ASSERT_EQ(violations.total_count(), 1);
  EXPECT_EQ(violations.kept()[0].reason, "ID_COLLISION");
  EXPECT_EQ(violations.kept()[0].value, "n1/all/loans");
  EXPECT_THAT(violations.kept()[0].rule, HasSubstr("n1/all/accounts"));
}

TEST(RealisationsTest, HidesWhatCameAfterAPeriod) {
  const Realisations known = Small().Truncated(Period::Month(2024, 2));
  EXPECT_EQ(known.last(), Period::Month(2024, 2));
  EXPECT_THAT(known.row(3), ElementsAre(0.5, 1.5));
  EXPECT_EQ(known.keys(), Small().keys());
  EXPECT_EQ(Small().Truncated(Period::Month(2024, 12)), Small());
}

TEST(RealisationsTest, KeepsNoColumnBeforeItsHistory) {
  const Realisations none = Small().Truncated(Period::Month(2023, 12));
  EXPECT_EQ(none.period_count(), 0);
  EXPECT_EQ(none.series_count(), 5);
  EXPECT_TRUE(std::isnan(none.at(0, kJanuary)));
}

TEST(RealisationsTest, RestrictsToAWindow) {
  const Realisations middle = Small().Restricted({kJanuary + 1, kJanuary + 1});
  EXPECT_EQ(middle.window(), (Window{kJanuary + 1, kJanuary + 1}));
  EXPECT_THAT(middle.row(4), ElementsAre(2000));
}

TEST(RealisationsTest, FollowsItsIdsIntoAnotherNetwork) {
  NetworkSpec spec = SmallSpec();
  spec.units.push_back({.id = "a0", .parent = "north", .level = "branch"});
  const Network wider = *Network::Create(spec);
  const Realisations moved = *Rekeyed(Small(), SmallNetwork(), wider);
  EXPECT_EQ(wider.unit(moved.key(0).unit).id, "n1");
  EXPECT_EQ(moved.id64(0), Small().id64(0));
  EXPECT_THAT(moved.row(2), ElementsAre(100, NanSensitiveDoubleEq(kMissing), 300));
}

TEST(RealisationsTest, SortsAgainWhenIdsComeInAnotherOrder) {
  // n1 moves below south: it comes after s3 no more, but before s1.
  NetworkSpec spec = SmallSpec();
  spec.units[6].parent = "south";  // n2
  spec.units[4].id = "zone";       // north, now after south
  spec.units[3].parent = "zone";
  const Network other = *Network::Create(spec);
  const Realisations moved = *Rekeyed(Small(), SmallNetwork(), other);
  EXPECT_EQ(other.unit(moved.key(0).unit).id, "n2");
  EXPECT_THAT(moved.row(0), ElementsAre(10, NanSensitiveDoubleEq(kMissing), 30));
  EXPECT_EQ(other.unit(moved.key(2).unit).id, "n1");
  EXPECT_THAT(moved.row(2), ElementsAre(1, 2, 3));
}

TEST(RealisationsTest, RefusesToLoseSeries) {
  NetworkSpec spec = SmallSpec();
  spec.units.erase(spec.units.begin() + 7);  // s1
  const auto refused = Rekeyed(Small(), SmallNetwork(), *Network::Create(spec));
  const Violations violations = ViolationsFromStatus(refused.status());
  ASSERT_EQ(violations.total_count(), 1);
  EXPECT_EQ(violations.kept()[0].value, "s1/all/accounts");
  EXPECT_EQ(violations.kept()[0].reason, "UNKNOWN_SERIES");
}

TEST(RealisationsTest, MergesNewPeriodsAndListsRestatedCells) {
  const Network network = SmallNetwork();
  const Realisations update =
      *Realisations::Create(network, Period::Month(2024, 3), {{0, 2, 0}, {0, 3, 0}, {0, 6, 0}},
                            {3, 4, 31, kMissing, 7, 8});
  const MergedRealisations result = *MergeRealisations(network, Small(), update);
  EXPECT_EQ(result.merged.window(), (Window{kJanuary, Period::Month(2024, 4)}));
  EXPECT_THAT(result.merged.row(0), ElementsAre(1, 2, 3, 4));
  EXPECT_THAT(result.merged.row(1),
              ElementsAre(10, NanSensitiveDoubleEq(kMissing), 31, NanSensitiveDoubleEq(kMissing)));
  EXPECT_THAT(result.merged.row(3),
              ElementsAre(NanSensitiveDoubleEq(kMissing), NanSensitiveDoubleEq(kMissing), 7, 8));
  EXPECT_THAT(result.restated,
              ElementsAre(RestatedCell{{0, 3, 0}, Period::Month(2024, 3), 30, 31}));
}

TEST(RealisationsTest, KeepsAKnownCellThatAnUpdateDoesNotKnow) {
  const Network network = SmallNetwork();
  const Realisations update = *Realisations::Create(network, kJanuary, {{0, 2, 0}}, {kMissing});
  const MergedRealisations result = *MergeRealisations(network, Small(), update);
  EXPECT_EQ(result.merged, Small());
  EXPECT_THAT(result.restated, IsEmpty());
}

TEST(RealisationsTest, FillsAMissingCellWithoutCallingItRestated) {
  const Network network = SmallNetwork();
  const Realisations update = *Realisations::Create(network, kJanuary + 1, {{0, 3, 0}}, {20});
  const MergedRealisations result = *MergeRealisations(network, Small(), update);
  EXPECT_THAT(result.merged.row(1), ElementsAre(10, 20, 30));
  EXPECT_THAT(result.restated, IsEmpty());
}

TEST(RealisationsTest, MergesWithNothing) {
  const Network network = SmallNetwork();
  const Realisations none = *Realisations::Create(network, kJanuary, {}, {});
  EXPECT_EQ(MergeRealisations(network, Small(), none)->merged, Small());
  EXPECT_EQ(MergeRealisations(network, none, Small())->merged, Small());
}

TEST(RealisationsTest, RefusesAMergeThatOverlapsSegments) {
  const Network network = SmallNetwork();
  const Realisations update = *Realisations::Create(network, kJanuary, {{1, 2, 0}}, {1});
  EXPECT_TRUE(
      HasViolation(ViolationsFromStatus(MergeRealisations(network, Small(), update).status()),
                   "series[4]", "OVERLAPPING_SEGMENTS"));
}

}  // namespace
}  // namespace jalon::sim
