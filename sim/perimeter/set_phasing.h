// How a set of objectives spreads its own years over their months.
#ifndef JALON_SIM_PERIMETER_SET_PHASING_H_
#define JALON_SIM_PERIMETER_SET_PHASING_H_

#include <cstdint>
#include <map>
#include <string>
#include <tuple>
#include <vector>

#include "sim/base/period.h"
#include "sim/network/calendar_table.h"
#include "sim/network/network.h"
#include "sim/objective/objective.h"
#include "sim/objective/phasing.h"

namespace jalon::sim {

// The phasing of a set, for HandOver: [period of the objective's window], weights >= 0 whose sum is
// positive. In this order:
//   1. the set's own cumulated objectives of the same node, where it has one for every period of
//      the window from its first on (`jalon objectives phase` makes such sets, by season, opening
//      days and events, by last year, or by imported shares): their differences;
//   2. the imported shares of the nearest unit that has some for the indicator;
//   3. equal weights.
// A source whose weights have both signs or sum to 0 is passed over. Cost: O(log objectives +
// periods) an objective. The network outlives the object; requires a table ValidatePhasing accepts.
class SetPhasing {
 public:
  SetPhasing(const Network& network, const PhasingTable& table, const std::vector<Objective>& set);

  std::vector<double> operator()(const Objective& objective) const;

 private:
  // Unit, segment, indicator, first period.
  using Node = std::tuple<std::string, std::string, std::string, Period>;

  std::vector<double> Own(const Objective& objective) const;
  std::vector<double> Imported(const Objective& objective) const;

  const Network& network_;
  const ImportedSizes imported_;
  // [last period of a window]: ticks asked from the node's first period to there.
  std::map<Node, std::map<Period, int64_t>> cumulated_;
};

}  // namespace jalon::sim

#endif  // JALON_SIM_PERIMETER_SET_PHASING_H_
