// Rules of the two trees of a network: units and segments.
#include <algorithm>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "sim/base/rule_checker.h"
#include "sim/network/network_rules.h"
#include "sim/network/tree.h"

namespace jalon::sim {
namespace {

constexpr int kMinLevels = 2;
constexpr int kMaxLevels = 8;

// What units and segments have in common: ids, labels, known parents, no cycle.
class TreeChecker : public RuleChecker {
 protected:
  explicit TreeChecker(absl::string_view list) : list_(list) {}

  std::string Field(int64_t i, absl::string_view name) const {
    return absl::StrCat(list_, "[", i, "].", name);
  }

  template <typename Item>
  void CheckItem(const Item& item, int64_t i) {
    RequireId(item.id, Field(i, "id"));
    if (const auto earlier = ids_.Earlier(item.id, i)) {
      Require(false, Field(i, "id"), item.id,
              {absl::StrCat("must differ from ", Field(*earlier, "id")), "DUPLICATE_ID"});
    }
    RequireLabel(item.label_fr, Field(i, "label_fr"));
    RequireLabel(item.label_en, Field(i, "label_en"));
    rows_.push_back({item.id, item.parent});
  }

  // After every CheckItem.
  void CheckParents(absl::string_view rule) {
    parents_ = ResolveParents(rows_);
    for (size_t i = 0; i < rows_.size(); ++i) {
      Require(parents_[i] != kUnknownParent, Field(i, "parent"), rows_[i].parent,
              {rule, "UNKNOWN_PARENT"});
    }
    for (const std::vector<int>& cycle : FindCycles(parents_)) {
      Require(false, Field(cycle.front(), "parent"), NameCycle(cycle),
              {"must not lead back to the row itself", "CYCLE"});
    }
  }

  std::string NameCycle(const std::vector<int>& cycle) const {
    constexpr size_t kShown = 8;
    std::string names;
    for (size_t i = 0; i < std::min(cycle.size(), kShown); ++i) {
      absl::StrAppend(&names, rows_[cycle[i]].id, " -> ");
    }
    if (cycle.size() > kShown) absl::StrAppend(&names, "(", cycle.size() - kShown, " more) -> ");
    return absl::StrCat(names, rows_[cycle.front()].id);
  }

  const absl::string_view list_;
  DuplicateFinder ids_;
  std::vector<TreeRow> rows_;
  std::vector<int> parents_;
};

class UnitChecker : public TreeChecker {
 public:
  explicit UnitChecker(const NetworkSpec& spec) : TreeChecker("units"), spec_(spec) {
    for (size_t i = 0; i < spec.units.size(); ++i) {
      CheckItem(spec.units[i], i);
      CheckDescription(spec.units[i], i);
      CheckDates(spec.units[i], i);
    }
    CheckParents("must be the id of a unit");
    CheckRoot();
    CheckLevels();
  }

 private:
  void CheckDescription(const Unit& unit, int64_t i) {
    RequireLabel(unit.level, Field(i, "level"));
    RequireLabel(unit.kind, Field(i, "kind"));
    Require(!unit.level.empty(), Field(i, "level"), "", {"must name the level", "EMPTY_LEVEL"});
    for (const auto& [name, number] : unit.attributes) {
      RequireLabel(name, Field(i, "attributes"));
      RequireFinite(number, absl::StrCat(Field(i, "attributes"), "[", name, "]"));
    }
  }

  void CheckDates(const Unit& unit, int64_t i) {
    if (unit.opened) RequireFrequency(*unit.opened, spec_.frequency, Field(i, "opened"));
    if (unit.closed) RequireFrequency(*unit.closed, spec_.frequency, Field(i, "closed"));
    if (!unit.opened || !unit.closed || unit.opened->frequency != unit.closed->frequency) return;
    Require(
        *unit.opened < *unit.closed, Field(i, "closed"), unit.closed->ToString(),
        {absl::StrCat("must be after opened, ", unit.opened->ToString()), "CLOSED_BEFORE_OPENED"});
  }

  void CheckRoot() {
    int64_t root = -1;
    for (size_t i = 0; i < parents_.size(); ++i) {
      if (parents_[i] != kNoParent) continue;
      Require(
          root < 0, Field(i, "parent"), "",
          {absl::StrCat("must not be empty: ", Field(root, "id"), " is the root"), "SECOND_ROOT"});
      if (root < 0) root = static_cast<int64_t>(i);
    }
    Require(root >= 0 || parents_.empty(), "units", "",
            {"must have a root: a unit without a parent", "NO_ROOT"});
  }

  void CheckLevels() {
    const std::vector<int> depths = FindDepths(parents_);
    if (depths.empty()) return;
    const int level_count = *std::max_element(depths.begin(), depths.end()) + 1;
    Require(level_count == 0 || level_count >= kMinLevels, "units", absl::StrCat(level_count),
            {"must have at least 2 levels", "TOO_FEW_LEVELS"});
    for (size_t i = 0; i < depths.size(); ++i) {
      Require(depths[i] < kMaxLevels, Field(i, "parent"), rows_[i].parent,
              {"must not make more than 8 levels", "TOO_MANY_LEVELS"});
      if (depths[i] >= 0) CheckLevelName(i, depths[i]);
    }
  }

  // The first unit of a depth names its level.
  void CheckLevelName(int64_t i, int depth) {
    const std::string& level = spec_.units[i].level;
    if (level.empty()) return;
    if (depth >= static_cast<int>(first_at_.size())) first_at_.resize(depth + 1, -1);
    if (first_at_[depth] >= 0) {
      const std::string& name = spec_.units[first_at_[depth]].level;
      Require(level == name, Field(i, "level"), level,
              {absl::StrCat("must be ", name, " at this depth, as in ",
                            Field(first_at_[depth], "level")),
               "LEVEL_MISMATCH"});
      return;
    }
    first_at_[depth] = i;
    for (const int64_t other : first_at_) {
      if (other < 0 || other == i) continue;
      Require(level != spec_.units[other].level, Field(i, "level"), level,
              {absl::StrCat("must differ from the level of another depth, ", Field(other, "level")),
               "LEVEL_REUSED"});
    }
  }

  const NetworkSpec& spec_;
  // [depth]: the unit that names it, -1 for none yet.
  std::vector<int64_t> first_at_;
};

class SegmentChecker : public TreeChecker {
 public:
  explicit SegmentChecker(const NetworkSpec& spec) : TreeChecker("segments") {
    for (size_t i = 0; i < spec.segments.size(); ++i) {
      const Segment& segment = spec.segments[i];
      CheckItem(segment, i);
      if (segment.id == kAllSegments) {
        Require(segment.parent.empty(), Field(i, "parent"), segment.parent,
                {"must be empty for all segments together", "ALL_HAS_A_PARENT"});
        rows_.back().parent = "";
      } else if (segment.parent == kAllSegments) {
        rows_.back().parent = "";
      }
    }
    CheckParents("must be the id of a segment");
  }
};

}  // namespace

Violations CheckUnits(const NetworkSpec& spec) { return UnitChecker(spec).violations(); }

Violations CheckSegments(const NetworkSpec& spec) { return SegmentChecker(spec).violations(); }

}  // namespace jalon::sim
