#include "sim/model/mean_effects.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "sim/base/math.h"
#include "sim/model/profile.h"
#include "sim/network/mean_ratios.h"

namespace jalon::sim {
namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();
constexpr int kRounds = 8;
// Series and group means are taken out in turn; holes are few.
constexpr int kDemeanRounds = 8;
// Fewest branches that moved for a standard error between branches.
constexpr int kFewestBranches = 3;
// A term that keeps less of its square than this beside the others says nothing of its own.
constexpr double kLeastOwn = 1e-6;
constexpr double kMostElasticity = 10.0;
// Range of a branch's log ratio that counts as a move: 1 %.
constexpr double kLeastMove = 0.01;
constexpr double kLeastInformation = 0.05;

double Square(double x) { return x * x; }

// [series of the indicator x period], row-major; NaN where the cell is missing.
using Cells = std::vector<double>;

// An estimate of one elasticity from the data alone; variance infinite where they say nothing.
struct Estimate {
  double value = 0.0;
  double variance = std::numeric_limits<double>::infinity();
};

// Fits the elasticities of one indicator.
class IndicatorMeans {
 public:
  IndicatorMeans(const Revision& revision, FitPanel& panel, int k)
      : panel_(panel),
        k_(k),
        first_(panel.indicator_rows[k].first),
        end_(panel.indicator_rows[k].second) {
    const std::string& id = panel.network->indicator(k).id;
    for (const MeanEffectPrior& prior : revision.means.effects) {
      if (prior.indicator == id) AddTerm(revision, prior);
    }
  }

  void Run(MeanFit& fit) {
    if (terms_.empty()) return;
    TakeRows();
    LeaveOutEmptyMonths();
    for (int round = 0; round < kRounds; ++round) {
      SetExposures();
      Update();
    }
    SetExposures();
    panel_.zero_shares[k_] = ZeroShare(panel_, first_, end_);
    for (const Term& term : terms_) {
      fit.effects.push_back(term.effect);
      AddNotes(term, fit.notes);
    }
  }

 private:
  struct Term {
    MeanEffect effect;
    MeanRatios ratios;
    // [series x period]: log ratio, 0 where it is missing or the ratio is 0.
    Cells log_ratio;
    int lone_branch_count = 0;
  };

  int period_count() const { return panel_.period_count; }
  size_t size() const { return static_cast<size_t>(end_ - first_) * period_count(); }
  size_t At(int i, int t) const { return static_cast<size_t>(i - first_) * period_count() + t; }

  void AddTerm(const Revision& revision, const MeanEffectPrior& prior) {
    MeanRatios ratios(revision.network, revision.means,
                      {prior.mean, panel_.as_of, panel_.as_of, {panel_.first, panel_.as_of}});
    Term term{.effect = {.mean = prior.mean,
                         .indicator = k_,
                         .beta_mean = prior.prior_mean,
                         .beta_sd = prior.prior_sd,
                         .source = prior.source,
                         .prior_mean = prior.prior_mean,
                         .prior_sd = prior.prior_sd},
              .ratios = std::move(ratios),
              .log_ratio = Cells(size(), 0.0)};
    for (int i = first_; i < end_; ++i) FillRow(i, term);
    terms_.push_back(std::move(term));
  }

  bool StartsBranch(int i) const {
    return i == first_ || panel_.series[i].key.unit != panel_.series[i - 1].key.unit;
  }

  void FillRow(int i, Term& term) const {
    const int unit = panel_.series[i].key.unit;
    double low = 0.0, high = 0.0;
    bool any = false;
    for (int t = 0; t < period_count(); ++t) {
      const double ratio = term.ratios.ratio(unit, panel_.first + t);
      const double x = ratio > 0 ? Log(ratio) : 0.0;
      term.log_ratio[At(i, t)] = x;
      if (!panel_.present(i, t) || !(ratio > 0)) continue;
      low = any ? std::min(low, x) : x;
      high = any ? std::max(high, x) : x;
      any = true;
    }
    if (!StartsBranch(i)) return;
    term.effect.branch_count += high - low > kLeastMove ? 1 : 0;
    term.lone_branch_count += term.ratios.acts(unit) ? 0 : 1;
  }

