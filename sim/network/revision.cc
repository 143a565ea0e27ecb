#include "sim/network/revision.h"

#include <optional>
#include <string>

#include "absl/strings/str_cat.h"
#include "sim/base/rule_checker.h"
#include "sim/network/expression_rules.h"

namespace jalon::sim {
namespace {

class DriverPlaceChecker : public RuleChecker {
 public:
  DriverPlaceChecker(const Network& network, const DriverTable& table) {
    for (size_t i = 0; i < table.drivers.size(); ++i) {
      const std::string& scope = table.drivers[i].scope;
      Require(scope.empty() || network.FindUnit(scope), absl::StrCat("drivers[", i, "].scope"),
              scope, {"must be the id of a unit, or empty for the whole network", "UNKNOWN_UNIT"});
    }
    for (size_t i = 0; i < table.priors.size(); ++i) {
      const std::string& indicator = table.priors[i].indicator;
      const std::optional<int> k = network.FindIndicator(indicator);
      const std::string field = absl::StrCat("priors[", i, "].indicator");
      Require(k.has_value(), field, indicator,
              {"must be the id of an indicator", "UNKNOWN_INDICATOR"});
      Require(!k || network.HasSeries(*k), field, indicator,
              {"must be a flow or a stock: what moves those moves ratios and derived indicators",
               "PRIOR_ON_A_RATIO"});
    }
  }
};

class ExpressionChecker : public RuleChecker {
 public:
  ExpressionChecker(const Network& network, const DriverTable& table)
      : network_(network), table_(table) {
    for (int k = 0; k < network.indicator_count(); ++k) {
      if (network.indicator(k).kind == IndicatorKind::kDerived) Check(k);
    }
  }

 private:
  void Check(int k) {
    const ParsedExpression parsed =
        ParseExpression(network_.indicator(k).expression,
                        [this](absl::string_view id) { return network_.FindIndicator(id); });
    for (const ExpressionName& name : parsed.names) {
      if (name.indicator < 0) CheckDriver(k, name);
    }
  }

  void CheckDriver(int k, const ExpressionName& name) {
    const std::optional<int> d = table_.Find(name.name);
    const std::string rule = absl::StrCat(
        "at character ", name.column,
        d ? " must describe the whole network" : " must be the id of an indicator or a driver");
    Require(d && table_.drivers[*d].scope.empty(),
            absl::StrCat(Element("indicators", k), ".expression"), name.name,
            {rule, d ? "DRIVER_OF_ONE_UNIT" : "UNKNOWN_NAME"});
  }

  const Network& network_;
  const DriverTable& table_;
};

}  // namespace

Violations CheckDrivers(const Network& network, const DriverTable& table) {
  return DriverPlaceChecker(network, table).violations();
}

Violations CheckExpressions(const Network& network, const DriverTable& table) {
  return ExpressionChecker(network, table).violations();
}

}  // namespace jalon::sim
