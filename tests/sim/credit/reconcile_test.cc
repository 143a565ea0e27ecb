#include "sim/credit/reconcile.h"

#include <gtest/gtest.h>

#include "tests/sim/credit/small_credit.h"
#include "tests/sim/network/kinds_network.h"

namespace jalon::sim {
namespace {

using Verdict = Reconciliation::Verdict;

std::vector<Reconciliation> ReconcileAll(const Revision& revision) {
  return Reconcile(revision, revision.realisations.window());
}

TEST(ReconcileTest, ProvesParentsThatAreChildrenPlusEliminations) {
  Revision revision = SmallCredit();
  revision.credit.parent_totals = {{"bank", "all", "accounts", kJanuary, 130.0},
                                   {"north", "all", "accounts", kJanuary, 25.0}};
  const std::vector<Reconciliation> rows = ReconcileAll(revision);
  ASSERT_EQ(rows.size(), 2);
  EXPECT_EQ(rows[0], (Reconciliation{.node = {kAccounts, kBank, 0},
                                     .period = kJanuary,
                                     .children = 145.0,
                                     .eliminations = -15.0,
                                     .declared = 130.0,
                                     .difference = 0.0,
                                     .verdict = Verdict::kAgrees}));
  EXPECT_EQ(rows[1].children, 30.0);
  EXPECT_EQ(rows[1].eliminations, -5.0);
}

TEST(ReconcileTest, PutsWhatDiffersFirstWithTheDifference) {
  Revision revision = SmallCredit();
  revision.credit.parent_totals = {{"bank", "all", "accounts", kJanuary, 130.4},
                                   {"north", "all", "accounts", kJanuary, 30.0},
                                   {"north", "all", "loans", kJanuary, 7.0}};
  const std::vector<Reconciliation> rows = ReconcileAll(revision);
  ASSERT_EQ(rows.size(), 3);
  EXPECT_EQ(rows[0].verdict, Verdict::kDiffers);
  EXPECT_EQ(rows[0].node.unit, kNorth);
  EXPECT_DOUBLE_EQ(rows[0].difference, 5.0) << "the elimination is missing in head office's figure";
  EXPECT_EQ(rows[1].verdict, Verdict::kNoChildren);
  EXPECT_EQ(rows[2].verdict, Verdict::kAgrees) << "within half a rounding step";
}

TEST(ReconcileTest, ComparesNothingThatDoesNotAddUpByDeclaration) {
  NetworkSpec spec = SmallSpec();
  spec.indicators[1].adds_over_units = false;
  Revision revision = SmallCredit(spec);
  revision.credit.eliminations.clear();
  revision.credit.parent_totals = {{"bank", "all", "accounts", kJanuary, 99.0}};
  const std::vector<Reconciliation> rows = ReconcileAll(revision);
  ASSERT_EQ(rows.size(), 1);
  EXPECT_EQ(rows[0].verdict, Verdict::kNotAdditive);
  EXPECT_EQ(rows[0].difference, 0.0);
}

TEST(ReconcileTest, LooksAtTheWindowOnly) {
  Revision revision = SmallCredit();
  revision.credit.parent_totals = {{"bank", "all", "accounts", kJanuary, 1.0}};
  EXPECT_TRUE(Reconcile(revision, {kJanuary + 1, kJanuary + 1}).empty());
}

TEST(ReconcileTest, ComparesARatioOfSumsWithEliminations) {
  Revision revision = KindsRevision();
  const Period last = revision.realisations.last();
  revision.credit.eliminations = {{"bank", "all", "holders", last, -100.0}};
  const Window month{last, last};
  const NodeRange bank = RangeOf(revision.network, kAccounts, kBank, 0);
  NodeRange holders = bank;
  holders.indicator = *revision.network.FindIndicator("holders");
  const double ratio = SumRealised(revision.realisations, bank, month)[0] /
                       (SumRealised(revision.realisations, holders, month)[0] - 100.0);
  revision.credit.parent_totals = {{"bank", "all", "equipment", last, ratio}};
  const std::vector<Reconciliation> rows = Reconcile(revision, month);
  ASSERT_EQ(rows.size(), 1u);
  EXPECT_EQ(rows[0].verdict, Reconciliation::Verdict::kAgrees);
  EXPECT_NEAR(rows[0].difference, 0.0, 1e-12);
}

}  // namespace
}  // namespace jalon::sim
