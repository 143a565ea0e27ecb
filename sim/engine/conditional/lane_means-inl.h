// Means of series on sixteen scrambles: the arithmetic of path_means.cc, which is its naive twin.
// Compiled once per instruction set by Highway.
#if defined(JALON_SIM_ENGINE_CONDITIONAL_LANE_MEANS_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef JALON_SIM_ENGINE_CONDITIONAL_LANE_MEANS_INL_H_
#undef JALON_SIM_ENGINE_CONDITIONAL_LANE_MEANS_INL_H_
#else
#define JALON_SIM_ENGINE_CONDITIONAL_LANE_MEANS_INL_H_
#endif

#include "sim/engine/conditional/lane_evaluator.h"
#include "sim/engine/conditional/lane_math-inl.h"

HWY_BEFORE_NAMESPACE();
namespace jalon::sim {
namespace HWY_NAMESPACE {

// exp of the shared part of a series' level.
HWY_INLINE Lanes LevelOf(const LaneWork& work, int series) {
  const int rank = work.plan.level_rank;
  const double* loadings = work.plan.level_loadings.data() + static_cast<size_t>(series) * rank;
  Lanes sum = Same(0.0);
  for (int j = 0; j < rank; ++j) {
    sum = MulAdd(loadings[j], LoadLanes(work.shared.level_factors.row(j)), sum);
  }
  return sum;
}
HWY_INLINE bool HasLevel(const LaneWork& work, int series) {
  const int rank = work.plan.level_rank;
  for (int j = 0; j < rank; ++j) {
    if (work.plan.level_loadings[static_cast<size_t>(series) * rank + j] != 0.0) return true;
  }
  return false;
}

// Product of the events that act on a series alone.
HWY_INLINE Lanes OwnEventsOf(const LaneWork& work, int series, int t) {
  const Plan& plan = work.plan;
  Lanes product = Same(1.0);
  for (int e = plan.series_event_first[series]; e < plan.series_event_first[series + 1]; ++e) {
    const size_t cell = static_cast<size_t>(plan.series_events[e]) * plan.period_count() + t;
    product = product * LoadLanes(work.shared.event_size.row(cell));
  }
  return product;
}

// Sum of the means to draw over periods [first, last] of a flow on the log link.
HWY_INLINE Lanes FlowSum(const LaneWork& work, const FlowAtom& flow) {
  const Plan& plan = work.plan;
  const int i = flow.series;
  const double* base = work.means.base(i);
  const size_t group = static_cast<size_t>(plan.series[i].group) * plan.period_count();
  const bool has_events = plan.series_event_first[i] != plan.series_event_first[i + 1];
  Lanes sum = Same(0.0);
  for (int t = flow.first; t <= flow.last; ++t) {
    Lanes factor = LoadLanes(work.shared.factor.row(group + t));
    if (has_events) factor = factor * OwnEventsOf(work, i, t);
    sum = MulAdd(base[t], factor, sum);
  }
  if (HasLevel(work, i)) sum = sum * ExpLanes(LevelOf(work, i));
  return sum;
}

// Means of a flow on the log link, period by period.
class FlowMeans {
 public:
  HWY_INLINE FlowMeans(const LaneWork& work, int i)
      : work_(work),
        series_(i),
        base_(work.means.base(i)),
        group_(static_cast<size_t>(work.plan.series[i].group) * work.plan.period_count()),
        has_level_(HasLevel(work, i)),
        has_events_(work.plan.series_event_first[i] != work.plan.series_event_first[i + 1]) {
    level_ = has_level_ ? ExpLanes(LevelOf(work, i)) : Same(1.0);
  }

  HWY_INLINE Lanes At(int t) const {
    Lanes mean = base_[t] * LoadLanes(work_.shared.factor.row(group_ + t));
    if (has_level_) mean = mean * level_;
    if (has_events_) mean = mean * OwnEventsOf(work_, series_, t);
    return mean;
  }

 private:
  const LaneWork& work_;
  int series_;
  const double* base_;
  size_t group_;
  bool has_level_;
  bool has_events_;
  Lanes level_;
};

// What moves a series on the identity link, period by period: a net flow, or a stock's movements of
// its own. Nothing where a stock has none.
class LinearMeans {
 public:
  HWY_INLINE LinearMeans(const LaneWork& work, int i)
      : work_(work),
        series_(i),
        moves_(work.plan.series[i].group >= 0 && work.plan.series[i].link == Link::kIdentity),
        group_has_events_(moves_ && work.shared.has_events[work.plan.series[i].group] != 0),
        has_events_(work.plan.series_event_first[i] != work.plan.series_event_first[i + 1]),
        group_(static_cast<size_t>(work.plan.series[i].group) * work.plan.period_count()),
        row_(static_cast<size_t>(i) * work.plan.period_count()) {
    level_ = LevelOf(work, i);
  }

  bool moves() const { return moves_; }
  HWY_INLINE Lanes Eta(int t) const {
    return (Same(work_.plan.base[row_ + t]) + LoadLanes(work_.shared.factor.row(group_ + t))) +
           level_;
  }
  // Of events.
  HWY_INLINE Lanes Factor(int t) const {
    Lanes factor =
        group_has_events_ ? LoadLanes(work_.shared.event_factor.row(group_ + t)) : Same(1.0);
    return has_events_ ? factor * OwnEventsOf(work_, series_, t) : factor;
  }

 private:
  const LaneWork& work_;
  int series_;
  bool moves_;
  bool group_has_events_;
  bool has_events_;
  size_t group_;
  size_t row_;
  Lanes level_;
};

// NOLINTNEXTLINE(google-readability-namespace-comments)
}  // namespace HWY_NAMESPACE
}  // namespace jalon::sim
HWY_AFTER_NAMESPACE();

#endif  // include guard
