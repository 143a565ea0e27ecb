// What each kind of indicator must and must not declare.
#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "sim/base/rule_checker.h"
#include "sim/network/derived_expansion.h"
#include "sim/network/network_rules.h"

namespace jalon::sim {
namespace {

bool IsFlow(IndicatorKind kind) {
  return kind == IndicatorKind::kCount || kind == IndicatorKind::kAmount ||
         kind == IndicatorKind::kNetFlow;
}

// Kinds of the units without units below them.
std::set<std::string> LeafKinds(const NetworkSpec& spec) {
  std::set<std::string> parents;
  for (const Unit& unit : spec.units) parents.insert(unit.parent);
  std::set<std::string> kinds;
  for (const Unit& unit : spec.units) {
    if (parents.count(unit.id) == 0) kinds.insert(unit.kind);
  }
  return kinds;
}

class KindChecker : public RuleChecker {
 public:
  explicit KindChecker(const NetworkSpec& spec) : spec_(spec), leaf_kinds_(LeafKinds(spec)) {
    const int count = static_cast<int>(spec.indicators.size());
    for (int i = 0; i < count; ++i) index_.emplace(spec.indicators[i].id, i);
    expressions_.resize(count);
    for (int i = 0; i < count; ++i) Check(i);
    CheckExpansion();
  }

 private:
  const Indicator& At(int i) const { return spec_.indicators[i]; }
  std::string Field(int i, absl::string_view name) const {
    return absl::StrCat(Element("indicators", i), ".", name);
  }
  std::optional<int> Find(absl::string_view id) const {
    const auto found = index_.find(std::string(id));
    if (found == index_.end()) return std::nullopt;
    return found->second;
  }

  void Check(int i) {
    CheckUnusedFields(i);
    CheckAggregation(i);
    CheckBasis(i);
    switch (At(i).kind) {
      case IndicatorKind::kStock:
        return CheckStock(i);
      case IndicatorKind::kRatio:
        return CheckRatio(i);
      case IndicatorKind::kDerived:
        return CheckDerived(i);
      case IndicatorKind::kCount:
      case IndicatorKind::kAmount:
      case IndicatorKind::kNetFlow:
        return;
    }
  }

  void CheckUnusedFields(int i) {
    const Indicator& indicator = At(i);
    const std::vector<std::string>* flows[] = {&indicator.inflows, &indicator.outflows};
    const char* flow_names[] = {"inflows", "outflows"};
    for (int side = 0; side < 2; ++side) {
      Require(indicator.kind == IndicatorKind::kStock || flows[side]->empty(),
              Field(i, flow_names[side]), absl::StrJoin(*flows[side], " "),
              {"must be left out: only stocks have flows", "FIELD_OF_ANOTHER_KIND"});
    }
    const bool is_ratio = indicator.kind == IndicatorKind::kRatio;
    Require(is_ratio || indicator.numerator.empty(), Field(i, "numerator"), indicator.numerator,
            {"must be left out: only ratios have one", "FIELD_OF_ANOTHER_KIND"});
    Require(is_ratio || indicator.denominator.empty(), Field(i, "denominator"),
            indicator.denominator,
            {"must be left out: only ratios have one", "FIELD_OF_ANOTHER_KIND"});
    Require(indicator.kind == IndicatorKind::kDerived || indicator.expression.empty(),
            Field(i, "expression"), indicator.expression,
            {"must be left out: only derived indicators have one", "FIELD_OF_ANOTHER_KIND"});
  }

  void CheckAggregation(int i) {
    constexpr absl::string_view kReason = "KIND_AGGREGATION_MISMATCH";
    const Aggregation aggregation = At(i).aggregation;
    const std::string field = Field(i, "aggregation");
    if (At(i).kind == IndicatorKind::kRatio) {
      Require(aggregation == Aggregation::kRatio, field, "",
              {"must be RATIO for a ratio", kReason});
      return;
    }
    Require(aggregation != Aggregation::kRatio, field, "RATIO",
            {"must be SUM, LAST or MEAN: only ratios are RATIO", kReason});
    Require(At(i).kind != IndicatorKind::kStock || aggregation != Aggregation::kSum, field, "SUM",
            {"must be LAST or MEAN for a stock: levels do not add over periods", kReason});
  }

  void CheckBasis(int i) {
    const IndicatorKind kind = At(i).kind;
    Require(At(i).basis != AttainmentBasis::kVariation || kind == IndicatorKind::kStock ||
                kind == IndicatorKind::kRatio,
            Field(i, "basis"), "VARIATION",
            {"must be LEVEL or SCALED: only stocks and ratios vary from an opening level",
             "BASIS_KIND_MISMATCH"});
  }

  void CheckStock(int i) {
    std::set<std::string> seen;
    CheckFlows(i, "inflows", At(i).inflows, seen);
    CheckFlows(i, "outflows", At(i).outflows, seen);
  }

