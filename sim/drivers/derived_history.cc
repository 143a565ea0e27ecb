#include "sim/drivers/derived_history.h"

#include <algorithm>
#include <cmath>
#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "sim/base/missing.h"
#include "sim/base/rule_checker.h"

namespace jalon::sim {
namespace {

class TableChecker : public RuleChecker {
 public:
  explicit TableChecker(const DriverTable& table) : table_(table) {
    for (size_t i = 0; i < table.drivers.size(); ++i) {
      if (table.drivers[i].derived) CheckDriver(i);
    }
    if (formulas_parse_) CheckCycles();
  }

  // Those of the rules themselves come first.
  Violations Take() {
    Violations all = std::move(rules_);
    all.Merge(violations());
    return all;
  }

 private:
  void CheckDriver(size_t i) {
    const Driver& driver = table_.drivers[i];
    const std::string path = absl::StrCat(Element("drivers", i), ".derived");
    rules_.Merge(ValidateDerivedRule(*driver.derived, path));
    const absl::StatusOr<Formula> formula = Formula::Parse(driver.derived->formula);
    if (!formula.ok()) {
      formulas_parse_ = false;
      return;
    }
    indices_.push_back(i);
    for (const std::string& id : formula->drivers()) CheckInput(driver, id, path + ".formula");
  }

  void CheckInput(const Driver& driver, const std::string& id, const std::string& field) {
    const std::optional<int> input = table_.Find(id);
    Require(input.has_value(), field, id,
            {"must name drivers of the network (a minus after an id wants a blank before it)",
             "UNKNOWN_DRIVER"});
    if (!input) return;
    const std::string& scope = table_.drivers[*input].scope;
    Require(scope.empty() || scope == driver.scope, field, id,
            {"must name drivers of the whole network, or of the same unit", "SCOPE_MISMATCH"});
  }

  void CheckCycles() {
    std::vector<DerivedDriver> derived;
    for (const size_t i : indices_) {
      derived.push_back({.id = table_.drivers[i].id, .rule = *table_.drivers[i].derived});
    }
    const absl::StatusOr<std::vector<DerivedDriver>> order = InDependencyOrder(std::move(derived));
    if (order.ok()) return;
    const Violations found = ViolationsFromStatus(order.status());
    for (Violation cycle : found.kept()) {
      // InDependencyOrder counts derived drivers alone.
      const size_t at = std::stoul(cycle.field.substr(cycle.field.find('[') + 1));
      cycle.field = absl::StrCat(Element("drivers", indices_[at]), ".derived.formula");
      cycle.message.clear();
      Add(std::move(cycle));
    }
  }

