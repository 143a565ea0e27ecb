// How a set of objectives spreads its own years over their months.
#ifndef JALON_SIM_PERIMETER_SET_PHASING_H_
#define JALON_SIM_PERIMETER_SET_PHASING_H_

#include <cstdint>
#include <map>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "sim/base/period.h"
#include "sim/credit/credited_sum.h"
#include "sim/network/realisations.h"
#include "sim/network/revision.h"
#include "sim/objective/objective.h"
#include "sim/objective/phasing.h"
#include "sim/perimeter/month_weights.h"

namespace jalon::sim {

// The phasing of a set, for HandOver, without a model. In this order:
//   1. the set's own cumulated objectives of the same node, where it has one for every period of
//      the window from its first on (`jalon objectives phase` makes such sets, by season, opening
//      days and events, by last year, or by imported shares): their differences;
//   2. the imported shares of the nearest unit that has some for the indicator;
//   3. the season of past years: what the window's periods brought in up to three years before it,
//      by the revision's (restated) history, at the nearest unit above the objective's (its own
//      when it is no branch) that has every period of a year: one branch's months are few, and a
//      branch that moves has a history of its own only in part. The unit's figures are those of
//      head office: children plus eliminations, or the declared total where the indicator does not
//      add up;
//   4. opening days of the branches below the unit, where calendars say;
//   5. equal weights.
// A source whose weights have both signs or sum to 0 is passed over. Cost: O(log objectives +
// periods) an objective, once per (unit above, segment, indicator, window) O(series below). The
// revision outlives the object; requires a table ValidatePhasing accepts. Thread-compatible.
class SetPhasing {
 public:
  SetPhasing(const Revision& revision, const std::vector<Objective>& set);

  MonthWeights operator()(const Objective& objective);

 private:
  // Unit, segment, indicator, first period.
  using Node = std::tuple<std::string, std::string, std::string, Period>;

  // Each empty where its source says nothing.
  std::vector<double> Own(const Objective& objective) const;
  std::vector<double> Imported(const NodeRange& node, const Window& window) const;
  std::vector<double> Season(const SeriesKey& node, const Window& window);
  std::vector<double> Days(const NodeRange& node, const Window& window) const;

  const Revision& revision_;
  const ImportedSizes imported_;
  const CreditedSums sums_;
  // By node of a unit above branches, and window: its season, empty without.
  std::map<std::pair<SeriesKey, Window>, std::vector<double>> seasons_;
  // [last period of a window]: ticks asked from the node's first period to there.
  std::map<Node, std::map<Period, int64_t>> cumulated_;
};

}  // namespace jalon::sim

#endif  // JALON_SIM_PERIMETER_SET_PHASING_H_
