#include "sim/perimeter/hand_over.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <map>
#include <numeric>
#include <string>
#include <tuple>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "sim/base/status_macros.h"
#include "sim/base/text.h"
#include "sim/perimeter/dated_changes.h"

namespace jalon::sim {
namespace {

// Indices; in canonical order of objectives.
struct Place {
  int indicator = 0;
  int unit = 0;
  int segment = 0;
  Window window;

  friend auto operator<=>(const Place&, const Place&) = default;
};

// An objective being handed over.
struct Entry {
  Place place;
  // Absent: made on the way.
  std::optional<Objective> before;
  // Ticks asked in each period of the window.
  std::vector<double> profile;
  // Ticks that found no receiver.
  double unassigned = 0.0;
  bool touched = false;
  // What happened, one phrase each.
  std::vector<std::string> reasons;
};

// A share of an entry's later periods on its way to a place.
struct Piece {
  int from = 0;
  // Absent: no receiver.
  std::optional<Place> to;
  double share = 0.0;
  std::string reason;
};

std::string Percent(double share) { return absl::StrFormat("%.4g %%", share * 100.0); }

// Groups of entries that shares moved between (union-find).
class Connections {
 public:
  void Add() { parent_.push_back(static_cast<int>(parent_.size())); }
  int Root(int i) const {
    while (parent_[i] != i) i = parent_[i];
    return i;
  }
  void Connect(int a, int b) { parent_[std::max(Root(a), Root(b))] = std::min(Root(a), Root(b)); }

 private:
  std::vector<int> parent_;
};

class HandOverTable {
 public:
  HandOverTable(const Network& network, const Perimeter& perimeter,
                const std::optional<Period>& known_at)
      : network_(network), perimeter_(perimeter), known_at_(known_at) {}

  void Add(const Objective& objective, const ResolvedObjective& resolved, Phasing phasing) {
    const Place place{resolved.indicator, resolved.unit, resolved.segment, resolved.window};
    Entry& entry = entries_[Insert(place)];
    entry.before = objective;
    entry.profile = Profile(objective, resolved.indicator, phasing);
  }

  void Apply(const DatedChanges& dated) {
    date_ = dated.date;
    std::vector<Piece> pieces;
    const int count = static_cast<int>(entries_.size());
    for (int i = 0; i < count; ++i) AddUnitPieces(i, dated, pieces);
    Move(pieces);
    pieces.clear();
    const int grown = static_cast<int>(entries_.size());
    for (int i = 0; i < grown; ++i) AddSegmentPieces(i, dated, pieces);
    Move(pieces);
  }

  HandedOver Finish() {
    std::map<int, std::vector<int>> groups;
    for (const auto& [place, i] : by_place_) {
      if (entries_[i].touched) {
        groups[connections_.Root(i)].push_back(i);
      } else {
        ticks_[i] = entries_[i].before->ticks;
      }
    }
    for (const auto& [root, members] : groups) Round(members);
    FollowBranches();
    HandedOver result;
    for (const auto& [place, i] : by_place_) Report(i, result);
    return result;
  }

 private:
  int Insert(const Place& place) {
    const auto [known, is_new] = by_place_.emplace(place, static_cast<int>(entries_.size()));
    if (!is_new) return known->second;
    entries_.push_back({.place = place, .profile = std::vector<double>(place.window.size())});
    connections_.Add();
    ticks_.push_back(0);
    lost_ticks_.push_back(0);
    return known->second;
  }

  std::vector<double> Profile(const Objective& objective, int indicator, Phasing phasing) const {
    std::vector<double> weights(objective.window.size());
    if (network_.indicator(indicator).aggregation == Aggregation::kLast) {
      weights.back() = 1.0;
    } else {
      weights = phasing(objective);
    }
    const double sum = std::accumulate(weights.begin(), weights.end(), 0.0);
    for (double& weight : weights) weight *= static_cast<double>(objective.ticks) / sum;
    return weights;
  }

