#include "sim/perimeter/restate.h"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <map>
#include <set>
#include <tuple>
#include <utility>

#include "absl/strings/str_cat.h"
#include "sim/base/missing.h"
#include "sim/base/rule_checker.h"
#include "sim/base/status_macros.h"
#include "sim/perimeter/apportion.h"
#include "sim/perimeter/dated_changes.h"
#include "sim/perimeter/history_table.h"
#include "sim/perimeter/perimeter_rules.h"
#include "sim/perimeter/restate_credit.h"

namespace jalon::sim {
namespace {

constexpr size_t kMaxNotes = 100;
// A share this near to nothing is what people's decimals left.
constexpr double kShareTolerance = 1e-9;

// Numbers of things stay whole; those of flows also over a row of periods.
bool IsWhole(const Indicator& indicator) {
  return indicator.kind == IndicatorKind::kCount ||
         (indicator.kind == IndicatorKind::kStock && indicator.measure == Measure::kCount);
}
bool IsFlow(const Indicator& indicator) { return indicator.kind != IndicatorKind::kStock; }

// A series that gives shares of its figures to others.
struct Split {
  SeriesKey from;
  std::vector<SeriesKey> to;
  // [to]; with what stays they sum to 1.
  std::vector<double> shares;
};

// A share before it is known which series of the receiver takes it.
struct Request {
  size_t split = 0;
  SeriesKey wanted;
  double share = 0.0;
  int change = 0;
};

// Changes of one date on the rows of a table.
class Restater {
 public:
  Restater(const Network& network, const Perimeter& perimeter, HistoryTable& table,
           CreditRestater& credit)
      : network_(network), perimeter_(perimeter), table_(table), credit_(credit) {}

  void Apply(const DatedChanges& dated) {
    columns_ = std::clamp(dated.date - table_.first(), 0, table_.period_count());
    MoveBetweenUnits(dated);
    MoveBetweenSegments(dated);
    ChangeMeanings(dated);
  }

  const Violations& violations() const { return violations_; }
  const std::set<int>& redefined() const { return redefined_; }
  std::vector<std::string> TakeNotes();

 private:
  void MoveBetweenUnits(const DatedChanges& dated) {
    std::map<int, std::vector<UnitMove>> by_unit;
    for (const UnitMove& move : dated.moves) by_unit[move.unit].push_back(move);
    for (const auto& [unit, moves] : by_unit) {
      for (const SeriesKey& key : table_.KeysOf(unit)) RequestMoves(key, moves);
    }
    ApplyRequests();
  }

  void RequestMoves(const SeriesKey& key, const std::vector<UnitMove>& moves) {
    if (!MovesBetweenUnits(network_.indicator(key.indicator))) {
      unmoved_.insert(key.indicator);
      return;
    }
    splits_.push_back({.from = key});
    for (const UnitMove& move : moves) RequestMove(key, move);
  }

  void RequestMove(const SeriesKey& key, const UnitMove& move) {
    const double share = ShareOf(network_, move, key.segment);
    if (share == 0.0) {
      unsplit_[move.change] +=
          key.segment < move.segment && move.segment < network_.segment_end(key.segment);
      return;
    }
    if (move.receiver < 0) return;
    if (!network_.Applies(key.indicator, move.receiver)) {
      not_applicable_.insert({key.indicator, move.unit, move.receiver});
      return;
    }
    requests_.push_back(
        {splits_.size() - 1, {key.indicator, move.receiver, key.segment}, share, move.change});
  }

  // Branches do not touch each other here: one at a time, so that little is held.
  void MoveBetweenSegments(const DatedChanges& dated) {
    if (dated.cells.empty()) return;
    for (int unit = 0; unit < network_.unit_count(); ++unit) {
      for (const SeriesKey& key : table_.KeysOf(unit)) RequestCells(key, dated);
      ApplyRequests();
    }
  }

