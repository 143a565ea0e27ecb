// Sums of terms and what may be done with them. Internal to sim/network.
#ifndef JALON_SIM_NETWORK_EXPRESSION_SUM_H_
#define JALON_SIM_NETWORK_EXPRESSION_SUM_H_

#include <optional>
#include <vector>

#include "sim/network/expression.h"

namespace jalon::sim {

// Terms of an expression being read; unlike those of a finished one they may lack an indicator.
// What holds drivers and numbers alone and is no product of drivers is one term.
using ExpressionSum = std::vector<DerivedTerm>;

ExpressionSum SumOfNumber(double number);
ExpressionSum SumOfDriver(const std::string& driver);
ExpressionSum SumOfIndicator(int indicator, bool mean_of_stock);

// a + b.
ExpressionSum Added(ExpressionSum a, const ExpressionSum& b);
ExpressionSum Scaled(ExpressionSum sum, double by);
// The number a sum is; nullopt when it holds anything else.
std::optional<double> AsNumber(const ExpressionSum& sum);

// Why two sums have no product.
enum class ProductProblem { kTwoIndicators, kTooLong };
struct Product {
  ExpressionSum sum;
  std::optional<ProductProblem> problem;
};
// a x b, multiplied out.
Product Multiplied(const ExpressionSum& a, const ExpressionSum& b);

}  // namespace jalon::sim

#endif  // JALON_SIM_NETWORK_EXPRESSION_SUM_H_
