#include "sim/network/expression.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "absl/strings/str_cat.h"
#include "sim/network/expression_lexer.h"
#include "sim/network/expression_sum.h"

namespace jalon::sim {
namespace {

using Type = ExpressionToken::Type;

// Recursive descent: sum, product, signed, primary. After a problem of meaning it goes on with
// nothing, after one of syntax it stops.
class Parser {
 public:
  Parser(absl::string_view text, FindIndicatorFn find_indicator)
      : tokens_(ReadTokens(text)), find_indicator_(find_indicator) {}

  ParsedExpression Run() {
    ExpressionSum sum = Sum();
    if (!stopped_ && Now().type != Type::kEnd) Unexpected("must be an operator or the end");
    if (parsed_.problems.empty()) CheckTerms(sum);
    parsed_.expression.terms = std::move(sum);
    for (const ExpressionName& name : parsed_.names) {
      if (name.indicator >= 0) continue;
      parsed_.expression.reference_driver = name.name;
      break;
    }
    return std::move(parsed_);
  }

 private:
  const ExpressionToken& Now() const { return tokens_[at_]; }
  ExpressionToken Take() { return tokens_[at_ + 1 < tokens_.size() ? at_++ : at_]; }
  bool NowIs(char punctuator) const { return !stopped_ && Now().Is(punctuator); }

  void Problem(const ExpressionToken& token, std::string rule, std::string reason) {
    parsed_.problems.push_back({token.column, token.text, std::move(rule), std::move(reason)});
  }

  ExpressionSum Unexpected(std::string rule) {
    if (!stopped_) Problem(Now(), std::move(rule), "EXPRESSION_SYNTAX");
    stopped_ = true;
    return {};
  }

  ExpressionSum Sum() {
    ExpressionSum sum = ProductOf();
    while (NowIs('+') || NowIs('-')) {
      const ExpressionToken sign = Take();
      sum = Added(std::move(sum), Scaled(ProductOf(), sign.Is('-') ? -1.0 : 1.0));
      if (sum.size() > DerivedExpression::kMostTerms) {
        Problem(sign, TooManyTerms(), "EXPRESSION_TOO_LONG");
        stopped_ = true;
      }
    }
    return sum;
  }

  ExpressionSum ProductOf() {
    ExpressionSum product = Signed();
    while (NowIs('*') || NowIs('/')) {
      const ExpressionToken sign = Take();
      const ExpressionSum by = Signed();
      if (stopped_) return product;
      product = sign.Is('*') ? Times(product, by, sign) : DividedBy(product, by, sign);
    }
    return product;
  }

  static std::string TooManyTerms() {
    return absl::StrCat("must have at most ", DerivedExpression::kMostTerms,
                        " terms once multiplied out, each with at most ",
                        DerivedExpression::kMostFactors, " sums of drivers");
  }

  ExpressionSum Times(const ExpressionSum& a, const ExpressionSum& b, const ExpressionToken& sign) {
    Product product = Multiplied(a, b);
    if (product.problem == ProductProblem::kTwoIndicators) {
      Problem(sign, "must not multiply two indicators: their product does not add over units",
              "PRODUCT_OF_INDICATORS");
    } else if (product.problem == ProductProblem::kTooLong) {
      Problem(sign, TooManyTerms(), "EXPRESSION_TOO_LONG");
      stopped_ = true;
    }
    return std::move(product.sum);
  }

  ExpressionSum DividedBy(const ExpressionSum& a, const ExpressionSum& b,
                          const ExpressionToken& sign) {
    const std::optional<double> number = AsNumber(b);
    if (!number) {
      // What stands there may have been refused already.
      if (!b.empty()) Problem(sign, "must divide by a number", "DIVISION_BY_A_DRIVER");
      return {};
    }
    if (*number == 0) {
      Problem(sign, "must not divide by zero", "DIVISION_BY_ZERO");
      return {};
    }
    return Scaled(a, 1.0 / *number);
  }

  ExpressionSum Signed() {
    double sign = 1.0;
    while (NowIs('-') || NowIs('+')) sign *= Take().Is('-') ? -1.0 : 1.0;
    return Scaled(Primary(), sign);
  }

