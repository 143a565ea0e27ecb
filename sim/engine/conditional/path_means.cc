#include "sim/engine/conditional/path_means.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "sim/base/math.h"
#include "sim/engine/series_stage.h"

namespace jalon::sim {
namespace {

bool IsLogFlow(const PlanSeries& series) {
  return series.group >= 0 && series.stock < 0 && series.link == Link::kLog;
}

// Net flows, and stocks with movements of their own.
bool IsLinear(const PlanSeries& series) {
  if (series.group < 0 || series.link != Link::kIdentity) return false;
  return series.law == Law::kStudentT || (series.stock >= 0 && series.law == Law::kStock);
}

}  // namespace

MeansMaker::MeansMaker(const Plan& plan) : plan_(plan) {
  base_.reserve(static_cast<size_t>(plan.series_count()) * plan.period_count());
}

bool MeansMaker::Build(int series_count) {
  const int period_count = plan_.period_count();
  const int end = std::min(built_ + series_count, plan_.series_count());
  base_.resize(static_cast<size_t>(end) * period_count, 0.0);
  for (int i = built_; i < end; ++i) {
    const PlanSeries& series = plan_.series[i];
    if (IsLinear(series)) any_linear_ = true;
    if (!IsLogFlow(series)) continue;
    const double half = 0.5 * (series.branch_loading * series.branch_loading +
                               series.series_effect_sd * series.series_effect_sd);
    for (int t = 0; t < period_count; ++t) {
      const size_t cell = static_cast<size_t>(i) * period_count + t;
      if (std::isnan(plan_.realised[cell])) base_[cell] = Exp(plan_.base[cell] + half);
    }
  }
  built_ = end;
  return built_ == plan_.series_count();
}

PathMeans MeansMaker::At(const SharedState& state) const {
  PathMeansWork work(*this, state);
  (void)work.Step(plan_.series_count());
  return work.Take();
}

std::vector<double> MeansMaker::FactorsOf(const SharedState& state) const {
  std::vector<double> factors(state.profile.size(), 0.0);
  for (int g = 0; g < plan_.group_count(); ++g) {
    if (plan_.groups[g].link != Link::kLog) continue;
    for (int t = 0; t < plan_.period_count(); ++t) {
      const size_t cell = static_cast<size_t>(g) * plan_.period_count() + t;
      factors[cell] = Exp(state.profile[cell]);
    }
  }
  return factors;
}

void MeansMaker::AddSeries(int i, const SharedState& state, const std::vector<double>& factors,
                           PathMeans& made) const {
  if (IsLogFlow(plan_.series[i])) {
    AddFlow(i, state, factors, made);
  } else if (IsLinear(plan_.series[i])) {
    AddLinear(i, state, made);
  }
}

void MeansMaker::AddFlow(int i, const SharedState& state, const std::vector<double>& factors,
                         PathMeans& made) const {
  const int period_count = plan_.period_count();
  const double* base = base_.data() + static_cast<size_t>(i) * period_count;
  const double* factor = factors.data() + static_cast<size_t>(plan_.series[i].group) * period_count;
  double* values = made.values.data() + static_cast<size_t>(i) * period_count;
  for (int t = 0; t < period_count; ++t) values[t] = base[t] * factor[t];
  if (plan_.level_rank > 0) {
    const double level = Exp(SharedLevel(plan_, i, state));
    for (int t = 0; t < period_count; ++t) values[t] *= level;
  }
  if (plan_.series_event_first[i] == plan_.series_event_first[i + 1]) return;
  for (int t = 0; t < period_count; ++t) {
    if (base[t] != 0.0) values[t] *= Exp(OwnEvents(plan_, i, t, state));
  }
}

void MeansMaker::AddLinear(int i, const SharedState& state, PathMeans& made) const {
  const PlanSeries& series = plan_.series[i];
  const int period_count = plan_.period_count();
  const size_t group = static_cast<size_t>(series.group) * period_count;
  const size_t row = static_cast<size_t>(i) * period_count;
  const double level = SharedLevel(plan_, i, state);
  const bool is_stock = series.stock >= 0;
  for (int t = 0; t < period_count; ++t) {
    if (!std::isnan(plan_.realised[row + t])) continue;
    const double factor = state.event_factor[group + t] * OwnEvents(plan_, i, t, state);
    const double eta = plan_.base[row + t] + state.profile[group + t] + level;
    // u and v act on a stock's opening level, whatever the events.
    made.slopes[row + t] = is_stock ? series.unit_scale : series.unit_scale * factor;
    made.values[row + t] = is_stock ? eta * factor : made.slopes[row + t] * eta;
  }
}

PathMeansWork::PathMeansWork(const MeansMaker& maker, SharedState state)
    : maker_(maker),
      state_(std::move(state)),
      factors_(maker.FactorsOf(state_)),
      made_{.rates = state_.rates} {
  made_.values.reserve(maker.base_.size());
  if (maker.any_linear_) made_.slopes.reserve(maker.base_.size());
}

// Memory grows with what is done: fresh pages cost more than their numbers.
bool PathMeansWork::Step(int series_count) {
  const Plan& plan = maker_.plan_;
  const int end = std::min(next_ + series_count, plan.series_count());
  const size_t cells = static_cast<size_t>(end) * plan.period_count();
  made_.values.resize(cells, 0.0);
  if (maker_.any_linear_) made_.slopes.resize(cells, 0.0);
  for (; next_ < end; ++next_) maker_.AddSeries(next_, state_, factors_, made_);
  return next_ == plan.series_count();
}

}  // namespace jalon::sim
