// Credit lines that follow branches to other regions: what was proved stays proved, and the
// network keeps its figures.
#include "sim/perimeter/restate_credit.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "sim/base/hash64.h"
#include "sim/base/missing.h"
#include "sim/credit/reconcile.h"
#include "sim/perimeter/perimeter_rules.h"
#include "sim/perimeter/restate.h"
#include "tests/sim/credit/small_credit.h"

namespace jalon::sim {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using Kind = PerimeterChangeKind;
using Verdict = Reconciliation::Verdict;

const Period kFebruary = kJanuary + 1;

PerimeterChange Transfer(const std::string& unit, const std::string& receiver, double share) {
  return {.kind = Kind::kTransfer,
          .date = kJanuary + 2,
          .unit = unit,
          .receiver = receiver,
          .share = share};
}

// Accounts of January and February with eliminations at bank and north (tests/sim/credit), and head
// office's totals of January, which agree.
Revision ProvedCredit(NetworkSpec spec = SmallSpec()) {
  Revision revision = SmallCredit(std::move(spec));
  revision.credit.parent_totals = {{"bank", "all", "accounts", kJanuary, 130.0},
                                   {"north", "all", "accounts", kJanuary, 25.0},
                                   {"south", "all", "accounts", kJanuary, 120.0}};
  return revision;
}

// Restates a revision as an import does.
std::vector<std::string> RestateAll(Revision& revision, std::vector<PerimeterChange> changes) {
  revision.perimeter = Canonical({.changes = std::move(changes), .date = kJanuary + 2});
  EXPECT_TRUE(
      CheckPerimeter(revision.network, revision.perimeter, revision.realisations.window()).empty());
  Restated restated =
      *Restate(revision.network, revision.realisations, revision.perimeter, revision.credit);
  revision.original = std::exchange(revision.realisations, std::move(restated.realisations));
  revision.original_credit = std::exchange(revision.credit, std::move(restated.credit));
  return restated.notes;
}

double EliminationAt(const Revision& revision, const std::string& unit, Period period) {
  for (const CreditCell& cell : revision.credit.eliminations) {
    if (cell.unit == unit && cell.period == period) return cell.value;
  }
  return kMissing;
}

std::vector<double> DeclaredTotals(const Revision& revision) {
  std::vector<double> values;
  for (const CreditCell& cell : revision.credit.parent_totals) values.push_back(cell.value);
  return values;
}

void ExpectProved(const CreditedSums& sums, size_t count) {
  const std::vector<Reconciliation> rows = Reconcile(sums, {kJanuary, kFebruary});
  EXPECT_EQ(rows.size(), count);
  for (const Reconciliation& row : rows) {
    EXPECT_EQ(row.verdict, Verdict::kAgrees) << row.node.unit << " off by " << row.difference;
  }
}

// Half of n2's 20 accounts, a third of north's 30, go to south: so do 5/3 of north's 5
// eliminations, in whole ones.
TEST(RestateCreditTest, AShareOfARegionTakesTheSameShareOfItsEliminationsAlong) {
  Revision revision = ProvedCredit();
  const std::vector<std::string> notes = RestateAll(revision, {Transfer("n2", "s1", 0.5)});
  EXPECT_EQ(EliminationAt(revision, "north", kJanuary), -3.0);
  EXPECT_EQ(EliminationAt(revision, "south", kJanuary), -2.0);
  EXPECT_EQ(EliminationAt(revision, "bank", kJanuary), -15.0) << "the bank holds both";
  EXPECT_THAT(DeclaredTotals(revision), ElementsAre(130.0, 17.0, 128.0));
  ExpectProved(CreditedSums(revision), 3);
  ExpectProved(CreditedSums::OfImported(revision), 3);
  EXPECT_THAT(notes, Contains(HasSubstr("2 cells; declared totals that change with them: 2")));
}

TEST(RestateCreditTest, AmountsMoveInTheirExactShares) {
  Revision revision = SmallCredit();
  revision.realisations = *Realisations::Create(revision.network, kJanuary, {{1, 2, 0}, {1, 5, 0}},
                                                {300.0, 300.0, 50.0, 50.0});
  revision.credit.eliminations = {{"north", "all", "loans", kJanuary, -10.5}};
  RestateAll(revision, {Transfer("n1", "s1", 0.25)});
  EXPECT_EQ(EliminationAt(revision, "north", kJanuary), -7.875);
  EXPECT_EQ(EliminationAt(revision, "south", kJanuary), -2.625);
}

TEST(RestateCreditTest, WhatStaysInsideARegionMovesNothing) {
  Revision revision = ProvedCredit();
  const CreditTable before = revision.credit;
  EXPECT_THAT(RestateAll(revision, {Transfer("n2", "n1", 0.5)}), IsEmpty());
  EXPECT_EQ(revision.credit, before);
}

TEST(RestateCreditTest, ARegionThatGivesEverythingAwayKeepsNoLine) {
  Revision revision = ProvedCredit();
  const std::vector<std::string> notes =
      RestateAll(revision, {Transfer("n1", "s1", 1.0), Transfer("n2", "s2", 1.0)});
  EXPECT_TRUE(std::isnan(EliminationAt(revision, "north", kJanuary)));
  EXPECT_EQ(EliminationAt(revision, "south", kJanuary), -5.0);
  EXPECT_THAT(DeclaredTotals(revision), ElementsAre(130.0, 145.0));
  EXPECT_THAT(notes, Contains(HasSubstr("of `accounts` at `north`, 1 periods: nothing is left")));
  ExpectProved(CreditedSums(revision), 2);
  ExpectProved(CreditedSums::OfImported(revision), 3);
}

TEST(RestateCreditTest, ATotalThatWasOffStaysOffByAsMuch) {
  Revision revision = ProvedCredit();
  revision.credit.parent_totals[1].value = 32.0;
  RestateAll(revision, {Transfer("n2", "s1", 0.5)});
  const std::vector<Reconciliation> rows = Reconcile(revision, {kJanuary, kJanuary});
  EXPECT_EQ(rows[0].verdict, Verdict::kDiffers);
  EXPECT_EQ(rows[0].difference, 7.0);
  EXPECT_EQ(rows[1].verdict, Verdict::kAgrees);
}

// Savings of -10 and 10: nothing is a share of 0.
TEST(RestateCreditTest, SaysWhichLinesHaveNoShareAndStay) {
  Revision revision = SmallCredit();
  revision.realisations = *Realisations::Create(revision.network, kJanuary, {{2, 2, 0}, {2, 3, 0}},
                                                {-10.0, 10.0, 10.0, 10.0});
  revision.credit.eliminations = {{"north", "all", "savings", kJanuary, -4.0},
                                  {"north", "all", "savings", kFebruary, -4.0}};
  const std::vector<std::string> notes = RestateAll(revision, {Transfer("n2", "s1", 0.5)});
  EXPECT_EQ(EliminationAt(revision, "north", kJanuary), -4.0);
  EXPECT_EQ(EliminationAt(revision, "north", kFebruary), -3.0);
  EXPECT_THAT(notes, Contains(HasSubstr("eliminations of `savings` at `north`, 1 periods")));
}

TEST(RestateCreditTest, TotalsOfRatiosThatChangedAreLeftOutAndNamed) {
  NetworkSpec spec = SmallSpec();
  spec.indicators.push_back({.id = "rate",
                             .measure = Measure::kRatio,
                             .kind = IndicatorKind::kRatio,
                             .aggregation = Aggregation::kRatio,
                             .numerator = "accounts",
                             .denominator = "accounts"});
  Revision revision = SmallCredit(spec);
  revision.credit.parent_totals = {{"bank", "all", "rate", kJanuary, 1.0},
                                   {"north", "all", "rate", kJanuary, 1.0}};
  const std::vector<std::string> notes = RestateAll(revision, {Transfer("n2", "s1", 0.5)});
  ASSERT_EQ(revision.credit.parent_totals.size(), 1u);
  EXPECT_EQ(revision.credit.parent_totals[0].unit, "bank") << "its parts are what they were";
  EXPECT_THAT(notes, Contains(HasSubstr("declared totals of `rate` at `north`, 1 periods")));
}

TEST(RestateCreditTest, ARedefinitionScalesEliminationsAsItScalesWhatIsBelow) {
  PerimeterChange redefined{.kind = Kind::kRedefinition, .date = kFebruary};
  redefined.indicator = "accounts";
  redefined.bridge = 2.0;
  Revision revision = ProvedCredit();
  RestateAll(revision, {redefined});
  EXPECT_EQ(EliminationAt(revision, "bank", kJanuary), -30.0);
  EXPECT_EQ(EliminationAt(revision, "north", kJanuary), -10.0);
  ExpectProved(CreditedSums(revision), 3);
  redefined.bridge = std::nullopt;
  redefined.is_break = true;
  revision = ProvedCredit();
  RestateAll(revision, {redefined});
  EXPECT_THAT(revision.credit.eliminations, IsEmpty()) << "there is no figure they belong to";
  EXPECT_THAT(revision.credit.parent_totals, IsEmpty());
}

// A number in [0, n) of a case and its place.
int Draw(int history, const std::string& what, int n) {
  const uint64_t hash = Hash64(what + "/" + std::to_string(history));
  return static_cast<int>(hash % static_cast<uint64_t>(n));
}

// Accounts of every branch, eliminations of every parent, declared totals that agree.
Revision RandomCredit(int history) {
  Revision revision = SmallCredit();
  std::vector<SeriesKey> keys;
  std::vector<double> values;
  for (const int unit : {2, 3, 5, 6, 7}) {
    keys.push_back({kAccounts, unit, 0});
    for (int t = 0; t < 2; ++t) {
      values.push_back(1 + Draw(history, std::to_string(10 * unit + t), 60));
    }
  }
  revision.realisations = *Realisations::Create(revision.network, kJanuary, keys, values);
  revision.credit = {};
  for (const char* unit : {"bank", "north", "south"}) {
    for (int t = 0; t < 2; ++t) {
      const double value = -Draw(history, std::string(unit) + std::to_string(t), 12);
      revision.credit.eliminations.push_back({unit, "all", "accounts", kJanuary + t, value});
    }
  }
  const CreditedSums sums(revision);
  for (const char* unit : {"bank", "north", "south"}) {
    const int u = *revision.network.FindUnit(unit);
    const std::vector<double> whole = sums.Values({kAccounts, u, 0}, {kJanuary, kFebruary});
    for (int t = 0; t < 2; ++t) {
      revision.credit.parent_totals.push_back({unit, "all", "accounts", kJanuary + t, whole[t]});
    }
  }
  return revision;
}

TEST(RestateCreditTest, WhateverMovesParentsStayProvedAndTheNetworkKeepsItsTicks) {
  const std::vector<std::string> branches = {"n1", "n2", "s1", "s2", "s3"};
  for (int history = 0; history < 200; ++history) {
    SCOPED_TRACE(history);
    Revision revision = RandomCredit(history);
    std::vector<PerimeterChange> changes;
    for (int i = 0; i < 4; ++i) {
      const std::string at = "change" + std::to_string(i);
      const int from = Draw(history, at + "from", 5);
      const int to = (from + 1 + Draw(history, at + "to", 4)) % 5;
      PerimeterChange change =
          Transfer(branches[from], branches[to], 0.1 + 0.1 * Draw(history, at + "share", 4));
      change.date = kJanuary + 1 + i % 2;
      const bool repeated =
          std::any_of(changes.begin(), changes.end(), [&](const PerimeterChange& other) {
            return other.date == change.date && other.unit == change.unit;
          });
      if (!repeated) changes.push_back(std::move(change));
    }
    RestateAll(revision, std::move(changes));
    ExpectProved(CreditedSums(revision), 6);
    const Window both{kJanuary, kFebruary};
    EXPECT_EQ(CreditedSums(revision).Values({kAccounts, kBank, 0}, both),
              CreditedSums::OfImported(revision).Values({kAccounts, kBank, 0}, both));
    for (const CreditCell& cell : revision.credit.eliminations) {
      EXPECT_EQ(cell.value, std::floor(cell.value)) << "sales are whole";
    }
  }
}

}  // namespace
}  // namespace jalon::sim
