#include "sim/perimeter/restate_means.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <iterator>
#include <limits>
#include <map>
#include <optional>
#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "sim/base/missing.h"
#include "sim/network/means_rules.h"
#include "sim/perimeter/apportion.h"
#include "sim/perimeter/dated_changes.h"

namespace jalon::sim {
namespace {

constexpr double kShareTolerance = 1e-9;

struct Cell {
  double value = 0.0;
  bool planned = false;
};
// Known values by period index.
using Row = std::map<int32_t, Cell>;

Row RowOf(const MeanSeries& series) {
  Row row;
  for (size_t t = 0; t < series.values.size(); ++t) {
    if (std::isnan(series.values[t])) continue;
    row[series.first.index + static_cast<int32_t>(t)] = {series.values[t], series.planned[t]};
  }
  return row;
}

MeanSeries SeriesOf(const std::string& mean, const std::string& unit, Frequency frequency,
                    const Row& row) {
  const int32_t first = row.begin()->first;
  const size_t size = static_cast<size_t>(row.rbegin()->first - first) + 1;
  MeanSeries series{.mean = mean,
                    .unit = unit,
                    .first = {frequency, first},
                    .values = std::vector<double>(size, kMissing),
                    .planned = std::vector<bool>(size, false)};
  for (const auto& [index, cell] : row) {
    series.values[static_cast<size_t>(index - first)] = cell.value;
    series.planned[static_cast<size_t>(index - first)] = cell.planned;
  }
  return series;
}

// A row that receives shares: its own values as they stood, those it holds between them.
class Holder {
 public:
  Holder(const Row& row, const Unit& unit) : row_(row) {
    if (unit.opened) opened_ = unit.opened->index;
    for (const auto& [index, cell] : row) {
      if (!cell.planned) last_seen_ = index;
    }
  }

  // The value at an index, the one before it, or the first; 0 without any and before the branch
  // opened.
  double At(int32_t index) const {
    if (row_.empty() || index < opened_) return 0.0;
    const auto after = row_.upper_bound(index);
    return (after == row_.begin() ? after : std::prev(after))->second.value;
  }
  bool IsPlanned(int32_t index, bool of_giver) const {
    return last_seen_ ? index > *last_seen_ : of_giver;
  }

 private:
  const Row row_;
  int32_t opened_ = std::numeric_limits<int32_t>::min();
  std::optional<int32_t> last_seen_;
};

// Shares of one branch's means that leave it at a date, by receiver; what stays is the rest.
struct Leaving {
  std::vector<int> receivers;
  // [receiver], then what stays.
  std::vector<double> shares;
};

// On which side of a date shares move.
enum class Side { kBefore, kFrom };

class MeansMover {
 public:
  MeansMover(const Network& network, const MeansTable& means, const Perimeter& perimeter)
      : network_(network),
        perimeter_(perimeter),
        unmoved_(means.unmoved.begin(), means.unmoved.end()) {
    for (const MeanSeries& series : means.series) {
      if (unmoved_.contains(series.mean)) continue;
      rows_[series.mean][*network.FindUnit(series.unit)] = RowOf(series);
    }
  }

  void Apply(const DatedChanges& dated, Side side) {
    const std::map<int, Leaving> leaving = LeavingOf(dated);
    if (leaving.empty()) return;
    for (auto& [mean, rows] : rows_) Move(leaving, {side, dated.date.index}, rows);
  }

  // Rows with a value, and the means that stay, in canonical order.
  MeansTable Finish(const MeansTable& means) const {
    MeansTable moved{.series = {}, .effects = means.effects, .unmoved = means.unmoved};
    for (const MeanSeries& series : means.series) {
      if (unmoved_.contains(series.mean)) moved.series.push_back(series);
    }
    for (const auto& [mean, rows] : rows_) {
      for (const auto& [unit, row] : rows) {
        if (row.empty()) continue;
        moved.series.push_back(SeriesOf(mean, network_.unit(unit).id, network_.frequency(), row));
      }
    }
    return Sorted(std::move(moved));
  }

  std::vector<std::string> TakeNotes() { return std::move(notes_); }

 private:
  using Rows = std::map<int, Row>;
  struct Periods {
    Side side;
    int32_t date;
    bool contains(int32_t index) const { return (index < date) == (side == Side::kBefore); }
  };

