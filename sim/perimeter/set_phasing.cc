#include "sim/perimeter/set_phasing.h"

#include <cmath>
#include <optional>
#include <utility>

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

}  // namespace

SetPhasing::SetPhasing(const Network& network, const PhasingTable& table,
                       const std::vector<Objective>& set)
    : network_(network), imported_(network, table) {
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

std::vector<double> SetPhasing::Imported(const Objective& objective) const {
  const std::optional<int> k = network_.FindIndicator(objective.indicator);
  const std::optional<int> u = network_.FindUnit(objective.unit);
  const std::optional<int> s = network_.FindSegment(objective.segment);
  if (!k || !u || !s) return {};
  return AsWeights(imported_(
      {.indicator = *k, .unit = *u, .segment = *s, .window = objective.window, .value = 1.0}));
}

std::vector<double> SetPhasing::operator()(const Objective& objective) const {
  for (std::vector<double> weights : {Own(objective), Imported(objective)}) {
    if (!weights.empty()) return weights;
  }
  return std::vector<double>(objective.window.size(), 1.0);
}

}  // namespace jalon::sim
