#include "sim/engine/target_parts.h"

#include <algorithm>

namespace jalon::sim {
namespace {

// One unit and segment, or an indicator that adds up over what there is.
bool PartAddsUp(const Network& network, const NodeRange& range) {
  const Indicator& indicator = network.indicator(range.indicator);
  if (!indicator.adds_over_units && range.unit_end - range.unit_first > 1) return false;
  return indicator.adds_over_segments || range.segment_end - range.segment_first == 1;
}

// Whether `holds(k)` of every flow and stock that an indicator which is no ratio is made of.
template <typename Holds>
bool AllOfSum(const Network& network, int k, const Holds& holds) {
  if (network.indicator(k).kind != IndicatorKind::kDerived) return holds(k);
  const std::vector<DerivedTerm>& terms = network.expression(k).terms;
  return std::all_of(terms.begin(), terms.end(),
                     [&](const DerivedTerm& term) { return holds(term.indicator); });
}

// The same of any indicator: of a ratio, what is above and below the line.
template <typename Holds>
bool AllBehind(const Network& network, int k, const Holds& holds) {
  if (network.indicator(k).kind != IndicatorKind::kRatio) return AllOfSum(network, k, holds);
  return AllOfSum(network, network.numerator_index(k), holds) &&
         AllOfSum(network, network.denominator_index(k), holds);
}

bool AnySeries(const Network& network, const NodeRange& range,
               absl::FunctionRef<bool(const NodeRange&)> has_series) {
  return !AllOfSum(network, range.indicator,
                   [&](int k) { return !has_series(WithIndicator(range, k)); });
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

bool IsStock(const Network& network, int indicator) {
  return network.indicator(indicator).kind == IndicatorKind::kStock;
}

bool AddsUp(const Network& network, const NodeRange& range) {
  return AllBehind(network, range.indicator,
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
