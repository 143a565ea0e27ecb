#include "sim/perimeter/perimeter_rules.h"

#include <limits>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/sim/network/small_network.h"

namespace jalon::sim {
namespace {

using Kind = PerimeterChangeKind;

const Period kMay = Period::Month(2026, 5);
const Window kHistory{Period::Month(2025, 1), Period::Month(2026, 10)};

PerimeterChange Transfer(std::string from, std::string to, double share) {
  return {.kind = Kind::kTransfer,
          .date = kMay,
          .unit = std::move(from),
          .receiver = std::move(to),
          .share = share};
}

PerimeterChange Merger(std::string unit, std::string receiver, Period date = kMay) {
  return {.kind = Kind::kMerger,
          .date = date,
          .unit = std::move(unit),
          .receiver = std::move(receiver)};
}

PerimeterChange Cell(std::string from, std::string to, double share) {
  return {.kind = Kind::kResegmentation,
          .date = kMay,
          .segment = std::move(from),
          .receiver_segment = std::move(to),
          .share = share};
}

Violations Check(Perimeter perimeter) {
  NetworkSpec spec = SmallSpec();
  DateUnits(perimeter, spec);
  return CheckPerimeter(*Network::Create(spec), perimeter, kHistory);
}

Violations Check(std::vector<PerimeterChange> changes) {
  return Check(Perimeter{.changes = std::move(changes)});
}

TEST(PerimeterRulesTest, AcceptsOneOfEveryKind) {
  const Violations found = Check(
      {{.kind = Kind::kOpening, .date = kMay, .unit = "n1"},
       {.kind = Kind::kClosure, .date = kMay, .unit = "s3", .receiver = "s1", .share = 0.6},
       {.kind = Kind::kClosure, .date = kMay, .unit = "s3", .receiver = "s2", .share = 0.3},
       {.kind = Kind::kTransfer,
        .date = kMay,
        .unit = "n2",
        .receiver = "n1",
        .segment = "private",
        .share = 0.4,
        .unsplit_share = 0.05},
       Cell("families", "private", 0.1),
       Cell("families", "families", 0.9),
       {.kind = Kind::kRedefinition, .date = kMay, .indicator = "loans", .bridge = 1.1},
       {.kind = Kind::kRedefinition, .date = kMay, .indicator = "savings", .is_break = true}});
  EXPECT_TRUE(found.empty()) << found.ToStatus();
}

TEST(PerimeterRulesTest, RefusesSharesThatCreateCustomers) {
  EXPECT_TRUE(HasViolation(Check({Transfer("n1", "n2", 0.7), Transfer("n1", "s1", 0.4)}),
                           "perimeter[1].share", "SHARES_ABOVE_ONE"));
  EXPECT_TRUE(HasViolation(Check({Transfer("n1", "n2", 0.1), Merger("n1", "s1")}),
                           "perimeter[1].share", "SHARES_ABOVE_ONE"));
  // In segment families alone: 80 % of retail and 30 % of families.
  PerimeterChange retail = Transfer("n1", "n2", 0.8);
  retail.segment = "retail";
  PerimeterChange families = Transfer("n1", "s1", 0.3);
  families.segment = "families";
  EXPECT_TRUE(HasViolation(Check({retail, families}), "perimeter[1].share", "SHARES_ABOVE_ONE"));
  families.segment = "private";
  EXPECT_TRUE(Check({retail, families}).empty());
}

TEST(PerimeterRulesTest, RefusesSharesOutsideTheUnitInterval) {
  for (const double share : {0.0, -0.1, 1.5, std::numeric_limits<double>::quiet_NaN()}) {
    EXPECT_TRUE(
        HasViolation(Check({Transfer("n1", "n2", share)}), "perimeter[0].share", "OUT_OF_RANGE"))
        << share;
  }
  PerimeterChange part = Transfer("n1", "n2", 0.5);
  part.segment = "private";
  part.unsplit_share = 1.2;
  EXPECT_TRUE(HasViolation(Check({part}), "perimeter[0].unsplit_share", "OUT_OF_RANGE"));
}

TEST(PerimeterRulesTest, RefusesToMoveIntoABranchThatHasClosedOrNotOpened) {
  EXPECT_TRUE(HasViolation(Check({Merger("n1", "n2", kMay - 2), Merger("s1", "n1")}),
                           "perimeter[1].receiver", "UNIT_CLOSED"));
  // Closing on the same day is closed too.
  EXPECT_TRUE(HasViolation(Check({Merger("n1", "n2"), Merger("s1", "n1")}), "perimeter[1].receiver",
                           "UNIT_CLOSED"));
  EXPECT_TRUE(HasViolation(
      Check({{.kind = Kind::kOpening, .date = kMay + 1, .unit = "n1"}, Transfer("n2", "n1", 0.1)}),
      "perimeter[1].receiver", "UNIT_NOT_OPEN"));
  EXPECT_TRUE(HasViolation(Check({Merger("n1", "n2", kMay - 2), Transfer("n1", "s1", 0.1)}),
                           "perimeter[1].unit", "UNIT_CLOSED"));
}

TEST(PerimeterRulesTest, RefusesToCloseABranchTwice) {
  EXPECT_TRUE(HasViolation(Check({Merger("n1", "n2"), Merger("n1", "s1", kMay + 3)}),
                           "perimeter[1].unit", "CLOSED_TWICE"));
  EXPECT_TRUE(HasViolation(
      Check({Merger("n1", "n2"), {.kind = Kind::kClosure, .date = kMay, .unit = "n1"}}),
      "perimeter[1].unit", "CLOSED_TWICE"));
}

TEST(PerimeterRulesTest, RefusesDatesThatContradictTheUnit) {
  NetworkSpec spec = SmallSpec();
  spec.units[3].closed = kMay + 1;  // n1
  spec.units[6].opened = kMay + 1;  // n2
  const Violations found = CheckPerimeter(
      *Network::Create(spec),
      {.changes = {Merger("n1", "s1"), {.kind = Kind::kOpening, .date = kMay, .unit = "n2"}}},
      kHistory);
  EXPECT_TRUE(HasViolation(found, "perimeter[0].date", "DATE_MISMATCH"));
  EXPECT_TRUE(HasViolation(found, "perimeter[1].date", "DATE_MISMATCH"));
}

TEST(PerimeterRulesTest, RefusesDatesThatMakeNoSense) {
  EXPECT_TRUE(HasViolation(Check({Merger("n1", "n2", kHistory.first)}), "perimeter[0].date",
                           "OUTSIDE_HISTORY"));
  EXPECT_TRUE(HasViolation(Check({Merger("n1", "n2", kHistory.last + 61)}), "perimeter[0].date",
                           "OUTSIDE_HISTORY"));
  EXPECT_TRUE(Check({Merger("n1", "n2", kHistory.last + 60)}).empty());
  PerimeterChange quarterly = Transfer("n1", "n2", 0.1);
  quarterly.date = Period::Quarter(2026, 2);
  EXPECT_TRUE(HasViolation(Check({quarterly}), "perimeter[0].date", "BAD_FREQUENCY"));
  EXPECT_TRUE(
      HasViolation(Check(Perimeter{.date = kHistory.first}), "perimeter_date", "OUTSIDE_HISTORY"));
}

TEST(PerimeterRulesTest, RefusesUnknownNamesAndUnitsThatAreNoBranches) {
  EXPECT_TRUE(
      HasViolation(Check({Transfer("n1", "n9", 0.1)}), "perimeter[0].receiver", "UNKNOWN_UNIT"));
  EXPECT_TRUE(
      HasViolation(Check({Transfer("north", "n1", 0.1)}), "perimeter[0].unit", "NOT_A_LEAF"));
  EXPECT_TRUE(
      HasViolation(Check({Transfer("n1", "n1", 0.1)}), "perimeter[0].receiver", "TO_ITSELF"));
  PerimeterChange part = Transfer("n1", "n2", 0.5);
  part.segment = "rich";
  EXPECT_TRUE(HasViolation(Check({part}), "perimeter[0].segment", "UNKNOWN_SEGMENT"));
  EXPECT_TRUE(HasViolation(
      Check({{.kind = Kind::kRedefinition, .date = kMay, .indicator = "x", .bridge = 1}}),
      "perimeter[0].indicator", "UNKNOWN_INDICATOR"));
  EXPECT_TRUE(HasViolation(Check({{.kind = Kind::kRedefinition,
                                   .date = kMay,
                                   .indicator = "loans",
                                   .unit_kind = "x",
                                   .bridge = 1}}),
                           "perimeter[0].unit_kind", "UNKNOWN_UNIT_KIND"));
}

TEST(PerimeterRulesTest, RefusesMatricesThatDoNotSumToOneOrCutTrees) {
  EXPECT_TRUE(HasViolation(Check({Cell("families", "private", 0.1)}), "perimeter[0].share",
                           "SHARES_NOT_ONE"));
  EXPECT_TRUE(
      HasViolation(Check({Cell("families", "private", 0.6), Cell("families", "young", 0.6)}),
                   "perimeter[1].share", "SHARES_NOT_ONE"));
  EXPECT_TRUE(
      HasViolation(Check({Cell("retail", "private", 1)}), "perimeter[0].segment", "NOT_A_LEAF"));
  EXPECT_TRUE(HasViolation(Check({Cell("families", "all", 1)}), "perimeter[0].receiver_segment",
                           "NOT_A_LEAF"));
}

TEST(PerimeterRulesTest, RefusesABridgeBesideABreakOrNeither) {
  PerimeterChange change{.kind = Kind::kRedefinition, .date = kMay, .indicator = "loans"};
  EXPECT_TRUE(HasViolation(Check({change}), "perimeter[0].bridge", "MISSING_VALUE"));
  change.bridge = 1.2;
  change.is_break = true;
  EXPECT_TRUE(HasViolation(Check({change}), "perimeter[0].bridge", "BRIDGE_AND_BREAK"));
  change.is_break = false;
  change.bridge = 0.0;
  EXPECT_TRUE(HasViolation(Check({change}), "perimeter[0].bridge", "NOT_POSITIVE"));
}

TEST(PerimeterRulesTest, RefusesFieldsOfAnotherKindOfChangeAndRepetitions) {
  PerimeterChange opening{.kind = Kind::kOpening, .date = kMay, .unit = "n1", .receiver = "n2"};
  opening.share = 0.5;
  const Violations found = Check({opening});
  EXPECT_TRUE(HasViolation(found, "perimeter[0].receiver", "UNUSED_VALUE"));
  EXPECT_TRUE(HasViolation(found, "perimeter[0].share", "UNUSED_VALUE"));
  EXPECT_TRUE(
      HasViolation(Check({Transfer("n1", "", 0.5)}), "perimeter[0].receiver", "MISSING_VALUE"));
  EXPECT_TRUE(HasViolation(Check({Transfer("n1", "n2", 0.1), Transfer("n1", "n2", 0.2)}),
                           "perimeter[1].date", "DUPLICATE_CHANGE"));
}

TEST(PerimeterRulesTest, HasOneOrderAndOneSpelling) {
  PerimeterChange all = Transfer("n1", "n2", 0.1);
  all.segment = "all";
  const Perimeter one = Canonical({.changes = {Transfer("s1", "s2", 0.1), all}});
  const Perimeter other =
      Canonical({.changes = {Transfer("n1", "n2", 0.1), Transfer("s1", "s2", 0.1)}});
  EXPECT_EQ(one, other);
}

TEST(PerimeterRulesTest, GivesUnitsTheDatesOfTheirChanges) {
  NetworkSpec spec = SmallSpec();
  DateUnits({.changes = {Merger("n1", "n2"), {.kind = Kind::kOpening, .date = kMay, .unit = "s1"}}},
            spec);
  const Network network = *Network::Create(spec);
  EXPECT_EQ(network.unit(2).closed, kMay);
  EXPECT_EQ(network.unit(5).opened, kMay);
  EXPECT_EQ(network.unit(3).closed, std::nullopt);
}

TEST(PerimeterRulesTest, TargetsThePeriodAfterTheHistoryUnlessDeclared) {
  EXPECT_EQ(TargetDate({}, kHistory), kHistory.last + 1);
  EXPECT_EQ(TargetDate({.date = kMay}, kHistory), kMay);
}

}  // namespace
}  // namespace jalon::sim
