#include "sim/engine/target_values.h"

#include <algorithm>
#include <array>

#include "sim/base/missing.h"
#include "sim/engine/row_math.h"

namespace jalon::sim {
namespace {

// The value of one period: a cell, or the mean of a stock's levels around it.
double PeriodValue(const SlotReading& reading, std::span<const double> cells, int t) {
  return reading.mean_of_stock ? 0.5 * (cells[t - 1] + cells[t]) : cells[t];
}

// Slots of some paths: [slot x stride].
struct Slots {
  std::span<const double> values;
  int stride;
};

// The first `stride` elements: a number for each path.
using PathNumbers = std::array<double, kLanes>;

// The loops over paths have a constant length in a block, so that compilers make vectors of them.
template <int kStride>
PathNumbers QuantityIn(const Plan& plan, const PlanQuantity& quantity, const double* slots) {
  PathNumbers sums{};
  for (int j = quantity.first_term; j < quantity.end_term; ++j) {
    const PlanTerm& term = plan.terms[j];
    const double* slot = slots + static_cast<size_t>(term.slot) * kStride;
    for (int lane = 0; lane < kStride; ++lane) sums[lane] += term.coefficient * slot[lane];
  }
  // Most are sums.
  if (quantity.divisor == 1.0) return sums;
  for (int lane = 0; lane < kStride; ++lane) sums[lane] /= quantity.divisor;
  return sums;
}

PathNumbers QuantityOf(const Plan& plan, const PlanQuantity& quantity, const Slots& slots) {
  return slots.stride == 1 ? QuantityIn<1>(plan, quantity, slots.values.data())
                           : QuantityIn<kLanes>(plan, quantity, slots.values.data());
}

// a / b, where it exists.
PathNumbers RatioOf(const PathNumbers& a, const PathNumbers& b) {
  PathNumbers ratio;
  for (int lane = 0; lane < kLanes; ++lane) {
    ratio[lane] = b[lane] == 0.0 ? kMissing : a[lane] / b[lane];
  }
  return ratio;
}

PathNumbers OpeningOf(const Plan& plan, const PlanTarget& target, const Slots& slots) {
  const PathNumbers value = QuantityOf(plan, target.opening, slots);
  if (!target.opening_denominator.exists()) return value;
  return RatioOf(value, QuantityOf(plan, target.opening_denominator, slots));
}

// Row `row` of [row x stride].
void SetNumbers(const PathNumbers& from, int stride, int row, std::vector<double>& to) {
  std::copy_n(from.begin(), stride, to.begin() + static_cast<size_t>(row) * stride);
}

void FinishTarget(const Plan& plan, int index, const Slots& slots, TargetValues& finished) {
  const PlanTarget& target = plan.target_parts[index];
  PathNumbers value = QuantityOf(plan, target.value, slots);
  if (target.denominator.exists()) {
    const PathNumbers denominator = QuantityOf(plan, target.denominator, slots);
    SetNumbers(value, slots.stride, target.ratio_part, finished.parts);
    SetNumbers(denominator, slots.stride, target.ratio_part + 1, finished.parts);
    value = RatioOf(value, denominator);
  }
  SetNumbers(value, slots.stride, index, finished.values);
  if (target.opening_part < 0) return;
  SetNumbers(OpeningOf(plan, target, slots), slots.stride, target.opening_part, finished.parts);
}

// What `reading` reads off the rows of cells of one series.
PathRow ReadRows(const Plan& plan, const SlotReading& reading, std::span<const PathRow> cells,
                 const BlockStates& states) {
  const int first = reading.window.first - plan.horizon.first;
  const int last = reading.window.last - plan.horizon.first;
  PathRow sum = SameRow(0.0);
  for (int t = first; t <= last; ++t) {
    PathRow value = cells[t];
    if (reading.mean_of_stock) {
      value = cells[t - 1];
      AddTo(value, cells[t]);
      ScaleBy(value, 0.5);
    }
    if (reading.rate < 0) {
      AddTo(sum, value);
    } else {
      AddTo(sum, value, states.rates[static_cast<size_t>(reading.rate) * plan.period_count() + t]);
    }
  }
  return sum;
}

}  // namespace

double ReadCells(const Plan& plan, const SlotReading& reading, std::span<const double> cells,
                 const SharedState& state) {
  const int first = reading.window.first - plan.horizon.first;
  const int last = reading.window.last - plan.horizon.first;
  double sum = 0.0;
  for (int t = first; t <= last; ++t) {
    const double value = PeriodValue(reading, cells, t);
    sum += reading.rate < 0 ? value : value * state.rate(reading.rate, t, plan.period_count());
  }
  return sum;
}

void AddToSlots(const Plan& plan, int i, std::span<const double> cells, const SharedState& state,
                const SlotLane& lane) {
  const SlotReading* previous = nullptr;
  double value = 0.0;
  for (int k = plan.series_slot_first[i]; k < plan.series_slot_first[i + 1]; ++k) {
    const int index = plan.series_slots[k];
    const SlotReading& reading = plan.slots[index].reading;
    if (previous == nullptr || *previous != reading) value = ReadCells(plan, reading, cells, state);
    previous = &reading;
    lane.slots[static_cast<size_t>(index) * lane.stride + lane.lane] += value;
  }
}

void AddRowsToSlots(const Plan& plan, int i, std::span<const PathRow> cells,
                    const BlockStates& states, std::span<PathRow> slots) {
  const SlotReading* previous = nullptr;
  PathRow value;
  for (int k = plan.series_slot_first[i]; k < plan.series_slot_first[i + 1]; ++k) {
    const int index = plan.series_slots[k];
    const SlotReading& reading = plan.slots[index].reading;
    if (previous == nullptr || *previous != reading) value = ReadRows(plan, reading, cells, states);
    previous = &reading;
    AddTo(slots[index], value);
  }
}

TargetValues::TargetValues(const Plan& plan, int stride)
    : stride(stride),
      values(static_cast<size_t>(plan.target_count()) * stride),
      parts(static_cast<size_t>(plan.part_count) * stride) {}

void TargetValues::Finish(const Plan& plan, std::span<const double> slots, TargetRange targets) {
  for (int target = targets.first; target < targets.end; ++target) {
    FinishTarget(plan, target, {slots, stride}, *this);
  }
}

}  // namespace jalon::sim
