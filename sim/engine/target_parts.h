// What a target's indicator is made of, and whether a node has it.
#ifndef JALON_SIM_ENGINE_TARGET_PARTS_H_
#define JALON_SIM_ENGINE_TARGET_PARTS_H_

#include "absl/functional/function_ref.h"
#include "sim/base/period.h"
#include "sim/network/network.h"
#include "sim/network/realisations.h"

namespace jalon::sim {

// `range` of another indicator.
inline NodeRange WithIndicator(NodeRange range, int indicator) {
  range.indicator = indicator;
  return range;
}

bool IsStock(const Network& network, int indicator);

// The first period whose cells indicator `k` needs over a window: the one before it where mean
// levels of stocks are needed.
Period FirstPeriodNeeded(const Network& network, int k, const Window& window);

// Whether everything the range's indicator is made of adds up over the range: one that does not add
// over units or segments is computed in one unit or segment only.
bool AddsUp(const Network& network, const NodeRange& range);

// Whether the range has series of what its indicator is made of; a ratio needs some above the line
// and some below it. `has_series` answers for a flow or a stock.
bool HasSeriesBehind(const Network& network, const NodeRange& range,
                     absl::FunctionRef<bool(const NodeRange&)> has_series);

}  // namespace jalon::sim

#endif  // JALON_SIM_ENGINE_TARGET_PARTS_H_