  std::map<int, Leaving> LeavingOf(const DatedChanges& dated) {
    std::map<int, Leaving> leaving;
    for (const UnitMove& move : dated.moves) {
      const PerimeterChange& change = perimeter_.changes[move.change];
      const double share = change.means_share.value_or(ShareOf(network_, move, 0));
      if (share == 0.0 && !change.means_share) NoteUnsplit(change, move.unit);
      if (share == 0.0 || move.receiver < 0) continue;
      leaving[move.unit].receivers.push_back(move.receiver);
      leaving[move.unit].shares.push_back(share);
    }
    for (auto& [unit, left] : leaving) {
      double stay = 1.0;
      for (const double share : left.shares) stay -= share;
      left.shares.push_back(stay < kShareTolerance ? 0.0 : stay);
    }
    return leaving;
  }

  void NoteUnsplit(const PerimeterChange& change, int unit) {
    const bool has = std::any_of(rows_.begin(), rows_.end(), [&](const auto& mean) {
      const auto row = mean.second.find(unit);
      return row != mean.second.end() && !row->second.empty();
    });
    if (!has) return;
    notes_.push_back(absl::StrCat("transfer of `", change.segment, "` from `", change.unit,
                                  "` to `", change.receiver, "` in ", change.date.ToString(),
                                  ": means did not move; `means_share` says what part does"));
  }

  // All shares are of rows as they stand before any is moved.
  void Move(const std::map<int, Leaving>& leaving, const Periods& periods, Rows& rows) const {
    const Rows before = rows;
    std::map<int, Holder> holders;
    for (const auto& [giver, left] : leaving) {
      const auto row = before.find(giver);
      if (row == before.end()) continue;
      for (const auto& [index, cell] : row->second) {
        if (!periods.contains(index)) continue;
        const std::vector<double> parts = SplitExact(cell.value, left.shares);
        Take(rows[giver], index, cell.value - parts.back(), left.shares.back() == 0.0);
        for (size_t j = 0; j < left.receivers.size(); ++j) {
          const int receiver = left.receivers[j];
          const auto held =
              holders.try_emplace(receiver, RowBefore(before, receiver), network_.unit(receiver))
                  .first;
          Give(held->second, index, {parts[j], cell.planned}, rows[receiver]);
        }
      }
    }
  }

  static Row RowBefore(const Rows& rows, int unit) {
    const auto found = rows.find(unit);
    return found == rows.end() ? Row() : found->second;
  }

  // Nothing is left of a row that gives all, but for what it received at the same date.
  static void Take(Row& row, int32_t index, double part, bool all) {
    Cell& cell = row[index];
    cell.value -= part;
    if (all && cell.value == 0.0) row.erase(index);
  }

  static void Give(const Holder& holder, int32_t index, const Cell& part, Row& row) {
    const auto [cell, is_new] =
        row.try_emplace(index, Cell{holder.At(index), holder.IsPlanned(index, part.planned)});
    cell->second.value += part.value;
  }

  const Network& network_;
  const Perimeter& perimeter_;
  const std::set<std::string> unmoved_;
  // By mean and unit.
  std::map<std::string, Rows> rows_;
  std::vector<std::string> notes_;
};

int64_t CountChanged(const std::vector<MeanSeries>& a, const std::vector<MeanSeries>& b) {
  std::map<std::pair<std::string, std::string>, const MeanSeries*> by_place;
  for (const MeanSeries& series : a) by_place[{series.mean, series.unit}] = &series;
  int64_t changed = 0;
  for (const MeanSeries& series : b) {
    const auto found = by_place.find({series.mean, series.unit});
    changed += found == by_place.end() || !(*found->second == series);
    if (found != by_place.end()) by_place.erase(found);
  }
  return changed + static_cast<int64_t>(by_place.size());
}

}  // namespace

RestatedMeans RestateMeans(const Network& network, const MeansTable& means,
                           const Perimeter& perimeter, Period target) {
  MeansMover mover(network, means, perimeter);
  for (const DatedChanges& dated : ChangesUntil(network, perimeter, target)) {
    mover.Apply(dated, Side::kBefore);
  }
  RestatedMeans restated{.means = mover.Finish(means), .notes = mover.TakeNotes()};
  restated.series_count = CountChanged(means.series, restated.means.series);
  return restated;
}

MeansTable MoveMeansForward(const Network& network, const MeansTable& means,
                            const Perimeter& perimeter, Period target) {
  MeansMover mover(network, means, perimeter);
  for (const DatedChanges& dated : ChangesUntil(network, perimeter, target)) {
    mover.Apply(dated, Side::kFrom);
  }
  return mover.Finish(means);
}

}  // namespace jalon::sim
