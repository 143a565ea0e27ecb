#include "sim/perimeter/perimeter_rules.h"

#include <algorithm>
#include <map>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "sim/base/rule_checker.h"

namespace jalon::sim {
namespace {

using Kind = PerimeterChangeKind;

// How far sums of declared shares may be from 1: twelve decimals, written by people and programs.
constexpr double kShareTolerance = 1e-9;

bool Closes(Kind kind) { return kind == Kind::kClosure || kind == Kind::kMerger; }

auto OrderOf(const PerimeterChange& c) {
  return std::tie(c.date, c.kind, c.unit, c.receiver, c.segment, c.receiver_segment, c.indicator,
                  c.unit_kind, c.share, c.unsplit_share, c.means_share, c.bridge, c.is_break,
                  c.source);
}

// What makes two changes say something about the same thing.
auto PlaceOf(const PerimeterChange& c) {
  return std::tie(c.date, c.kind, c.unit, c.receiver, c.segment, c.receiver_segment, c.indicator,
                  c.unit_kind);
}

PerimeterChange OneSpelling(PerimeterChange change) {
  if (change.kind != Kind::kResegmentation && change.segment == kAllSegments) {
    change.segment.clear();
  }
  return change;
}

class PerimeterChecker : public RuleChecker {
 public:
  PerimeterChecker(const Network& network, const Perimeter& perimeter, const Window& history)
      : network_(network), history_(history) {
    for (const PerimeterChange& change : perimeter.changes) {
      changes_.push_back(OneSpelling(change));
    }
    if (perimeter.date) CheckDate(*perimeter.date, "perimeter_date");
    for (at_ = 0; at_ < changes_.size(); ++at_) CheckChange(changes_[at_]);
    CheckDuplicates();
    CheckClosings();
    CheckSharesThatLeave();
    CheckMatrices();
  }

 private:
  std::string Field(absl::string_view name) const {
    return absl::StrCat("perimeter[", at_, "].", name);
  }

  void Need(bool holds, absl::string_view field, absl::string_view value, const Rule& rule) {
    Require(holds, Field(field), value, rule);
  }

  void CheckDate(const Period& date, std::string field) {
    RequireFrequency(date, network_.frequency(), field);
    if (date.frequency != network_.frequency() || history_.size() == 0) return;
    Require(history_.first < date && date <= history_.last + kMaxPerimeterHorizon, std::move(field),
            date.ToString(),
            {absl::StrCat("must be after ", history_.first.ToString(),
                          ", the first realised period, and at most ", kMaxPerimeterHorizon,
                          " periods after ", history_.last.ToString(), ", the last"),
             "OUTSIDE_HISTORY"});
  }

  void CheckChange(const PerimeterChange& change) {
    CheckDate(change.date, Field("date"));
    RequireLabel(change.source, Field("source"));
    CheckFields(change);
    CheckNames(change);
    CheckNumbers(change);
    CheckLife(change);
  }

  // Which fields go with the kind (the table of sim/network/perimeter.h).
  void CheckFields(const PerimeterChange& c) {
    const bool cells = c.kind == Kind::kResegmentation;
    const bool meaning = c.kind == Kind::kRedefinition;
    const bool moves = c.kind == Kind::kTransfer || Closes(c.kind);
    Takes(!meaning, "unit", c.unit);
    Needs(!meaning && !cells, "unit", c.unit);
    Takes(moves, "receiver", c.receiver);
    Needs(c.kind == Kind::kTransfer || c.kind == Kind::kMerger, "receiver", c.receiver);
    Takes(c.kind == Kind::kTransfer || cells, "segment", c.segment);
    Needs(cells, "segment", c.segment);
    Takes(cells, "receiver_segment", c.receiver_segment);
    Needs(cells, "receiver_segment", c.receiver_segment);
    Takes(meaning, "indicator", c.indicator);
    Needs(meaning, "indicator", c.indicator);
    Takes(meaning, "unit_kind", c.unit_kind);
    CheckNumbersBelong(c, cells, meaning);
  }

