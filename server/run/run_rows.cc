#include "server/run/run_rows.h"

#include <algorithm>
#include <cmath>
#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "server/convert/checks.h"
#include "server/convert/status.h"
#include "server/run/result_columns.h"
#include "sim/base/missing.h"
#include "sim/base/status_macros.h"
#include "sim/engine/target_parts.h"

namespace jalon::server {
namespace {

// At most this many columns of rows of stocks and ratios.
constexpr int kKindColumns = 3;

// Counts series in any rectangle in constant time per segment.
class SeriesCounts {
 public:
  SeriesCounts(const sim::Network& network, const sim::Realisations& realisations)
      : segment_count_(network.segment_count()), stride_(network.unit_count() + 1) {
    before_.resize(static_cast<size_t>(network.indicator_count()) * segment_count_ * stride_);
    for (const sim::SeriesKey& key : realisations.keys()) {
      ++before_[Offset(key.indicator, key.segment) + key.unit + 1];
    }
    for (size_t line = 0; line < before_.size(); line += stride_) {
      for (size_t u = 1; u < stride_; ++u) before_[line + u] += before_[line + u - 1];
    }
  }

  bool Any(const sim::NodeRange& range) const {
    for (int s = range.segment_first; s < range.segment_end; ++s) {
      const size_t line = Offset(range.indicator, s);
      if (before_[line + range.unit_end] > before_[line + range.unit_first]) return true;
    }
    return false;
  }

 private:
  size_t Offset(int indicator, int segment) const {
    return (static_cast<size_t>(indicator) * segment_count_ + segment) * stride_;
  }

  const int segment_count_;
  const size_t stride_;
  std::vector<int32_t> before_;
};

// A node is worth a row when it has series, and when its value is made of sums of theirs.
bool IsComputable(const sim::Network& network, const SeriesCounts& counts,
                  const sim::NodeRange& range) {
  return sim::AddsUp(network, range) &&
         sim::HasSeriesBehind(network, range,
                              [&](const sim::NodeRange& part) { return counts.Any(part); });
}

// The windows of the request, each with its periods where asked, and those of the objectives when
// rows without objective may stand beside them.
std::set<sim::Window> RowWindows(const RowsInput& input) {
  std::vector<sim::Window> asked = input.request.windows;
  if (asked.empty() && input.objectives != nullptr) {
    for (const sim::Objective& objective : input.objectives->objectives) {
      asked.push_back(objective.window);
    }
  }
  std::set<sim::Window> windows;
  using Spec = v1::TargetSpec;
  for (const sim::Window& window : asked) {
    if (input.request.granularity != Spec::GRANULARITY_PERIOD) windows.insert(window);
    if (input.request.granularity != Spec::GRANULARITY_PERIOD &&
        input.request.granularity != Spec::GRANULARITY_BOTH) {
      continue;
    }
    for (sim::Period p = window.first; p <= window.last; p = p + 1) windows.insert({p, p});
  }
  return windows;
}

// A row before its window has a number.
struct Node {
  AxisRow row;
  sim::Window window;