  void RequestCells(const SeriesKey& key, const DatedChanges& dated) {
    const Shares cells = CellsOf(dated, key.unit, key.segment);
    if (cells.empty()) return;
    if (!MovesBetweenSegments(network_.indicator(key.indicator))) {
      unmoved_.insert(key.indicator);
      return;
    }
    splits_.push_back({.from = key});
    for (const auto& [segment, share] : cells) {
      if (segment == key.segment) continue;
      requests_.push_back(
          {splits_.size() - 1, {key.indicator, key.unit, segment}, share, dated.cells[0].change});
    }
  }

  // Wider segments first, so that what two branches give to a third does not depend on their order.
  void ApplyRequests() {
    std::stable_sort(requests_.begin(), requests_.end(), [](const Request& a, const Request& b) {
      return a.wanted.segment < b.wanted.segment;
    });
    for (const Request& request : requests_) Land(request);
    requests_.clear();
    ApplySplits();
    splits_.clear();
  }

  void Land(const Request& request) {
    const std::optional<SeriesKey> landing = table_.Landing(request.wanted);
    if (!landing) {
      Refuse(request);
      return;
    }
    table_.Edit(*landing);
    Split& split = splits_[request.split];
    const auto known = std::find(split.to.begin(), split.to.end(), *landing);
    if (known == split.to.end()) {
      split.to.push_back(*landing);
      split.shares.push_back(request.share);
    } else {
      split.shares[known - split.to.begin()] += request.share;
    }
  }

  void Refuse(const Request& request) {
    if (!refused_.insert({request.change, request.wanted.indicator}).second) return;
    violations_.Add({.field = absl::StrCat("perimeter[", request.change, "].receiver"),
                     .value = network_.unit(request.wanted.unit).id,
                     .rule = absl::StrCat("must not split indicator ",
                                          network_.indicator(request.wanted.indicator).id,
                                          " further by segment than the branch that gives"),
                     .reason = "SEGMENT_SPLIT_MISMATCH"});
  }

  // All parts are taken from the rows as they stand before any is given: changes of one date act at
  // once.
  void ApplySplits() {
    std::vector<std::vector<double>> parts;
    for (Split& split : splits_) parts.push_back(Parts(split));
    if (!credit_.empty()) credit_.Move(table_, MovesOf(parts));
    for (size_t i = 0; i < splits_.size(); ++i) Take(splits_[i], parts[i]);
    for (size_t i = 0; i < splits_.size(); ++i) Give(splits_[i], parts[i]);
  }

  std::vector<MovedFigures> MovesOf(const std::vector<std::vector<double>>& parts) const {
    std::vector<MovedFigures> moves;
    for (size_t i = 0; i < splits_.size(); ++i) {
      const size_t width = splits_[i].shares.size();
      for (size_t j = 0; j < splits_[i].to.size(); ++j) {
        MovedFigures move{splits_[i].from, splits_[i].to[j], {}};
        for (int t = 0; t < columns_; ++t) move.values.push_back(parts[i][t * width + j]);
        moves.push_back(std::move(move));
      }
    }
    return moves;
  }

  // [period x (to, stay)]; missing where the giver's cell is. Adds what stays to the shares.
  std::vector<double> Parts(Split& split) const {
    if (split.to.empty()) return {};
    double stay = 1.0;
    for (const double share : split.shares) stay -= share;
    split.shares.push_back(stay < kShareTolerance ? 0.0 : stay);
    const Indicator& indicator = network_.indicator(split.from.indicator);
    const std::span<const double> row = table_.Row(split.from);
    std::vector<double> carry(IsFlow(indicator) ? split.shares.size() : 0);
    std::vector<double> all;
    for (int t = 0; t < columns_; ++t) {
      const std::vector<double> parts =
          std::isnan(row[t])   ? std::vector<double>(split.shares.size(), kMissing)
          : IsWhole(indicator) ? SplitWhole(row[t], split.shares, carry)
                               : SplitExact(row[t], split.shares);
      all.insert(all.end(), parts.begin(), parts.end());
    }
    return all;
  }

  void Take(const Split& split, const std::vector<double>& parts) {
    if (split.to.empty()) return;
    std::vector<double>& row = table_.Edit(split.from);
    const size_t width = split.shares.size();
    for (int t = 0; t < columns_; ++t) {
      row[t] = split.shares.back() == 0.0 ? kMissing : parts[(t + 1) * width - 1];
    }
  }

