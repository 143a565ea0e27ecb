#include "sim/engine/target_parts.h"

#include <algorithm>

namespace jalon::sim {
namespace {

void AddIndicators(const Network& network, int k, std::vector<int>& found) {
  if (network.indicator(k).kind == IndicatorKind::kDerived) {
    for (const DerivedTerm& term : network.expression(k).terms) found.push_back(term.indicator);
  } else {
    found.push_back(k);
  }
}

// One unit and segment, or an indicator that adds up over what there is.
bool PartAddsUp(const Network& network, const NodeRange& range) {
  const Indicator& indicator = network.indicator(range.indicator);
  if (!indicator.adds_over_units && range.unit_end - range.unit_first > 1) return false;
  return indicator.adds_over_segments || range.segment_end - range.segment_first == 1;
}

bool AnySeries(const Network& network, const NodeRange& range,
               absl::FunctionRef<bool(const NodeRange&)> has_series) {
  std::vector<int> parts;
  AddIndicators(network, range.indicator, parts);
  return std::any_of(parts.begin(), parts.end(),
                     [&](int k) { return has_series(WithIndicator(range, k)); });
}

bool NeedsMeanLevels(const Network& network, int k) {
  if (k < 0) return false;
  const std::vector<DerivedTerm>& terms = network.expression(k).terms;
  return std::any_of(terms.begin(), terms.end(),
                     [](const DerivedTerm& term) { return term.mean_of_stock; });
}

}  // namespace

Period FirstPeriodNeeded(const Network& network, int k, const Window& window) {
  const bool before = NeedsMeanLevels(network, k) ||
                      NeedsMeanLevels(network, network.numerator_index(k)) ||
                      NeedsMeanLevels(network, network.denominator_index(k));
  return before ? window.first - 1 : window.first;
}

std::vector<int> IndicatorsBehind(const Network& network, int k) {
  std::vector<int> found;
  if (network.indicator(k).kind == IndicatorKind::kRatio) {
    AddIndicators(network, network.numerator_index(k), found);
    AddIndicators(network, network.denominator_index(k), found);
  } else {
    AddIndicators(network, k, found);
  }
  std::sort(found.begin(), found.end());
  found.erase(std::unique(found.begin(), found.end()), found.end());
  return found;
}

bool IsStock(const Network& network, int indicator) {
  return network.indicator(indicator).kind == IndicatorKind::kStock;
}

bool AddsUp(const Network& network, const NodeRange& range) {
  const std::vector<int> parts = IndicatorsBehind(network, range.indicator);
  return std::all_of(parts.begin(), parts.end(),
                     [&](int k) { return PartAddsUp(network, WithIndicator(range, k)); });
}

bool HasSeriesBehind(const Network& network, const NodeRange& range,
                     absl::FunctionRef<bool(const NodeRange&)> has_series) {
  const int k = range.indicator;
  if (network.indicator(k).kind != IndicatorKind::kRatio) {
    return AnySeries(network, range, has_series);
  }
  return AnySeries(network, WithIndicator(range, network.numerator_index(k)), has_series) &&
         AnySeries(network, WithIndicator(range, network.denominator_index(k)), has_series);
}

}  // namespace jalon::sim