  // Periods of a window from the date on: [result, size).
  int FirstAfter(const Window& window) const {
    return std::clamp(date_ - window.first, 0, window.size());
  }

  bool IsKnown(const PerimeterChange& change, const Window& window) const {
    const bool closes =
        change.kind == PerimeterChangeKind::kClosure || change.kind == PerimeterChangeKind::kMerger;
    if (known_at_) return change.date <= *known_at_;
    return !closes && change.date <= window.first;
  }

  void AddUnitPieces(int i, const DatedChanges& dated, std::vector<Piece>& pieces) {
    const Place place = entries_[i].place;
    if (FirstAfter(place.window) == place.window.size()) return;
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
    if (FirstAfter(place.window) == place.window.size() || dated.cells.empty()) return;
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

  // The receiver's objective that a place belongs to: its own, or the nearest around its segment.
  Place Landing(const Place& wanted) const {
    for (int segment = wanted.segment; segment >= 0; segment = network_.segment_parent(segment)) {
      Place place = wanted;
      place.segment = segment;
      if (by_place_.contains(place)) return place;
    }
    return wanted;
  }

  // Every piece is of its entry as it stood at the date.
  void Move(const std::vector<Piece>& pieces) {
    std::map<int, std::vector<double>> before;
    for (const Piece& piece : pieces) before.emplace(piece.from, entries_[piece.from].profile);
    for (const Piece& piece : pieces) MovePiece(piece, before.at(piece.from));
  }

  void MovePiece(const Piece& piece, const std::vector<double>& profile) {
    const int to = piece.to ? Insert(Landing(*piece.to)) : -1;
    Entry& from = entries_[piece.from];
    from.touched = true;
    for (int t = FirstAfter(from.place.window); t < from.place.window.size(); ++t) {
      const double part = profile[t] * piece.share;
      from.profile[t] -= part;
      (to < 0 ? from.unassigned : entries_[to].profile[t]) += part;
    }
    if (to < 0) return;
    entries_[to].touched = true;
    entries_[to].reasons.push_back(piece.reason);
    connections_.Connect(piece.from, to);
  }

  // Whole ticks that sum to what the members had: floors, then largest remainders.
  void Round(const std::vector<int>& members) {
    struct Part {
      double remainder = 0.0;
      int64_t* ticks = nullptr;
    };
    std::vector<Part> parts;
    int64_t rest = 0;
    const auto add = [&](double quota, int64_t& ticks) {
      // Sums of a profile miss whole numbers by roundings.
      const double nearest = std::round(quota);
      const double exact = std::fabs(quota - nearest) < 1e-6 ? nearest : quota;
      ticks = static_cast<int64_t>(std::floor(exact));
      rest -= ticks;
      parts.push_back({exact - std::floor(exact), &ticks});
    };
    for (const int i : members) {
      const Entry& entry = entries_[i];
      if (entry.before) rest += entry.before->ticks;
      add(std::accumulate(entry.profile.begin(), entry.profile.end(), 0.0), ticks_[i]);
      if (entry.unassigned != 0.0) add(entry.unassigned, lost_ticks_[i]);
    }
    std::stable_sort(parts.begin(), parts.end(),
                     [](const Part& a, const Part& b) { return a.remainder > b.remainder; });
    for (size_t j = 0; rest != 0; j = (j + 1) % parts.size()) {
      const int64_t step = rest > 0 ? 1 : -1;
      *parts[j].ticks += step;
      rest -= step;
    }
  }

  // Objectives of units above the branches grow and shrink by what their branches take over and
  // hand over. What nobody takes over stays with them.
  void FollowBranches() {
    std::vector<std::pair<int, int64_t>> deltas;
    for (const auto& [place, i] : by_place_) {
      if (network_.is_leaf(place.unit) || !MovesBetweenUnits(network_.indicator(place.indicator))) {
        continue;
      }
      int64_t delta = 0;
      for (int u = place.unit + 1; u < network_.unit_end(place.unit); ++u) {
        if (network_.is_leaf(u)) {
          delta += Moved({place.indicator, u, place.segment, place.window});
        }
      }
      if (delta != 0) deltas.emplace_back(i, delta);
    }
    for (const auto& [i, delta] : deltas) Follow(i, delta);
  }

  void Follow(int i, int64_t delta) {
    const Indicator& indicator = network_.indicator(entries_[i].place.indicator);
    ticks_[i] += delta;
    entries_[i].touched = true;
    Say(i, absl::StrCat(delta > 0 ? "its branches take over " : "its branches hand over ",
                        ObjectiveValue(indicator, std::abs(delta))));
  }

  // Ticks that came to a branch in a segment: to its objective there, or to those inside.
  int64_t Moved(const Place& place) const {
    const auto found = by_place_.find(place);
    if (found != by_place_.end()) {
      const int i = found->second;
      const int64_t before = entries_[i].before ? entries_[i].before->ticks : 0;
      return ticks_[i] + lost_ticks_[i] - before;
    }
    int64_t moved = 0;
    for (int s = place.segment + 1; s < network_.segment_end(place.segment); ++s) {
      if (network_.segment_parent(s) != place.segment) continue;
      moved += Moved({place.indicator, place.unit, s, place.window});
    }
    return moved;
  }

  // Closed before its window, with nothing left to ask.
  bool IsGone(const Entry& entry, int64_t ticks) const {
    const std::optional<Period>& closed = network_.unit(entry.place.unit).closed;
    return entry.touched && ticks == 0 && closed && *closed <= entry.place.window.first;
  }

  void Report(int i, HandedOver& result) const {
    const Entry& entry = entries_[i];
    const Objective was = entry.before.value_or(NewObjective(entry.place));
    if (lost_ticks_[i] != 0) result.unassigned.push_back({was, lost_ticks_[i]});
    if (!entry.touched) {
      result.objectives.push_back(was);
      return;
    }
    if (IsGone(entry, ticks_[i])) {
      result.gone_count += entry.before.has_value();
      return;
    }
    // Nothing was asked here and nothing came: no objective, which is not one of 0.
    if (!entry.before && ticks_[i] == 0) return;
    Objective objective = was;
    result.changed_count += !entry.before || objective.ticks != ticks_[i];
    objective.ticks = ticks_[i];
    objective.reason = Reason(entry);
    result.objectives.push_back(std::move(objective));
  }

  Objective NewObjective(const Place& place) const {
    return {.unit = network_.unit(place.unit).id,
            .segment = network_.segment(place.segment).id,
            .indicator = network_.indicator(place.indicator).id,
            .window = place.window};
  }

  // What happened, as much of it as a reason holds, before what was said already.
  std::string Reason(const Entry& entry) const {
    std::string reason;
    if (entry.before) {
      reason = absl::StrCat(
          "was ", ObjectiveValue(network_.indicator(entry.place.indicator), entry.before->ticks));
    }
    for (const std::string& said : entry.reasons) Append(said, reason);
    if (entry.before && !entry.before->reason.empty()) Append(entry.before->reason, reason);
    return reason;
  }

  static void Append(absl::string_view said, std::string& reason) {
    const std::string longer = absl::StrCat(reason, reason.empty() ? "" : "; ", said);
    if (CountCharacters(longer) <= kMaxLabelCharacters) reason = longer;
  }

  const Network& network_;
  const Perimeter& perimeter_;
  const std::optional<Period>& known_at_;
  Period date_;
  std::vector<Entry> entries_;
  std::map<Place, int> by_place_;
  Connections connections_;
  // [entry]; after Finish.
  std::vector<int64_t> ticks_;
  std::vector<int64_t> lost_ticks_;
};

}  // namespace

std::vector<double> LinearPhasing(const Objective& objective) {
  return std::vector<double>(objective.window.size(), 1.0);
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