  // Rows of exposures of this indicator's own: what its days gave, to be multiplied.
  void TakeRows() {
    for (int i = first_; i < end_; ++i) {
      if (StartsBranch(i)) {
        row_.push_back(static_cast<int>(panel_.exposures.size()) / period_count());
        std::vector<double> days(period_count());
        for (int t = 0; t < period_count(); ++t) days[t] = panel_.exposure(i, t);
        base_.insert(base_.end(), days.begin(), days.end());
        panel_.exposures.insert(panel_.exposures.end(), days.begin(), days.end());
        branch_row_.push_back(i);
      }
      panel_.series[i].exposure_row = row_.back();
    }
  }

  // A branch without any of a mean sells nothing by these equations: the month says nothing.
  void LeaveOutEmptyMonths() {
    for (int i = first_; i < end_; ++i) {
      const int unit = panel_.series[i].key.unit;
      for (int t = 0; t < period_count(); ++t) {
        if (!panel_.present(i, t) || !IsEmpty(unit, t)) continue;
        double& value = panel_.values[static_cast<size_t>(i) * period_count() + t];
        left_out_count_ += value != 0.0 ? 1 : 0;
        value = kNaN;
        --panel_.series[i].present_count;
      }
    }
  }

  bool IsEmpty(int unit, int t) const {
    return std::any_of(terms_.begin(), terms_.end(), [&](const Term& term) {
      return !(term.ratios.ratio(unit, panel_.first + t) > 0);
    });
  }

  void SetExposures() {
    for (size_t b = 0; b < row_.size(); ++b) {
      const int i = branch_row_[b];
      for (int t = 0; t < period_count(); ++t) {
        double eta = 0.0;
        for (const Term& term : terms_) eta += term.effect.beta_mean * term.log_ratio[At(i, t)];
        const double days = base_[b * period_count() + t];
        panel_.exposures[static_cast<size_t>(row_[b]) * period_count() + t] = days * Exp(eta);
      }
    }
  }

  // One Gauss-Newton step of every elasticity around the present ones.
  void Update() {
    SetExpected();
    Cells residual = Relative();
    Demean(residual);
    std::vector<Cells> moves;
    for (const Term& term : terms_) {
      moves.push_back(term.log_ratio);
      Demean(moves.back());
    }
    for (size_t m = 0; m < terms_.size(); ++m) {
      const Estimate estimate = EstimateOf(OwnMoves(moves, m), residual, AllMoves(terms_[m]));
      Combine(estimate, terms_[m].effect);
    }
  }