  ExpressionSum Primary() {
    if (stopped_) return {};
    if (Now().type == Type::kNumber) return SumOfNumber(Take().number);
    if (Now().type == Type::kName) return Name();
    if (NowIs('(')) return Parenthesised();
    return Unexpected("must be a number, the id of an indicator or a driver, or (");
  }

  ExpressionSum Parenthesised() {
    if (++nesting_ > DerivedExpression::kMostNesting) {
      Problem(Now(), absl::StrCat("must nest at most ", DerivedExpression::kMostNesting, " deep"),
              "EXPRESSION_TOO_LONG");
      stopped_ = true;
      return {};
    }
    Take();
    ExpressionSum sum = Sum();
    --nesting_;
    return Closed(std::move(sum));
  }

  ExpressionSum Closed(ExpressionSum sum) {
    if (stopped_) return sum;
    if (!NowIs(')')) return Unexpected("must be an operator or )");
    Take();
    return sum;
  }

  ExpressionSum Name() {
    const ExpressionToken name = Take();
    if (!name.quoted && name.text == "mean" && NowIs('(')) return Mean();
    const std::optional<int> indicator = find_indicator_(name.text);
    parsed_.names.push_back({name.text, indicator.value_or(-1), false, name.column});
    return indicator ? SumOfIndicator(*indicator, false) : SumOfDriver(name.text);
  }

  ExpressionSum Mean() {
    Take();
    if (Now().type != Type::kName) return Unexpected("must be the id of a stock");
    const ExpressionToken name = Take();
    const std::optional<int> indicator = find_indicator_(name.text);
    if (!indicator) {
      Problem(name, "must be the id of a stock of the network", "MEAN_OF_NO_INDICATOR");
      return Closed({});
    }
    parsed_.names.push_back({name.text, *indicator, true, name.column});
    return Closed(SumOfIndicator(*indicator, true));
  }

  void CheckTerms(const ExpressionSum& sum) {
    const ExpressionToken& first = tokens_.front();
    for (const DerivedTerm& term : sum) {
      if (term.indicator < 0) {
        Problem(first, "must have an indicator in every term: a constant adds over no units",
                "TERM_WITHOUT_INDICATOR");
      }
      if (!std::isfinite(term.coefficient)) {
        Problem(first, "must have finite coefficients", "NOT_FINITE");
      }
      for (const DriverFactor& factor : term.factors) CheckFactor(factor);
    }
  }

  void CheckFactor(const DriverFactor& factor) {
    bool finite = std::isfinite(factor.constant);
    for (const DriverWeight& weight : factor.weights) finite &= std::isfinite(weight.coefficient);
    if (!finite) Problem(tokens_.front(), "must have finite coefficients", "NOT_FINITE");
  }

  std::vector<ExpressionToken> tokens_;
  FindIndicatorFn find_indicator_;
  size_t at_ = 0;
  int nesting_ = 0;
  bool stopped_ = false;
  ParsedExpression parsed_;
};

}  // namespace

ParsedExpression ParseExpression(absl::string_view text, FindIndicatorFn find_indicator) {
  if (text.size() > DerivedExpression::kMostBytes) {
    ParsedExpression parsed;
    parsed.problems.push_back(
        {DerivedExpression::kMostBytes + 1, "",
         absl::StrCat("must have at most ", DerivedExpression::kMostBytes, " bytes"),
         "EXPRESSION_TOO_LONG"});
    return parsed;
  }
  return Parser(text, find_indicator).Run();
}

std::vector<std::string> DriversOf(const DerivedExpression& expression) {
  std::vector<std::string> drivers;
  for (const DerivedTerm& term : expression.terms) {
    for (const DriverFactor& factor : term.factors) {
      for (const DriverWeight& weight : factor.weights) {
        if (std::find(drivers.begin(), drivers.end(), weight.driver) == drivers.end()) {
          drivers.push_back(weight.driver);
        }
      }
    }
  }
  return drivers;
}

}  // namespace jalon::sim
