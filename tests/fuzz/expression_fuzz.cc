// Expressions of derived indicators: whatever the text, limits hold and problems stand inside it.
#include <cmath>
#include <optional>

#include "sim/network/expression.h"
#include "tests/fuzz/fuzz_util.h"

namespace jalon::sim {
namespace {

// One-letter names up to m are indicators, everything else is a driver.
std::optional<int> FindShort(absl::string_view id) {
  if (id.size() != 1 || id[0] < 'a' || id[0] > 'm') return std::nullopt;
  return id[0] - 'a';
}

void CheckTerm(const DerivedTerm& term) {
  Require(term.indicator >= 0 && term.indicator < 13);
  Require(std::isfinite(term.coefficient));
  Require(term.factors.size() <= DerivedExpression::kMostFactors);
  for (const DriverFactor& factor : term.factors) {
    Require(!factor.weights.empty() && std::isfinite(factor.constant));
    for (const DriverWeight& weight : factor.weights) Require(std::isfinite(weight.coefficient));
  }
}

void Check(absl::string_view text) {
  const ParsedExpression parsed = ParseExpression(text, FindShort);
  for (const ExpressionProblem& problem : parsed.problems) {
    Require(problem.column >= 1 && problem.column <= static_cast<int>(text.size()) + 1);
    Require(!problem.rule.empty() && !problem.reason.empty());
  }
  if (!parsed.problems.empty()) return;
  Require(!parsed.expression.terms.empty());
  Require(parsed.expression.terms.size() <= DerivedExpression::kMostTerms);
  for (const DerivedTerm& term : parsed.expression.terms) CheckTerm(term);
}

}  // namespace
}  // namespace jalon::sim

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  jalon::sim::Check(jalon::TextOf(data, size));
  return 0;
}
