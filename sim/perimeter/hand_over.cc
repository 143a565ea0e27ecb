#include "sim/perimeter/hand_over.h"

#include <algorithm>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "sim/base/status_macros.h"
#include "sim/perimeter/dated_changes.h"
#include "sim/perimeter/hand_over_entries.h"
#include "sim/perimeter/hand_over_report.h"

namespace jalon::sim {
namespace {

std::string Percent(double share) { return absl::StrFormat("%.4g %%", share * 100.0); }

// Which shares of which objectives move at each date.
class HandOverTable {
 public:
  HandOverTable(const Network& network, const Perimeter& perimeter,
                const std::optional<Period>& known_at)
      : network_(network), perimeter_(perimeter), known_at_(known_at), entries_(network) {}

  void Add(const Objective& objective, const ResolvedObjective& resolved, Phasing phasing) {
    entries_.Add(objective, {resolved.indicator, resolved.unit, resolved.segment, resolved.window},
                 phasing(objective));
  }

  void Apply(const DatedChanges& dated) {
    date_ = dated.date;
    std::vector<Piece> pieces;
    for (int i = 0; i < entries_.count(); ++i) AddUnitPieces(i, dated, pieces);
    entries_.Move(pieces, date_);
    pieces.clear();
    for (int i = 0; i < entries_.count(); ++i) AddSegmentPieces(i, dated, pieces);
    entries_.Move(pieces, date_);
  }

  HandedOver Finish() {
    entries_.Round();
    FollowBranches(network_, entries_);
    return ReportOf(network_, entries_);
  }

 private:
  bool IsKnown(const PerimeterChange& change, const Window& window) const {
    const bool closes =
        change.kind == PerimeterChangeKind::kClosure || change.kind == PerimeterChangeKind::kMerger;
    if (known_at_) return change.date <= *known_at_;
    return !closes && change.date <= window.first;
  }

  void AddUnitPieces(int i, const DatedChanges& dated, std::vector<Piece>& pieces) {
    const Place place = entries_[i].place;
    if (FirstAfter(place.window, date_) == place.window.size()) return;
    if (!network_.is_leaf(place.unit) || !MovesBetweenUnits(network_.indicator(place.indicator))) {
      return;
    }
    const double stretch = ClosureStretch(place, dated);
    for (const UnitMove& move : dated.moves) {
      const PerimeterChange& change = perimeter_.changes[move.change];
      if (move.unit != place.unit || IsKnown(change, place.window)) continue;
      const bool closure = change.kind == PerimeterChangeKind::kClosure;
      const double share = move.receiver < 0
                               ? 1.0
                               : ShareOf(network_, move, place.segment) * (closure ? stretch : 1.0);
      if (share > 0) AddUnitPiece(i, move, share, pieces);
    }
  }

  // What shares of a closure are multiplied by so that, with transfers of the same date, they make
  // the whole.
  double ClosureStretch(const Place& place, const DatedChanges& dated) const {
    double closing = 0.0;
    double other = 0.0;
    for (const UnitMove& move : dated.moves) {
      if (move.unit != place.unit || move.receiver < 0) continue;
      const PerimeterChange& change = perimeter_.changes[move.change];
      if (IsKnown(change, place.window)) continue;
      const bool closure = change.kind == PerimeterChangeKind::kClosure;
      (closure ? closing : other) += ShareOf(network_, move, place.segment);
    }
    return closing > 0 ? (1.0 - other) / closing : 1.0;
  }

  void AddUnitPiece(int i, const UnitMove& move, double share, std::vector<Piece>& pieces) {
    const Place place = entries_[i].place;
    const bool closes = perimeter_.changes[move.change].kind != PerimeterChangeKind::kTransfer;
    const bool applies = move.receiver >= 0 && network_.Applies(place.indicator, move.receiver);
    if (!applies && !closes) return;
    Piece piece{.from = i, .share = share};
    const std::string date = date_.ToString();
    if (applies) {
      piece.to = Place{place.indicator, move.receiver, place.segment, place.window};
      piece.reason = absl::StrCat("takes over ", Percent(share), " of ",
                                  network_.unit(place.unit).id, " from ", date);
      Say(i, absl::StrCat(closes ? "closes in " : "from ", date, ": ", Percent(share), " goes to ",
                          network_.unit(move.receiver).id));
    } else {
      Say(i, absl::StrCat("closes in ", date, " without a receiver for ", Percent(share)));
    }
    pieces.push_back(std::move(piece));
  }

  void Say(int i, std::string reason) { entries_[i].reasons.push_back(std::move(reason)); }

  void AddSegmentPieces(int i, const DatedChanges& dated, std::vector<Piece>& pieces) {
    const Place place = entries_[i].place;
    if (FirstAfter(place.window, date_) == place.window.size() || dated.cells.empty()) return;
    if (date_ <= known_at_.value_or(place.window.first)) return;
    if (!network_.is_leaf(place.unit) ||
        !MovesBetweenSegments(network_.indicator(place.indicator))) {
      return;
    }
    for (const auto& [segment, share] : CellsOf(dated, place.unit, place.segment)) {
      if (segment == place.segment) continue;
      const std::string date = date_.ToString();
      Say(i, absl::StrCat("from ", date, ": ", Percent(share), " becomes segment ",
                          network_.segment(segment).id));
      pieces.push_back({.from = i,
                        .to = Place{place.indicator, place.unit, segment, place.window},
                        .share = share,
                        .reason = absl::StrCat("from ", date, ": ", Percent(share), " of segment ",
                                               network_.segment(place.segment).id)});
    }
  }

  const Network& network_;
  const Perimeter& perimeter_;
  const std::optional<Period>& known_at_;
  Period date_;
  HandOverEntries entries_;
};

}  // namespace

MonthWeights LinearPhasing(const Objective& objective) {
  return {std::vector<double>(objective.window.size(), 1.0)};
}

absl::StatusOr<HandedOver> HandOver(const Network& network, const Perimeter& perimeter,
                                    const std::vector<Objective>& objectives,
                                    const std::optional<Period>& known_at, Phasing phasing) {
  JALON_ASSIGN_OR_RETURN(const std::vector<ResolvedObjective> resolved,
                         ResolveObjectives(network, objectives));
  HandOverTable table(network, perimeter, known_at);
  if (resolved.empty()) return HandedOver();
  Period last = resolved[0].window.last;
  for (const ResolvedObjective& objective : resolved) {
    table.Add(objectives[objective.index], objective, phasing);
    last = std::max(last, objective.window.last);
  }
  for (const DatedChanges& dated : ChangesUntil(network, perimeter, last)) table.Apply(dated);
  return table.Finish();
}

absl::StatusOr<HandedOver> HandOver(const Network& network, const Perimeter& perimeter,
                                    const std::vector<Objective>& objectives,
                                    const std::optional<Period>& known_at) {
  return HandOver(network, perimeter, objectives, known_at, LinearPhasing);
}

}  // namespace jalon::sim
