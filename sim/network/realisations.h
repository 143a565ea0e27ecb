// What a bank realised: one row per series, one column per period.
#ifndef JALON_SIM_NETWORK_REALISATIONS_H_
#define JALON_SIM_NETWORK_REALISATIONS_H_

#include <compare>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
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

// `unit/segment/indicator`, for messages.
std::string SeriesName(const Network& network, const SeriesKey& key);

// Maps the ids of unit, segment and indicator to the 64-bit id of a series.
using SeriesHash =
    absl::FunctionRef<uint64_t(absl::string_view, absl::string_view, absl::string_view)>;

// Dense realisations in canonical series order. Missing is not zero: it is a quiet NaN in memory,
// and the only NaN ever stored. Thread-compatible value.
class Realisations {
 public:
  Realisations() = default;
  // The most periods a history may have (D9).
  static constexpr int kMaxPeriods = 600;

  // Shape: values [series x period], row-major; `keys` sorted and unique, all of leaf units; 1 to
  // 600 periods, or none at all without series. Any NaN is missing; -0 becomes 0.
  // Errors: kInvalidArgument, all at once with the series named at `series[i]` or
  // `series[i].values[j]`: BAD_SHAPE, BAD_FREQUENCY, UNKNOWN_INDEX, NOT_SORTED, NOT_A_LEAF,
  // NOT_APPLICABLE (to the unit), NO_SERIES_OF_ITS_OWN (a ratio or derived indicator),
  // FLOW_ABOVE_STOCK (a stock split by segment finer than its flow), OVERLAPPING_SEGMENTS (a
  // segment and its ancestor for one unit and indicator), ID_COLLISION (two series with one 64-bit
  // id), NOT_FINITE, NEGATIVE and NOT_WHOLE (counts, and stocks of things), NEGATIVE (amounts).
  //
  static absl::StatusOr<Realisations> Create(const Network& network, Period first,
                                             std::vector<SeriesKey> keys,
                                             std::vector<double> values);
  // The same with another series hash: only tests can make two series collide.
  static absl::StatusOr<Realisations> CreateWithHash(const Network& network, Period first,
                                                     std::vector<SeriesKey> keys,
                                                     std::vector<double> values, SeriesHash hash);

  Period first() const { return first_; }
  // The last period with a column; first() - 1 when there is none.
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

  // The columns inside `window`, all series kept; no column when it misses the history.
  Realisations Restricted(const Window& window) const;
  // What was known at `as_of`: the columns up to it.
  Realisations Truncated(Period as_of) const { return Restricted({first(), as_of}); }

  // Bit for bit; missing equals missing.
  friend bool operator==(const Realisations&, const Realisations&);

 private:
  Period first_;
  int period_count_ = 0;
  std::vector<SeriesKey> keys_;
  std::vector<uint64_t> ids_;
  std::vector<double> values_;
};

// Sum over the series of `range` in each period of `window`; NaN where every one is missing (a
// missing series beside a known one counts as nothing). Shape: [period].
std::vector<double> SumRealised(const Realisations& realisations, const NodeRange& range,
                                const Window& window);

// The same realisations keyed by another network with the same ids, as when a file declares new
// branches. Errors: kInvalidArgument naming every series whose unit, segment or indicator is gone
// (UNKNOWN_SERIES), and those of Create.
absl::StatusOr<Realisations> Rekeyed(const Realisations& realisations, const Network& from,
                                     const Network& to);

// A cell that an update changed: it was known, and now says something else.
struct RestatedCell {
  SeriesKey key;
  Period period;
  double before = 0.0;
  double after = 0.0;

  friend bool operator==(const RestatedCell&, const RestatedCell&) = default;
};

struct MergedRealisations {
  Realisations merged;
  // In canonical order, then by period.
  std::vector<RestatedCell> restated;
};

// `base` overlaid with `update` (import mode APPEND, D9), both keyed by `network`: known cells of
// `update` win, missing ones leave `base` as it is; series and periods of either are kept, and
// periods between two windows that do not touch are missing.
// Errors: those of Create (overlapping segments, more than 600 periods).
absl::StatusOr<MergedRealisations> MergeRealisations(const Network& network,
                                                     const Realisations& base,
                                                     const Realisations& update);

}  // namespace jalon::sim

#endif  // JALON_SIM_NETWORK_REALISATIONS_H_
