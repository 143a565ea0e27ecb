#include "sim/credit/credited_sum.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "tests/sim/credit/small_credit.h"
#include "tests/sim/network/kinds_network.h"

namespace jalon::sim {
namespace {

using testing::ElementsAre;

std::vector<double> Values(const Revision& revision, const SeriesKey& node) {
  return CreditedSums(revision).Values(node, {kJanuary, kJanuary + 1});
}

TEST(CreditedSumsTest, AddsTheEliminationsOfAUnitAndOfTheUnitsBelowIt) {
  const Revision revision = SmallCredit();
  EXPECT_THAT(Values(revision, {kAccounts, kNorth, 0}), ElementsAre(25.0, 32.0));
  EXPECT_THAT(Values(revision, {kAccounts, kSouth, 0}), ElementsAre(120.0, 123.0));
  EXPECT_THAT(Values(revision, {kAccounts, kBank, 0}), ElementsAre(130.0, 155.0));
  EXPECT_THAT(Values(revision, {kAccounts, 2, 0}), ElementsAre(10.0, 11.0)) << "a branch has none";
}

TEST(CreditedSumsTest, AddsUpAWindowByTheIndicatorsAggregation) {
  Revision revision = SmallCredit();
  const Window both{kJanuary, kJanuary + 1};
  EXPECT_EQ(CreditedSums(revision).Over({kAccounts, kNorth, 0}, both), 25.0 + 32.0);
  NetworkSpec spec = SmallSpec();
  spec.indicators[1].kind = IndicatorKind::kStock;  // accounts
  spec.indicators[1].aggregation = Aggregation::kMean;
  EXPECT_EQ(CreditedSums(SmallCredit(spec)).Over({kAccounts, kNorth, 0}, both), 28.5);
  spec.indicators[1].aggregation = Aggregation::kLast;
  EXPECT_EQ(CreditedSums(SmallCredit(spec)).Over({kAccounts, kNorth, 0}, both), 32.0);
}

TEST(CreditedSumsTest, LeavesAMissingSumMissing) {
  Revision revision = SmallCredit();
  revision.credit.eliminations.push_back({"bank", "all", "loans", kJanuary, -5.0});
  EXPECT_TRUE(std::isnan(Values(revision, {1, kBank, 0})[0]));
}

TEST(CreditedSumsTest, TakesDeclaredTotalsOfIndicatorsThatDoNotAddUp) {
  NetworkSpec spec = SmallSpec();
  spec.indicators[1].adds_over_units = false;  // accounts
  Revision revision = SmallCredit(spec);
  revision.credit.eliminations.clear();
  const CreditedSums before(revision);
  EXPECT_FALSE(before.HasValues({kAccounts, kBank, 0}));
  EXPECT_TRUE(before.HasValues({kAccounts, 2, 0})) << "a branch is not a sum";
  revision.credit.parent_totals = {{"bank", "all", "accounts", kJanuary, 137.0}};
  const CreditedSums after(revision);
  EXPECT_TRUE(after.HasValues({kAccounts, kBank, 0}));
  const std::vector<double> values = Values(revision, {kAccounts, kBank, 0});
  EXPECT_EQ(values[0], 137.0);
  EXPECT_TRUE(std::isnan(values[1]));
}

// Accounts and holders of the bank, 3 and 40 of which are counted twice in every month.
Revision CreditedKinds() {
  Revision revision = KindsRevision();
  for (int t = 0; t < 24; ++t) {
    const Period period = revision.realisations.first() + t;
    revision.credit.eliminations.push_back({"bank", "all", "accounts", period, -3.0});
    revision.credit.eliminations.push_back({"bank", "all", "deposits", period, -500.0 - t});
    revision.credit.eliminations.push_back({"bank", "all", "holders", period, -40.0});
  }
  return revision;
}

enum { kOpened, kDeposits, kEquipment, kFees, kHolders, kInterest };

TEST(CreditedSumsTest, ARatioIsOfNumeratorAndDenominatorWithEliminations) {
  const Revision revision = CreditedKinds();
  const CreditedSums sums(revision);
  const Window year{revision.realisations.first() + 12, revision.realisations.last()};
  const std::vector<double> ratios = sums.Values({kEquipment, kBank, 0}, year);
  const std::vector<double> opened = sums.Values({kOpened, kBank, 0}, year);
  const std::vector<double> holders = sums.Values({kHolders, kBank, 0}, year);
  double sum = 0.0;
  for (int t = 0; t < 12; ++t) {
    EXPECT_EQ(ratios[t], opened[t] / holders[t]);
    sum += opened[t];
  }
  EXPECT_EQ(sums.Over({kEquipment, kBank, 0}, year), sum / holders.back());
  const NodeRange bank = RangeOf(revision.network, kHolders, kBank, 0);
  EXPECT_EQ(holders[0], SumRealised(revision.realisations, bank, year)[0] - 40.0);
}

TEST(CreditedSumsTest, ADerivedIndicatorIsOfFlowsAndStocksWithEliminations) {
  const Revision with = CreditedKinds();
  Revision without = with;
  without.credit = {};
  const Window year{with.realisations.first() + 12, with.realisations.last()};
  EXPECT_NEAR(CreditedSums(with).Over({kFees, kBank, 0}, year),
              CreditedSums(without).Over({kFees, kBank, 0}, year) - 0.5 * 12 * 3.0, 1e-9);
  double less = 0.5 * 12 * 3.0;
  for (int t = 12; t < 24; ++t) {
    const double margin = (3.0 + 0.125 * t) - (1.0 + 0.0625 * (t % 5));
    less += 0.5 * ((500.0 + t - 1) + (500.0 + t)) * margin / 1200.0;
  }
  const double interest = CreditedSums(without).Over({kInterest, kBank, 0}, year) - less;
  EXPECT_NEAR(CreditedSums(with).Over({kInterest, kBank, 0}, year), interest, 1e-9 * interest);
  EXPECT_EQ(CreditedSums(with).Over({kInterest, kSouth, 0}, year),
            CreditedSums(without).Over({kInterest, kSouth, 0}, year));
}

TEST(CreditedSumsTest, SplitsTheChangeOfADerivedIndicatorWithEliminations) {
  const Revision revision = CreditedKinds();
  const CreditedSums sums(revision);
  const Period first = revision.realisations.first();
  const DerivedChange years{{first + 13, first + 23}, {first + 1, first + 11}, ""};
  const DerivedEffects effects = *sums.Effects({kInterest, kBank, 0}, years);
  const double now = sums.Over({kInterest, kBank, 0}, years.window);
  EXPECT_NEAR(effects.value, now, 1e-9 * now);
  EXPECT_NEAR(effects.volume + effects.reference_rate + effects.margin,
              now - sums.Over({kInterest, kBank, 0}, years.against), 1e-9 * now);
}

TEST(CreditedSumsTest, ARatioOfWhatDoesNotAddUpIsOfDeclaredTotals) {
  NetworkSpec spec = KindsSpec();
  for (Indicator& indicator : spec.indicators) {
    if (indicator.id == "holders") indicator.adds_over_units = false;
  }
  Revision revision = KindsRevision(spec);
  const Period last = revision.realisations.last();
  const Window month{last, last};
  EXPECT_TRUE(std::isnan(CreditedSums(revision).Values({kEquipment, kBank, 0}, month)[0]));
  revision.credit.parent_totals = {{"bank", "all", "holders", last, 400.0}};
  const CreditedSums sums(revision);
  EXPECT_EQ(sums.Values({kEquipment, kBank, 0}, month)[0],
            sums.Values({kOpened, kBank, 0}, month)[0] / 400.0);
}

}  // namespace
}  // namespace jalon::sim
