// What a derived driver may declare, and in which order derived drivers are computed.
#include <algorithm>
#include <cmath>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "sim/base/rule_checker.h"
#include "sim/drivers/derived.h"

namespace jalon::sim {
namespace {

constexpr int kMaxAnnouncementLag = 24;
constexpr int kMonths = 12;

class DerivedRuleChecker : public RuleChecker {
 public:
  DerivedRuleChecker(const DerivedRule& rule, absl::string_view path) : path_(path) {
    CheckFormula(rule);
    CheckRounding(rule);
    CheckDates(rule);
    CheckDeviation(rule.deviation);
  }

 private:
  std::string Field(absl::string_view name) const { return absl::StrCat(path_, ".", name); }

  void CheckFormula(const DerivedRule& rule) {
    const absl::StatusOr<Formula> formula = Formula::Parse(rule.formula);
    if (formula.ok()) return;
    const Violations found = ViolationsFromStatus(formula.status());
    for (Violation problem : found.kept()) {
      problem.field = Field("formula");
      problem.message.clear();
      Add(std::move(problem));
    }
  }

  void CheckRounding(const DerivedRule& rule) {
    Require(std::isfinite(rule.rounding_step) && rule.rounding_step >= 0.0, Field("rounding_step"),
            absl::StrCat(rule.rounding_step),
            {"must be a finite number greater than 0", "NOT_POSITIVE"});
    if (rule.floor) RequireFinite(*rule.floor, Field("floor"));
    if (rule.cap) RequireFinite(*rule.cap, Field("cap"));
    Require(!rule.floor || !rule.cap || !(*rule.floor >= *rule.cap), Field("floor"),
            absl::StrCat(rule.floor.value_or(0.0)),
            {"must be below the cap", "FLOOR_NOT_BELOW_CAP"});
  }

  void CheckDates(const DerivedRule& rule) {
    for (size_t i = 0; i < rule.effective_months.size(); ++i) {
      const int month = rule.effective_months[i];
      const std::string field = Field(Element("effective_months", i));
      Require(month >= 1 && month <= kMonths, field, absl::StrCat(month),
              {"must be a month from 1 to 12", "OUT_OF_RANGE"});
      Require(i == 0 || rule.effective_months[i - 1] < month, field, absl::StrCat(month),
              {"must come after the month before it", "NOT_SORTED"});
    }
    Require(rule.announcement_lag >= 0 && rule.announcement_lag <= kMaxAnnouncementLag,
            Field("announcement_lag"), absl::StrCat(rule.announcement_lag),
            {"must be from 0 to 24 periods", "OUT_OF_RANGE"});
  }

  void CheckDeviation(const DeviationLaw& law) {
    Require(law.probability >= 0.0 && law.probability <= 1.0, Field("deviation.probability"),
            absl::StrCat(law.probability), {"must be from 0 to 1", "OUT_OF_RANGE"});
    RequireFinite(law.size, Field("deviation.size"));
    if (law.kind == DeviationLaw::Kind::kFixed) return;
    RequireFinite(law.low, Field("deviation.low"));
    RequireFinite(law.high, Field("deviation.high"));
    Require(!(law.low > law.size), Field("deviation.low"), absl::StrCat(law.low),
            {"must not be above deviation.size", "NOT_ORDERED"});
    Require(!(law.size > law.high), Field("deviation.high"), absl::StrCat(law.high),
            {"must not be below deviation.size", "NOT_ORDERED"});
  }

  std::string path_;
};

// Depth-first over the derived drivers; a cycle is told once, from its first driver by id.
class Sorter {
 public:
  explicit Sorter(std::vector<DerivedDriver> drivers) : drivers_(std::move(drivers)) {
    for (size_t i = 0; i < drivers_.size(); ++i) by_id_[drivers_[i].id] = i;
    state_.assign(drivers_.size(), State::kNew);
  }

  absl::StatusOr<std::vector<DerivedDriver>> Run() {
    for (const DerivedDriver& driver : drivers_) {
      absl::StatusOr<Formula> formula = Formula::Parse(driver.rule.formula);
      if (!formula.ok()) return formula.status();
      inputs_.push_back(formula->drivers());
    }
    for (const auto& [id, i] : by_id_) Visit(i);
    if (!violations_.empty()) return violations_.ToStatus();
    std::vector<DerivedDriver> sorted;
    for (const size_t i : order_) sorted.push_back(std::move(drivers_[i]));
    return sorted;
  }

 private:
  enum class State { kNew, kOpen, kDone };

  void Visit(size_t i) {
    if (state_[i] == State::kDone) return;
    if (state_[i] == State::kOpen) return TellCycle(i);
    state_[i] = State::kOpen;
    open_.push_back(i);
    for (const std::string& input : inputs_[i]) {
      const auto place = by_id_.find(input);
      if (place != by_id_.end()) Visit(place->second);
    }
    open_.pop_back();
    state_[i] = State::kDone;
    order_.push_back(i);
  }

  void TellCycle(size_t first) {
    std::vector<std::string> names;
    for (auto i = std::find(open_.begin(), open_.end(), first); i != open_.end(); ++i) {
      names.push_back(drivers_[*i].id);
    }
    names.push_back(drivers_[first].id);
    violations_.Add({.field = absl::StrCat("drivers[", first, "].derived.formula"),
                     .value = Printable(absl::StrJoin(names, " -> ")),
                     .rule = "must not depend on itself",
                     .reason = "CYCLE"});
  }

  std::vector<DerivedDriver> drivers_;
  std::map<std::string, size_t> by_id_;
  std::vector<std::vector<std::string>> inputs_;
  std::vector<State> state_;
  std::vector<size_t> open_;
  std::vector<size_t> order_;
  Violations violations_;
};

}  // namespace

Violations ValidateDerivedRule(const DerivedRule& rule, absl::string_view path) {
  return DerivedRuleChecker(rule, path).violations();
}

absl::StatusOr<std::vector<DerivedDriver>> InDependencyOrder(std::vector<DerivedDriver> drivers) {
  return Sorter(std::move(drivers)).Run();
}

}  // namespace jalon::sim
