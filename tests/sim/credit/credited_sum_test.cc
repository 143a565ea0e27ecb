#include "sim/credit/credited_sum.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "tests/sim/credit/small_credit.h"

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

}  // namespace
}  // namespace jalon::sim