  friend bool operator<(const Node& a, const Node& b) {
    if (const auto order = a.row <=> b.row; order != 0) return order < 0;
    return a.window < b.window;
  }
};

// A row with its objective, NaN without.
using AskedNode = std::pair<Node, double>;

void AddRequestedNodes(const RowsInput& input, const SeriesCounts& counts,
                       std::vector<AskedNode>* nodes) {
  if (input.request.objectives_only) return;
  const sim::Network& network = input.network;
  const std::set<sim::Window> windows = RowWindows(input);
  std::vector<bool> unit_wanted(network.unit_count());
  for (const int top : input.request.units) {
    for (int u = top; u < network.unit_end(top); ++u) unit_wanted[u] = true;
  }
  std::vector<bool> depth_wanted(network.depth_count());
  for (const int depth : input.request.depths) depth_wanted[depth] = true;
  for (const int k : input.request.indicators) {
    for (int u = 0; u < network.unit_count(); ++u) {
      if (!unit_wanted[u] || !depth_wanted[network.unit_depth(u)]) continue;
      for (const int s : input.request.segments) {
        if (!IsComputable(network, counts, sim::RangeOf(network, k, u, s))) continue;
        for (const sim::Window& window : windows) {
          nodes->push_back({{{k, u, s}, window}, sim::kMissing});
        }
      }
    }
  }
}

// Objectives inside the request's units, segments and indicators, whatever their level.
absl::Status AddObjectives(const RowsInput& input, const SeriesCounts& counts,
                           std::vector<AskedNode>* nodes) {
  const sim::Network& network = input.network;
  const auto asked = [](const std::vector<int>& indices, int i) {
    return std::binary_search(indices.begin(), indices.end(), i);
  };
  std::vector<bool> unit_wanted(network.unit_count());
  for (const int top : input.request.units) {
    for (int u = top; u < network.unit_end(top); ++u) unit_wanted[u] = true;
  }
  Checks checks;
  for (size_t i = 0; i < input.objectives->nodes.size(); ++i) {
    const auto& [k, u, s] = input.objectives->nodes[i];
    const sim::Objective& objective = input.objectives->objectives[i];
    if (!unit_wanted[u] || !asked(input.request.indicators, k) ||
        !asked(input.request.segments, s)) {
      continue;
    }
    if (!IsComputable(network, counts, sim::RangeOf(network, k, u, s))) {
      checks.Add(absl::StrCat("objective_set.objectives[", i, "]"),
                 absl::StrCat(objective.unit, " ", objective.segment, " ", objective.indicator),
                 "must be on a node with series that add up to it", "OBJECTIVE_WITHOUT_SERIES");
      continue;
    }
    nodes->push_back({{{k, u, s}, objective.window},
                      sim::ObjectiveValue(network.indicator(k), objective.ticks)});
  }
  return checks.ToStatus();
}

// In canonical order, one per node: an objective takes the place of a row without.
absl::StatusOr<std::vector<AskedNode>> NodesOf(const RowsInput& input) {
  const SeriesCounts counts(input.network, input.realisations);
  std::vector<AskedNode> nodes;
  AddRequestedNodes(input, counts, &nodes);
  if (input.objectives != nullptr) JALON_RETURN_IF_ERROR(AddObjectives(input, counts, &nodes));
  const auto comes_before = [](const AskedNode& a, const AskedNode& b) {
    return a.first < b.first;
  };
  // Mostly they are in order already.
  if (!std::is_sorted(nodes.begin(), nodes.end(), comes_before)) {
    std::stable_sort(nodes.begin(), nodes.end(), comes_before);
  }
  size_t kept = 0;
  for (size_t i = 0; i < nodes.size(); ++i) {
    if (kept > 0 && !comes_before(nodes[kept - 1], nodes[i])) --kept;
    nodes[kept++] = nodes[i];
  }
  nodes.resize(kept);
  return nodes;
}

std::vector<sim::Window> WindowsOf(const std::vector<AskedNode>& nodes) {
  std::vector<sim::Window> windows;
  for (const auto& [node, objective] : nodes) {
    if (windows.empty() || windows.back() != node.window) windows.push_back(node.window);
  }
  std::sort(windows.begin(), windows.end());
  windows.erase(std::unique(windows.begin(), windows.end()), windows.end());
  return windows;
}

// Whether what a variation over `target`'s window starts from lies inside the history.
bool HasOpening(const RowsInput& input, const sim::Target& target) {
  const int k = target.range.indicator;
  if (input.network.indicator(k).basis != sim::AttainmentBasis::kVariation) return false;
  const sim::Window opening = sim::OpeningWindow(input.network, k, target.window);
  return sim::FirstPeriodNeeded(input.network, k, opening) >= input.realisations.first();
}

// Gives a target its thresholds: the objective, then R/O at each level where it has a meaning.
void AddThresholds(const RowsInput& input, double objective, sim::Target& target) {
  if (std::isnan(objective)) return;
  const sim::Indicator& indicator = input.network.indicator(target.range.indicator);
  target.thresholds.reserve(input.request.ro_levels.size() + 1);
  target.thresholds.push_back(objective);
  const bool varies = indicator.basis == sim::AttainmentBasis::kVariation;
  if (varies && !HasOpening(input, target)) return;
  std::vector<double> weights;
  if (varies) weights.reserve(input.request.ro_levels.size() + 1);
  if (varies) weights.push_back(0.0);
  for (const double level : input.request.ro_levels) {
    const auto threshold = sim::ThresholdAtRatio(indicator, objective, level);
    if (!threshold.has_value()) {
      target.thresholds.resize(1);
      return;
    }
    target.thresholds.push_back(threshold->value);
    if (varies) weights.push_back(threshold->opening_weight);
  }
  if (!varies) return;
  target.opening = sim::TargetOpening{
      .window = sim::OpeningWindow(input.network, target.range.indicator, target.window),
      .weights = std::move(weights),
      .objective = objective};
}

}  // namespace

absl::StatusOr<RunRows> MakeRows(const RowsInput& input) {
  JALON_ASSIGN_OR_RETURN(const std::vector<AskedNode> nodes, NodesOf(input));
  if (nodes.empty()) {
    return sim::ViolationStatus({.field = "run.targets",
                                 .rule = "must select at least one node with series",
                                 .reason = "NOTHING_TO_COMPUTE"});
  }
  RunRows result{.ro_levels = input.request.ro_levels,
                 .has_objectives = input.objectives != nullptr};
  result.specs = ColumnSpecs(input.request, result.has_objectives);
  const auto cells = static_cast<int64_t>(nodes.size() * (result.specs.size() + kKindColumns));
  if (cells > input.max_cells) {
    return LimitExceeded("result_cells", input.max_cells, cells, "numbers");
  }
  result.windows = WindowsOf(nodes);
  result.rows.reserve(nodes.size());
  result.objectives.reserve(nodes.size());
  result.targets.reserve(nodes.size());
  for (const auto& [node, objective] : nodes) {
    AxisRow row = node.row;
    const auto window = std::lower_bound(result.windows.begin(), result.windows.end(), node.window);
    row.window = static_cast<int>(window - result.windows.begin());
    const sim::Indicator& indicator = input.network.indicator(row.indicator);
    result.rows.push_back(row);
    result.objectives.push_back(objective);
    result.targets.push_back(
        {.range = sim::RangeOf(input.network, row.indicator, row.unit, row.segment),
         .window = node.window,
         .aggregation = indicator.aggregation,
         .direction = indicator.direction});
    AddThresholds(input, objective, result.targets.back());
  }
  AddKindColumns(result.targets, &result.specs);
  return result;
}

}  // namespace jalon::server
