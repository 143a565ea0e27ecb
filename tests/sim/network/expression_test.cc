#include "sim/network/expression.h"

#include <map>
#include <optional>
#include <string>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace jalon::sim {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

// 0 loans, 1 deposits, 2 customers-won, 3 1st-loans.
std::optional<int> FindKnown(absl::string_view id) {
  static const auto* const kKnown = new std::map<std::string, int>{
      {"loans", 0}, {"deposits", 1}, {"customers-won", 2}, {"1st-loans", 3}};
  const auto found = kKnown->find(std::string(id));
  if (found == kKnown->end()) return std::nullopt;
  return found->second;
}

ParsedExpression Parse(absl::string_view text) { return ParseExpression(text, FindKnown); }

DerivedExpression Good(absl::string_view text) {
  const ParsedExpression parsed = Parse(text);
  EXPECT_THAT(parsed.problems, IsEmpty()) << text;
  return parsed.expression;
}

ExpressionProblem Only(absl::string_view text) {
  const ParsedExpression parsed = Parse(text);
  EXPECT_THAT(parsed.problems, SizeIs(1)) << text;
  return parsed.problems.empty() ? ExpressionProblem{} : parsed.problems[0];
}

#define EXPECT_PROBLEM(text, expected_reason, expected_column) \
  do {                                                         \
    const ExpressionProblem only = Only(text);                 \
    EXPECT_EQ(only.reason, expected_reason) << (text);         \
    EXPECT_EQ(only.column, expected_column) << (text);         \
  } while (false)

TEST(ExpressionTest, ReadsATermOfEveryKind) {
  const DerivedExpression nbi =
      Good("mean(loans) * (loan_rate - euribor3m) / 100 / 12 + 0.02 * customers-won");
  ASSERT_THAT(nbi.terms, SizeIs(2));
  const DerivedTerm& interest = nbi.terms[0];
  EXPECT_NEAR(interest.coefficient, 1.0 / 1200, 1e-18);
  EXPECT_EQ(interest.indicator, 0);
  EXPECT_TRUE(interest.mean_of_stock);
  const DriverFactor margin{0.0, {{"loan_rate", 1.0}, {"euribor3m", -1.0}}};
  EXPECT_THAT(interest.factors, ElementsAre(margin));
  EXPECT_EQ(nbi.terms[1], (DerivedTerm{.coefficient = 0.02, .indicator = 2}));
  EXPECT_EQ(nbi.reference_driver, "loan_rate");
  EXPECT_THAT(DriversOf(nbi), ElementsAre("loan_rate", "euribor3m"));
}

TEST(ExpressionTest, MultipliesBeforeItAdds) {
  const DerivedExpression sum = Good("loans + 2 * deposits - 3 * customers-won / 6");
  ASSERT_THAT(sum.terms, SizeIs(3));
  EXPECT_EQ(sum.terms[0].coefficient, 1.0);
  EXPECT_EQ(sum.terms[1].coefficient, 2.0);
  EXPECT_EQ(sum.terms[2].coefficient, -0.5);
}

TEST(ExpressionTest, MultipliesParenthesesOut) {
  const DerivedExpression product = Good("(loans - deposits) * (rate + 2) * -0.5");
  ASSERT_THAT(product.terms, SizeIs(2));
  EXPECT_EQ(product.terms[0].coefficient, -0.5);
  EXPECT_EQ(product.terms[1].coefficient, 0.5);
  const DriverFactor rate{2.0, {{"rate", 1.0}}};
  EXPECT_THAT(product.terms[1].factors, ElementsAre(rate));
}

TEST(ExpressionTest, KeepsASumOfDriversOneFactor) {
  const DerivedExpression sum = Good("loans * (2 * (a - b) + 1 - a / 4)");
  ASSERT_THAT(sum.terms, SizeIs(1));
  const DriverFactor factor{1.0, {{"a", 1.75}, {"b", -2.0}}};
  EXPECT_THAT(sum.terms[0].factors, ElementsAre(factor));
}

TEST(ExpressionTest, ForgetsADriverThatCancelsOut) {
  const DerivedExpression plain = Good("loans * (a - a + 3)");
  EXPECT_EQ(plain.terms, (std::vector<DerivedTerm>{{.coefficient = 3.0, .indicator = 0}}));
}

