// A history being restated: the original, with rows that change copied on first touch.
#ifndef JALON_SIM_PERIMETER_HISTORY_TABLE_H_
#define JALON_SIM_PERIMETER_HISTORY_TABLE_H_

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <vector>

#include "absl/status/statusor.h"
#include "sim/network/network.h"
#include "sim/network/realisations.h"

namespace jalon::sim {

// Rows by series, [period] as the original's; missing is NaN. Thread-compatible; both arguments
// outlive it.
class HistoryTable {
 public:
  HistoryTable(const Network& network, const Realisations& original);

  int period_count() const { return original_.period_count(); }
  Period first() const { return original_.first(); }
  // Series of a branch, ascending; new ones included.
  const std::set<SeriesKey>& KeysOf(int unit) const { return keys_of_unit_[unit]; }
  // Sum of the series inside `range`: [period], NaN where every one is missing.
  std::vector<double> Sum(const NodeRange& range) const;
  // The row of a series of the table.
  std::span<const double> Row(const SeriesKey& key) const;
  // The same, to be changed; a series that is not there yet comes to be, all missing.
  std::vector<double>& Edit(const SeriesKey& key);
  // The series that figures of `key` belong to: itself, or the one of its branch around it when the
  // branch does not split that far. nullopt when the branch splits further.
  std::optional<SeriesKey> Landing(const SeriesKey& key) const;

  // Series touched, with their rows.
  const std::map<SeriesKey, std::vector<double>>& touched() const { return touched_; }
  // The original's row of a series; empty when it has none.
  std::span<const double> OriginalRow(const SeriesKey& key) const;

  // Everything, without touched rows that hold no value. Errors: those of Realisations::Create.
  absl::StatusOr<Realisations> Finish() const;

 private:
  const Network& network_;
  const Realisations& original_;
  std::vector<std::set<SeriesKey>> keys_of_unit_;
  std::map<SeriesKey, std::vector<double>> touched_;
};

}  // namespace jalon::sim

#endif  // JALON_SIM_PERIMETER_HISTORY_TABLE_H_