  void Give(const Split& split, const std::vector<double>& parts) {
    const size_t width = split.shares.size();
    for (size_t j = 0; j < split.to.size(); ++j) {
      std::vector<double>& row = table_.Edit(split.to[j]);
      for (int t = 0; t < columns_; ++t) AddTo(row[t], parts[t * width + j]);
    }
  }

  static void AddTo(double& cell, double part) {
    if (std::isnan(part)) return;
    cell = std::isnan(cell) ? part : cell + part;
  }

  void ChangeMeanings(const DatedChanges& dated) {
    std::map<int, std::vector<MeaningChange>> by_indicator;
    for (const MeaningChange& change : dated.meanings) {
      by_indicator[change.indicator].push_back(change);
    }
    for (const auto& [indicator, changes] : by_indicator) {
      redefined_.insert(indicator);
      const CreditRestater::PlaceSums sums = credit_.SumsOf(table_, indicator);
      for (int unit = 0; unit < network_.unit_count(); ++unit) {
        if (const MeaningChange* change = ChangeFor(changes, network_.unit(unit).kind)) {
          Redefine(indicator, unit, *change);
        }
      }
      credit_.Rescale(table_, sums);
    }
  }

  // The change of the unit's own kind before the one of all kinds.
  static const MeaningChange* ChangeFor(const std::vector<MeaningChange>& changes,
                                        const std::string& kind) {
    const MeaningChange* found = nullptr;
    for (const MeaningChange& change : changes) {
      if (change.unit_kind.empty() && found == nullptr) found = &change;
      if (!change.unit_kind.empty() && change.unit_kind == kind) found = &change;
    }
    return found;
  }

  void Redefine(int indicator, int unit, const MeaningChange& change) {
    const std::set<SeriesKey>& keys = table_.KeysOf(unit);
    for (auto key = keys.lower_bound({indicator, unit, 0});
         key != keys.end() && key->indicator == indicator; ++key) {
      Bridge(table_.Edit(*key), network_.indicator(indicator), change.bridge);
    }
  }

  // Whole figures are rounded with what earlier periods left over, so that sums keep the factor.
  void Bridge(std::vector<double>& row, const Indicator& indicator,
              const std::optional<double>& factor) const {
    double carry = 0.0;
    for (int t = 0; t < columns_; ++t) {
      if (std::isnan(row[t])) continue;
      if (!factor) {
        row[t] = kMissing;
      } else if (!IsWhole(indicator)) {
        row[t] *= *factor;
      } else {
        const double exact = row[t] * *factor + carry;
        row[t] = std::max(0.0, std::floor(exact + 0.5));
        if (IsFlow(indicator)) carry = exact - row[t];
      }
    }
  }

  const Network& network_;
  const Perimeter& perimeter_;
  HistoryTable& table_;
  CreditRestater& credit_;
  int columns_ = 0;
  std::vector<Split> splits_;
  std::vector<Request> requests_;
  Violations violations_;
  std::set<std::pair<int, int>> refused_;
  std::set<int> redefined_;
  // For notes: indicators that are no sums; (indicator, giver, receiver) that does not apply;
  // change -> series not split by its segment.
  std::set<int> unmoved_;
  std::set<std::tuple<int, int, int>> not_applicable_;
  std::map<int, int> unsplit_;
};

std::vector<std::string> Restater::TakeNotes() {
  std::vector<std::string> notes;
  for (const int k : unmoved_) {
    notes.push_back(
        absl::StrCat("indicator `", network_.indicator(k).id,
                     "` is no sum over branches or segments: its history did not move"));
  }
  for (const auto& [k, unit, receiver] : not_applicable_) {
    notes.push_back(absl::StrCat("indicator `", network_.indicator(k).id, "` does not apply to `",
                                 network_.unit(receiver).id,
                                 "`: that share stays in the history of `", network_.unit(unit).id,
                                 "`"));
  }
  for (const auto& [index, series] : unsplit_) {
    if (series == 0) continue;
    const PerimeterChange& change = perimeter_.changes[index];
    notes.push_back(absl::StrCat(
        "transfer of `", change.segment, "` from `", change.unit, "` to `", change.receiver,
        "` in ", change.date.ToString(), ": ", series,
        " series are not split by that segment and did not move; `unsplit_share` says what part of "
        "them does"));
  }
  if (notes.size() > kMaxNotes) notes.resize(kMaxNotes);
  return notes;
}

// What became of a history.
class Summariser {
 public:
  Summariser(const Network& network, const HistoryTable& table, const std::set<int>& redefined)
      : network_(network), table_(table), redefined_(redefined) {}

