#include "sim/perimeter/set_phasing.h"

#include <algorithm>
#include <cmath>
#include <optional>
#include <utility>

#include "sim/calendar/opening_days.h"

namespace jalon::sim {
namespace {

// Weights of one sign, as positive ones; empty when they are no phasing.
std::vector<double> AsWeights(std::vector<double> sizes) {
  double sum = 0.0, size = 0.0;
  for (const double s : sizes) {
    sum += s;
    size += std::fabs(s);
  }
  if (!std::isfinite(size) || size == 0.0 || std::fabs(sum) < size * (1.0 - 1e-12)) return {};
  for (double& s : sizes) s = std::fabs(s);
  return sizes;
}

constexpr int kMostYears = 3;

// What a node brought in the periods of `window` one to three years before, added up; empty without
// a whole one.
std::vector<double> SeasonAt(const CreditedSums& figures, const SeriesKey& node,
                             const Window& window) {
  const int year = PeriodsPerYear(window.first.frequency);
  std::vector<double> sizes(window.size(), 0.0);
  int years = 0;
  const Period begin = figures.realisations().first();
  for (int back = year; years < kMostYears && window.first - back >= begin; back += year) {
    const Window past{window.first - back, window.last - back};
    const std::vector<double> sums = figures.Values(node, past);
    if (std::any_of(sums.begin(), sums.end(), [](double s) { return std::isnan(s); })) continue;
    for (int t = 0; t < window.size(); ++t) sizes[t] += sums[t];
    ++years;
  }
  return years == 0 ? std::vector<double>() : AsWeights(std::move(sizes));
}

}  // namespace

SetPhasing::SetPhasing(const Revision& revision, const std::vector<Objective>& set)
    : revision_(revision), imported_(revision.network, revision.phasing), sums_(revision) {
  for (const Objective& o : set) {
    cumulated_[{o.unit, o.segment, o.indicator, o.window.first}][o.window.last] = o.ticks;
  }
}

std::vector<double> SetPhasing::Own(const Objective& objective) const {
  const Window& window = objective.window;
  const auto node =
      cumulated_.find({objective.unit, objective.segment, objective.indicator, window.first});
  if (node == cumulated_.end()) return {};
  std::vector<double> sizes;
  int64_t before = 0;
  for (int t = 0; t < window.size(); ++t) {
    const auto found = node->second.find(window.first + t);
    if (found == node->second.end()) return {};
    sizes.push_back(static_cast<double>(found->second - before));
    before = found->second;
  }
  return AsWeights(std::move(sizes));
}

std::vector<double> SetPhasing::Imported(const NodeRange& node, const Window& window) const {
  return AsWeights(imported_({.indicator = node.indicator,
                              .unit = node.unit_first,
                              .segment = node.segment_first,
                              .window = window,
                              .value = 1.0}));
}

std::vector<double> SetPhasing::Season(const SeriesKey& node, const Window& window) {
  const Network& network = revision_.network;
  if (!network.HasSeries(node.indicator)) return {};
  int unit = network.is_leaf(node.unit) ? network.unit_parent(node.unit) : node.unit;
  for (; unit >= 0; unit = network.unit_parent(unit)) {
    const SeriesKey above{node.indicator, unit, node.segment};
    const auto [known, is_new] = seasons_.try_emplace({above, window});
    if (is_new) known->second = SeasonAt(sums_, above, window);
    if (!known->second.empty()) return known->second;
  }
  return {};
}

std::vector<double> SetPhasing::Days(const NodeRange& node, const Window& window) const {
  const OpeningDays days(revision_.network, revision_.calendars, window);
  if (days.empty()) return {};
  std::vector<double> sizes(window.size(), 0.0);
  for (int u = node.unit_first; u < node.unit_end; ++u) {
    for (int t = 0; t < window.size(); ++t) {
      const double open = days.days(u, window.first + t);
      if (!std::isnan(open)) sizes[t] += open;
    }
  }
  return AsWeights(std::move(sizes));
}

MonthWeights SetPhasing::operator()(const Objective& objective) {
  const Network& network = revision_.network;
  const Window& window = objective.window;
  std::vector<double> weights = Own(objective);
  if (!weights.empty()) return {std::move(weights), PhasingSource::kOwn};
  const std::optional<int> k = network.FindIndicator(objective.indicator);
  const std::optional<int> u = network.FindUnit(objective.unit);
  const std::optional<int> s = network.FindSegment(objective.segment);
  if (k && u && s) {
    const NodeRange node = RangeOf(network, *k, *u, *s);
    weights = Imported(node, window);
    if (!weights.empty()) return {std::move(weights), PhasingSource::kImported};
    weights = Season({*k, *u, *s}, window);
    if (!weights.empty()) return {std::move(weights), PhasingSource::kSeason};
    weights = Days(node, window);
    if (!weights.empty()) return {std::move(weights), PhasingSource::kOpeningDays};
  }
  return {std::vector<double>(window.size(), 1.0), PhasingSource::kEqual};
}

}  // namespace jalon::sim