  // Expected cells, 0 where missing: the weights.
  void SetExpected() {
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

  // (y - expected) / expected, 0 without weight.
  Cells Relative() const {
    Cells relative(size(), 0.0);
    for (int i = first_; i < end_; ++i) {
      for (int t = 0; t < period_count(); ++t) {
        const double expected = weight_[At(i, t)];
        if (expected > 0) relative[At(i, t)] = panel_.value(i, t) / expected - 1.0;
      }
    }
    return relative;
  }

  // Takes the weighted means of series and of the periods of groups out of `cells`.
  void Demean(Cells& cells) const {
    for (int round = 0; round < kDemeanRounds; ++round) {
      TakeGroupMeans(cells);
      for (int i = first_; i < end_; ++i) TakeSeriesMean(i, cells);
    }
  }

  void TakeSeriesMean(int i, Cells& cells) const {
    double sum = 0.0, weights = 0.0;
    for (int t = 0; t < period_count(); ++t) {
      sum += weight_[At(i, t)] * cells[At(i, t)];
      weights += weight_[At(i, t)];
    }
    if (!(weights > 0)) return;
    for (int t = 0; t < period_count(); ++t) cells[At(i, t)] -= sum / weights;
  }

  void TakeGroupMeans(Cells& cells) const {
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

  double Sum(const Cells& a, const Cells& b) const {
    double sum = 0.0;
    for (size_t c = 0; c < weight_.size(); ++c) sum += weight_[c] * a[c] * b[c];
    return sum;
  }

  // Square of a mean's moves in its branches, shared with others or not.
  double AllMoves(const Term& term) const {
    Cells moves = term.log_ratio;
    for (int i = first_; i < end_; ++i) TakeSeriesMean(i, moves);
    return Sum(moves, moves);
  }

  // The moves of term m that no other term explains.
  Cells OwnMoves(const std::vector<Cells>& moves, size_t m) const {
    std::vector<Cells> others;
    for (size_t j = 0; j < moves.size(); ++j) {
      if (j != m) others.push_back(Beside(moves[j], others));
    }
    return Beside(moves[m], others);
  }

  // `cells` without what orthogonal `others` explain.
  Cells Beside(Cells cells, const std::vector<Cells>& others) const {
    const double whole = Sum(cells, cells);
    for (const Cells& other : others) {
      const double square = Sum(other, other);
      if (!(square > kLeastOwn * whole)) continue;
      const double share = Sum(other, cells) / square;
      for (size_t c = 0; c < cells.size(); ++c) cells[c] -= share * other[c];
    }
    return cells;
  }

  Estimate EstimateOf(const Cells& own, const Cells& residual, double whole) const {
    const double square = Sum(own, own);
    if (!(square > kLeastOwn * whole)) return {};
    Estimate estimate{.value = Sum(own, residual) / square};
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

  // `estimate.value` is a step from the present mean.
  static void Combine(const Estimate& estimate, MeanEffect& effect) {
    const double data = 1.0 / estimate.variance;  // 0 without any
    const double prior = 1.0 / Square(effect.prior_sd);
    const double seen = effect.beta_mean + estimate.value;
    const double mean = (data * seen + prior * effect.prior_mean) / (data + prior);
    effect.beta_mean = std::clamp(mean, -kMostElasticity, kMostElasticity);
    effect.beta_sd = std::sqrt(1.0 / (data + prior));
    effect.information_share = data / (data + prior);
  }

  void AddNotes(const Term& term, std::vector<std::string>& notes) const {
    const std::string what =
        absl::StrCat("Mean ", term.effect.mean, " on ", panel_.network->indicator(k_).id);
    if (term.effect.information_share < kLeastInformation) {
      notes.push_back(
          absl::StrFormat("%s: its elasticity is what was believed; the data say next "
                          "to nothing (%d branches moved).",
                          what, term.effect.branch_count));
    }
    if (term.lone_branch_count > 0) {
      notes.push_back(absl::StrFormat(
          "%s: %d branches had none in the year up to as_of, so that it does not act there.", what,
          term.lone_branch_count));
    }
    if (left_out_count_ > 0 && &term == &terms_.front()) {
      notes.push_back(absl::StrFormat("%s: %d values of months without any are left out.", what,
                                      left_out_count_));
    }
  }

  FitPanel& panel_;
  const int k_;
  const int first_;
  const int end_;
  std::vector<Term> terms_;
  // [branch]: row of the panel's exposures, its first series; [branch x period]: without means.
  std::vector<int> row_;
  std::vector<int> branch_row_;
  std::vector<double> base_;
  Cells weight_;
  int left_out_count_ = 0;
};

}  // namespace

MeanFit FitMeans(const Revision& revision, FitPanel& panel) {
  MeanFit fit;
  if (revision.means.effects.empty()) return fit;
  for (int k = 0; k < panel.indicator_count(); ++k) {
    if (panel.indicator_link(k) != Link::kLog) continue;
    IndicatorMeans(revision, panel, k).Run(fit);
  }
  std::sort(fit.effects.begin(), fit.effects.end(), [](const MeanEffect& a, const MeanEffect& b) {
    return std::pair(a.mean, a.indicator) < std::pair(b.mean, b.indicator);
  });
  return fit;
}

}  // namespace jalon::sim
