// Slots resolved against the realisations: the plan's series and its horizon.
#include <algorithm>
#include <numeric>
#include <optional>

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

// Periods of cells a reading looks at: one more before for mean levels.
Window CellsOf(const SlotReading& reading) {
  Window cells = reading.window;
  if (reading.mean_of_stock) cells.first = cells.first - 1;
  return cells;
}

Window UnionOfWindows(const std::vector<PlanSlot>& slots) {
  Window horizon = CellsOf(slots.front().reading);
  for (const PlanSlot& slot : slots) {
    const Window cells = CellsOf(slot.reading);
    horizon.first = std::min(horizon.first, cells.first);
    horizon.last = std::max(horizon.last, cells.last);
  }
  return horizon;
}

// Slots ordered by reading, then as they came.
std::vector<int> OrderByReading(const std::vector<PlanSlot>& slots) {
  std::vector<int> order(slots.size());
  std::iota(order.begin(), order.end(), 0);
  std::stable_sort(order.begin(), order.end(),
                   [&](int a, int b) { return slots[a].reading < slots[b].reading; });
  return order;
}

class TargetResolver {
 public:
  TargetResolver(const PlanInput& input, const ModelIndex& index,
                 const std::vector<PlanSlot>& slots)
      : input_(input),
        realisations_(input.revision.realisations),
        dates_(input.revision, input.as_of),
        index_(index),
        slots_(slots),
        counts_(realisations_.series_count(), 0),
        wanted_(realisations_.series_count(), false) {}

  TargetPart Resolve() {
    part_.horizon = UnionOfWindows(slots_);
    CountSlots();
    ReachBackForStocks();
    WantFlows();
    NumberRows();
    ListSlots();
    return std::move(part_);
  }

 private:
  void CountSlots() {
    for (const PlanSlot& slot : slots_) {
      ForEachRow(realisations_, slot.range, [&](int row) { ++counts_[row]; });
    }
    for (size_t row = 0; row < counts_.size(); ++row) wanted_[row] = counts_[row] > 0;
  }

  // The first period of the horizon in which the stock of `row` has to be computed.
  std::optional<Period> FirstComputed(int row) const {
    const int model_series = index_.Find(realisations_.key(row)).value_or(-1);
    const std::vector<double> cells =
        ConstantCells(input_, dates_, {row, model_series}, part_.horizon);
    const auto found = std::find_if(cells.begin(), cells.end(), [](double c) { return c != c; });
    if (found == cells.end()) return std::nullopt;
    return part_.horizon.first + static_cast<int>(found - cells.begin());
  }

  void ReachBackForStocks() {
    const Network& network = input_.revision.network;
    Period first = part_.horizon.first;
    for (int row = 0; row < realisations_.series_count(); ++row) {
      if (!wanted_[row] || !IsStock(network, realisations_.key(row).indicator)) continue;
      const std::optional<Period> computed = FirstComputed(row);
      if (!computed) continue;
      stocks_.push_back(row);
      first = std::min(first, StockStart(input_, row, *computed));
    }
    part_.horizon.first = first;
  }

  void WantFlows() {
    for (int row : stocks_) {
      for (const StockFlowRow& flow : StockFlowRows(input_.revision, row)) wanted_[flow.row] = true;
    }
  }

  // Each wanted row's place in the list of slots.
  void NumberRows() {
    next_.assign(counts_.size(), 0);
    part_.series_slot_first.push_back(0);
    for (int row = 0; row < realisations_.series_count(); ++row) {
      if (!wanted_[row]) continue;
      part_.rows.push_back(row);
      next_[row] = part_.series_slot_first.back();
      part_.series_slot_first.push_back(next_[row] + counts_[row]);
    }
  }

  void ListSlots() {
    part_.series_slots.resize(part_.series_slot_first.back());
    for (int slot : OrderByReading(slots_)) {
      ForEachRow(realisations_, slots_[slot].range,
                 [&](int row) { part_.series_slots[next_[row]++] = slot; });
    }
  }

  const PlanInput& input_;
  const Realisations& realisations_;
  const KnownDates dates_;
  const ModelIndex& index_;
  const std::vector<PlanSlot>& slots_;
  // [row]: slots it stands in, whether the plan has it, the next place in the list.
  std::vector<int> counts_;
  std::vector<bool> wanted_;
  std::vector<int> next_;
  // Rows of stocks with a cell to compute.
  std::vector<int> stocks_;
  TargetPart part_;
};

}  // namespace

bool HasSeries(const Realisations& realisations, const NodeRange& range) {
  bool found = false;
  ForEachRowWhile(realisations, range, [&](int) {
    found = true;
    return false;
  });
  return found;
}

std::optional<Period> LastKnown(const Realisations& realisations, int row, Period period) {
  for (Period p = std::min(period, realisations.last()); p >= realisations.first(); p = p - 1) {
    const double value = realisations.at(row, p);
    if (value == value) return p;
  }
  return std::nullopt;
}

Period StockStart(const PlanInput& input, int row, Period period) {
  const Period before = std::min(period - 1, input.as_of);
  const std::optional<Period> known = LastKnown(input.revision.realisations, row, before);
  return known && before - *known <= kLongestCatchUp ? *known + 1 : before + 1;
}

TargetPart ResolveTargets(const PlanInput& input, const ModelIndex& index,
                          const std::vector<PlanSlot>& slots) {
  return TargetResolver(input, index, slots).Resolve();
}

}  // namespace jalon::sim
