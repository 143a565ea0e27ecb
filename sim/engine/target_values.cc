#include "sim/engine/target_values.h"

#include <utility>

#include "sim/base/missing.h"

namespace jalon::sim {
namespace {

// The value of one period: a cell, or the mean of a stock's levels around it.
double PeriodValue(const SlotReading& reading, std::span<const double> cells, int t) {
  return reading.mean_of_stock ? 0.5 * (cells[t - 1] + cells[t]) : cells[t];
}

// Lane `lane` of a quantity.
double QuantityOf(const Plan& plan, const PlanQuantity& quantity, const SlotLane& lane) {
  double sum = 0.0;
  for (int j = quantity.first_term; j < quantity.end_term; ++j) {
    const PlanTerm& term = plan.terms[j];
    sum += term.coefficient * lane.slots[static_cast<size_t>(term.slot) * lane.stride + lane.lane];
  }
  return sum / quantity.divisor;
}

double OpeningOf(const Plan& plan, const PlanTarget& target, const SlotLane& lane) {
  const double value = QuantityOf(plan, target.opening, lane);
  if (!target.opening_denominator.exists()) return value;
  const double denominator = QuantityOf(plan, target.opening_denominator, lane);
  return denominator == 0.0 ? kMissing : value / denominator;
}

void FinishTarget(const Plan& plan, int index, const SlotLane& lane, TargetValues& finished) {
  const PlanTarget& target = plan.target_parts[index];
  const auto part = [&](int row) -> double& {
    return finished.parts[static_cast<size_t>(row) * lane.stride + lane.lane];
  };
  double value = QuantityOf(plan, target.value, lane);
  if (target.denominator.exists()) {
    const double denominator = QuantityOf(plan, target.denominator, lane);
    part(target.ratio_part) = value;
    part(target.ratio_part + 1) = denominator;
    value = denominator == 0.0 ? kMissing : value / denominator;
  }
  finished.values[static_cast<size_t>(index) * lane.stride + lane.lane] = value;
  if (target.opening_part >= 0) part(target.opening_part) = OpeningOf(plan, target, lane);
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

TargetValues FinishTargets(const Plan& plan, std::vector<double> slots, int stride) {
  TargetValues finished;
  finished.values.resize(static_cast<size_t>(plan.target_count()) * stride);
  finished.parts.resize(static_cast<size_t>(plan.part_count) * stride);
  for (int target = 0; target < plan.target_count(); ++target) {
    for (int lane = 0; lane < stride; ++lane) {
      FinishTarget(plan, target, {.slots = slots, .stride = stride, .lane = lane}, finished);
    }
  }
  return finished;
}

}  // namespace jalon::sim
