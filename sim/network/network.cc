#include "sim/network/network.h"

#include <algorithm>
#include <utility>

#include "sim/network/derived_expansion.h"
#include "sim/network/tree.h"

namespace jalon::sim {
namespace {

template <typename Item>
std::vector<TreeRow> RowsOf(const std::vector<Item>& items) {
  std::vector<TreeRow> rows;
  rows.reserve(items.size());
  for (const Item& item : items) rows.push_back({item.id, item.parent});
  return rows;
}

template <typename Item>
std::vector<Item> Permuted(std::vector<Item> items, const std::vector<int>& rows) {
  std::vector<Item> sorted;
  sorted.reserve(items.size());
  for (const int row : rows) sorted.push_back(std::move(items[row]));
  return sorted;
}

template <typename Item>
absl::flat_hash_map<std::string, int> IndexById(const std::vector<Item>& items) {
  absl::flat_hash_map<std::string, int> by_id;
  by_id.reserve(items.size());
  for (size_t i = 0; i < items.size(); ++i) by_id.emplace(items[i].id, static_cast<int>(i));
  return by_id;
}

template <typename IdMap>
std::optional<int> FindId(const IdMap& by_id, absl::string_view id) {
  const auto found = by_id.find(id);
  if (found == by_id.end()) return std::nullopt;
  return found->second;
}

bool AppliesToKind(const Indicator& indicator, const std::string& kind) {
  return std::binary_search(indicator.unit_kinds.begin(), indicator.unit_kinds.end(), kind);
}

// Depth-first "all" is the root of the segments: everything without a parent hangs on it.
std::vector<TreeRow> SegmentRows(const std::vector<Segment>& segments) {
  std::vector<TreeRow> rows = RowsOf(segments);
  for (TreeRow& row : rows) {
    if (row.parent.empty() && row.id != kAllSegments) row.parent = kAllSegments;
  }
  return rows;
}

}  // namespace

absl::StatusOr<Network> Network::Create(NetworkSpec spec) {
  if (const Violations violations = Validate(spec); !violations.empty()) {
    return violations.ToStatus();
  }
  Network network;
  network.spec_ = std::move(spec);
  std::sort(network.spec_.attributes.begin(), network.spec_.attributes.end(),
            [](const Attribute& a, const Attribute& b) { return a.name < b.name; });
  network.SortUnits();
  network.SortSegments();
  network.SortIndicators();
  network.FindWhereIndicatorsApply();
  network.ResolveIndicators();
  return network;
}

void Network::SortUnits() {
  TreeOrder order = DepthFirst(RowsOf(spec_.units));
  spec_.units = Permuted(std::move(spec_.units), order.rows);
  unit_parent_ = std::move(order.parent);
  unit_end_ = std::move(order.end);
  unit_depth_ = std::move(order.depth);
  unit_by_id_ = IndexById(spec_.units);
  level_names_.resize(*std::max_element(unit_depth_.begin(), unit_depth_.end()) + 1);
  for (int u = 0; u < unit_count(); ++u) level_names_[unit_depth_[u]] = spec_.units[u].level;
}

void Network::SortSegments() {
  std::vector<Segment>& segments = spec_.segments;
  if (std::none_of(segments.begin(), segments.end(),
                   [](const Segment& segment) { return segment.id == kAllSegments; })) {
    segments.push_back({.id = kAllSegments});
  }
  TreeOrder order = DepthFirst(SegmentRows(segments));
  segments = Permuted(std::move(segments), order.rows);
  for (Segment& segment : segments) {
    if (segment.parent == kAllSegments) segment.parent.clear();
  }
  segment_parent_ = std::move(order.parent);
  segment_end_ = std::move(order.end);
  segment_by_id_ = IndexById(segments);
}

void Network::SortIndicators() {
  std::vector<Indicator>& indicators = spec_.indicators;
  std::sort(indicators.begin(), indicators.end(),
            [](const Indicator& a, const Indicator& b) { return a.id < b.id; });
  for (Indicator& indicator : indicators) {
    std::vector<std::string>& kinds = indicator.unit_kinds;
    std::sort(kinds.begin(), kinds.end());
    kinds.erase(std::unique(kinds.begin(), kinds.end()), kinds.end());
    std::sort(indicator.inflows.begin(), indicator.inflows.end());
    std::sort(indicator.outflows.begin(), indicator.outflows.end());
  }
  indicator_by_id_ = IndexById(indicators);
}

void Network::FindWhereIndicatorsApply() {
  applies_.resize(spec_.indicators.size());
  for (int k = 0; k < indicator_count(); ++k) {
    if (spec_.indicators[k].unit_kinds.empty()) continue;
    std::vector<bool>& row = applies_[k];
    row.assign(spec_.units.size(), false);
    for (int u = unit_count() - 1; u >= 0; --u) {
      if (is_leaf(u)) row[u] = AppliesToKind(spec_.indicators[k], spec_.units[u].kind);
      if (row[u] && unit_parent_[u] >= 0) row[unit_parent_[u]] = true;
    }
  }
}

void Network::ResolveIndicators() {
  const auto index_of = [this](const std::string& id) { return FindIndicator(id).value_or(-1); };
  const auto find = [this](absl::string_view id) { return FindIndicator(id); };
  std::vector<DerivedExpression> parsed(indicator_count());
  for (int k = 0; k < indicator_count(); ++k) {
    const Indicator& indicator = spec_.indicators[k];
    inflow_indices_.emplace_back();
    for (const std::string& flow : indicator.inflows) {
      inflow_indices_[k].push_back(index_of(flow));
    }
    outflow_indices_.emplace_back();
    for (const std::string& flow : indicator.outflows) {
      outflow_indices_[k].push_back(index_of(flow));
    }
    numerator_index_.push_back(index_of(indicator.numerator));
    denominator_index_.push_back(index_of(indicator.denominator));
    if (indicator.kind == IndicatorKind::kDerived) {
      parsed[k] = ParseExpression(indicator.expression, find).expression;
    }
  }
  expressions_ = ExpandDerived(parsed).expressions;
}

int Network::AncestorAt(int u, int depth) const {
  while (unit_depth_[u] > depth) u = unit_parent_[u];
  return u;
}

std::vector<int> Network::UnitsAtDepth(int depth) const {
  std::vector<int> units;
  for (int u = 0; u < unit_count(); ++u) {
    if (unit_depth_[u] == depth) units.push_back(u);
  }
  return units;
}

std::optional<int> Network::FindLevel(absl::string_view name) const {
  for (int depth = 0; depth < depth_count(); ++depth) {
    if (level_names_[depth] == name) return depth;
  }
  return std::nullopt;
}

std::optional<int> Network::FindUnit(absl::string_view id) const { return FindId(unit_by_id_, id); }

std::optional<int> Network::FindSegment(absl::string_view id) const {
  return FindId(segment_by_id_, id);
}

std::optional<int> Network::FindIndicator(absl::string_view id) const {
  return FindId(indicator_by_id_, id);
}

}  // namespace jalon::sim
