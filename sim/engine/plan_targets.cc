#include <algorithm>
#include <numeric>
#include <tuple>

#include "sim/engine/plan_parts.h"

namespace jalon::sim {
namespace {

// Calls `visit(row)` for each row of the realisations inside `range`, ascending, until it returns
// false.
template <typename Visit>
void ForEachRowWhile(const Realisations& realisations, const NodeRange& range, const Visit& visit) {
  const std::vector<SeriesKey>& keys = realisations.keys();
  const SeriesKey from{range.indicator, range.unit_first, 0};
  auto it = std::lower_bound(keys.begin(), keys.end(), from);
  for (; it != keys.end() && it->indicator == range.indicator && it->unit < range.unit_end; ++it) {
    if (range.contains(*it) && !visit(static_cast<int>(it - keys.begin()))) return;
  }
}

template <typename Visit>
void ForEachRow(const Realisations& realisations, const NodeRange& range, const Visit& visit) {
  ForEachRowWhile(realisations, range, [&](int row) {
    visit(row);
    return true;
  });
}

Window UnionOfWindows(std::span<const Target> targets) {
  Window horizon = targets.front().window;
  for (const Target& target : targets) {
    horizon.first = std::min(horizon.first, target.window.first);
    horizon.last = std::max(horizon.last, target.window.last);
  }
  return horizon;
}

// Targets ordered by window, then as asked.
std::vector<int> OrderByWindow(std::span<const Target> targets) {
  std::vector<int> order(targets.size());
  std::iota(order.begin(), order.end(), 0);
  std::stable_sort(order.begin(), order.end(),
                   [&](int a, int b) { return targets[a].window < targets[b].window; });
  return order;
}

}  // namespace

bool HasSeries(const Realisations& realisations, const NodeRange& range) {
  bool found = false;
  ForEachRowWhile(realisations, range, [&](int) {
    found = true;
    return false;
  });
  return found;
}

TargetPart ResolveTargets(const PlanInput& input) {
  const Realisations& realisations = input.revision.realisations;
  // Targets per row, then the row's place among the plan's series.
  std::vector<int> counts(realisations.series_count(), 0);
  for (const Target& target : input.targets) {
    ForEachRow(realisations, target.range, [&](int row) { ++counts[row]; });
  }

  TargetPart part;
  part.horizon = UnionOfWindows(input.targets);
  part.series_target_first.push_back(0);
  std::vector<int> next(realisations.series_count(), 0);
  for (int row = 0; row < realisations.series_count(); ++row) {
    if (counts[row] == 0) continue;
    part.rows.push_back(row);
    next[row] = part.series_target_first.back();
    part.series_target_first.push_back(next[row] + counts[row]);
  }

  part.series_targets.resize(part.series_target_first.back());
  for (int target : OrderByWindow(input.targets)) {
    ForEachRow(realisations, input.targets[target].range,
               [&](int row) { part.series_targets[next[row]++] = target; });
  }
  return part;
}

}  // namespace jalon::sim
