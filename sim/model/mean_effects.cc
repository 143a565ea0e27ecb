#include "sim/model/mean_effects.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "sim/base/math.h"
#include "sim/base/missing.h"
#include "sim/base/square.h"
#include "sim/model/mean_regression.h"
#include "sim/model/profile.h"
#include "sim/network/mean_ratios.h"

namespace jalon::sim {
namespace {

constexpr int kRounds = 8;
constexpr double kMostElasticity = 10.0;
// Range of a branch's log ratio that counts as a move: 1 %.
constexpr double kLeastMove = 0.01;
constexpr double kLeastInformation = 0.05;

// Fits the elasticities of one indicator.
class IndicatorMeans {
 public:
  IndicatorMeans(const Revision& revision, FitPanel& panel, int k)
      : panel_(panel),
        k_(k),
        first_(panel.indicator_rows[k].first),
        end_(panel.indicator_rows[k].second),
        regression_(panel, k) {
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
    MeanCells log_ratio;
    int lone_branch_count = 0;
  };

  int period_count() const { return panel_.period_count; }
  size_t At(int i, int t) const { return regression_.At(i, t); }

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
              .log_ratio = MeanCells(regression_.size(), 0.0)};
    for (int i = first_; i < end_; ++i) FillRow(i, term);
    terms_.push_back(std::move(term));
  }

  bool StartsBranch(int i) const { return regression_.StartsBranch(i); }

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
        value = kMissing;
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
    regression_.SetExpected();
    MeanCells residual = regression_.Relative();
    regression_.Demean(residual);
    std::vector<MeanCells> moves;
    for (const Term& term : terms_) {
      moves.push_back(term.log_ratio);
      regression_.Demean(moves.back());
    }
    for (size_t m = 0; m < terms_.size(); ++m) {
      const double whole = regression_.SquareWithinSeries(terms_[m].log_ratio);
      Combine(regression_.EstimateOf(regression_.OwnMoves(moves, m), residual, whole),
              terms_[m].effect);
    }
  }

  // `estimate.value` is a step from the present mean.
  static void Combine(const MeanEstimate& estimate, MeanEffect& effect) {
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
  MeanRegression regression_;
  std::vector<Term> terms_;
  // [branch]: row of the panel's exposures, its first series; [branch x period]: without means.
  std::vector<int> row_;
  std::vector<int> branch_row_;
  std::vector<double> base_;
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