  void CheckFlows(int i, absl::string_view name, const std::vector<std::string>& flows,
                  std::set<std::string>& seen) {
    for (size_t j = 0; j < flows.size(); ++j) {
      const std::string field = Field(i, Element(name, j));
      Require(seen.insert(flows[j]).second, field, flows[j],
              {"must be named once among inflows and outflows", "DUPLICATE_FLOW"});
      if (const std::optional<int> flow = RequireKnown(field, flows[j])) CheckFlow(i, *flow, field);
    }
  }

  void CheckFlow(int stock, int flow, const std::string& field) {
    const std::string& id = At(flow).id;
    if (!IsFlow(At(flow).kind)) {
      Require(false, field, id, {"must be a count, an amount or a net flow", "FLOW_IS_NO_FLOW"});
      return;
    }
    Require(At(flow).measure == At(stock).measure, field, id,
            {"must have the measure of the stock", "FLOW_OF_ANOTHER_MEASURE"});
    for (const std::string& kind : leaf_kinds_) {
      if (!AppliesTo(stock, kind) || AppliesTo(flow, kind)) continue;
      Require(false, field, id,
              {absl::StrCat("must apply wherever the stock does, ", kind, " too"),
               "FLOW_DOES_NOT_APPLY"});
    }
  }

  bool AppliesTo(int i, const std::string& kind) const {
    const std::vector<std::string>& kinds = At(i).unit_kinds;
    return kinds.empty() || std::find(kinds.begin(), kinds.end(), kind) != kinds.end();
  }

  std::optional<int> RequireKnown(const std::string& field, const std::string& id) {
    const std::optional<int> found = Find(id);
    Require(found.has_value(), field, id, {"must be the id of an indicator", "UNKNOWN_INDICATOR"});
    return found;
  }

  void CheckRatio(int i) {
    CheckPart(i, "numerator", At(i).numerator, "MISSING_NUMERATOR");
    CheckPart(i, "denominator", At(i).denominator, "MISSING_DENOMINATOR");
  }

  void CheckPart(int i, absl::string_view name, const std::string& id, absl::string_view missing) {
    const std::string field = Field(i, name);
    if (id.empty()) {
      Require(false, field, "", {"must be given for a ratio", missing});
    } else if (const std::optional<int> part = RequireKnown(field, id)) {
      Require(At(*part).kind != IndicatorKind::kRatio, field, id,
              {"must not be a ratio itself", "RATIO_OF_A_RATIO"});
    }
  }

  void CheckDerived(int i) {
    if (At(i).expression.empty()) {
      Require(false, Field(i, "expression"), "",
              {"must be given for a derived indicator", "MISSING_EXPRESSION"});
      return;
    }
    const ParsedExpression parsed =
        ParseExpression(At(i).expression, [this](absl::string_view id) { return Find(id); });
    for (const ExpressionProblem& problem : parsed.problems) {
      RequireAt(i, problem.column, problem.found, {problem.rule, problem.reason});
    }
    bool terms_fit = parsed.problems.empty();
    for (const ExpressionName& name : parsed.names) terms_fit &= CheckName(i, name);
    if (terms_fit) expressions_[i] = parsed.expression;
  }

  // A broken rule at a place of the text.
  void RequireAt(int i, int column, absl::string_view found, const Rule& rule) {
    Require(false, Field(i, "expression"), found,
            {absl::StrCat("at character ", column, " ", rule.text), rule.reason});
  }

  bool CheckName(int i, const ExpressionName& name) {
    if (name.indicator < 0) return true;
    const IndicatorKind kind = At(name.indicator).kind;
    if (kind == IndicatorKind::kRatio) {
      RequireAt(i, name.column, name.name,
                {"must not be a ratio: ratios do not add over units", "TERM_IS_A_RATIO"});
      return false;
    }
    if (name.in_mean && kind != IndicatorKind::kStock) {
      RequireAt(
          i, name.column, name.name,
          {"must be a stock: mean() is of its opening and closing level", "MEAN_OF_NO_STOCK"});
      return false;
    }
    return true;
  }

  // What only shows once derived indicators stand in for each other.
  void CheckExpansion() {
    const DerivedExpansion expansion = ExpandDerived(expressions_);
    for (const std::vector<int>& cycle : expansion.cycles) {
      std::vector<std::string> ids;
      for (const int i : cycle) ids.push_back(At(i).id);
      ids.push_back(ids.front());
      Require(false, Field(cycle.front(), "expression"), absl::StrJoin(ids, " -> "),
              {"must not come back to itself through other derived indicators", "CYCLE"});
    }
    for (const int i : expansion.too_long) {
      Require(false, Field(i, "expression"), At(i).expression,
              {absl::StrCat("must have at most ", DerivedExpression::kMostTerms,
                            " terms with the derived indicators in it written out, each with at "
                            "most ",
                            DerivedExpression::kMostFactors, " sums of drivers"),
               "EXPRESSION_TOO_LONG"});
    }
  }

  const NetworkSpec& spec_;
  std::set<std::string> leaf_kinds_;
  std::map<std::string, int> index_;
  // [indicator]: without terms where it is not derived or broken.
  std::vector<DerivedExpression> expressions_;
};

}  // namespace

Violations CheckKinds(const NetworkSpec& spec) { return KindChecker(spec).violations(); }

}  // namespace jalon::sim
