// What a bank realised: one row per series, one column per period.
#ifndef JALON_SIM_NETWORK_REALISATIONS_H_
#define JALON_SIM_NETWORK_REALISATIONS_H_

#include <compare>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "sim/base/period.h"
#include "sim/base/violation.h"
#include "sim/network/network.h"

namespace jalon::sim {

// A series: one indicator of one leaf unit in one segment ("all" when not split by segment).
// Ordered canonically: indicator, unit, segment.
struct SeriesKey {
  int indicator = 0;
  int unit = 0;
  int segment = 0;

  friend auto operator<=>(const SeriesKey&, const SeriesKey&) = default;
};

// A rectangle of one indicator: units [unit_first, unit_end) x segments [segment_first,
// segment_end). Every aggregate of D11 is one.
struct NodeRange {
  int indicator = 0;
  int unit_first = 0;
  int unit_end = 0;
  int segment_first = 0;
  int segment_end = 0;

  bool contains(const SeriesKey& key) const {
    return key.indicator == indicator && unit_first <= key.unit && key.unit < unit_end &&
           segment_first <= key.segment && key.segment < segment_end;
  }
  friend auto operator<=>(const NodeRange&, const NodeRange&) = default;
};

// The range of everything below `unit` and `segment` for `indicator`.
NodeRange RangeOf(const Network& network, int indicator, int unit, int segment);

// Dense realisations in canonical series order. Missing is not zero: it is a quiet NaN in memory,
// and the only NaN ever stored. Thread-compatible value.
class Realisations {
 public:
  Realisations() = default;
  // Shape: values [series x period], row-major; `keys` sorted and unique, all of leaf units.
  // Errors: kInvalidArgument (size mismatch, order, a unit that is not a leaf, an infinite value, a
  // negative or fractional count, a negative amount, a segment and its ancestor both given for one
  // unit and indicator, two series with one 64-bit id), all at once with the series named.
  static absl::StatusOr<Realisations> Create(const Network& network, Period first,
                                             std::vector<SeriesKey> keys,
                                             std::vector<double> values);

  Period first() const { return first_; }
  // The last period with a column.
  Period last() const { return first_ + (period_count_ - 1); }
  Window window() const { return {first(), last()}; }
  int period_count() const { return period_count_; }
  int series_count() const { return static_cast<int>(keys_.size()); }
  const std::vector<SeriesKey>& keys() const { return keys_; }
  const SeriesKey& key(int i) const { return keys_[i]; }
  // Id of the series in random streams: SeriesId64 of its three ids.
  uint64_t id64(int i) const { return ids_[i]; }
  // All periods of a series; NaN where missing.
  std::span<const double> row(int i) const {
    return {values_.data() + static_cast<size_t>(i) * period_count_,
            static_cast<size_t>(period_count_)};
  }
  // NaN when missing or outside the columns.
  double at(int i, Period period) const;
  std::optional<int> Find(const SeriesKey& key) const;
  // Series of one indicator are contiguous: [first, second).
  std::pair<int, int> IndicatorRows(int indicator) const;
  // The series inside a range, ascending.
  std::vector<int> RowsIn(const NodeRange& range) const;

  friend bool operator==(const Realisations&, const Realisations&);

 private:
  Period first_;
  int period_count_ = 0;
  std::vector<SeriesKey> keys_;
  std::vector<uint64_t> ids_;
  std::vector<double> values_;
};

// Sum over the series of `range` in each period of `window`; NaN where every one is missing.
// Shape: [period].
std::vector<double> SumRealised(const Realisations& realisations, const NodeRange& range,
                                const Window& window);

}  // namespace jalon::sim

#endif  // JALON_SIM_NETWORK_REALISATIONS_H_
