#include "sim/credit/credit_rules.h"

#include <algorithm>
#include <map>
#include <string>
#include <tuple>
#include <vector>

#include "absl/strings/str_cat.h"
#include "sim/base/rule_checker.h"
#include "sim/network/realisations.h"

namespace jalon::sim {
namespace {

// Whether figures above the branches are sums of series.
bool IsASum(const Indicator& indicator) {
  return indicator.adds_over_units && indicator.kind != IndicatorKind::kRatio &&
         indicator.kind != IndicatorKind::kDerived;
}

class CellsChecker : public RuleChecker {
 public:
  CellsChecker(const Network& network, absl::string_view list) : network_(network), list_(list) {}

  void Check(const std::vector<CreditCell>& cells, bool must_add) {
    for (size_t i = 0; i < cells.size(); ++i) {
      CheckPlace(cells[i], Element(list_, i), must_add);
      CheckValue(cells[i], Element(list_, i));
      CheckRepeated(cells[i], i);
    }
  }

 private:
  void CheckPlace(const CreditCell& cell, const std::string& path, bool must_add) {
    const std::optional<int> unit = network_.FindUnit(cell.unit);
    Require(unit.has_value(), path + ".unit", cell.unit,
            {"must be the id of a unit", "UNKNOWN_UNIT"});
    Require(
        !unit || !network_.is_leaf(*unit), path + ".unit", cell.unit,
        {"must be a unit with units below it: a branch has nothing to eliminate", "NOT_A_PARENT"});
    Require(network_.FindSegment(cell.segment).has_value(), path + ".segment", cell.segment,
            {"must be the id of a segment", "UNKNOWN_SEGMENT"});
    const std::optional<int> indicator = network_.FindIndicator(cell.indicator);
    Require(indicator.has_value(), path + ".indicator", cell.indicator,
            {"must be the id of an indicator", "UNKNOWN_INDICATOR"});
    Require(
        !must_add || !indicator || IsASum(network_.indicator(*indicator)), path + ".indicator",
        cell.indicator,
        {"must add up over units: without a sum there is nothing to eliminate", "NOT_ADDITIVE"});
  }

  void CheckValue(const CreditCell& cell, const std::string& path) {
    RequireFrequency(cell.period, network_.frequency(), path + ".period");
    RequireFinite(cell.value, path + ".value");
  }

  void CheckRepeated(const CreditCell& cell, size_t i) {
    const auto [earlier, is_new] =
        seen_.try_emplace({cell.unit, cell.segment, cell.indicator, cell.period}, i);
    Require(is_new, Element(list_, i) + ".period", cell.period.ToString(),
            {absl::StrCat("must be given once; ", list_, "[", earlier->second, "] gives it too"),
             "DUPLICATE_CELL"});
  }

  const Network& network_;
  absl::string_view list_;
  std::map<std::tuple<std::string, std::string, std::string, Period>, size_t> seen_;
};

void Sort(std::vector<CreditCell>& cells, const Network& network) {
  const auto key = [&](const CreditCell& cell) {
    return std::pair(SeriesKey{network.FindIndicator(cell.indicator).value_or(-1),
                               network.FindUnit(cell.unit).value_or(-1),
                               network.FindSegment(cell.segment).value_or(-1)},
                     cell.period);
  };
  std::sort(cells.begin(), cells.end(),
            [&](const CreditCell& a, const CreditCell& b) { return key(a) < key(b); });
}

}  // namespace

Violations CheckCredit(const Network& network, const CreditTable& table) {
  CellsChecker eliminations(network, "eliminations");
  eliminations.Check(table.eliminations, /*must_add=*/true);
  CellsChecker totals(network, "parent_totals");
  totals.Check(table.parent_totals, /*must_add=*/false);
  Violations violations = eliminations.violations();
  violations.Merge(totals.violations());
  return violations;
}

CreditTable Sorted(CreditTable table, const Network& network) {
  Sort(table.eliminations, network);
  Sort(table.parent_totals, network);
  return table;
}

}  // namespace jalon::sim