  void CheckNumbersBelong(const PerimeterChange& c, bool cells, bool meaning) {
    const bool shares =
        c.kind == Kind::kTransfer || cells || (c.kind == Kind::kClosure && !c.receiver.empty());
    if (c.share != 1.0) Takes(shares, "share", absl::StrCat(c.share));
    const bool part = c.kind == Kind::kTransfer && !c.segment.empty();
    if (c.unsplit_share) Takes(part, "unsplit_share", absl::StrCat(*c.unsplit_share));
    const bool hands = c.kind == Kind::kTransfer || (Closes(c.kind) && !c.receiver.empty());
    if (c.means_share) Takes(hands, "means_share", absl::StrCat(*c.means_share));
    if (c.bridge) Takes(meaning, "bridge", absl::StrCat(*c.bridge));
    if (c.is_break) Takes(meaning, "break", "yes");
    if (!meaning) return;
    Need(!(c.bridge && c.is_break), "bridge", absl::StrCat(c.bridge.value_or(0)),
         {"must not stand beside a break: history is either carried over or left out",
          "BRIDGE_AND_BREAK"});
    Need(c.bridge || c.is_break, "bridge", "", {"must be given, or a break", "MISSING_VALUE"});
  }

  void Takes(bool taken, absl::string_view field, absl::string_view value) {
    Need(taken || value.empty(), field, value,
         {"must be empty for this kind of change", "UNUSED_VALUE"});
  }

  void Needs(bool needed, absl::string_view field, absl::string_view value) {
    Need(!needed || !value.empty(), field, value, {"must be given", "MISSING_VALUE"});
  }

  void CheckNames(const PerimeterChange& c) {
    CheckBranch("unit", c.unit);
    CheckBranch("receiver", c.receiver);
    CheckSegment("segment", c.segment, c.kind);
    CheckSegment("receiver_segment", c.receiver_segment, c.kind);
    Need(c.receiver.empty() || c.receiver != c.unit, "receiver", c.receiver,
         {"must be another branch", "TO_ITSELF"});
    Need(c.indicator.empty() || network_.FindIndicator(c.indicator), "indicator", c.indicator,
         {"must be the id of an indicator", "UNKNOWN_INDICATOR"});
    Need(c.unit_kind.empty() || KindExists(c.unit_kind), "unit_kind", c.unit_kind,
         {"must be the kind of a branch", "UNKNOWN_UNIT_KIND"});
  }

  bool KindExists(const std::string& kind) const {
    for (int u = 0; u < network_.unit_count(); ++u) {
      if (network_.is_leaf(u) && network_.unit(u).kind == kind) return true;
    }
    return false;
  }

  void CheckBranch(absl::string_view field, const std::string& id) {
    if (id.empty()) return;
    const std::optional<int> unit = network_.FindUnit(id);
    Need(unit.has_value(), field, id, {"must be the id of a unit", "UNKNOWN_UNIT"});
    Need(!unit || network_.is_leaf(*unit), field, id,
         {"must be a branch: a unit without units below it", "NOT_A_LEAF"});
  }

  void CheckSegment(absl::string_view field, const std::string& id, Kind kind) {
    if (id.empty()) return;
    const std::optional<int> segment = network_.FindSegment(id);
    Need(segment.has_value(), field, id, {"must be the id of a segment", "UNKNOWN_SEGMENT"});
    if (!segment || kind != Kind::kResegmentation) return;
    Need(*segment > 0 && network_.segment_end(*segment) == *segment + 1, field, id,
         {"must be a segment without segments below it", "NOT_A_LEAF"});
  }

  void CheckNumbers(const PerimeterChange& c) {
    Need(c.share > 0 && c.share <= 1, "share", absl::StrCat(c.share),
         {"must be > 0 and <= 1", "OUT_OF_RANGE"});
    const double unsplit = c.unsplit_share.value_or(0.0);
    Need(unsplit >= 0 && unsplit <= 1, "unsplit_share", absl::StrCat(unsplit),
         {"must be >= 0 and <= 1", "OUT_OF_RANGE"});
    const double means = c.means_share.value_or(0.0);
    Need(means >= 0 && means <= 1, "means_share", absl::StrCat(means),
         {"must be >= 0 and <= 1", "OUT_OF_RANGE"});
    if (!c.bridge) return;
    RequireFinite(*c.bridge, Field("bridge"));
    Need(!(*c.bridge <= 0), "bridge", absl::StrCat(*c.bridge), {"must be > 0", "NOT_POSITIVE"});
  }

  // Both sides of a change must be open when it holds.
  void CheckLife(const PerimeterChange& c) {
    if (c.date.frequency != network_.frequency()) return;
    if (const Unit* unit = Find(c.unit)) CheckGiver(c, *unit);
    if (const Unit* receiver = Find(c.receiver)) CheckOpen(c, "receiver", *receiver);
  }

