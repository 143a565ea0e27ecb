#include <cmath>
#include <cstdint>
#include <map>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "sim/base/rule_checker.h"
#include "sim/score/weights.h"

namespace jalon::sim {
namespace {

// Two optional windows with a period in common; without a window a row holds always.
bool Meet(const std::optional<Window>& a, const std::optional<Window>& b) {
  return !a || !b || (a->first <= b->last && b->first <= a->last);
}

std::string TextOf(const std::optional<Window>& window) {
  return window ? window->ToString() : "all windows";
}

std::string TextOf(const ScoreScope& scope) {
  return absl::StrCat(scope.unit.empty() ? "the network" : scope.unit,
                      scope.unit_kind.empty() ? "" : ", kind ", scope.unit_kind);
}

// What rows of weights and of quality have in common: a scope and a window.
class ScopeChecker : public RuleChecker {
 protected:
  explicit ScopeChecker(const Network& network) : network_(network) {}

  void CheckScope(const ScoreScope& scope, const std::string& field) {
    const bool unit_known = scope.unit.empty() || network_.FindUnit(scope.unit).has_value();
    Require(unit_known, absl::StrCat(field, ".unit"), scope.unit,
            {"must be the id of a unit, or empty for the whole network", "UNKNOWN_UNIT"});
    if (!unit_known || scope.unit_kind.empty()) return;
    Require(
        !UnitsOf(scope).empty(), absl::StrCat(field, ".unit_kind"), scope.unit_kind,
        {scope.unit.empty() ? "must be the kind of a unit"
                            : absl::StrCat("must be the kind of a unit at or below ", scope.unit),
         "UNKNOWN_UNIT_KIND"});
  }

  // True when the window can be compared with others.
  bool CheckWindow(const std::optional<Window>& window, const std::string& field) {
    if (!window) return true;
    const Frequency frequency = network_.frequency();
    RequireFrequency(window->first, frequency, absl::StrCat(field, ".window"));
    if (window->first.frequency != frequency || window->last.frequency != frequency) return false;
    Require(window->first <= window->last, absl::StrCat(field, ".window"), window->ToString(),
            {"must not end before it starts", "EMPTY_WINDOW"});
    return window->first <= window->last;
  }

  // Units of a scope whose unit is known.
  const std::vector<int>& UnitsOf(const ScoreScope& scope) {
    const auto [place, is_new] = units_.try_emplace(scope);
    if (!is_new) return place->second;
    const int top = scope.unit.empty() ? 0 : *network_.FindUnit(scope.unit);
    for (int u = top; u < network_.unit_end(top); ++u) {
      if (scope.unit_kind.empty() || network_.unit(u).kind == scope.unit_kind) {
        place->second.push_back(u);
      }
    }
    return place->second;
  }

  const Network& network_;

 private:
  std::map<ScoreScope, std::vector<int>> units_;
};

class WeightChecker : public ScopeChecker {
 public:
  WeightChecker(const Network& network, const std::vector<ScoreWeight>& weights)
      : ScopeChecker(network), weights_(weights) {
    for (size_t i = 0; i < weights.size(); ++i) Check(static_cast<int>(i));
    for (const auto& [scope, grids] : scopes_) CheckGrids(grids);
  }

 private:
  // The rows of one scope and window, by window; rows without one first.
  using Grids = std::map<std::optional<Window>, std::vector<int>>;

  static std::string Field(int row, absl::string_view name = "") {
    return absl::StrCat("weights[", row, "]", name.empty() ? "" : ".", name);
  }

  void Check(int i) {
    const ScoreWeight& row = weights_[i];
    CheckScope(row.scope, Field(i));
    CheckIndicator(row, i);
    Require(std::isfinite(row.weight), Field(i, "weight"), absl::StrCat(row.weight),
            {"must be a finite number", "NOT_FINITE"});
    Require(!(row.weight < 0.0), Field(i, "weight"), absl::StrCat(row.weight),
            {"must be >= 0", "NEGATIVE"});
    if (CheckWindow(row.window, Field(i))) scopes_[row.scope][row.window].push_back(i);
  }

  void CheckIndicator(const ScoreWeight& row, int i) {
    const std::optional<int> k = network_.FindIndicator(row.indicator);
    Require(k.has_value(), Field(i, "indicator"), row.indicator,
            {"must be the id of an indicator", "UNKNOWN_INDICATOR"});
    if (!k) return CheckBounds(row.floor, row.cap, i);
    const Indicator& indicator = network_.indicator(*k);
    CheckBounds(row.floor ? row.floor : indicator.attainment_floor,
                row.cap ? row.cap : indicator.attainment_cap, i);
    if (!row.scope.unit.empty() && !network_.FindUnit(row.scope.unit)) return;
    const std::vector<int>& units = UnitsOf(row.scope);
    bool applies = units.empty();
    for (const int u : units) applies |= network_.Applies(*k, u);
    Require(applies, Field(i, "indicator"), row.indicator,
            {absl::StrCat("must apply to a unit of its scope (", TextOf(row.scope), ")"),
             "NOT_APPLICABLE"});
  }

  void CheckBounds(const std::optional<double>& floor, const std::optional<double>& cap, int i) {
    if (floor) RequireFinite(*floor, Field(i, "floor"));
    if (cap) RequireFinite(*cap, Field(i, "cap"));
    if (!floor || !cap) return;
    Require(*floor < *cap, Field(i, "floor"), absl::StrCat(*floor),
            {absl::StrCat("must be below the cap, ", *cap), "FLOOR_NOT_BELOW_CAP"});
  }

  void CheckGrids(const Grids& grids) {
    for (auto grid = grids.begin(); grid != grids.end(); ++grid) {
      CheckGrid(grid->second);
      for (auto other = grids.begin(); other != grid; ++other) {
        if (Meet(grid->first, other->first)) CheckOverlap(grid->second, other->second);
      }
    }
  }

