#include "sim/objective/history/cases.h"

#include <algorithm>
#include <cmath>
#include <optional>
#include <set>
#include <string>
#include <tuple>

#include "absl/strings/str_cat.h"
#include "sim/base/hash64.h"
#include "sim/base/missing.h"
#include "sim/credit/credited_sum.h"
#include "sim/network/realisations.h"

namespace jalon::sim {
namespace {

constexpr int64_t kMostDuplicatesTold = 20;

class CaseMaker {
 public:
  CaseMaker(const Revision& revision, const HistoryQuestion& question)
      : revision_(revision), network_(revision.network), question_(question), sums_(revision) {}

  void Take(const Objective& objective) {
    const std::optional<int> k = network_.FindIndicator(objective.indicator);
    const std::optional<int> u = network_.FindUnit(objective.unit);
    const std::optional<int> s = network_.FindSegment(objective.segment);
    if (!k || !u || !s || !IsAsked(*k, *u) || !IsInside(objective.window)) return;
    if (!places_.emplace(*k, *u, *s, objective.window).second) return TellDuplicate(objective);
    cases_.push_back(CaseOf(objective, RangeOf(network_, *k, *u, *s)));
    cases_.back().node = *u * network_.segment_count() + *s;
  }

  absl::StatusOr<std::vector<HistoryCase>> TakeResult() {
    if (!duplicates_.empty()) return duplicates_.ToStatus();
    return std::move(cases_);
  }

 private:
  bool IsAsked(int k, int u) const {
    const auto has = [](const std::vector<int>& list, int item) {
      return std::find(list.begin(), list.end(), item) != list.end();
    };
    return has(question_.depths, network_.unit_depth(u)) &&
           (question_.indicators.empty() || has(question_.indicators, k));
  }

  bool IsInside(const Window& window) const {
    const Window history = revision_.realisations.window();
    return window.first.frequency == network_.frequency() && window.size() > 0 &&
           history.contains(window.first) && history.contains(window.last);
  }

  void TellDuplicate(const Objective& objective) {
    if (duplicates_.total_count() >= kMostDuplicatesTold) return;
    duplicates_.Add({.field = "objectives",
                     .value = absl::StrCat(objective.unit, "/", objective.segment, "/",
                                           objective.indicator, "/", objective.window.ToString()),
                     .rule = "must stand in one set only: name the sets to read",
                     .reason = "DUPLICATE"});
  }

  HistoryCase CaseOf(const Objective& objective, const NodeRange& range) const {
    const Indicator& indicator = network_.indicator(range.indicator);
    const bool published = question_.as_published && !objective.changes.empty();
    const double o = ObjectiveValue(
        indicator, published ? objective.changes.front().old_ticks : objective.ticks);
    HistoryCase past{.indicator = range.indicator, .window = objective.window, .objective = o};
    past.realised = ValueOver(range, objective.window);
    const int size = objective.window.size();
    past.realised_before =
        ValueOver(range, {objective.window.first - size, objective.window.first - 1});
    past.attained = Attains(indicator, past.realised, o);
    past.changed = !objective.changes.empty();
    AddRatio(range, past);
    past.id64 = Hash64(absl::StrCat(objective.unit, "\x1f", objective.segment, "\x1f",
                                    objective.indicator, "\x1f", objective.window.ToString()));
    return past;
  }

  // R/O and what it is measured in.
  void AddRatio(const NodeRange& range, HistoryCase& past) const {
    Indicator indicator = network_.indicator(range.indicator);
    indicator.attainment_floor.reset();
    indicator.attainment_cap.reset();
    past.ratio = kMissing;
    past.scale = indicator.attainment_scale.value_or(past.objective);
    if (!(past.scale > 0.0)) past.scale = kMissing;
    if (indicator.basis == AttainmentBasis::kVariation) {
      const Period before = past.window.first - 1;
      past.ratio = VariationRatio(indicator, past, ValueOver(range, {before, before}));
    } else {
      past.ratio = AttainmentRatio(indicator, past.realised, past.objective).value_or(kMissing);
    }
    past.unit_ratio = indicator.measure == Measure::kCount ? 1.0 / past.scale : 0.0;
  }

  static double VariationRatio(const Indicator& indicator, const HistoryCase& past, double start) {
    const double asked = past.objective - start;
    const bool grows = indicator.direction == Direction::kHigherIsBetter;
    if (!(grows ? asked > 0.0 : asked < 0.0)) return kMissing;
    return (past.realised - start) / asked;
  }

  double ValueOver(const NodeRange& range, const Window& window) const {
    const Window history = revision_.realisations.window();
    if (!history.contains(window.first) || !history.contains(window.last)) return kMissing;
    return sums_.Over({range.indicator, range.unit_first, range.segment_first}, window);
  }

  const Revision& revision_;
  const Network& network_;
  const HistoryQuestion& question_;
  const CreditedSums sums_;
  std::set<std::tuple<int, int, int, Window>> places_;
  std::vector<HistoryCase> cases_;
  Violations duplicates_;
};

}  // namespace

absl::StatusOr<std::vector<HistoryCase>> MakeHistoryCases(const Revision& revision,
                                                          const std::vector<Objective>& objectives,
                                                          const HistoryQuestion& question) {
  CaseMaker maker(revision, question);
  for (const Objective& objective : objectives) maker.Take(objective);
  return maker.TakeResult();
}

}  // namespace jalon::sim
