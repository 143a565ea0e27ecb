#include "sim/engine/stock_stage.h"

#include <cmath>
#include <limits>

#include "sim/engine/cell_batch.h"
#include "sim/engine/series_stage.h"
#include "sim/random/laws.h"
#include "sim/random/stream.h"

namespace jalon::sim {
namespace {

constexpr double kConstantCell = std::numeric_limits<double>::quiet_NaN();

// Number of the draw that rounds a whole stock, beside draw 0 of its noise.
constexpr int kRoundingDraw = 1;

// Inflows minus outflows of a period.
double NetFlow(const Plan& plan, const PlanStock& stock, int t, std::span<const double> cells) {
  double net = 0.0;
  for (int j = stock.first_flow; j < stock.end_flow; ++j) {
    const PlanStockFlow& flow = plan.stock_flows[j];
    const size_t row = static_cast<size_t>(plan.step_place[flow.series]) * plan.period_count();
    net += flow.sign * cells[row + t];
  }
  return net;
}

// e of the equations.
double Noise(const PlanSeries& series, uint32_t word) {
  if (series.dispersion == 0.0) return 0.0;
  return Quantile(StudentTLaw{0.0, series.dispersion, series.shape}, UniformFrom(word));
}

// Rounds up with the probability of the fraction: a whole number of the same mean.
double Whole(double value, uint32_t word) { return std::floor(value + UniformFrom(word)); }

// Other movements of a period, by the share of the opening level they are worth.
class OtherMovements {
 public:
  OtherMovements(const Plan& plan, int i, int64_t path, const SharedState& state,
                 const CellLaws* laws)
      : series_(plan.series[i]),
        whole_(plan.stocks[series_.stock].whole),
        rates_(StockRates(plan, i, state)),
        persistent_(series_.unit_scale * OwnEffect(plan, i, path)),
        noise_(plan, series_, path, 0),
        rounding_(plan, series_, path, kRoundingDraw) {
    if (laws != nullptr) drawn_ = StockNoise(plan, i, path, *laws);
  }

  double At(int t, Period period, double level) {
    const double noise = drawn_.empty() ? Noise(series_, noise_.At(period)) : drawn_[t];
    double other = level * rates_[t] + persistent_ + noise;
    if (whole_) other = Whole(other, rounding_.At(period));
    return other;
  }

 private:
  const PlanSeries& series_;
  bool whole_;
  std::vector<double> rates_;
  double persistent_;
  NoiseWords noise_;
  NoiseWords rounding_;
  // e of every period where it is drawn in vectors.
  std::vector<double> drawn_;
};

}  // namespace

std::vector<double> StockRates(const Plan& plan, int i, const SharedState& state) {
  const PlanSeries& series = plan.series[i];
  const int period_count = plan.period_count();
  const size_t first = static_cast<size_t>(i) * period_count;
  std::vector<double> rates(period_count, 0.0);
  if (series.law == Law::kExactStock) return rates;
  const size_t group = static_cast<size_t>(series.group) * period_count;
  const double shared = SharedLevel(plan, i, state);
  for (int t = 0; t < period_count; ++t) {
    if (!std::isnan(plan.realised[first + t])) {
      rates[t] = kConstantCell;
      continue;
    }
    const double eta = plan.base[first + t] + state.profile[group + t] + shared;
    rates[t] = eta * (state.event_factor[group + t] * OwnEvents(plan, i, t, state));
  }
  return rates;
}

void DrawStock(const Plan& plan, int i, int64_t path, const SharedState& state,
               std::span<const double> step_cells, std::span<double> levels, const CellLaws* laws) {
  const PlanSeries& series = plan.series[i];
  const PlanStock& stock = plan.stocks[series.stock];
  const double* realised = plan.realised.data() + static_cast<size_t>(i) * plan.period_count();
  std::optional<OtherMovements> other;
  if (series.law == Law::kStock) other.emplace(plan, i, path, state, laws);
  double level = stock.opening;
  for (int t = 0; t < plan.period_count(); ++t) {
    if (!std::isnan(realised[t])) {
      level = realised[t];
    } else {
      const double moved = other ? other->At(t, plan.horizon.first + t, level) : 0.0;
      level += NetFlow(plan, stock, t, step_cells) + moved;
    }
    levels[t] = level;
  }
}

void DrawStep(const Plan& plan, int step, int64_t path, const SharedState& state,
              std::span<double> step_cells, const CellLaws* laws) {
  const size_t period_count = plan.period_count();
  for (int j = plan.step_first[step]; j < plan.step_first[step + 1]; ++j) {
    const int i = plan.step_series[j];
    const std::span<double> cells =
        step_cells.subspan(plan.step_place[i] * period_count, period_count);
    if (plan.series[i].stock < 0) {
      DrawSeries(plan, i, path, state, cells, laws);
    } else {
      DrawStock(plan, i, path, state, step_cells, cells, laws);
    }
  }
}

}  // namespace jalon::sim
