#include "sim/network/derived_expansion.h"

#include <algorithm>
#include <utility>

#include "sim/network/expression_sum.h"

namespace jalon::sim {
namespace {

class Expander {
 public:
  explicit Expander(const std::vector<DerivedExpression>& expressions)
      : given_(expressions), state_(expressions.size(), State::kNew) {
    result_.expressions.resize(expressions.size());
  }

  DerivedExpansion Run() {
    for (size_t i = 0; i < given_.size(); ++i) Visit(static_cast<int>(i));
    std::sort(result_.too_long.begin(), result_.too_long.end());
    return std::move(result_);
  }

 private:
  enum class State { kNew, kOnPath, kDone };

  bool IsDerived(int i) const { return i >= 0 && !given_[i].terms.empty(); }

  // Depth-first: what an expression needs is expanded before it. Depth is bounded by the number of
  // derived indicators.
  void Visit(int i) {
    if (!IsDerived(i) || state_[i] == State::kDone) return;
    if (state_[i] == State::kOnPath) {
      result_.cycles.emplace_back(std::find(path_.begin(), path_.end(), i), path_.end());
      return;
    }
    state_[i] = State::kOnPath;
    path_.push_back(i);
    for (const DerivedTerm& term : given_[i].terms) Visit(term.indicator);
    path_.pop_back();
    state_[i] = State::kDone;
    Expand(i);
  }

  void Expand(int i) {
    DerivedExpression expanded{.reference_driver = given_[i].reference_driver};
    for (const DerivedTerm& term : given_[i].terms) {
      if (!IsDerived(term.indicator)) {
        expanded.terms.push_back(term);
        continue;
      }
      if (!AddTimes(term, result_.expressions[term.indicator].terms, expanded.terms)) {
        result_.too_long.push_back(i);
        return;
      }
    }
    if (expanded.terms.size() > DerivedExpression::kMostTerms) {
      result_.too_long.push_back(i);
      return;
    }
    if (expanded.reference_driver.empty()) {
      const std::vector<std::string> drivers = DriversOf(expanded);
      if (!drivers.empty()) expanded.reference_driver = drivers.front();
    }
    result_.expressions[i] = std::move(expanded);
  }

  // Adds `term`, its indicator replaced by `inner`; false when that is too long.
  static bool AddTimes(DerivedTerm term, const std::vector<DerivedTerm>& inner,
                       std::vector<DerivedTerm>& into) {
    term.indicator = -1;
    const Product product = Multiplied({term}, inner);
    if (product.problem) return false;
    into.insert(into.end(), product.sum.begin(), product.sum.end());
    return true;
  }

  const std::vector<DerivedExpression>& given_;
  std::vector<State> state_;
  std::vector<int> path_;
  DerivedExpansion result_;
};

}  // namespace

DerivedExpansion ExpandDerived(const std::vector<DerivedExpression>& expressions) {
  return Expander(expressions).Run();
}

}  // namespace jalon::sim
