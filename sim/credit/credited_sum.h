// Sums as head office reads them: children plus eliminations.
#ifndef JALON_SIM_CREDIT_CREDITED_SUM_H_
#define JALON_SIM_CREDIT_CREDITED_SUM_H_

#include <map>
#include <utility>
#include <vector>

#include "sim/base/period.h"
#include "sim/network/credit_table.h"
#include "sim/network/derived_effects.h"
#include "sim/network/network.h"
#include "sim/network/realisations.h"
#include "sim/network/revision.h"

namespace jalon::sim {

// Values of units above the branches by place and period. Thread-safe to read.
class CreditCells {
 public:
  // `cells` must fit the network (CheckCredit).
  CreditCells(const Network& network, const std::vector<CreditCell>& cells);

  bool empty() const { return cells_.empty(); }
  // Sum over the places inside `range`; 0 where there is none. A cell of segment `all` is inside
  // only when the range has all segments. Cost: O(log cells + cells of the range's units).
  double SumIn(const NodeRange& range, Period period) const;
  // Whether a place inside `range` has a cell in `window`.
  bool AnyIn(const NodeRange& range, const Window& window) const;
  // Cells of places inside `range` in `window`, by place, then period. Cost as SumIn.
  std::vector<std::pair<std::pair<SeriesKey, Period>, double>> In(const NodeRange& range,
                                                                  const Window& window) const;
  // The cell of exactly one place; NaN without one.
  double At(const SeriesKey& place, Period period) const;
  // In canonical order, then by period.
  const std::map<std::pair<SeriesKey, Period>, double>& all() const { return cells_; }

 private:
  std::map<std::pair<SeriesKey, Period>, double> cells_;
};

// Figures of units as head office reads them. Borrows the revision; thread-safe to read.
class CreditedSums {
 public:
  explicit CreditedSums(const Revision& revision);
  // Of history and credit lines as imported, before they were restated.
  static CreditedSums OfImported(const Revision& revision);

  // One value per period of `window`, for everything below `unit` and `segment`:
  //   - an indicator that adds up: sum of the series plus the eliminations of the units inside,
  //     its own included; NaN where every series is missing;
  //   - one that does not, over more than one series: the declared total of the very unit and
  //     segment, NaN where none is declared;
  //   - a ratio or a derived indicator: computed at the node (sim/network/node_values.h) of such
  //     values of what it is made of: sum of numerators + eliminations over sum of denominators +
  //     eliminations.
  std::vector<double> Values(const SeriesKey& node, const Window& window) const;

  // The window's value by the indicator's own aggregation, of Values; a ratio is its numerator's
  // window over its denominator's. NaN when a period it needs has none. `window` is not empty.
  double Over(const SeriesKey& node, const Window& window) const;

  // Why a derived indicator changed at a node (sim/network/derived_effects.h), volumes as in
  // Values. Errors: those of SplitChange.
  absl::StatusOr<DerivedEffects> Effects(const SeriesKey& node, const DerivedChange& change) const;

  // Whether Values says something: the indicator adds up there, or totals are declared.
  bool HasValues(const SeriesKey& node) const;

  // Whether the node's series may be summed: they add up by declaration, or there is at most one.
  bool AddsUp(const SeriesKey& node) const;

  const Revision& revision() const { return revision_; }
  // The history that is summed.
  const Realisations& realisations() const { return realisations_; }
  const CreditCells& eliminations() const { return eliminations_; }
  const CreditCells& totals() const { return totals_; }

 private:
  CreditedSums(const Revision& revision, const Realisations& realisations,
               const CreditTable& credit);

  // Values of an indicator with series, or declared to be no sum.
  std::vector<double> VolumesIn(const NodeRange& range, const Window& window) const;

  const Revision& revision_;
  const Realisations& realisations_;
  CreditCells eliminations_;
  CreditCells totals_;
};

}  // namespace jalon::sim

#endif  // JALON_SIM_CREDIT_CREDITED_SUM_H_
