#include "sim/network/tree.h"

#include <algorithm>
#include <utility>

#include "absl/container/flat_hash_map.h"

namespace jalon::sim {
namespace {

constexpr int kNotVisited = -3;
constexpr int kOnPath = -2;
constexpr int kNoDepth = -1;

// The rows from `start` upwards until one without a row as parent, or one seen before.
template <typename Seen>
std::vector<int> Climb(const std::vector<int>& parents, int start, Seen seen) {
  std::vector<int> path;
  for (int row = start; row >= 0 && !seen(row); row = parents[row]) path.push_back(row);
  return path;
}

// Puts the smallest row first, keeping the direction.
std::vector<int> FromSmallest(std::vector<int> cycle) {
  std::rotate(cycle.begin(), std::min_element(cycle.begin(), cycle.end()), cycle.end());
  return cycle;
}

// [row]: its children by descending id, so that a stack pops them in ascending order.
std::vector<std::vector<int>> ChildrenDescending(const std::vector<TreeRow>& rows,
                                                 const std::vector<int>& parents) {
  std::vector<int> by_id(rows.size());
  for (size_t i = 0; i < rows.size(); ++i) by_id[i] = static_cast<int>(i);
  std::sort(by_id.begin(), by_id.end(), [&](int a, int b) { return rows[a].id > rows[b].id; });
  std::vector<std::vector<int>> children(rows.size() + 1);
  for (const int row : by_id) {
    children[parents[row] < 0 ? rows.size() : parents[row]].push_back(row);
  }
  return children;
}

// Ends of subtrees from depths in depth-first order.
std::vector<int> EndsOf(const std::vector<int>& parent) {
  std::vector<int> end(parent.size());
  for (int i = static_cast<int>(parent.size()) - 1; i >= 0; --i) {
    end[i] = std::max(end[i], i + 1);
    if (parent[i] >= 0) end[parent[i]] = std::max(end[parent[i]], end[i]);
  }
  return end;
}

}  // namespace

std::vector<int> ResolveParents(const std::vector<TreeRow>& rows) {
  absl::flat_hash_map<absl::string_view, int> by_id;
  by_id.reserve(rows.size());
  for (size_t i = 0; i < rows.size(); ++i) by_id.emplace(rows[i].id, static_cast<int>(i));
  std::vector<int> parents;
  parents.reserve(rows.size());
  for (const TreeRow& row : rows) {
    const auto found = by_id.find(row.parent);
    parents.push_back(row.parent.empty()     ? kNoParent
                      : found == by_id.end() ? kUnknownParent
                                             : found->second);
  }
  return parents;
}

std::vector<std::vector<int>> FindCycles(const std::vector<int>& parents) {
  std::vector<int> climb_of(parents.size(), -1);
  std::vector<std::vector<int>> cycles;
  for (int start = 0; start < static_cast<int>(parents.size()); ++start) {
    int row = start;
    for (; row >= 0 && climb_of[row] < 0; row = parents[row]) climb_of[row] = start;
    if (row < 0 || climb_of[row] != start) continue;
    std::vector<int> cycle = {row};
    for (int next = parents[row]; next != row; next = parents[next]) cycle.push_back(next);
    cycles.push_back(FromSmallest(std::move(cycle)));
  }
  std::sort(cycles.begin(), cycles.end());
  return cycles;
}

std::vector<int> FindDepths(const std::vector<int>& parents) {
  std::vector<int> depths(parents.size(), kNotVisited);
  for (int start = 0; start < static_cast<int>(parents.size()); ++start) {
    const std::vector<int> path = Climb(parents, start, [&](int row) {
      if (depths[row] != kNotVisited) return true;
      depths[row] = kOnPath;
      return false;
    });
    if (path.empty()) continue;
    const int above = parents[path.back()];
    int depth = above == kNoParent ? 0 : kNoDepth;
    if (above >= 0 && depths[above] >= 0) depth = depths[above] + 1;
    for (auto row = path.rbegin(); row != path.rend(); ++row) {
      depths[*row] = depth;
      if (depth != kNoDepth) ++depth;
    }
  }
  return depths;
}

TreeOrder DepthFirst(const std::vector<TreeRow>& rows) {
  const std::vector<int> parents = ResolveParents(rows);
  const std::vector<std::vector<int>> children = ChildrenDescending(rows, parents);
  TreeOrder order;
  std::vector<int> position(rows.size(), -1);
  std::vector<int> stack = children.back();
  while (!stack.empty()) {
    const int row = stack.back();
    stack.pop_back();
    position[row] = static_cast<int>(order.rows.size());
    const int parent = parents[row] < 0 ? -1 : position[parents[row]];
    order.rows.push_back(row);
    order.parent.push_back(parent);
    order.depth.push_back(parent < 0 ? 0 : order.depth[parent] + 1);
    stack.insert(stack.end(), children[row].begin(), children[row].end());
  }
  order.end = EndsOf(order.parent);
  return order;
}

}  // namespace jalon::sim
