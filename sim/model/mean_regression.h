// The regression of an indicator's cells on what means of branches moved. Internal to sim/model.
#ifndef JALON_SIM_MODEL_MEAN_REGRESSION_H_
#define JALON_SIM_MODEL_MEAN_REGRESSION_H_

#include <cstddef>
#include <limits>
#include <vector>

#include "sim/model/panel.h"

namespace jalon::sim {

// [series of the indicator x period], row-major; NaN where the cell is missing.
using MeanCells = std::vector<double>;

// An estimate of one elasticity from the data alone; variance infinite where they say nothing.
struct MeanEstimate {
  double value = 0.0;
  double variance = std::numeric_limits<double>::infinity();
};

// Weighted least squares within series and within the periods of groups (region, segment) for the
// series of one indicator. Borrows the panel.
class MeanRegression {
 public:
  MeanRegression(const FitPanel& panel, int indicator);

  size_t size() const { return static_cast<size_t>(end_ - first_) * period_count(); }
  size_t At(int i, int t) const { return static_cast<size_t>(i - first_) * period_count() + t; }
  // Whether series i is the first one of its branch.
  bool StartsBranch(int i) const;

  // Weights: expected cells under the panel's exposures, 0 where missing.
  void SetExpected();
  // (y - expected) / expected, 0 without weight.
  MeanCells Relative() const;
  // Takes the weighted means of series and of the periods of groups out of `cells`.
  void Demean(MeanCells& cells) const;
  // Square of moves within their series, shared with others or not.
  double SquareWithinSeries(MeanCells moves) const;
  // Moves m, demeaned, that no other explains.
  MeanCells OwnMoves(const std::vector<MeanCells>& moves, size_t m) const;
  // Slope of `residual` on `own`; says nothing when `own` keeps next to nothing of `whole`, the
  // square of all moves, or too few branches moved. The variance is clustered by branch.
  MeanEstimate EstimateOf(const MeanCells& own, const MeanCells& residual, double whole) const;

 private:
  int period_count() const { return panel_.period_count; }
  void TakeSeriesMean(int i, MeanCells& cells) const;
  void TakeGroupMeans(MeanCells& cells) const;
  double Sum(const MeanCells& a, const MeanCells& b) const;
  // `cells` without what orthogonal `others` explain.
  MeanCells Beside(MeanCells cells, const std::vector<MeanCells>& others) const;

  const FitPanel& panel_;
  const int k_;
  const int first_;
  const int end_;
  MeanCells weight_;
};

}  // namespace jalon::sim

#endif  // JALON_SIM_MODEL_MEAN_REGRESSION_H_
