// What the shared state says of every series of a plan, computed once a path for all targets.
// Internal to sim/engine/conditional.
#ifndef JALON_SIM_ENGINE_CONDITIONAL_PATH_MEANS_H_
#define JALON_SIM_ENGINE_CONDITIONAL_PATH_MEANS_H_

#include <utility>
#include <vector>

#include "sim/engine/plan.h"
#include "sim/engine/shared_stage.h"

namespace jalon::sim {

struct PathMeans {
  // [series x period], 0 where the cell is a constant. Flows: expected cell given the shared state,
  // u and v integrated (log link) or 0 (identity link). Stocks: share of the opening level that
  // other movements are worth.
  std::vector<double> values;
  // [series x period] of series on the identity link: what u and v count for in a cell, the
  // unit of eta times events. Empty without any.
  std::vector<double> slopes;
  // [rate x period], of the shared state.
  std::vector<double> rates;

  friend bool operator==(const PathMeans&, const PathMeans&) = default;
};

// The part that depends on the plan alone, built in slices, memory included. `plan` must outlive
// it; thread-safe once built.
class MeansMaker {
 public:
  explicit MeansMaker(const Plan& plan);
  // Builds up to `series_count` more series, 10 ns a cell; true when all are built.
  bool Build(int series_count);
  // About 1 ns a cell, and ten times as much where pages are fresh.
  PathMeans At(const SharedState& state) const;

  // [period] of a flow on the log link: its mean where every group's profile is 0.
  const double* base(int series) const {
    return base_.data() + static_cast<size_t>(series) * plan_.period_count();
  }

 private:
  friend class PathMeansWork;
  // [group x period]: of groups on the log link, what their profile multiplies means by.
  std::vector<double> FactorsOf(const SharedState& state) const;
  void AddSeries(int i, const SharedState& state, const std::vector<double>& factors,
                 PathMeans& made) const;
  void AddFlow(int i, const SharedState& state, const std::vector<double>& factors,
               PathMeans& made) const;
  void AddLinear(int i, const SharedState& state, PathMeans& made) const;

  const Plan& plan_;
  int built_ = 0;
  bool any_linear_ = false;
  // [series x period], log link: exp(base + half the variance of u and v); 0 where constant.
  std::vector<double> base_;
};

// MeansMaker::At in slices, with the same bits. `maker` is built and must outlive it; one thread at
// a time.
class PathMeansWork {
 public:
  PathMeansWork(const MeansMaker& maker, SharedState state);

  // Up to `series_count` > 0 more series; true when all are done.
  bool Step(int series_count);
  // Once complete.
  PathMeans Take() { return std::move(made_); }

 private:
  const MeansMaker& maker_;
  const SharedState state_;
  const std::vector<double> factors_;
  int next_ = 0;
  PathMeans made_;
};

}  // namespace jalon::sim

#endif  // JALON_SIM_ENGINE_CONDITIONAL_PATH_MEANS_H_
