// The history a fit looks at: series, groups and regions of a revision up to as_of.
// Internal to sim/model.
#ifndef JALON_SIM_MODEL_PANEL_H_
#define JALON_SIM_MODEL_PANEL_H_

#include <cmath>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "sim/model/fit.h"
#include "sim/model/model.h"
#include "sim/network/revision.h"

namespace jalon::sim {

// Longest history used: older periods say little of the next year and cost cubic time.
inline constexpr int kMostFitPeriods = 180;

struct PanelSeries {
  SeriesKey key;
  // Index into FitPanel::region_units.
  int region = 0;
  int group = 0;
  Link link = Link::kLog;
  // Standard deviation of a period's noise of a net flow; for a stock its level at as_of times the
  // usual noise of a period's rate; 1 on the log link.
  double scale = 1.0;
  // Of a stock: its last known level by as_of, 0 without one.
  double last_level = 0.0;
  bool ended = false;
  int present_count = 0;
  // Row of FitPanel::exposures; -1 for a series that neither opening days nor means act on.
  int exposure_row = -1;
};

// What a stock is to a fit.
enum class StockKind {
  kNone,          // no stock
  kWithoutFlows,  // observed without its flows: its net variation is all there is
  kMoving,        // moves beyond its flows
  kExact,         // every known move is that of its flows
};

// Realisations as the fit sees them. What is after as_of or provisional is not in it.
struct FitPanel {
  const Network* network = nullptr;
  Period first;
  Period as_of;
  int period_count = 0;
  int periods_per_year = 12;
  // True when older periods than `first` were left out.
  bool truncated = false;
  std::vector<PanelSeries> series;
  // [series x period]; NaN where missing, and where the branch had no opening day. Of a stock: see
  // ConvertStocks (sim/model/stock_panel.h).
  std::vector<double> values;
  // [row x period]: what its days, and its means as estimated, multiply an expected cell by. One
  // row per leaf unit with an exposed series, then one per indicator with effects of means and
  // leaf unit (sim/model/mean_effects.h).
  std::vector<double> exposures;
  // Whether the revision has opening days.
  bool has_opening_days = false;
  // Values of periods without an opening day, left out.
  int closed_value_count = 0;
  std::vector<ModelGroup> groups;
  std::vector<int> region_units;
  // [indicator]: series [first, second).
  std::vector<std::pair<int, int>> indicator_rows;
  // [indicator]: one unit of this panel's eta in the model's; 1 but for stocks.
  std::vector<double> eta_unit;
  // [indicator]
  std::vector<StockKind> stock_kinds;
  // [indicator]: share of zeros among the realisations in it, levels for stocks; 0 without any.
  std::vector<double> zero_shares;

  double value(int i, int t) const { return values[static_cast<size_t>(i) * period_count + t]; }
  bool present(int i, int t) const { return !std::isnan(value(i, t)); }
  // Known part of an expected cell on the log link: opening days over their reference, means over
  // theirs; 1 without either.
  double exposure(int i, int t) const {
    const int row = series[i].exposure_row;
    return row < 0 ? 1.0 : exposures[static_cast<size_t>(row) * period_count + t];
  }
  int indicator_count() const { return static_cast<int>(indicator_rows.size()); }
  int region_count() const { return static_cast<int>(region_units.size()); }
  bool is_stock(int k) const { return network->indicator(k).kind == IndicatorKind::kStock; }
  Link indicator_link(int k) const {
    const bool is_net = network->indicator(k).kind == IndicatorKind::kNetFlow || is_stock(k);
    return is_net ? Link::kIdentity : Link::kLog;
  }
  // Periods that an indicator's final figures reach.
  int FinalCount(int k) const;
  // Years of 12 months (4 quarters) counted back from as_of: 0 is the last one.
  int year_back(int t) const { return (period_count - 1 - t) / periods_per_year; }
  int year_count() const { return (period_count + periods_per_year - 1) / periods_per_year; }
};

// Standard deviation of a series' values around the mean of each year, all of them together;
// nullopt without two values in one year.
std::optional<double> NoiseScale(const FitPanel& panel, int i);

// Share of zeros among the present cells of the series [first, end); 0 without any.
double ZeroShare(const FitPanel& panel, int first, int end);

// Errors: as FitModel.
absl::StatusOr<FitPanel> MakePanel(const Revision& revision, const FitOptions& options);

}  // namespace jalon::sim

#endif  // JALON_SIM_MODEL_PANEL_H_