  void AddTo(RestatementSummary& summary) {
    for (const auto& [key, row] : table_.touched()) Add(key, row, summary);
    for (const auto& [k, differences] : differences_) {
      for (const double difference : differences) {
        summary.largest_total_difference =
            std::max(summary.largest_total_difference,
                     std::fabs(difference) / network_.indicator(k).rounding_step);
      }
    }
  }

 private:
  void Add(const SeriesKey& key, const std::vector<double>& row, RestatementSummary& summary) {
    const std::span<const double> before = table_.OriginalRow(key);
    std::vector<double>& differences = differences_[key.indicator];
    differences.resize(row.size());
    int64_t cells = 0;
    for (size_t t = 0; t < row.size(); ++t) {
      const double was = before.empty() ? kMissing : before[t];
      cells += std::isnan(was) != std::isnan(row[t]) || (!std::isnan(was) && was != row[t]);
      if (redefined_.contains(key.indicator)) continue;
      differences[t] += (std::isnan(row[t]) ? 0.0 : row[t]) - (std::isnan(was) ? 0.0 : was);
    }
    summary.cell_count += cells;
    summary.series_count += cells > 0;
  }

  const Network& network_;
  const HistoryTable& table_;
  const std::set<int>& redefined_;
  std::map<int, std::vector<double>> differences_;
};

}  // namespace

absl::StatusOr<Restated> Restate(const Network& network, const Realisations& original,
                                 const Perimeter& perimeter, const CreditTable& credit) {
  Restated restated;
  RestatementSummary& summary = restated.summary;
  summary.target_date = TargetDate(perimeter, original.window());
  summary.change_count = static_cast<int64_t>(perimeter.changes.size());
  for (const PerimeterChange& change : perimeter.changes) {
    summary.applied_count += change.date <= summary.target_date;
  }
  HistoryTable table(network, original);
  CreditRestater credit_restater(network, original, credit);
  Restater restater(network, perimeter, table, credit_restater);
  for (const DatedChanges& dated : ChangesUntil(network, perimeter, summary.target_date)) {
    restater.Apply(dated);
  }
  JALON_RETURN_IF_ERROR(restater.violations().ToStatus());
  Summariser(network, table, restater.redefined()).AddTo(summary);
  restated.notes = restater.TakeNotes();
  JALON_ASSIGN_OR_RETURN(restated.realisations, table.Finish());
  RestatedCredit lines = credit_restater.Finish(restated.realisations);
  restated.credit = std::move(lines.credit);
  for (std::string& note : lines.notes) restated.notes.push_back(std::move(note));
  return restated;
}

PerimeterEffect EffectOf(const Realisations& restated, const Realisations& original) {
  PerimeterEffect effect{.first = original.first()};
  std::set_union(restated.keys().begin(), restated.keys().end(), original.keys().begin(),
                 original.keys().end(), std::back_inserter(effect.keys));
  for (const SeriesKey& key : effect.keys) {
    const std::optional<int> after = restated.Find(key);
    const std::optional<int> before = original.Find(key);
    for (int t = 0; t < original.period_count(); ++t) {
      const double is = after ? restated.row(*after)[t] : kMissing;
      const double was = before ? original.row(*before)[t] : kMissing;
      const bool none = std::isnan(is) && std::isnan(was);
      effect.values.push_back(none ? kMissing
                                   : (std::isnan(is) ? 0.0 : is) - (std::isnan(was) ? 0.0 : was));
    }
  }
  return effect;
}

}  // namespace jalon::sim
