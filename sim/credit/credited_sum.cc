#include "sim/credit/credited_sum.h"

#include <cmath>

#include "sim/base/missing.h"
#include "sim/network/node_values.h"

namespace jalon::sim {
namespace {}  // namespace

CreditCells::CreditCells(const Network& network, const std::vector<CreditCell>& cells) {
  for (const CreditCell& cell : cells) {
    const SeriesKey place{*network.FindIndicator(cell.indicator), *network.FindUnit(cell.unit),
                          *network.FindSegment(cell.segment)};
    cells_[{place, cell.period}] = cell.value;
  }
}

std::vector<std::pair<std::pair<SeriesKey, Period>, double>> CreditCells::In(
    const NodeRange& range, const Window& window) const {
  std::vector<std::pair<std::pair<SeriesKey, Period>, double>> cells;
  const SeriesKey from{range.indicator, range.unit_first, 0};
  for (auto it = cells_.lower_bound({from, Period{window.first.frequency, 0}});
       it != cells_.end() && it->first.first.indicator == range.indicator &&
       it->first.first.unit < range.unit_end;
       ++it) {
    if (window.contains(it->first.second) && range.contains(it->first.first)) cells.push_back(*it);
  }
  return cells;
}

double CreditCells::SumIn(const NodeRange& range, Period period) const {
  double sum = 0.0;
  for (const auto& [place, value] : In(range, {period, period})) sum += value;
  return sum;
}

bool CreditCells::AnyIn(const NodeRange& range, const Window& window) const {
  return !In(range, window).empty();
}

double CreditCells::At(const SeriesKey& place, Period period) const {
  const auto found = cells_.find({place, period});
  return found == cells_.end() ? kMissing : found->second;
}

CreditedSums::CreditedSums(const Revision& revision)
    : CreditedSums(revision, revision.realisations, revision.credit) {}

CreditedSums CreditedSums::OfImported(const Revision& revision) {
  return {revision, ImportedHistory(revision), ImportedCredit(revision)};
}

CreditedSums::CreditedSums(const Revision& revision, const Realisations& realisations,
                           const CreditTable& credit)
    : revision_(revision),
      realisations_(realisations),
      eliminations_(revision.network, credit.eliminations),
      totals_(revision.network, credit.parent_totals) {}

bool CreditedSums::AddsUp(const SeriesKey& node) const {
  const Indicator& indicator = revision_.network.indicator(node.indicator);
  if (indicator.adds_over_units && indicator.adds_over_segments) return true;
  const NodeRange range = RangeOf(revision_.network, node.indicator, node.unit, node.segment);
  const std::vector<int> rows = realisations_.RowsIn(range);
  for (size_t i = 1; i < rows.size(); ++i) {
    const SeriesKey& a = realisations_.key(rows[0]);
    const SeriesKey& b = realisations_.key(rows[i]);
    if (!indicator.adds_over_units && a.unit != b.unit) return false;
    if (!indicator.adds_over_segments && a.segment != b.segment) return false;
  }
  return true;
}

bool CreditedSums::HasValues(const SeriesKey& node) const {
  if (AddsUp(node)) return true;
  const NodeRange place{node.indicator, node.unit, node.unit + 1, node.segment, node.segment + 1};
  return totals_.AnyIn(place, realisations_.window());
}

std::vector<double> CreditedSums::VolumesIn(const NodeRange& range, const Window& window) const {
  const SeriesKey node{range.indicator, range.unit_first, range.segment_first};
  if (!AddsUp(node)) {
    std::vector<double> values(window.size());
    for (int t = 0; t < window.size(); ++t) values[t] = totals_.At(node, window.first + t);
    return values;
  }
  std::vector<double> values = SumRealised(realisations_, range, window);
  if (eliminations_.empty()) return values;
  for (int t = 0; t < window.size(); ++t) {
    if (!std::isnan(values[t])) values[t] += eliminations_.SumIn(range, window.first + t);
  }
  return values;
}

std::vector<double> CreditedSums::Values(const SeriesKey& node, const Window& window) const {
  const NodeRange range = RangeOf(revision_.network, node.indicator, node.unit, node.segment);
  if (!AddsUp(node)) return VolumesIn(range, window);
  const auto volumes = [this](const NodeRange& part, const Window& periods) {
    return VolumesIn(part, periods);
  };
  return RealisedValues(NodeFigures{revision_, volumes}, range, window);
}

double CreditedSums::Over(const SeriesKey& node, const Window& window) const {
  const NodeRange range = RangeOf(revision_.network, node.indicator, node.unit, node.segment);
  const auto volumes = [this](const NodeRange& part, const Window& periods) {
    return VolumesIn(part, periods);
  };
  return RealisedOver(NodeFigures{revision_, volumes}, range, window);
}

absl::StatusOr<DerivedEffects> CreditedSums::Effects(const SeriesKey& node,
                                                     const DerivedChange& change) const {
  const NodeRange range = RangeOf(revision_.network, node.indicator, node.unit, node.segment);
  const auto volumes = [this](const NodeRange& part, const Window& periods) {
    return VolumesIn(part, periods);
  };
  return SplitChange({revision_, volumes}, range, change);
}

}  // namespace jalon::sim
