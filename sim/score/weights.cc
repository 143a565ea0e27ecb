#include "sim/score/weights.h"

#include <algorithm>
#include <tuple>

namespace jalon::sim {
namespace {

// Whether a row for `rows_window` speaks of scores of `window`.
bool Holds(const std::optional<Window>& rows_window, const Window& window) {
  return !rows_window || (rows_window->first <= window.first && window.last <= rows_window->last);
}

}  // namespace

ScorePolicy SortedScorePolicy(ScorePolicy policy) {
  std::sort(
      policy.weights.begin(), policy.weights.end(), [](const ScoreWeight& a, const ScoreWeight& b) {
        return std::tie(a.scope, a.window, a.indicator) < std::tie(b.scope, b.window, b.indicator);
      });
  std::sort(policy.quality.begin(), policy.quality.end(),
            [](const QualityFactor& a, const QualityFactor& b) {
              return std::tie(a.scope, a.window) < std::tie(b.scope, b.window);
            });
  return policy;
}

void Redistribute(std::vector<UnitWeight>& weights) {
  double total = 0.0;
  for (const UnitWeight& weight : weights) {
    if (weight.state == WeightState::kCounted) total += weight.declared;
  }
  for (UnitWeight& weight : weights) {
    const bool counts = weight.state == WeightState::kCounted && total > 0.0;
    weight.weight = counts ? weight.declared / total : 0.0;
  }
}

WeightTable::WeightTable(const Network& network, const ScorePolicy& policy)
    : network_(network), policy_(policy) {
  const auto place = [&](const ScoreScope& scope) {
    return Place(scope.unit.empty() ? -1 : *network.FindUnit(scope.unit), scope.unit_kind);
  };
  for (size_t i = 0; i < policy.weights.size(); ++i) {
    weights_[place(policy.weights[i].scope)].push_back(static_cast<int>(i));
  }
  for (size_t i = 0; i < policy.quality.size(); ++i) {
    quality_[place(policy.quality[i].scope)].push_back(static_cast<int>(i));
  }
}

std::vector<WeightTable::Place> WeightTable::PlacesOf(int unit) const {
  const std::string& kind = network_.unit(unit).kind;
  std::vector<Place> places;
  const auto add = [&](int at) {
    if (!kind.empty()) places.emplace_back(at, kind);
    places.emplace_back(at, "");
  };
  for (int at = unit; at >= 0; at = network_.unit_parent(at)) add(at);
  add(-1);
  return places;
}

UnitWeight WeightTable::WeightOf(int row) const {
  const ScoreWeight& declared = policy_.weights[row];
  const int k = *network_.FindIndicator(declared.indicator);
  const Indicator& indicator = network_.indicator(k);
  return {.indicator = k,
          .declared = declared.weight,
          .floor = declared.floor ? declared.floor : indicator.attainment_floor,
          .cap = declared.cap ? declared.cap : indicator.attainment_cap,
          .row = row};
}

bool WeightTable::AddFrom(const Place& place, const Window& window,
                          std::map<int, UnitWeight>& weights) const {
  const auto rows = weights_.find(place);
  if (rows == weights_.end()) return false;
  bool complete = false;
  for (const int row : rows->second) {
    if (!Holds(policy_.weights[row].window, window)) continue;
    const UnitWeight weight = WeightOf(row);
    weights.try_emplace(weight.indicator, weight);
    complete |= policy_.weights[row].complete;
  }
  return complete;
}

std::vector<UnitWeight> WeightTable::Of(int unit, const Window& window) const {
  std::map<int, UnitWeight> found;
  for (const Place& place : PlacesOf(unit)) {
    if (AddFrom(place, window, found)) break;
  }
  std::vector<UnitWeight> weights;
  for (auto& [k, weight] : found) {
    if (!network_.Applies(k, unit)) weight.state = WeightState::kNotApplicable;
    weights.push_back(weight);
  }
  Redistribute(weights);
  return weights;
}

double WeightTable::QualityOf(int unit, const Window& window) const {
  for (const Place& place : PlacesOf(unit)) {
    const auto rows = quality_.find(place);
    if (rows == quality_.end()) continue;
    for (const int row : rows->second) {
      if (Holds(policy_.quality[row].window, window)) return policy_.quality[row].factor;
    }
  }
  return 1.0;
}

}  // namespace jalon::sim
