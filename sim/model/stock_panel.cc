#include "sim/model/stock_panel.h"

#include <algorithm>
#include <cmath>
#include <optional>
#include <span>
#include <vector>

#include "sim/base/missing.h"

namespace jalon::sim {
namespace {

// A move is none when it is smaller than this share of what it is the difference of.
constexpr double kNothingShare = 1e-9;
// Openings smaller than this share of the present level say nothing of its rate.
constexpr double kLeastOpeningShare = 0.1;
// Unit of the rate of a stock that never moved.
constexpr double kSteadyRateUnit = 1e-3;

double Median(std::vector<double> values, double fallback) {
  if (values.empty()) return fallback;
  std::nth_element(values.begin(), values.begin() + values.size() / 2, values.end());
  return values[values.size() / 2];
}

// One stock of the network.
class StockConverter {
 public:
  StockConverter(const Realisations& realisations, int k, FitPanel& panel)
      : realisations_(realisations),
        k_(k),
        panel_(panel),
        first_(panel.indicator_rows[k].first),
        end_(panel.indicator_rows[k].second) {}

  void Run() {
    for (int i = first_; i < end_; ++i) {
      panel_.series[i].last_level = LastLevel(i);
      FindMoves(i);
    }
    const bool has_flows =
        !panel_.network->inflow_indices(k_).empty() || !panel_.network->outflow_indices(k_).empty();
    panel_.stock_kinds[k_] = !has_flows                 ? StockKind::kWithoutFlows
                             : moved_ == 0 && seen_ > 0 ? StockKind::kExact
                                                        : StockKind::kMoving;
    SetPresentLevels();
    for (int i = first_; i < end_; ++i) ToPresentLevel(i);
    SetUnit();
  }

 private:
  std::span<double> Row(int i) {
    return std::span<double>(panel_.values)
        .subspan(static_cast<size_t>(i) * panel_.period_count, panel_.period_count);
  }

  double LastLevel(int i) {
    const std::span<const double> levels = Row(i);
    for (size_t t = levels.size(); t-- > 0;) {
      if (!std::isnan(levels[t])) return levels[t];
    }
    return 0.0;
  }

  // Adds sign x flow to `net` and |flow| to `gross`; what is provisional is not known.
  void AddFlow(int flow, double sign, int i) {
    const SeriesKey& key = panel_.series[i].key;
    const int known = panel_.FinalCount(flow);
    const NodeRange range{flow, key.unit, key.unit + 1, key.segment,
                          panel_.network->segment_end(key.segment)};
    for (const int row : realisations_.RowsIn(range)) {
      for (int t = 0; t < panel_.period_count; ++t) {
        const double value = t < known ? realisations_.at(row, panel_.first + t) : kMissing;
        net_[t] += sign * value;
        gross_[t] += std::fabs(value);
      }
    }
  }

  // Levels become other movements over the opening level.
  void FindMoves(int i) {
    net_.assign(panel_.period_count, 0.0);
    gross_.assign(panel_.period_count, 0.0);
    for (const int flow : panel_.network->inflow_indices(k_)) AddFlow(flow, 1.0, i);
    for (const int flow : panel_.network->outflow_indices(k_)) AddFlow(flow, -1.0, i);
    const std::span<double> row = Row(i);
    const double least_opening = kLeastOpeningShare * std::fabs(panel_.series[i].last_level);
    for (int t = panel_.period_count - 1; t >= 0; --t) {
      const double opening = t > 0 ? row[t - 1] : kMissing;
      double other = row[t] - opening - net_[t];
      const double nothing = kNothingShare * (std::fabs(row[t]) + std::fabs(opening) + gross_[t]);
      if (std::fabs(other) <= nothing) other = 0.0;
      if (!std::isnan(other)) {
        ++seen_;
        moved_ += other != 0 ? 1 : 0;
      }
      row[t] = std::fabs(opening) > 0 && std::fabs(opening) >= least_opening ? other / opening
                                                                             : kMissing;
    }
  }

  // Levels at as_of in size, the usual one where there is none.
  void SetPresentLevels() {
    std::vector<double> levels;
    for (int i = first_; i < end_; ++i) {
      const double level = std::fabs(panel_.series[i].last_level);
      if (level > 0) levels.push_back(level);
    }
    const double usual = Median(std::move(levels), 1.0);
    for (int i = first_; i < end_; ++i) {
      const double level = std::fabs(panel_.series[i].last_level);
      panel_.series[i].scale = level > 0 ? level : usual;
    }
  }

  void ToPresentLevel(int i) {
    PanelSeries& series = panel_.series[i];
    series.present_count = 0;
    for (double& value : Row(i)) {
      value *= series.scale;
      series.present_count += std::isnan(value) ? 0 : 1;
    }
  }

  // The usual noise of a period's rate: fits look at stocks, as at net flows, in units of noise.
  void SetUnit() {
    std::vector<double> noises;
    for (int i = first_; i < end_; ++i) {
      const double noise = NoiseScale(panel_, i).value_or(0.0) / panel_.series[i].scale;
      if (noise > 0) noises.push_back(noise);
    }
    panel_.eta_unit[k_] = Median(std::move(noises), kSteadyRateUnit);
    for (int i = first_; i < end_; ++i) panel_.series[i].scale *= panel_.eta_unit[k_];
  }

  const Realisations& realisations_;
  const int k_;
  FitPanel& panel_;
  const int first_;
  const int end_;
  // [period] of the series at hand.
  std::vector<double> net_;
  std::vector<double> gross_;
  int64_t seen_ = 0;
  int64_t moved_ = 0;
};

}  // namespace

void ConvertStocks(const Realisations& realisations, FitPanel& panel) {
  for (int k = 0; k < panel.indicator_count(); ++k) {
    if (!panel.is_stock(k)) continue;
    StockConverter(realisations, k, panel).Run();
  }
}

}  // namespace jalon::sim
