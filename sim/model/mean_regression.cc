#include "sim/model/mean_regression.h"

#include <algorithm>
#include <utility>

#include "sim/base/square.h"
#include "sim/model/profile.h"

namespace jalon::sim {
namespace {

// Series and group means are taken out in turn; holes are few.
constexpr int kDemeanRounds = 8;
// Fewest branches that moved for a standard error between branches.
constexpr int kFewestBranches = 3;
// A term that keeps less of its square than this beside the others says nothing of its own.
constexpr double kLeastOwn = 1e-6;

}  // namespace

MeanRegression::MeanRegression(const FitPanel& panel, int indicator)
    : panel_(panel),
      k_(indicator),
      first_(panel.indicator_rows[indicator].first),
      end_(panel.indicator_rows[indicator].second) {}

bool MeanRegression::StartsBranch(int i) const {
  return i == first_ || panel_.series[i].key.unit != panel_.series[i - 1].key.unit;
}

void MeanRegression::SetExpected() {
  IndicatorProfile profile;
  profile.path.resize(panel_.groups.size());
  profile.factor.resize(panel_.groups.size());
  const std::vector<double> path = CommonPath(panel_, k_);
  for (int i = first_; i < end_; ++i) SetPath(panel_, panel_.series[i].group, path, profile);
  FitSizes(panel_, k_, profile);
  weight_.assign(size(), 0.0);
  for (int i = first_; i < end_; ++i) {
    const std::vector<double>& factor = profile.factor[panel_.series[i].group];
    for (int t = 0; t < period_count(); ++t) {
      if (!panel_.present(i, t)) continue;
      weight_[At(i, t)] = profile.size[i - first_] * factor[t] * panel_.exposure(i, t);
    }
  }
}

MeanCells MeanRegression::Relative() const {
  MeanCells relative(size(), 0.0);
  for (int i = first_; i < end_; ++i) {
    for (int t = 0; t < period_count(); ++t) {
      const double expected = weight_[At(i, t)];
      if (expected > 0) relative[At(i, t)] = panel_.value(i, t) / expected - 1.0;
    }
  }
  return relative;
}

void MeanRegression::Demean(MeanCells& cells) const {
  for (int round = 0; round < kDemeanRounds; ++round) {
    TakeGroupMeans(cells);
    for (int i = first_; i < end_; ++i) TakeSeriesMean(i, cells);
  }
}

void MeanRegression::TakeSeriesMean(int i, MeanCells& cells) const {
  double sum = 0.0, weights = 0.0;
  for (int t = 0; t < period_count(); ++t) {
    sum += weight_[At(i, t)] * cells[At(i, t)];
    weights += weight_[At(i, t)];
  }
  if (!(weights > 0)) return;
  for (int t = 0; t < period_count(); ++t) cells[At(i, t)] -= sum / weights;
}

void MeanRegression::TakeGroupMeans(MeanCells& cells) const {
  std::vector<double> sums(panel_.groups.size() * period_count(), 0.0);
  std::vector<double> weights(sums.size(), 0.0);
  for (int i = first_; i < end_; ++i) {
    const size_t row = static_cast<size_t>(panel_.series[i].group) * period_count();
    for (int t = 0; t < period_count(); ++t) {
      sums[row + t] += weight_[At(i, t)] * cells[At(i, t)];
      weights[row + t] += weight_[At(i, t)];
    }
  }
  for (int i = first_; i < end_; ++i) {
    const size_t row = static_cast<size_t>(panel_.series[i].group) * period_count();
    for (int t = 0; t < period_count(); ++t) {
      if (weights[row + t] > 0) cells[At(i, t)] -= sums[row + t] / weights[row + t];
    }
  }
}

double MeanRegression::Sum(const MeanCells& a, const MeanCells& b) const {
  double sum = 0.0;
  for (size_t c = 0; c < weight_.size(); ++c) sum += weight_[c] * a[c] * b[c];
  return sum;
}

double MeanRegression::SquareWithinSeries(MeanCells moves) const {
  for (int i = first_; i < end_; ++i) TakeSeriesMean(i, moves);
  return Sum(moves, moves);
}

MeanCells MeanRegression::OwnMoves(const std::vector<MeanCells>& moves, size_t m) const {
  std::vector<MeanCells> others;
  for (size_t j = 0; j < moves.size(); ++j) {
    if (j != m) others.push_back(Beside(moves[j], others));
  }
  return Beside(moves[m], others);
}

MeanCells MeanRegression::Beside(MeanCells cells, const std::vector<MeanCells>& others) const {
  const double whole = Sum(cells, cells);
  for (const MeanCells& other : others) {
    const double square = Sum(other, other);
    if (!(square > kLeastOwn * whole)) continue;
    const double share = Sum(other, cells) / square;
    for (size_t c = 0; c < cells.size(); ++c) cells[c] -= share * other[c];
  }
  return cells;
}

MeanEstimate MeanRegression::EstimateOf(const MeanCells& own, const MeanCells& residual,
                                        double whole) const {
  const double square = Sum(own, own);
  if (!(square > kLeastOwn * whole)) return {};
  MeanEstimate estimate{.value = Sum(own, residual) / square};
  double scores = 0.0, noise = 0.0;
  int branches = 0, cells = 0;
  for (int i = first_; i < end_;) {
    double score = 0.0, moved = 0.0;
    int next = i;
    for (; next < end_ && (next == i || !StartsBranch(next)); ++next) {
      for (int t = 0; t < period_count(); ++t) {
        const size_t c = At(next, t);
        const double left = residual[c] - estimate.value * own[c];
        score += weight_[c] * own[c] * left;
        moved += weight_[c] * Square(own[c]);
        noise += weight_[c] * Square(left);
        cells += weight_[c] > 0 ? 1 : 0;
      }
    }
    scores += Square(score);
    branches += moved > kLeastOwn * square / (end_ - first_) ? 1 : 0;
    i = next;
  }
  if (branches < kFewestBranches) return {};
  // Few branches understate what differs between them: never less than independent cells say.
  const double few = static_cast<double>(branches) / (branches - 2);
  const double clustered = few * scores / Square(square);
  estimate.variance = std::max(clustered, noise / cells / square);
  return estimate;
}

}  // namespace jalon::sim
