// The parts of a term of a derived indicator at a node. Internal to sim/network.
#ifndef JALON_SIM_NETWORK_TERM_VALUES_H_
#define JALON_SIM_NETWORK_TERM_VALUES_H_

#include <string>
#include <vector>

#include "sim/base/period.h"
#include "sim/network/node_values.h"
#include "sim/network/realisations.h"

namespace jalon::sim {

struct TermValues {
  // [period]: the flow, the stock at the end of the period or the mean of its opening and closing;
  // NaN where missing.
  std::vector<double> volumes;
  // [factor][weight][period]: the driver; NaN where missing.
  std::vector<std::vector<std::vector<double>>> drivers;
};

// Values of `term` in the units and segments of `range`, whatever its indicator.
TermValues ValuesOfTerm(const NodeFigures& figures, const DerivedTerm& term, const NodeRange& range,
                        const Window& window);

// coefficient x product of factors in period `t` of `values`.
double RateAt(const DerivedTerm& term, const TermValues& values, int t);

// The same with `reference` taken from period t of `reference_values` and every other driver from
// period t of `other_values`.
struct MixedRate {
  const TermValues& reference_values;
  const TermValues& other_values;
  const std::string& reference;
};
double RateAt(const DerivedTerm& term, const MixedRate& mix, int t);

}  // namespace jalon::sim

#endif  // JALON_SIM_NETWORK_TERM_VALUES_H_
