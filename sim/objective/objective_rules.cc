#include <cstdint>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "sim/base/date.h"
#include "sim/base/rule_checker.h"
#include "sim/objective/objective.h"

namespace jalon::sim {
namespace {

constexpr size_t kMaxChanges = 100;

// Spells a field when its rule is broken: a bank has tens of thousands of objectives, and each of
// its runs looks at them all.
class ObjectiveChecker : public RuleChecker {
 public:
  ObjectiveChecker(const Network& network, const std::vector<Objective>& objectives)
      : network_(network) {
    places_.reserve(objectives.size());
    for (size_t i = 0; i < objectives.size(); ++i) Check(objectives[i], i);
  }

 private:
  // What makes two objectives the same: unit, segment, indicator, window.
  using Place = std::tuple<absl::string_view, absl::string_view, absl::string_view, int, int>;

  static std::string Field(int64_t i, absl::string_view name) {
    return absl::StrCat("objectives[", i, "].", name);
  }

  static bool IsInReach(int64_t ticks) { return ticks >= -kMaxTicks && ticks <= kMaxTicks; }

  void Check(const Objective& objective, int64_t i) {
    CheckNode(objective, i);
    CheckWindow(objective.window, i);
    if (!IsInReach(objective.ticks)) BreakTicks(Field(i, "ticks"), objective.ticks);
    if (!objective.reason.empty()) RequireLabel(objective.reason, Field(i, "reason"));
    if (!objective.changes.empty()) CheckChanges(objective.changes, i);
    CheckDuplicate(objective, i);
  }

  void BreakTicks(std::string field, int64_t ticks) {
    Break(std::move(field), absl::StrCat(ticks),
          {"must be between -2^53 and 2^53 rounding steps", "OUT_OF_RANGE"});
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
      if (!IsInReach(change.old_ticks)) BreakTicks(path + ".old_value", change.old_ticks);
      RequireLabel(change.reason, path + ".reason");
    }
  }

  void CheckNode(const Objective& objective, int64_t i) {
    const std::optional<int> u = network_.FindUnit(objective.unit);
    const std::optional<int> k = network_.FindIndicator(objective.indicator);
    if (!u) {
      Break(Field(i, "unit"), objective.unit, {"must be the id of a unit", "UNKNOWN_UNIT"});
    }
    if (!network_.FindSegment(objective.segment)) {
      Break(Field(i, "segment"), objective.segment,
            {"must be the id of a segment, or all", "UNKNOWN_SEGMENT"});
    }
    if (!k) {
      Break(Field(i, "indicator"), objective.indicator,
            {"must be the id of an indicator", "UNKNOWN_INDICATOR"});
    }
    if (u && k && !network_.Applies(*k, *u)) {
      Break(Field(i, "unit"), objective.unit,
            {absl::StrCat("must be a unit where ", objective.indicator, " applies"),
             "NOT_APPLICABLE"});
    }
  }

  void CheckWindow(const Window& window, int64_t i) {
    const Frequency frequency = network_.frequency();
    if (window.first.frequency != frequency || window.last.frequency != frequency) {
      RequireFrequency(window.first, frequency, Field(i, "window.first"));
      RequireFrequency(window.last, frequency, Field(i, "window.last"));
    } else if (window.last < window.first) {
      Break(Field(i, "window"), window.ToString(),
            {"must not end before it starts", "EMPTY_WINDOW"});
    }
  }

  void CheckDuplicate(const Objective& objective, int64_t i) {
    const Window& window = objective.window;
    // A window of another frequency is broken anyway.
    const Place place(objective.unit, objective.segment, objective.indicator, window.first.index,
                      window.last.index);
    const auto [first, is_new] = places_.emplace(place, i);
    if (is_new) return;
    Break(absl::StrCat("objectives[", i, "]"),
          absl::StrCat(objective.unit, "/", objective.segment, "/", objective.indicator),
          {absl::StrCat("must differ from objectives[", first->second,
                        "] in unit, segment, indicator or window"),
           "DUPLICATE"});
  }

  const Network& network_;
  absl::flat_hash_map<Place, int64_t> places_;
};

}  // namespace

Violations ValidateObjectives(const Network& network, const std::vector<Objective>& objectives) {
  return ObjectiveChecker(network, objectives).violations();
}

}  // namespace jalon::sim