  const Unit* Find(const std::string& id) const {
    const std::optional<int> unit = network_.FindUnit(id);
    return unit ? &network_.unit(*unit) : nullptr;
  }

  void CheckGiver(const PerimeterChange& c, const Unit& unit) {
    if (c.kind == Kind::kOpening) {
      RequireDate(c, unit.opened, "opened");
    } else if (Closes(c.kind)) {
      RequireDate(c, unit.closed, "closed");
      RequireOpened(c, "unit", unit);
    } else {
      CheckOpen(c, "unit", unit);
    }
  }

  void RequireDate(const PerimeterChange& c, const std::optional<Period>& own,
                   absl::string_view name) {
    // A closing at another date of the list is told by CheckClosings.
    if (own == c.date || ClosesElsewhere(c, own)) return;
    Need(false, "date", c.date.ToString(),
         {absl::StrCat("must be the date the unit says it has ", name, ", ",
                       own ? own->ToString() : "none"),
          "DATE_MISMATCH"});
  }

  bool ClosesElsewhere(const PerimeterChange& c, const std::optional<Period>& own) const {
    return Closes(c.kind) &&
           std::any_of(changes_.begin(), changes_.end(), [&](const PerimeterChange& other) {
             return Closes(other.kind) && other.unit == c.unit && own == other.date;
           });
  }

  void CheckOpen(const PerimeterChange& c, absl::string_view field, const Unit& unit) {
    Need(!unit.closed || c.date < *unit.closed, field, unit.id,
         {absl::StrCat("must be open in ", c.date.ToString(), ": it has closed in ",
                       unit.closed ? unit.closed->ToString() : ""),
          "UNIT_CLOSED"});
    RequireOpened(c, field, unit);
  }

  void RequireOpened(const PerimeterChange& c, absl::string_view field, const Unit& unit) {
    Need(!unit.opened || *unit.opened <= c.date, field, unit.id,
         {absl::StrCat("must be open in ", c.date.ToString(), ": it opens in ",
                       unit.opened ? unit.opened->ToString() : ""),
          "UNIT_NOT_OPEN"});
  }

  void CheckDuplicates() {
    std::vector<size_t> order = Sorted(
        [](const PerimeterChange& a, const PerimeterChange& b) { return PlaceOf(a) < PlaceOf(b); });
    for (size_t i = 1; i < order.size(); ++i) {
      const PerimeterChange& change = changes_[order[i]];
      if (PlaceOf(change) != PlaceOf(changes_[order[i - 1]])) continue;
      at_ = order[i];
      Need(false, "date", change.date.ToString(),
           {"must be declared once: an earlier row says the same place and date",
            "DUPLICATE_CHANGE"});
    }
  }

  template <typename Less>
  std::vector<size_t> Sorted(Less less) const {
    std::vector<size_t> order(changes_.size());
    for (size_t i = 0; i < order.size(); ++i) order[i] = i;
    std::stable_sort(order.begin(), order.end(),
                     [&](size_t a, size_t b) { return less(changes_[a], changes_[b]); });
    return order;
  }

  // A unit closes at one date, in one way, and is either shared out or given up.
  void CheckClosings() {
    std::map<std::string, const PerimeterChange*> first;
    for (at_ = 0; at_ < changes_.size(); ++at_) {
      const PerimeterChange& change = changes_[at_];
      if (!Closes(change.kind)) continue;
      const auto [place, is_new] = first.emplace(change.unit, &change);
      if (is_new || IsSameClosing(*place->second, change)) continue;
      Need(false, "unit", change.unit,
           {absl::StrCat("must close once: it does in ", place->second->date.ToString(),
                         " already; a closure shared out has one row per receiver"),
            "CLOSED_TWICE"});
    }
  }

  static bool IsSameClosing(const PerimeterChange& a, const PerimeterChange& b) {
    return a.kind == Kind::kClosure && b.kind == Kind::kClosure && a.date == b.date &&
           !a.receiver.empty() && !b.receiver.empty();
  }

  // What one change takes of the figures of its branch in `segment`.
  double Taken(const PerimeterChange& c, int segment) const {
    if (c.receiver.empty() || c.segment.empty()) return c.receiver.empty() ? 0.0 : c.share;
    const std::optional<int> named = network_.FindSegment(c.segment);
    if (!named) return 0.0;
    const bool inside = *named <= segment && segment < network_.segment_end(*named);
    const bool around = segment < *named && *named < network_.segment_end(segment);
    return inside ? c.share : around ? c.unsplit_share.value_or(0.0) : 0.0;
  }