  void CheckGrid(const std::vector<int>& rows) {
    std::map<std::string, int> first;
    double sum = 0.0;
    for (const int i : rows) {
      sum += weights_[i].weight;
      const auto [place, is_new] = first.emplace(weights_[i].indicator, i);
      Require(is_new, Field(i), weights_[i].indicator,
              {absl::StrCat("must differ from ", Field(place->second),
                            " in unit, kind, indicator or window"),
               "DUPLICATE"});
      Require(
          weights_[i].complete == weights_[rows.front()].complete, Field(i, "complete"),
          weights_[i].complete ? "yes" : "no",
          {absl::StrCat("must be the same as in ", Field(rows.front()), ", a row of the same grid"),
           "MIXED_COMPLETE"});
    }
    const ScoreWeight& head = weights_[rows.front()];
    if (!head.complete || !std::isfinite(sum)) return;
    Require(std::fabs(sum - 1.0) <= kWeightSumTolerance, Field(rows.front(), "weight"),
            absl::StrCat(sum),
            {absl::StrCat("the complete grid of ", TextOf(head.scope), " over ",
                          TextOf(head.window), " must sum to 1 within ", kWeightSumTolerance),
             "SUM_NOT_ONE"});
  }

  // Two grids of one scope with a period in common: complete ones exclude each other, partial ones
  // must speak of different indicators.
  void CheckOverlap(const std::vector<int>& rows, const std::vector<int>& others) {
    const bool complete = weights_[rows.front()].complete || weights_[others.front()].complete;
    std::map<std::string, int> theirs;
    for (const int i : others) theirs.emplace(weights_[i].indicator, i);
    for (const int i : rows) {
      const auto same = theirs.find(weights_[i].indicator);
      if (same == theirs.end() && !complete) continue;
      const int other = same == theirs.end() ? others.front() : same->second;
      Require(false, Field(i, "window"), TextOf(weights_[i].window),
              {absl::StrCat("must not overlap with ", TextOf(weights_[other].window), " of ",
                            Field(other), ", a row of the same scope"),
               "OVERLAPPING_WINDOWS"});
    }
  }

  const std::vector<ScoreWeight>& weights_;
  std::map<ScoreScope, Grids> scopes_;
};

class QualityChecker : public ScopeChecker {
 public:
  QualityChecker(const Network& network, const std::vector<QualityFactor>& quality)
      : ScopeChecker(network), quality_(quality) {
    for (size_t i = 0; i < quality.size(); ++i) Check(static_cast<int>(i));
  }

 private:
  static std::string Field(int row, absl::string_view name = "") {
    return absl::StrCat("quality[", row, "]", name.empty() ? "" : ".", name);
  }

  void Check(int i) {
    const QualityFactor& row = quality_[i];
    CheckScope(row.scope, Field(i));
    Require(row.factor >= 0.0 && row.factor <= kMaxQualityFactor, Field(i, "factor"),
            absl::StrCat(row.factor),
            {absl::StrCat("must be in [0, ", kMaxQualityFactor, "]"), "OUT_OF_RANGE"});
    if (!CheckWindow(row.window, Field(i))) return;
    std::vector<int>& before = scopes_[row.scope];
    for (const int other : before) {
      Require(!Meet(row.window, quality_[other].window), Field(i, "window"), TextOf(row.window),
              {absl::StrCat("must not overlap with ", TextOf(quality_[other].window), " of ",
                            Field(other), ", a row of the same scope"),
               "OVERLAPPING_WINDOWS"});
    }
    before.push_back(i);
  }

  const std::vector<QualityFactor>& quality_;
  std::map<ScoreScope, std::vector<int>> scopes_;
};

class LadderChecker : public RuleChecker {
 public:
  explicit LadderChecker(const std::vector<PayoffRung>& ladder) {
    Require(static_cast<int>(ladder.size()) <= kMaxRungs, "ladder", absl::StrCat(ladder.size()),
            {absl::StrCat("must have at most ", kMaxRungs, " rungs"), "TOO_MANY_LEVELS"});
    for (size_t i = 0; i < ladder.size(); ++i) {
      CheckNumber(ladder[i].threshold, Field(i, "threshold"));
      CheckNumber(ladder[i].payoff, Field(i, "payoff"));
      if (i > 0) CheckOrder(ladder[i - 1], ladder[i], i);
    }
  }

 private:
  static std::string Field(size_t i, absl::string_view name) {
    return absl::StrCat("ladder[", i, "].", name);
  }

  void CheckNumber(double number, const std::string& field) {
    RequireFinite(number, field);
    Require(!(number < 0.0), field, absl::StrCat(number), {"must be >= 0", "NEGATIVE"});
  }

  void CheckOrder(const PayoffRung& before, const PayoffRung& rung, size_t i) {
    Require(!(rung.threshold <= before.threshold), Field(i, "threshold"),
            absl::StrCat(rung.threshold),
            {absl::StrCat("must be above that of the rung before, ", before.threshold),
             "NOT_INCREASING"});
    Require(!(rung.payoff < before.payoff), Field(i, "payoff"), absl::StrCat(rung.payoff),
            {absl::StrCat("must not be below that of the rung before, ", before.payoff),
             "NOT_INCREASING"});
  }
};

}  // namespace

Violations ValidateScorePolicy(const Network& network, const ScorePolicy& policy) {
  Violations violations = WeightChecker(network, policy.weights).violations();
  violations.Merge(QualityChecker(network, policy.quality).violations());
  violations.Merge(LadderChecker(policy.ladder).violations());
  return violations;
}

}  // namespace jalon::sim
