#include "sim/perimeter/dated_changes.h"

#include <map>

namespace jalon::sim {
namespace {

using Kind = PerimeterChangeKind;

int UnitIndex(const Network& network, const std::string& id) {
  return id.empty() ? -1 : network.FindUnit(id).value_or(-1);
}

int SegmentIndex(const Network& network, const std::string& id) {
  return id.empty() ? 0 : network.FindSegment(id).value_or(0);
}

void AddChange(const Network& network, const PerimeterChange& c, int index, DatedChanges& dated) {
  switch (c.kind) {
    case Kind::kOpening:
      break;
    case Kind::kClosure:
    case Kind::kMerger:
    case Kind::kTransfer:
      dated.moves.push_back({index, UnitIndex(network, c.unit), UnitIndex(network, c.receiver),
                             SegmentIndex(network, c.segment), c.share,
                             c.unsplit_share.value_or(0.0)});
      break;
    case Kind::kResegmentation:
      dated.cells.push_back({index, UnitIndex(network, c.unit), SegmentIndex(network, c.segment),
                             SegmentIndex(network, c.receiver_segment), c.share});
      break;
    case Kind::kRedefinition:
      dated.meanings.push_back(
          {index, network.FindIndicator(c.indicator).value_or(0), c.unit_kind, c.bridge});
  }
}

// A sum over what it counts; a ratio never is.
bool IsSum(const Indicator& indicator) { return indicator.measure != Measure::kRatio; }

}  // namespace

std::vector<DatedChanges> ChangesUntil(const Network& network, const Perimeter& perimeter,
                                       Period last) {
  std::map<Period, DatedChanges> by_date;
  for (size_t i = 0; i < perimeter.changes.size(); ++i) {
    const PerimeterChange& change = perimeter.changes[i];
    if (last < change.date) continue;
    AddChange(network, change, static_cast<int>(i), by_date[change.date]);
  }
  std::vector<DatedChanges> dated;
  for (auto& [date, changes] : by_date) {
    changes.date = date;
    dated.push_back(std::move(changes));
  }
  return dated;
}

double ShareOf(const Network& network, const UnitMove& move, int segment) {
  if (move.segment <= segment && segment < network.segment_end(move.segment)) return move.share;
  const bool around = segment < move.segment && move.segment < network.segment_end(segment);
  return around ? move.unsplit_share : 0.0;
}

Shares CellsOf(const DatedChanges& changes, int unit, int from) {
  Shares own;
  Shares general;
  for (const SegmentMove& cell : changes.cells) {
    if (cell.from != from) continue;
    if (cell.unit == unit) own.emplace_back(cell.to, cell.share);
    if (cell.unit < 0) general.emplace_back(cell.to, cell.share);
  }
  return own.empty() ? general : own;
}

bool MovesBetweenUnits(const Indicator& indicator) {
  return indicator.adds_over_units && IsSum(indicator);
}

bool MovesBetweenSegments(const Indicator& indicator) {
  return indicator.adds_over_segments && IsSum(indicator);
}

}  // namespace jalon::sim
