// Stocks as a fit sees them: what moves them beyond their flows, as shares of their opening level.
// Internal to sim/model.
#ifndef JALON_SIM_MODEL_STOCK_PANEL_H_
#define JALON_SIM_MODEL_STOCK_PANEL_H_

#include "sim/model/panel.h"

namespace jalon::sim {

// Replaces the levels of every stock in `panel` by other[t] / S[t-1] x |S| at as_of, where other[t]
// = S[t] - S[t-1] - inflows[t] + outflows[t]: the move in the unit of the stock as it stands now,
// as were its rate applied to it. Missing without S[t], S[t-1] or one of the flows that have series
// at the unit and below the segment, and where S[t-1] is less than a tenth of the present level.
//
// Sets PanelSeries::last_level (the last known one, 0 without), scale, present_count, and the
// panel's eta_unit and stock_kinds. Flows are looked at up to their own provisional figures.
void ConvertStocks(const Realisations& realisations, FitPanel& panel);

}  // namespace jalon::sim

#endif  // JALON_SIM_MODEL_STOCK_PANEL_H_
