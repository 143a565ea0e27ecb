#include "sim/engine/conditional/moved_means.h"

#include <algorithm>
#include <cmath>

namespace jalon::sim {
namespace {

bool HasMoved(double from, double to) {
  return std::fabs(to - from) > kMovedFrom * std::fabs(from);
}

// [row] of numbers [row x period].
void MarkMoved(const std::vector<double>& from, const std::vector<double>& to, int period_count,
               std::vector<char>& rows) {
  for (size_t k = 0; k < to.size(); ++k) {
    if (HasMoved(from[k], to[k])) rows[k / period_count] = 1;
  }
}

}  // namespace

MovedMeans::MovedMeans(const Plan& plan, const PathMeans& from, const PathMeans& to)
    : series_(plan.series.size(), 0), rates_(plan.rates.size(), 0) {
  MarkMoved(from.values, to.values, plan.period_count(), series_);
  MarkMoved(from.slopes, to.slopes, plan.period_count(), series_);
  MarkMoved(from.rates, to.rates, plan.period_count(), rates_);
  const auto is_set = [](char moved) { return moved != 0; };
  any_ = std::any_of(series_.begin(), series_.end(), is_set) ||
         std::any_of(rates_.begin(), rates_.end(), is_set);
}

bool MovedMeans::Moves(const Composition& composition) const {
  return std::any_of(composition.parts.begin(), composition.parts.end(),
                     [&](const Part& part) { return series_[part.series] != 0; }) ||
         std::any_of(composition.readings.begin(), composition.readings.end(),
                     [&](const PartReading& reading) {
                       return reading.rate >= 0 && rates_[reading.rate] != 0;
                     });
}

bool MovedMeans::Moves(const AtomTable& table, const AtomTable::Atom& atom) const {
  if (atom.flow >= 0) return series_[table.flows[atom.flow].series] != 0;
  const MixedAtom& mixed = table.mixed[atom.mixed];
  for (int p = mixed.first_part; p < mixed.end_part; ++p) {
    const AtomPart& part = table.parts[p];
    if (series_[part.series] != 0) return true;
    for (int r = part.first_reading; r < part.end_reading; ++r) {
      const int rate = table.readings[r].rate;
      if (rate >= 0 && rates_[rate] != 0) return true;
    }
  }
  return false;
}

std::vector<int> MovedMeans::TargetsOf(const AtomTable& table) const {
  std::vector<char> moved(table.atom_count.size(), 0);
  for (const AtomTable::Atom& atom : table.atoms) {
    if (!Moves(table, atom)) continue;
    for (int u = atom.first_use; u < atom.end_use; ++u) moved[table.uses[u]] = 1;
  }
  std::vector<int> targets;
  for (size_t i = 0; i < moved.size(); ++i) {
    if (moved[i] != 0) targets.push_back(static_cast<int>(i));
  }
  return targets;
}

}  // namespace jalon::sim
