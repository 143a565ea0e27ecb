#include "sim/network/expression_sum.h"

#include <algorithm>
#include <utility>

namespace jalon::sim {
namespace {

// A number, or a number times one factor: what sums of drivers are gathered from.
bool IsLinearInDrivers(const DerivedTerm& term) {
  return term.indicator < 0 && term.factors.size() <= 1;
}

void AddWeight(const DriverWeight& weight, double by, DriverFactor& into) {
  for (DriverWeight& known : into.weights) {
    if (known.driver != weight.driver) continue;
    known.coefficient += by * weight.coefficient;
    return;
  }
  into.weights.push_back({weight.driver, by * weight.coefficient});
}

void AddLinear(const DerivedTerm& term, DriverFactor& into) {
  if (term.factors.empty()) {
    into.constant += term.coefficient;
    return;
  }
  into.constant += term.coefficient * term.factors[0].constant;
  for (const DriverWeight& weight : term.factors[0].weights) {
    AddWeight(weight, term.coefficient, into);
  }
}

DerivedTerm TermOf(DriverFactor factor) {
  std::erase_if(factor.weights, [](const DriverWeight& weight) { return weight.coefficient == 0; });
  DerivedTerm term;
  if (factor.weights.empty()) {
    term.coefficient = factor.constant;
  } else {
    term.factors.push_back(std::move(factor));
  }
  return term;
}

// Drivers and numbers gathered into one term, first.
ExpressionSum Gathered(const ExpressionSum& terms) {
  const auto count = std::count_if(terms.begin(), terms.end(), IsLinearInDrivers);
  if (count < 2) return terms;
  DriverFactor linear;
  ExpressionSum rest;
  for (const DerivedTerm& term : terms) {
    if (IsLinearInDrivers(term)) {
      AddLinear(term, linear);
    } else {
      rest.push_back(term);
    }
  }
  const DerivedTerm gathered = TermOf(std::move(linear));
  if (gathered.coefficient != 0 || rest.empty()) rest.insert(rest.begin(), gathered);
  return rest;
}

DerivedTerm TimesTerm(const DerivedTerm& a, const DerivedTerm& b) {
  DerivedTerm product = a;
  product.coefficient *= b.coefficient;
  product.factors.insert(product.factors.end(), b.factors.begin(), b.factors.end());
  if (b.indicator >= 0) {
    product.indicator = b.indicator;
    product.mean_of_stock = b.mean_of_stock;
  }
  return product;
}

}  // namespace

ExpressionSum SumOfNumber(double number) { return {{.coefficient = number}}; }

ExpressionSum SumOfDriver(const std::string& driver) {
  return {{.factors = {{.weights = {{driver, 1.0}}}}}};
}

ExpressionSum SumOfIndicator(int indicator, bool mean_of_stock) {
  return {{.indicator = indicator, .mean_of_stock = mean_of_stock}};
}

ExpressionSum Added(ExpressionSum a, const ExpressionSum& b) {
  a.insert(a.end(), b.begin(), b.end());
  return Gathered(a);
}

ExpressionSum Scaled(ExpressionSum sum, double by) {
  for (DerivedTerm& term : sum) term.coefficient *= by;
  return sum;
}

std::optional<double> AsNumber(const ExpressionSum& sum) {
  if (sum.size() != 1 || sum[0].indicator >= 0 || !sum[0].factors.empty()) return std::nullopt;
  return sum[0].coefficient;
}

Product Multiplied(const ExpressionSum& a, const ExpressionSum& b) {
  if (a.size() * b.size() > DerivedExpression::kMostTerms) return {{}, ProductProblem::kTooLong};
  Product product;
  for (const DerivedTerm& x : a) {
    for (const DerivedTerm& y : b) {
      if (x.indicator >= 0 && y.indicator >= 0) return {{}, ProductProblem::kTwoIndicators};
      if (x.factors.size() + y.factors.size() > DerivedExpression::kMostFactors) {
        return {{}, ProductProblem::kTooLong};
      }
      product.sum.push_back(TimesTerm(x, y));
    }
  }
  product.sum = Gathered(product.sum);
  return product;
}

}  // namespace jalon::sim
