#include "sim/engine/series_stage.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include "sim/base/math.h"
#include "sim/engine/cell_batch.h"
#include "sim/random/laws.h"
#include "sim/random/stream.h"

namespace jalon::sim {
namespace {

constexpr double kConstantCell = std::numeric_limits<double>::quiet_NaN();

// `effect` plus the shared part of a series' level, factor by factor.
double AddSharedLevel(const Plan& plan, int i, const SharedState& state, double effect) {
  for (int j = 0; j < plan.level_rank; ++j) {
    effect +=
        plan.level_loadings[static_cast<size_t>(i) * plan.level_rank + j] * state.level_factors[j];
  }
  return effect;
}

// mu on the links where events act on the mean.
double LinearMean(const PlanSeries& series, double eta, double event_factor) {
  if (series.link == Link::kSqrt) return eta > 0.0 ? eta * eta * event_factor : 0.0;
  return series.unit_scale * eta * event_factor;
}

// One cell at its mean, by the inverse CDF of its law at one 32-bit word. A mean below zero is
// none, for laws that have no negative values.
double DrawCell(const PlanSeries& series, double mean, uint32_t word) {
  const double uniform = UniformFrom(word);
  const double flow = mean < 0.0 ? 0.0 : mean;
  switch (series.law) {
    case Law::kNegativeBinomial:
      return Quantile(CountLaw{flow, series.dispersion}, uniform);
    case Law::kGamma:
      return Quantile(AmountLaw{flow, series.dispersion}, uniform);
    case Law::kCompoundGamma:
      return Quantile(CompoundLaw{flow, series.dispersion, series.shape}, uniform);
    case Law::kStudentT:
      return Quantile(StudentTLaw{mean, series.dispersion, series.shape}, uniform);
    case Law::kStock:
    case Law::kExactStock:
      break;  // not drawn from a mean: stock_stage
  }
  return kConstantCell;
}

}  // namespace

double OwnEffect(const Plan& plan, int i, int64_t path) {
  const PlanSeries& series = plan.series[i];
  double effect = 0.0;
  if (series.branch_loading != 0.0) {
    effect += series.branch_loading * DrawNormal(plan.seed, {.purpose = Purpose::kBranchEffect,
                                                             .id = series.branch_id64,
                                                             .path = static_cast<uint64_t>(path)});
  }
  if (series.series_effect_sd != 0.0) {
    effect +=
        series.series_effect_sd * DrawNormal(plan.seed, {.purpose = Purpose::kSeriesEffect,
                                                         .id = series.id64,
                                                         .path = static_cast<uint64_t>(path)});
  }
  return effect;
}

double SharedLevel(const Plan& plan, int i, const SharedState& state) {
  return AddSharedLevel(plan, i, state, 0.0);
}

double OwnEvents(const Plan& plan, int i, int t, const SharedState& state) {
  const bool log_link = plan.series[i].link == Link::kLog;
  double effect = log_link ? 0.0 : 1.0;
  for (int e = plan.series_event_first[i]; e < plan.series_event_first[i + 1]; ++e) {
    const size_t cell = static_cast<size_t>(plan.series_events[e]) * plan.period_count() + t;
    if (log_link) {
      effect += state.event_log_size[cell];
    } else {
      effect *= state.event_size[cell];
    }
  }
  return effect;
}

NoiseWords::NoiseWords(const Plan& plan, const PlanSeries& series, int64_t path, int draw)
    : seed_(plan.seed),
      key_{.purpose = Purpose::kSeriesNoise,
           .id = series.id64,
           .path = static_cast<uint64_t>(path),
           .draw = draw} {}

uint32_t NoiseWords::At(Period period) {
  if (period.index / 4 != block_) {
    key_.period = period;
    block_ = period.index / 4;
    words_ = DrawBlockBits(seed_, key_);
  }
  return words_[period.index % 4];
}

void SeriesMeans(const Plan& plan, int i, int64_t path, const SharedState& state,
                 std::span<double> means) {
  const PlanSeries& series = plan.series[i];
  const int period_count = plan.period_count();
  const double* base = plan.base.data() + static_cast<size_t>(i) * period_count;
  const double* realised = plan.realised.data() + static_cast<size_t>(i) * period_count;
  const size_t group = static_cast<size_t>(series.group) * period_count;
  // What the series adds to eta over the whole horizon: branch, own effect, shared level.
  const double effect = AddSharedLevel(plan, i, state, OwnEffect(plan, i, path));
  for (int t = 0; t < period_count; ++t) {
    if (!std::isnan(realised[t])) {
      means[t] = kConstantCell;
      continue;
    }
    const double eta = base[t] + state.profile[group + t] + effect;
    const double own = OwnEvents(plan, i, t, state);
    means[t] = series.link == Link::kLog
                   ? Exp(eta + own)
                   : LinearMean(series, eta, state.event_factor[group + t] * own);
  }
}

void DrawSeries(const Plan& plan, int i, int64_t path, const SharedState& state,
                std::span<double> cells, const CellLaws* laws) {
  const PlanSeries& series = plan.series[i];
  const int period_count = plan.period_count();
  const double* realised = plan.realised.data() + static_cast<size_t>(i) * period_count;
  if (series.group < 0) {
    std::copy_n(realised, period_count, cells.begin());
    return;
  }
  SeriesMeans(plan, i, path, state, cells);
  if (laws != nullptr) return DrawInBatches(plan, i, path, *laws, cells);
  NoiseWords words(plan, series, path, 0);
  for (int t = 0; t < period_count; ++t) {
    cells[t] = std::isnan(realised[t])
                   ? DrawCell(series, cells[t], words.At(plan.horizon.first + t))
                   : realised[t];
  }
}

}  // namespace jalon::sim