  const DriverTable& table_;
  Violations rules_;
  bool formulas_parse_ = true;
  // Drivers that are derived.
  std::vector<size_t> indices_;
};

// All derived drivers of a table in dependency order; empty when there is a cycle.
std::vector<DerivedDriver> AllDerived(const DriverTable& table) {
  std::vector<DerivedDriver> derived;
  for (const Driver& driver : table.drivers) {
    if (driver.derived) derived.push_back({.id = driver.id, .rule = *driver.derived});
  }
  return InDependencyOrder(std::move(derived)).value_or(std::vector<DerivedDriver>());
}

Window InFrequency(const Driver& driver, Frequency frequency) {
  const Window own{driver.first, driver.first + static_cast<int>(driver.values.size()) - 1};
  if (driver.frequency == frequency) return own;
  if (frequency == Frequency::kMonth) {
    return {{frequency, own.first.index * 3}, {frequency, own.last.index * 3 + 2}};
  }
  return {{frequency, own.first.index / 3}, {frequency, own.last.index / 3}};
}

// The inputs of one derived driver side by side, over the periods in which any is known.
struct InputTable {
  DerivedDrivers derived;
  Window window;
  // The last period that every input reaches.
  Period common_last;
  // [input, then the driver itself][period]
  std::vector<double> values;
};

// nullopt when an input has no values.
std::optional<InputTable> InputsOf(const DriverTable& table, const DerivedDriver& driver,
                                   Frequency frequency) {
  const absl::StatusOr<Formula> formula = Formula::Parse(driver.rule.formula);
  if (!formula.ok()) return std::nullopt;
  InputTable inputs;
  bool any = false;
  for (const std::string& id : formula->drivers()) {
    const std::optional<int> index = table.Find(id);
    if (!index || table.drivers[*index].values.empty()) return std::nullopt;
    const Window window = InFrequency(table.drivers[*index], frequency);
    if (!any) inputs = {.window = window, .common_last = window.last};
    any = true;
    inputs.window.first = std::min(inputs.window.first, window.first);
    inputs.common_last = std::min(inputs.common_last, window.last);
  }
  if (!any) return std::nullopt;
  inputs.common_last = inputs.common_last + driver.rule.announcement_lag;
  inputs.window.last = inputs.common_last;
  if (inputs.window.size() == 0) return std::nullopt;
  for (const std::string& id : formula->drivers()) {
    const std::vector<double> row =
        DriverValues(table.drivers[*table.Find(id)], frequency, inputs.window);
    inputs.values.insert(inputs.values.end(), row.begin(), row.end());
  }
  inputs.values.resize(inputs.values.size() + inputs.window.size(), kMissing);
  absl::StatusOr<DerivedDrivers> derived = DerivedDrivers::Create({driver}, formula->drivers());
  if (!derived.ok()) return std::nullopt;
  inputs.derived = *std::move(derived);
  return inputs;
}

// A formula without drivers is a constant: nothing says from when on.
void Compute(const DriverTable& table, const DerivedDriver& rule, Frequency frequency,
             Driver& driver) {
  driver.frequency = frequency;
  driver.first = {frequency, 0};
  driver.values.clear();
  std::optional<InputTable> inputs = InputsOf(table, rule, frequency);
  if (!inputs) return;
  inputs->derived.Fill({inputs->values, inputs->window}, inputs->window.first,
                       [](int, Period) { return DerivedDrivers::Decision(); });
  const auto own = inputs->values.end() - inputs->window.size();
  const auto known =
      std::find_if(own, inputs->values.end(), [](double value) { return !std::isnan(value); });
  driver.first = inputs->window.first + static_cast<int>(known - own);
  driver.values.assign(known, inputs->values.end());
  if (driver.values.empty()) driver.first = {frequency, 0};
}

double LastKnown(const Driver& driver, Period as_of) {
  const std::vector<double> values = KnownAt(driver, as_of).values;
  for (auto value = values.rbegin(); value != values.rend(); ++value) {
    if (!std::isnan(*value)) return *value;
  }
  return kMissing;
}

}  // namespace

Violations ValidateDerived(const DriverTable& table) { return TableChecker(table).Take(); }

DriverTable WithComputedHistories(DriverTable table, Frequency frequency) {
  for (const DerivedDriver& rule : AllDerived(table)) {
    const int index = *table.Find(rule.id);
    if (rule.rule.has_own_history) continue;
    Compute(table, rule, frequency, table.drivers[index]);
  }
  return table;
}

std::vector<FormulaCheck> CheckFormula(const DriverTable& table, int index) {
  const Driver& driver = table.drivers[index];
  std::vector<FormulaCheck> checks;
  if (!driver.derived || !driver.derived->has_own_history) return checks;
  const DerivedDriver rule{.id = driver.id, .rule = *driver.derived};
  std::optional<InputTable> inputs = InputsOf(table, rule, driver.frequency);
  if (!inputs) return checks;
  const DerivedDrivers::Table values{inputs->values, inputs->window};
  for (size_t i = 0; i < driver.values.size(); ++i) {
    const Period period = driver.first + static_cast<int>(i);
    if (!IsEffective(*driver.derived, period) || std::isnan(driver.values[i])) continue;
    const double formula = inputs->derived.FormulaValue(0, period, values);
    if (!std::isnan(formula)) checks.push_back({period, formula, driver.values[i]});
  }
  return checks;
}

DriverClosure CloseOverFormulas(const DriverTable& table, const std::vector<std::string>& ids,
                                Period as_of) {
  std::set<std::string> needed(ids.begin(), ids.end());
  DriverClosure closure;
  std::vector<DerivedDriver> all = AllDerived(table);
  // From the last to the first: what a needed one depends on comes before it.
  for (auto driver = all.rbegin(); driver != all.rend(); ++driver) {
    if (needed.erase(driver->id) == 0) continue;
    const absl::StatusOr<Formula> formula = Formula::Parse(driver->rule.formula);
    if (formula.ok()) needed.insert(formula->drivers().begin(), formula->drivers().end());
    driver->last_value = LastKnown(table.drivers[*table.Find(driver->id)], as_of);
    closure.derived.push_back(std::move(*driver));
  }
  std::reverse(closure.derived.begin(), closure.derived.end());
  closure.free_ids.assign(needed.begin(), needed.end());
  return closure;
}

}  // namespace jalon::sim
