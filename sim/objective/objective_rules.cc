#include <cstdint>
#include <map>
#include <string>
#include <tuple>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "sim/base/date.h"
#include "sim/base/rule_checker.h"
#include "sim/objective/objective.h"

namespace jalon::sim {
namespace {

constexpr size_t kMaxChanges = 100;

class ObjectiveChecker : public RuleChecker {
 public:
  ObjectiveChecker(const Network& network, const std::vector<Objective>& objectives)
      : network_(network) {
    for (size_t i = 0; i < objectives.size(); ++i) Check(objectives[i], i);
  }

 private:
  // What makes two objectives the same.
  using Place = std::tuple<std::string, std::string, std::string, Window>;

  static std::string Field(int64_t i, absl::string_view name) {
    return absl::StrCat("objectives[", i, "].", name);
  }

  void Check(const Objective& objective, int64_t i) {
    CheckNode(objective, i);
    CheckWindow(objective.window, i);
    Require(objective.ticks >= -kMaxTicks && objective.ticks <= kMaxTicks, Field(i, "ticks"),
            absl::StrCat(objective.ticks),
            {"must be between -2^53 and 2^53 rounding steps", "OUT_OF_RANGE"});
    RequireLabel(objective.reason, Field(i, "reason"));
    CheckChanges(objective.changes, i);
    CheckDuplicate(objective, i);
  }

  void CheckChanges(const std::vector<ObjectiveChange>& changes, int64_t i) {
    Require(changes.size() <= kMaxChanges, Field(i, "changes"), absl::StrCat(changes.size()),
            {absl::StrCat("must have at most ", kMaxChanges, " entries"), "OUT_OF_RANGE"});
    for (size_t j = 0; j < changes.size(); ++j) {
      const ObjectiveChange& change = changes[j];
      const std::string path = Field(i, Element("changes", j));
      Require(IsIsoDate(change.date), path + ".changed_on", change.date,
              {"must be a day, YYYY-MM-DD", "BAD_DATE"});
      Require(j == 0 || changes[j - 1].date < change.date, path + ".changed_on", change.date,
              {"must come after the change before it", "NOT_SORTED"});
      Require(change.old_ticks >= -kMaxTicks && change.old_ticks <= kMaxTicks, path + ".old_value",
              absl::StrCat(change.old_ticks),
              {"must be between -2^53 and 2^53 rounding steps", "OUT_OF_RANGE"});
      RequireLabel(change.reason, path + ".reason");
    }
  }

  void CheckNode(const Objective& objective, int64_t i) {
    const std::optional<int> u = network_.FindUnit(objective.unit);
    const std::optional<int> k = network_.FindIndicator(objective.indicator);
    Require(u.has_value(), Field(i, "unit"), objective.unit,
            {"must be the id of a unit", "UNKNOWN_UNIT"});
    Require(network_.FindSegment(objective.segment).has_value(), Field(i, "segment"),
            objective.segment, {"must be the id of a segment, or all", "UNKNOWN_SEGMENT"});
    Require(k.has_value(), Field(i, "indicator"), objective.indicator,
            {"must be the id of an indicator", "UNKNOWN_INDICATOR"});
    if (u && k) {
      Require(network_.Applies(*k, *u), Field(i, "unit"), objective.unit,
              {absl::StrCat("must be a unit where ", objective.indicator, " applies"),
               "NOT_APPLICABLE"});
    }
  }

  void CheckWindow(const Window& window, int64_t i) {
    const Frequency frequency = network_.frequency();
    RequireFrequency(window.first, frequency, Field(i, "window.first"));
    RequireFrequency(window.last, frequency, Field(i, "window.last"));
    if (window.first.frequency != frequency || window.last.frequency != frequency) return;
    Require(window.first <= window.last, Field(i, "window"), window.ToString(),
            {"must not end before it starts", "EMPTY_WINDOW"});
  }

  void CheckDuplicate(const Objective& objective, int64_t i) {
    const Place place(objective.unit, objective.segment, objective.indicator, objective.window);
    const auto [first, is_new] = places_.emplace(place, i);
    Require(is_new, absl::StrCat("objectives[", i, "]"),
            absl::StrCat(objective.unit, "/", objective.segment, "/", objective.indicator),
            {absl::StrCat("must differ from objectives[", first->second,
                          "] in unit, segment, indicator or window"),
             "DUPLICATE"});
  }

  const Network& network_;
  std::map<Place, int64_t> places_;
};

}  // namespace

Violations ValidateObjectives(const Network& network, const std::vector<Objective>& objectives) {
  return ObjectiveChecker(network, objectives).violations();
}

}  // namespace jalon::sim
