// Slots resolved against the realisations: the plan's series and its horizon.
#include <algorithm>
#include <map>
#include <optional>
#include <utility>
#include <vector>

#include "sim/engine/plan_parts.h"

namespace jalon::sim {
namespace {

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

// Slots ordered by reading, then as they came. There are few readings, so each is compared once.
std::vector<int> OrderByReading(const std::vector<PlanSlot>& slots) {
  std::map<SlotReading, std::vector<int>> by_reading;
  std::pair<const SlotReading, std::vector<int>>* last = nullptr;
  for (size_t slot = 0; slot < slots.size(); ++slot) {
    const SlotReading& reading = slots[slot].reading;
    if (last == nullptr || last->first != reading) last = &*by_reading.try_emplace(reading).first;
    last->second.push_back(static_cast<int>(slot));
  }
  std::vector<int> order;
  order.reserve(slots.size());
  for (const auto& [reading, alike] : by_reading) {
    order.insert(order.end(), alike.begin(), alike.end());
  }
  return order;
}

class TargetResolver {
 public:
  TargetResolver(const PlanInput& input, const RowTables& rows, const std::vector<PlanSlot>& slots)
      : input_(input),
        realisations_(input.revision.realisations),
        dates_(input.revision, input.as_of),
        rows_(rows),
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
      rows_.index.ForEach(slot.range, [&](int row) { ++counts_[row]; });
    }
    for (size_t row = 0; row < counts_.size(); ++row) wanted_[row] = counts_[row] > 0;
  }

  // The first period of the horizon in which the stock of `row` has to be computed.
  std::optional<Period> FirstComputed(int row) {
    const Window& horizon = part_.horizon;
    cells_.resize(horizon.size());
    FillConstantCells(input_, dates_, {row, rows_.model_series[row]}, {horizon, cells_});
    const auto found = std::find_if(cells_.begin(), cells_.end(), [](double c) { return c != c; });
    if (found == cells_.end()) return std::nullopt;
    return horizon.first + static_cast<int>(found - cells_.begin());
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
      ForEachStockFlow(input_.revision, rows_.index, row,
                       [&](int flow, double) { wanted_[flow] = true; });
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
      rows_.index.ForEach(slots_[slot].range,
                          [&](int row) { part_.series_slots[next_[row]++] = slot; });
    }
  }

  const PlanInput& input_;
  const Realisations& realisations_;
  const KnownDates dates_;
  const RowTables& rows_;
  const std::vector<PlanSlot>& slots_;
  // [row]: slots it stands in, whether the plan has it, the next place in the list.
  std::vector<int> counts_;
  std::vector<bool> wanted_;
  std::vector<int> next_;
  // Rows of stocks with a cell to compute.
  std::vector<int> stocks_;
  // Of the stock at hand, over the horizon.
  std::vector<double> cells_;
  TargetPart part_;
};

}  // namespace

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

TargetPart ResolveTargets(const PlanInput& input, const RowTables& rows,
                          const std::vector<PlanSlot>& slots) {
  return TargetResolver(input, rows, slots).Resolve();
}

}  // namespace jalon::sim
