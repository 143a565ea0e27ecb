// The expression of a derived indicator: a sum of terms, each a number times rates times at most
// one flow or stock (DECISIONS D2), e.g.
//
//   mean(loans) * (loan_rate - euribor3m) / 100 / 12 + 0.02 * premiums
//
// Grammar: + - * /, parentheses, unary minus, numbers with a decimal point, mean(stock), and ids.
// An id is the longest run of [A-Za-z0-9._-] that starts with a letter, or anything between double
// quotes; so a minus between ids wants blanks around it. What is not an indicator of the network is
// a driver. Products are multiplied out; a sum of drivers and numbers alone stays one factor.
#ifndef JALON_SIM_NETWORK_EXPRESSION_H_
#define JALON_SIM_NETWORK_EXPRESSION_H_

#include <optional>
#include <string>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/strings/string_view.h"

namespace jalon::sim {

// Coefficient of a driver in a factor.
struct DriverWeight {
  // Id of a driver of the whole network.
  std::string driver;
  double coefficient = 1.0;

  friend bool operator==(const DriverWeight&, const DriverWeight&) = default;
};

// constant + sum of coefficient x driver, the drivers at the term's own period and in their unit.
struct DriverFactor {
  double constant = 0.0;
  // In the order of the text, each driver once; never empty.
  std::vector<DriverWeight> weights;

  friend bool operator==(const DriverFactor&, const DriverFactor&) = default;
};

// coefficient x product of factors x the indicator's value of the period.
struct DerivedTerm {
  double coefficient = 1.0;
  // At most kMostFactors.
  std::vector<DriverFactor> factors;
  // Canonical index of a flow or stock (its level at the end of the period). Never -1 in a network
  // that was checked: a term without indicator has no place in a tree and is refused.
  int indicator = -1;
  // Mean of the opening and the closing level of the period instead; stocks only.
  bool mean_of_stock = false;

  friend bool operator==(const DerivedTerm&, const DerivedTerm&) = default;
};

// A derived indicator's value of one period at any node: the sum of its terms there. It adds over
// units and segments because drivers are the same everywhere.
struct DerivedExpression {
  static constexpr int kMostFactors = 4;
  static constexpr int kMostTerms = 64;
  static constexpr int kMostBytes = 2000;
  // Deepest parentheses.
  static constexpr int kMostNesting = 32;

  std::vector<DerivedTerm> terms;
  // The first driver of the text; empty without drivers. What "reference rate" means in the split
  // of a change into effects unless the request names another driver.
  std::string reference_driver;

  friend bool operator==(const DerivedExpression&, const DerivedExpression&) = default;
};

// Index of an indicator's id; nullopt for anything else.
using FindIndicatorFn = absl::FunctionRef<std::optional<int>(absl::string_view)>;

// A name in the text and where it stands.
struct ExpressionName {
  std::string name;
  // Canonical index when it is an indicator, -1 when it must be a driver.
  int indicator = -1;
  bool in_mean = false;
  // 1-based byte of the text.
  int column = 0;

  friend bool operator==(const ExpressionName&, const ExpressionName&) = default;
};

// Something wrong with a text.
struct ExpressionProblem {
  // 1-based byte of the text.
  int column = 0;
  // What stands there; empty at the end of the text.
  std::string found;
  // What would have been accepted.
  std::string rule;
  // EXPRESSION_SYNTAX, EXPRESSION_TOO_LONG, NOT_FINITE, DIVISION_BY_ZERO, DIVISION_BY_A_DRIVER,
  // PRODUCT_OF_INDICATORS, MEAN_OF_NO_INDICATOR, TERM_WITHOUT_INDICATOR.
  std::string reason;

  friend bool operator==(const ExpressionProblem&, const ExpressionProblem&) = default;
};

struct ParsedExpression {
  // Means something only without problems.
  DerivedExpression expression;
  // Every name read, in the order of the text.
  std::vector<ExpressionName> names;
  // In the order of the text. Reading stops at the first error of syntax.
  std::vector<ExpressionProblem> problems;
};

// Parses. Deterministic; cost bounded by the limits of DerivedExpression.
ParsedExpression ParseExpression(absl::string_view text, FindIndicatorFn find_indicator);

// Drivers of an expression, each once, in the order of the text.
std::vector<std::string> DriversOf(const DerivedExpression& expression);

}  // namespace jalon::sim

#endif  // JALON_SIM_NETWORK_EXPRESSION_H_
