#include "sim/drivers/formula.h"

#include <cmath>
#include <map>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "sim/base/missing.h"
#include "sim/base/violation.h"

namespace jalon::sim {
namespace {

using ::testing::ElementsAre;
using ::testing::Field;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

Formula Parsed(absl::string_view text) {
  absl::StatusOr<Formula> formula = Formula::Parse(text);
  EXPECT_TRUE(formula.ok()) << text << ": " << formula.status();
  return *std::move(formula);
}

// Driver a is the period, b its square.
double At(absl::string_view text, int period = 3) {
  const Formula formula = Parsed(text);
  return formula.At(period, [&](int index, int t) {
    return formula.drivers()[index] == "a" ? double(t) : double(t) * t;
  });
}

// `column reason` of every problem.
std::vector<std::string> Problems(absl::string_view text) {
  const absl::StatusOr<Formula> formula = Formula::Parse(text);
  EXPECT_FALSE(formula.ok()) << text;
  std::vector<std::string> problems;
  const Violations found = ViolationsFromStatus(formula.status());
  for (const Violation& problem : found.kept()) {
    problems.push_back(std::to_string(problem.column) + " " + problem.reason);
  }
  return problems;
}

TEST(FormulaTest, ComputesWithTheUsualPrecedence) {
  EXPECT_EQ(At("1 + 2 * 3"), 7);
  EXPECT_EQ(At("(1 + 2) * 3"), 9);
  EXPECT_EQ(At("10 - 4 - 3"), 3);
  EXPECT_EQ(At("24 / 4 / 3"), 2);
  EXPECT_EQ(At("-a * 2"), -6);
  EXPECT_EQ(At("2 - -3"), 5);
  EXPECT_EQ(At("2 * (a + b)"), 24);
}

TEST(FormulaTest, TakesTheSmallestTheLargestTheMeanAndThePast) {
  EXPECT_EQ(At("min(a, b, 2)"), 2);
  EXPECT_EQ(At("max(a + 0.5, 2)"), 3.5);
  EXPECT_EQ(At("mean(a, 3)"), 2);
  EXPECT_EQ(At("mean(b, 2)"), 6.5);
  EXPECT_EQ(At("lag(b, 1)"), 4);
  EXPECT_EQ(At("lag(mean(b, 2), 1)"), 2.5);
  EXPECT_EQ(At("lag(a, 0)"), 3);
}

TEST(FormulaTest, SaysWhichDriversItNeedsAndHowFarItLooksBack) {
  const Formula livret = Parsed("0.5 * (mean(inflation, 6) + mean(estr, 6))");
  EXPECT_THAT(livret.drivers(), ElementsAre("estr", "inflation"));
  EXPECT_EQ(livret.reach(), 5);
  EXPECT_EQ(Parsed("lag(mean(x, 6), 2) + y").reach(), 7);
  EXPECT_THAT(Parsed("2 + 2").drivers(), IsEmpty());
}

TEST(FormulaTest, ReadsIdsWithADashAndIdsInQuotes) {
  EXPECT_THAT(Parsed("taux-2 - x").drivers(), ElementsAre("taux-2", "x"));
  EXPECT_THAT(Parsed("\"2y-rate\" + min").drivers(), ElementsAre("2y-rate", "min"));
}

TEST(FormulaTest, HasNoValueWhereAnInputHasNone) {
  const Formula formula = Parsed("mean(a, 2)");
  const auto values = [](int, int t) { return t == 1 ? kMissing : 1.0; };
  EXPECT_TRUE(std::isnan(formula.At(1, values)));
  EXPECT_TRUE(std::isnan(formula.At(2, values)));
  EXPECT_EQ(formula.At(3, values), 1.0);
  EXPECT_TRUE(std::isnan(Parsed("max(1, a)").At(1, values)));
}

TEST(FormulaTest, HasNoValueWhenItDividesByZeroOrOverflows) {
  EXPECT_TRUE(std::isnan(At("1 / (a - 3)")));
  EXPECT_TRUE(std::isnan(At("1 / 0.0")));
  EXPECT_TRUE(std::isnan(At("10000000000 * 10000000000 * b / 0.0")));
}

TEST(FormulaTest, NamesTheCharacterOfEveryProblem) {
  EXPECT_THAT(Problems(""), ElementsAre("0 EMPTY"));
  EXPECT_THAT(Problems("1 +"), ElementsAre("4 BAD_FORMULA"));
  EXPECT_THAT(Problems("(a + b"), ElementsAre("7 BAD_FORMULA"));
  EXPECT_THAT(Problems("a b"), ElementsAre("3 BAD_FORMULA"));
  EXPECT_THAT(Problems("a ? b"), ElementsAre("3 BAD_FORMULA", "5 BAD_FORMULA"));
  EXPECT_THAT(Problems("sqrt(a) + lag(b, 61) + mean(a, 0)"),
              ElementsAre("1 BAD_FORMULA", "18 OUT_OF_RANGE", "32 OUT_OF_RANGE"));
  EXPECT_THAT(Problems("mean(a)"), ElementsAre("7 BAD_FORMULA"));
  EXPECT_THAT(Problems("\"\" + \"a b\""), ElementsAre("1 BAD_ID", "6 BAD_ID"));
  EXPECT_THAT(Problems("\"a"), ElementsAre("1 BAD_FORMULA", "3 BAD_FORMULA"));
}

TEST(FormulaTest, RefusesUnderscoresThatBeginAName) {
  const absl::StatusOr<Formula> formula = Formula::Parse("a + __b");
  ASSERT_FALSE(formula.ok());
  EXPECT_EQ(ViolationsFromStatus(formula.status()).kept().front().column, 5);
}

TEST(FormulaTest, ExplainsADecimalComma) {
  const absl::StatusOr<Formula> formula = Formula::Parse("0,5 * a");
  EXPECT_THAT(ViolationsFromStatus(formula.status()).kept(),
              ElementsAre(Field(&Violation::column, 2)));
  const absl::StatusOr<Formula> inside = Formula::Parse("(0,5 * a)");
  EXPECT_THAT(std::string(inside.status().message()), HasSubstr("decimal point"));
}

TEST(FormulaTest, BoundsNestingReachAndCost) {
  EXPECT_THAT(Problems(std::string(40, '(') + "a" + std::string(40, ')')),
              ElementsAre("33 TOO_DEEP"));
  EXPECT_THAT(Problems("lag(lag(lag(a, 60), 60), 60)"), ElementsAre("1 OUT_OF_RANGE"));
  std::string nested = "a";
  for (int i = 0; i < 20; ++i) nested = "mean(" + nested + ", 2)";
  EXPECT_THAT(Problems(nested), ElementsAre("1 OUT_OF_RANGE"));
  EXPECT_THAT(Problems(std::string(1001, '1')), ElementsAre("0 TOO_LONG"));
}

}  // namespace
}  // namespace jalon::sim
