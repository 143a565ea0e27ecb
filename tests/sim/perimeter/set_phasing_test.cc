#include "sim/perimeter/set_phasing.h"

#include <string>
#include <utility>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "sim/base/missing.h"
#include "tests/sim/network/small_network.h"

namespace jalon::sim {
namespace {

using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::SizeIs;

const Period kJanuary = Period::Month(2027, 1);

Objective Asked(int months, int64_t ticks, const std::string& indicator = "accounts") {
  return {.unit = "n1",
          .indicator = indicator,
          .window = {kJanuary, kJanuary + (months - 1)},
          .ticks = ticks};
}

// A quarter of the year in January, nothing from July on.
PhasingTable FirstHalf() {
  PhasingTable table;
  for (int season = 0; season < 12; ++season) {
    const double share = season == 0 ? 0.25 : season < 6 ? 0.15 : 0.0;
    table.shares.push_back({.indicator = "accounts", .season = season, .share = share});
  }
  return table;
}

// Accounts of every branch over three years to 2026, `size(branch, month of the year)` each month.
template <typename Size>
Revision RevisionOf(const Size& size, PhasingTable phasing = {}) {
  Network network = SmallNetwork();
  std::vector<SeriesKey> keys;
  std::vector<double> values;
  for (int u = 0; u < network.unit_count(); ++u) {
    if (!network.is_leaf(u)) continue;
    keys.push_back({*network.FindIndicator("accounts"), u, 0});
    for (int t = 0; t < 36; ++t) values.push_back(size(network.unit(u).id, t));
  }
  Realisations realisations =
      *Realisations::Create(network, kJanuary - 36, std::move(keys), std::move(values));
  Revision revision{std::move(network), std::move(realisations), DriverTable()};
  revision.phasing = std::move(phasing);
  return revision;
}

Revision WithoutHistory(PhasingTable phasing = {}) {
  return RevisionOf([](const std::string&, int) { return kMissing; }, std::move(phasing));
}

TEST(SetPhasingTest, TakesTheDifferencesOfTheSetsOwnCumulatedObjectives) {
  const Revision revision = WithoutHistory(FirstHalf());
  SetPhasing phasing(revision, {Asked(1, 10), Asked(2, 40), Asked(3, 60)});
  EXPECT_THAT(phasing(Asked(3, 60)).weights, ElementsAre(10.0, 30.0, 20.0));
  EXPECT_THAT(phasing(Asked(2, 40)).weights, ElementsAre(10.0, 30.0));
  EXPECT_EQ(phasing(Asked(3, 60)).source, PhasingSource::kOwn);
}

TEST(SetPhasingTest, TakesAmountsBelowZeroByTheirSize) {
  const Revision revision = WithoutHistory();
  SetPhasing phasing(revision, {Asked(1, -10, "savings"), Asked(2, -40, "savings")});
  EXPECT_THAT(phasing(Asked(2, -40, "savings")).weights, ElementsAre(10.0, 30.0));
}

TEST(SetPhasingTest, TakesImportedSharesWithoutCumulatedObjectives) {
  const Revision revision = RevisionOf([](const std::string&, int) { return 5.0; }, FirstHalf());
  const MonthWeights year = SetPhasing(revision, {Asked(12, 100)})(Asked(12, 100));
  ASSERT_THAT(year.weights, SizeIs(12));
  EXPECT_NEAR(year.weights[0] / year.weights[1], 0.25 / 0.15, 1e-12);
  EXPECT_EQ(year.weights[11], 0.0);
  EXPECT_EQ(year.source, PhasingSource::kImported);
}

TEST(SetPhasingTest, PassesOverASourceThatIsNoPhasing) {
  const Revision revision = WithoutHistory(FirstHalf());
  // Cumulated savings that rise and fall, and no shares of savings.
  SetPhasing phasing(revision, {Asked(1, 10, "savings"), Asked(2, 5, "savings")});
  EXPECT_THAT(phasing(Asked(2, 5, "savings")).weights, ElementsAre(1.0, 1.0));
}

TEST(SetPhasingTest, TakesTheSeasonOfPastYearsOfTheUnitAboveABranch) {
  // North sells 3 in each January and 1 in other months, n1 by itself the reverse.
  const Revision revision = RevisionOf([](const std::string& unit, int t) {
    const bool january = t % 12 == 0;
    if (unit == "n1") return january ? 0.0 : 1.0;
    return january ? 6.0 : 1.0;
  });
  SetPhasing phasing(revision, {});
  const MonthWeights year = phasing(Asked(12, 100));
  EXPECT_EQ(year.source, PhasingSource::kSeason);
  EXPECT_EQ(year.weights[0], 3.0 * 6.0);
  EXPECT_EQ(year.weights[5], 3.0 * 2.0);
}

TEST(SetPhasingTest, TakesOnlyWholeYearsAndGoesUpWhereThereIsNone) {
  // North has 2026 but for December and nothing before; the south has everything.
  const Revision revision = RevisionOf([](const std::string& unit, int t) {
    if (unit[0] == 'n') return t < 24 || t == 35 ? kMissing : 1.0;
    return t == 35 ? kMissing : 10.0 + t % 12;
  });
  const MonthWeights year = SetPhasing(revision, {})(Asked(12, 100));
  EXPECT_EQ(year.source, PhasingSource::kSeason);
  EXPECT_EQ(year.weights[0], 2 * 3 * 10.0) << "two whole years of three branches of the south";
  EXPECT_EQ(year.weights[11], 2 * 3 * 21.0);
}

// Everybody sells 4 a month; half of north's of January, and a quarter of the bank's of February,
// are credited twice.
Revision CreditedTwice() {
  Revision revision = RevisionOf([](const std::string&, int) { return 4.0; });
  for (int back = 36; back > 0; back -= 12) {
    revision.credit.eliminations.push_back({"north", "all", "accounts", kJanuary - back, -4.0});
    revision.credit.eliminations.push_back({"bank", "all", "accounts", kJanuary - back + 1, -5.0});
  }
  return revision;
}

TEST(SetPhasingTest, ASeasonHoldsTheEliminationsOfItsUnit) {
  const Revision revision = CreditedTwice();
  const MonthWeights year = SetPhasing(revision, {})(Asked(12, 100));
  EXPECT_EQ(year.source, PhasingSource::kSeason);
  EXPECT_EQ(year.weights[0], 3 * (2 * 4.0 - 4.0));
  EXPECT_EQ(year.weights[1], 3 * 2 * 4.0) << "the bank's are not north's";
}

TEST(SetPhasingTest, ASeasonHoldsTheEliminationsOfUnitsBelowToo) {
  const Revision revision = CreditedTwice();
  Objective bank = Asked(12, 100);
  bank.unit = "bank";
  const MonthWeights year = SetPhasing(revision, {})(bank);
  EXPECT_EQ(year.weights[0], 3 * (5 * 4.0 - 4.0));
  EXPECT_EQ(year.weights[1], 3 * (5 * 4.0 - 5.0));
  EXPECT_EQ(year.weights[2], 3 * 5 * 4.0);
}

TEST(SetPhasingTest, GoesUpWhereEliminationsLeaveASeasonOfBothSigns) {
  Revision revision = CreditedTwice();
  revision.credit.eliminations[0].value = -40.0;
  const MonthWeights year = SetPhasing(revision, {})(Asked(12, 100));
  EXPECT_EQ(year.source, PhasingSource::kSeason);
  EXPECT_EQ(year.weights[0], 3 * 5 * 4.0 - 40.0 - 4.0 - 4.0) << "the bank's season";
}

TEST(SetPhasingTest, ASeasonOfWhatDoesNotAddUpIsThatOfDeclaredTotals) {
  Revision revision = CreditedTwice();
  NetworkSpec spec = SmallSpec();
  spec.indicators[1].adds_over_units = false;
  revision.network = *Network::Create(std::move(spec));
  revision.credit.eliminations.clear();
  EXPECT_EQ(SetPhasing(revision, {})(Asked(12, 100)).source, PhasingSource::kEqual)
      << "no unit above has a figure";
  for (int back = 12; back > 0; --back) {
    revision.credit.parent_totals.push_back({"north", "all", "accounts", kJanuary - back, 5.0});
  }
  revision.credit.parent_totals[0].value = 7.0;
  const MonthWeights year = SetPhasing(revision, {})(Asked(12, 100));
  EXPECT_EQ(year.source, PhasingSource::kSeason);
  EXPECT_EQ(year.weights[0], 7.0);
  EXPECT_EQ(year.weights[1], 5.0);
}

TEST(SetPhasingTest, TakesOpeningDaysWithoutHistory) {
  Revision revision = WithoutHistory();
  revision.calendars.rules = {{.week = OpeningWeek::kMonFri}};
  const MonthWeights year = SetPhasing(revision, {})(Asked(12, 100));
  EXPECT_EQ(year.source, PhasingSource::kOpeningDays);
  EXPECT_EQ(year.weights[0], 21.0) << "January 2027";
  EXPECT_EQ(year.weights[1], 20.0);
}

TEST(SetPhasingTest, TakesEqualMonthsWhenNothingIsSaid) {
  const Revision revision = WithoutHistory();
  const MonthWeights year = SetPhasing(revision, {})(Asked(12, 100));
  EXPECT_THAT(year.weights, Each(1.0));
  EXPECT_EQ(year.source, PhasingSource::kEqual);
}

}  // namespace
}  // namespace jalon::sim