TEST(ExpressionTest, ReadsAMinusInsideAnIdAsPartOfIt) {
  EXPECT_EQ(Good("customers-won").terms[0].indicator, 2);
  EXPECT_THAT(Good("loans -deposits").terms, SizeIs(2));
  const ParsedExpression glued = Parse("loans * loans-deposits");
  ASSERT_THAT(glued.names, SizeIs(2));
  EXPECT_EQ(glued.names[1].name, "loans-deposits");
  EXPECT_EQ(glued.names[1].indicator, -1);
  EXPECT_EQ(glued.names[1].column, 9);
}

TEST(ExpressionTest, ReadsAQuotedIdThatStartsWithADigit) {
  EXPECT_EQ(Good("2 * \"1st-loans\"").terms[0].indicator, 3);
  EXPECT_PROBLEM("2 * 1st-loans", "EXPRESSION_SYNTAX", 5);
}

TEST(ExpressionTest, ReadsNumbersWithExponents) {
  EXPECT_EQ(Good("1e-3*loans").terms[0].coefficient, 1e-3);
  EXPECT_EQ(Good(".5 * loans").terms[0].coefficient, 0.5);
  EXPECT_PROBLEM("1e999 * loans", "EXPRESSION_SYNTAX", 1);
  EXPECT_PROBLEM("1,5 * loans", "EXPRESSION_SYNTAX", 2);
}

TEST(ExpressionTest, TellsWhereTheSyntaxBreaks) {
  EXPECT_PROBLEM("", "EXPRESSION_SYNTAX", 1);
  EXPECT_PROBLEM("loans *", "EXPRESSION_SYNTAX", 8);
  EXPECT_PROBLEM("(loans", "EXPRESSION_SYNTAX", 7);
  EXPECT_PROBLEM("loans)", "EXPRESSION_SYNTAX", 6);
  EXPECT_PROBLEM("loans deposits", "EXPRESSION_SYNTAX", 7);
  EXPECT_PROBLEM("loans ^ 2", "EXPRESSION_SYNTAX", 7);
  EXPECT_PROBLEM("\"loans", "EXPRESSION_SYNTAX", 1);
  EXPECT_PROBLEM("mean(2)", "EXPRESSION_SYNTAX", 6);
}

TEST(ExpressionTest, RefusesAProductOfIndicators) {
  EXPECT_PROBLEM("loans * deposits", "PRODUCT_OF_INDICATORS", 7);
  EXPECT_PROBLEM("(loans + 1) * (a * deposits)", "PRODUCT_OF_INDICATORS", 13);
}

TEST(ExpressionTest, RefusesAQuotientThatIsNotByANumber) {
  EXPECT_PROBLEM("loans / rate", "DIVISION_BY_A_DRIVER", 7);
  EXPECT_PROBLEM("1 / loans", "DIVISION_BY_A_DRIVER", 3);
  EXPECT_PROBLEM("loans / 0", "DIVISION_BY_ZERO", 7);
  EXPECT_PROBLEM("loans / (2 - 2)", "DIVISION_BY_ZERO", 7);
}

TEST(ExpressionTest, RefusesATermWithoutAnIndicator) {
  EXPECT_EQ(Only("loans + 3").reason, "TERM_WITHOUT_INDICATOR");
  EXPECT_EQ(Only("rate * 2").reason, "TERM_WITHOUT_INDICATOR");
}

TEST(ExpressionTest, RefusesTheMeanOfADriver) {
  EXPECT_PROBLEM("mean(rate) * loans", "MEAN_OF_NO_INDICATOR", 6);
}

TEST(ExpressionTest, ListsSeveralProblemsOfMeaning) {
  const ParsedExpression parsed = Parse("loans * deposits + mean(rate) + loans / 0");
  EXPECT_THAT(parsed.problems, SizeIs(3));
}

TEST(ExpressionTest, RefusesWhatIsTooLong) {
  EXPECT_EQ(Only(std::string(2001, ' ')).reason, "EXPRESSION_TOO_LONG");
  EXPECT_EQ(Only(std::string(33, '(') + "loans" + std::string(33, ')')).reason,
            "EXPRESSION_TOO_LONG");
  EXPECT_EQ(Only("loans*(a+1)*(a+1)*(a+1)*(a+1)*(a+1)").reason, "EXPRESSION_TOO_LONG");
  std::string many = "loans";
  for (int i = 0; i < 64; ++i) absl::StrAppend(&many, "+loans");
  EXPECT_EQ(Only(many).reason, "EXPRESSION_TOO_LONG");
}

TEST(ExpressionTest, RefusesCoefficientsBeyondADouble) {
  EXPECT_EQ(Only("1e308 * 1e308 * loans").reason, "NOT_FINITE");
}

}  // namespace
}  // namespace jalon::sim