  void CheckSharesThatLeave() {
    std::map<std::tuple<std::string, Period>, std::vector<double>> taken;
    std::map<std::tuple<std::string, Period>, double> means;
    for (at_ = 0; at_ < changes_.size(); ++at_) {
      const PerimeterChange& change = changes_[at_];
      if (change.kind != Kind::kTransfer && !Closes(change.kind)) continue;
      std::vector<double>& sums = taken[{change.unit, change.date}];
      sums.resize(network_.segment_count());
      AddTaken(change, sums);
      AddMeansTaken(change, means[{change.unit, change.date}]);
    }
  }

  void AddMeansTaken(const PerimeterChange& change, double& sum) {
    if (change.receiver.empty()) return;
    sum += change.means_share.value_or(Taken(change, 0));
    Need(sum <= 1 + kShareTolerance || !change.means_share, "means_share",
         absl::StrCat(change.means_share.value_or(0.0)),
         {absl::StrCat("must sum to at most 1 over all that leaves ", change.unit,
                       " at this date, not to ", sum),
          "SHARES_ABOVE_ONE"});
  }

  void AddTaken(const PerimeterChange& change, std::vector<double>& sums) {
    bool told = false;
    for (int s = 0; s < network_.segment_count(); ++s) {
      const double share = Taken(change, s);
      if (share == 0.0) continue;
      sums[s] += share;
      if (told || sums[s] <= 1 + kShareTolerance) continue;
      told = true;
      Need(false, "share", absl::StrCat(change.share),
           {absl::StrCat("must sum to at most 1 over all that leaves ", change.unit, " in segment ",
                         network_.segment(s).id, " at this date, not to ", sums[s]),
            "SHARES_ABOVE_ONE"});
    }
  }

  void CheckMatrices() {
    std::map<std::tuple<Period, std::string, std::string>, std::pair<double, size_t>> rows;
    for (size_t i = 0; i < changes_.size(); ++i) {
      const PerimeterChange& c = changes_[i];
      if (c.kind != Kind::kResegmentation) continue;
      auto& [sum, last] = rows[{c.date, c.unit, c.segment}];
      sum += c.share;
      last = i;
    }
    for (const auto& [place, row] : rows) {
      at_ = row.second;
      Need(row.first >= 1 - kShareTolerance && row.first <= 1 + kShareTolerance, "share",
           absl::StrCat(row.first),
           {absl::StrCat("must sum to 1 over what segment ", std::get<2>(place),
                         " becomes, what stays included"),
            "SHARES_NOT_ONE"});
    }
  }

  const Network& network_;
  const Window& history_;
  std::vector<PerimeterChange> changes_;
  size_t at_ = 0;
};

}  // namespace

Violations CheckPerimeter(const Network& network, const Perimeter& perimeter,
                          const Window& history) {
  return PerimeterChecker(network, perimeter, history).violations();
}

Perimeter Canonical(Perimeter perimeter) {
  for (PerimeterChange& change : perimeter.changes) change = OneSpelling(std::move(change));
  std::sort(perimeter.changes.begin(), perimeter.changes.end(), ComesBefore);
  return perimeter;
}

bool ComesBefore(const PerimeterChange& a, const PerimeterChange& b) {
  return OrderOf(a) < OrderOf(b);
}

bool SamePlace(const PerimeterChange& a, const PerimeterChange& b) {
  const PerimeterChange one = OneSpelling(a);
  const PerimeterChange other = OneSpelling(b);
  return PlaceOf(one) == PlaceOf(other);
}

Period TargetDate(const Perimeter& perimeter, const Window& history) {
  return perimeter.date.value_or(history.last + 1);
}

void DateUnits(const Perimeter& perimeter, NetworkSpec& spec) {
  std::map<std::string, Period> opened;
  std::map<std::string, Period> closed;
  for (const PerimeterChange& change : perimeter.changes) {
    if (change.kind == Kind::kOpening) opened.emplace(change.unit, change.date);
    if (Closes(change.kind)) closed.emplace(change.unit, change.date);
  }
  for (Unit& unit : spec.units) {
    const auto open = opened.find(unit.id);
    if (!unit.opened && open != opened.end()) unit.opened = open->second;
    const auto close = closed.find(unit.id);
    if (!unit.closed && close != closed.end()) unit.closed = close->second;
  }
}

}  // namespace jalon::sim
