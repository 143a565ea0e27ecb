#include "sim/network/mean_ratios.h"

#include <algorithm>
#include <cmath>
#include <optional>

#include "sim/base/missing.h"

namespace jalon::sim {
namespace {

// A value as it may be known at as_of: seen by then, or planned.
double KnownValue(const MeanSeries& series, Period period, Period as_of) {
  const int t = period - series.first;
  if (t < 0 || t >= static_cast<int>(series.values.size())) return kMissing;
  return period <= as_of || series.planned[t] ? series.values[t] : kMissing;
}

// Average of what was seen in the year up to as_of; not > 0 without.
double UsualSize(const MeanSeries& series, Period as_of) {
  double sum = 0.0;
  int count = 0;
  for (int back = 0; back < PeriodsPerYear(as_of.frequency); ++back) {
    const int t = (as_of - back) - series.first;
    if (t < 0 || t >= static_cast<int>(series.values.size()) || series.planned[t]) continue;
    if (std::isnan(series.values[t])) continue;
    sum += series.values[t];
    ++count;
  }
  return count > 0 ? sum / count : 0.0;
}

// The value held when `period` comes: the last one known before it, else the first known at all;
// there is one where a usual size is.
double HeldBefore(const MeanSeries& series, Period period, Period as_of) {
  const auto count = static_cast<int>(series.values.size());
  for (int t = std::min(period - series.first, count) - 1; t >= 0; --t) {
    const double value = KnownValue(series, series.first + t, as_of);
    if (!std::isnan(value)) return value;
  }
  for (int t = std::max(period - series.first, 0); t < count; ++t) {
    const double value = KnownValue(series, series.first + t, as_of);
    if (!std::isnan(value)) return value;
  }
  return kMissing;
}

bool IsOpen(const Unit& unit, Period period) {
  if (unit.opened && period < *unit.opened) return false;
  return !unit.closed || period < *unit.closed;
}

}  // namespace

MeanRatios::MeanRatios(const Network& network, const MeansTable& table,
                       const MeanQuestion& question)
    : window_(question.window), row_of_unit_(network.unit_count(), -1) {
  for (const MeanSeries& series : table.series) {
    if (series.mean == question.mean) Add(network, series, question);
  }
}

void MeanRatios::Add(const Network& network, const MeanSeries& series,
                     const MeanQuestion& question) {
  const std::optional<int> unit = network.FindUnit(series.unit);
  const double usual = UsualSize(series, question.model_as_of);
  if (!unit || !(usual > 0)) return;
  row_of_unit_[*unit] = branch_count_++;
  double held = HeldBefore(series, window_.first, question.as_of);
  int held_periods = 0;
  for (Period p = window_.first; p <= window_.last; p = p + 1) {
    const double value = KnownValue(series, p, question.as_of);
    if (!std::isnan(value)) held = value;
    ratios_.push_back(held / usual);
    const bool wants_plan = question.as_of < p && IsOpen(network.unit(*unit), p);
    held_periods += std::isnan(value) && wants_plan ? 1 : 0;
  }
  held_period_count_ += held_periods;
  held_branch_count_ += held_periods > 0 ? 1 : 0;
}

}  // namespace jalon::sim
