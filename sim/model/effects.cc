#include "sim/model/effects.h"

#include <algorithm>
#include <cmath>
#include <optional>

#include "sim/base/math.h"
#include "sim/base/missing.h"
#include "sim/base/square.h"

namespace jalon::sim {
namespace {

// Prior of a persistent standard deviation: 5 % a year, or 0.3 units of scale.
constexpr double kPriorSd = 0.05;
constexpr double kPriorSdIdentity = 0.3;
constexpr double kLeastSd = 0.005;
constexpr double kMostSd = 1.0;
// A change this many standard deviations out counts as that many.
constexpr double kClip = 5.0;
// Pairs of years that the noise is as modelled count for.
constexpr double kModelledPairs = 10.0;
constexpr double kLeastNoiseShare = 0.3;
// Fewest units of noise expected in a year for its ratio to have a log worth looking at.
constexpr double kFewestUnits = 2.0;

double PriorSd(Link link) { return link == Link::kIdentity ? kPriorSdIdentity : kPriorSd; }

// A year's ratio realised / expected and its noise variance.
struct YearRatio {
  double value = kMissing;
  double noise_variance = 0.0;
};

// The change between two years and its noise variance; NaN when one is not known.
struct Change {
  double value = kMissing;
  double noise_variance = 0.0;
  bool known() const { return !std::isnan(value); }
};

// Sums of one year.
struct YearSums {
  double observed = 0.0, expected = 0.0, variance = 0.0;
  int count = 0;
};

// Year-to-year changes of the series [first, end) of one indicator, summed: [year_count - 1].
class Changes {
 public:
  // `noise_share` is the share of the cells' noise that differs from one year to the next.
  Changes(const FitPanel& panel, const IndicatorProfile& profile, const IndicatorNoise& noise,
          int row_first, double noise_share)
      : panel_(panel),
        profile_(profile),
        noise_(noise),
        row_first_(row_first),
        noise_share_(noise_share) {}

  std::vector<Change> Of(int first, int end) const {
    std::vector<Change> changes;
    YearRatio newer = Ratio(first, end, 0);
    for (int year = 1; year < panel_.year_count(); ++year) {
      const YearRatio older = Ratio(first, end, year);
      changes.push_back({newer.value - older.value, newer.noise_variance + older.noise_variance});
      newer = older;
    }
    return changes;
  }

 private:
  void AddSeries(int i, int year, YearSums& sums) const {
    const PanelSeries& series = panel_.series[i];
    const double size = profile_.size[i - row_first_];
    const double phi = noise_.dispersion[i - row_first_];
    const bool additive = series.link == Link::kIdentity;
    const int end = panel_.period_count - year * panel_.periods_per_year;
    for (int t = std::max(0, end - panel_.periods_per_year); t < end; ++t) {
      if (!panel_.present(i, t)) continue;
      ++sums.count;
      if (additive) {
        sums.observed +=
            panel_.value(i, t) - series.scale * (size + profile_.path[series.group][t]);
        sums.expected += series.scale;
        sums.variance += noise_share_ * phi * phi;
      } else {
        const double mean = size * profile_.factor[series.group][t] * panel_.exposure(i, t);
        sums.observed += panel_.value(i, t);
        sums.expected += mean;
        sums.variance += noise_share_ * phi * mean;
      }
    }
  }

  YearRatio Ratio(int first, int end, int year) const {
    YearSums sums;
    for (int i = first; i < end; ++i) AddSeries(i, year, sums);
    const bool enough = 2 * sums.count >= panel_.periods_per_year * (end - first);
    if (!enough || !(sums.expected > 0)) return {};
    if (panel_.series[first].link == Link::kIdentity) {
      return {sums.observed / sums.expected, sums.variance / Square(sums.expected)};
    }
    const double unit = sums.variance / sums.expected;
    if (sums.expected < kFewestUnits * unit) return {};
    const double padded = sums.expected + 0.5 * unit;
    return {Log((sums.observed + 0.5 * unit) / padded), sums.variance / Square(padded)};
  }

  const FitPanel& panel_;
  const IndicatorProfile& profile_;
  const IndicatorNoise& noise_;
  const int row_first_;
  const double noise_share_;
};

// Share of an indicator's noise that differs from one year to the next. A season of its own makes a
// series noisy around its group's path, but comes back every year: differences of the same months
// of two years do not see it, while the noise of the cells does. 1 when there is none.
class NoiseShare {
 public:
  NoiseShare(const FitPanel& panel, int k, const IndicatorProfile& profile,
             const IndicatorNoise& noise)
      : panel_(panel), first_(panel.indicator_rows[k].first), profile_(profile), noise_(noise) {
    for (int i = first_; i < panel.indicator_rows[k].second; ++i) {
      for (int year = 0; year + 1 < panel.year_count(); ++year) AddPair(i, year);
    }
  }

  double value() const {
    return std::clamp((kModelledPairs + ratios_) / (kModelledPairs + count_), kLeastNoiseShare,
                      1.0);
  }

 private:
  // Noise of a cell: residual, and variance of the model.
  struct Cell {
    double residual = 0.0, variance = 0.0;
  };

  Cell CellAt(int i, int t) const {
    const PanelSeries& series = panel_.series[i];
    const double size = profile_.size[i - first_];
    const double phi = noise_.dispersion[i - first_];
    if (series.link == Link::kIdentity) {
      return {panel_.value(i, t) - series.scale * (size + profile_.path[series.group][t]),
              Square(phi)};
    }
    const double mean = size * profile_.factor[series.group][t] * panel_.exposure(i, t);
    return {panel_.value(i, t) - mean, phi * mean};
  }

  void AddPair(int i, int year) {
    const int end = panel_.period_count - year * panel_.periods_per_year;
    double sum = 0.0, squares = 0.0, modelled = 0.0;
    int count = 0;
    for (int t = end - panel_.periods_per_year; t < end; ++t) {
      const int before = t - panel_.periods_per_year;
      if (before < 0 || !panel_.present(i, t) || !panel_.present(i, before)) continue;
      const Cell newer = CellAt(i, t), older = CellAt(i, before);
      const double move = newer.residual - older.residual;
      sum += move;
      squares += Square(move);
      modelled += newer.variance + older.variance;
      ++count;
    }
    if (2 * count < panel_.periods_per_year || count < 2 || !(modelled > 0)) return;
    const double variance = std::max(0.0, squares - Square(sum) / count) / (count - 1);
    ratios_ += variance * count / modelled;
    count_ += 1;
  }

  const FitPanel& panel_;
  const int first_;
  const IndicatorProfile& profile_;
  const IndicatorNoise& noise_;
  double ratios_ = 0.0;
  double count_ = 0.0;
};

// Precision-weighted mean of noisy looks at a variance (or covariance), with its standard error.
class VarianceAverage {
 public:
  // `square` has mean s + bias when the truth is s; its variance is about `spread`.
  void Add(double square, double spread) {
    const double weight = 1.0 / spread;
    sum_ += weight * square;
    weights_ += weight;
    ++count_;
  }
  int count() const { return count_; }

  // Combined with a normal prior.
  double Posterior(double prior, double prior_sd) const {
    const double precision = 1.0 / Square(prior_sd);
    return (sum_ + precision * prior) / (weights_ + precision);
  }

 private:
  double sum_ = 0.0, weights_ = 0.0;
  int count_ = 0;
};

// Total persistent variance of an indicator's changes.
VarianceAverage StepVariance(const std::vector<std::vector<Change>>& all, double prior_sd) {
  VarianceAverage average;
  for (const std::vector<Change>& changes : all) {
    for (const Change& change : changes) {
      if (!change.known()) continue;
      const double spread = change.noise_variance + Square(prior_sd);
      const double square = std::min(Square(change.value), Square(kClip) * spread);
      average.Add(square - change.noise_variance, 2.0 * Square(spread));
    }
  }
  return average;
}

// Changes of every unit, indicator by indicator: [indicator][unit][year], empty where the unit has
// no such series.
using BranchChanges = std::vector<std::vector<std::vector<Change>>>;

// Covariance of the changes of two indicators in the same branch and year.
VarianceAverage StepCovariance(const BranchChanges& changes, int k, int l, double scale) {
  VarianceAverage average;
  for (size_t u = 0; u < changes[k].size(); ++u) {
    const size_t years = std::min(changes[k][u].size(), changes[l][u].size());
    for (size_t y = 0; y < years; ++y) {
      const Change& a = changes[k][u][y];
      const Change& b = changes[l][u][y];
      if (!a.known() || !b.known()) continue;
      const double spread = (a.noise_variance + Square(scale)) * (b.noise_variance + Square(scale));
      const double clip = Square(kClip) * std::sqrt(spread);
      average.Add(std::clamp(a.value * b.value, -clip, clip), spread);
    }
  }
  return average;
}

// One common factor of the branches' changes: covariance(k, l) = c[k] c[l].
class BranchFactor {
 public:
  BranchFactor(const FitPanel& panel, const BranchChanges& changes)
      : panel_(panel), count_(panel.indicator_count()) {
    covariance_.assign(count_ * count_, 0.0);
    for (int k = 0; k < count_; ++k) {
      for (int l = 0; l < k; ++l) {
        const double scale =
            std::sqrt(PriorSd(panel.indicator_link(k)) * PriorSd(panel.indicator_link(l)));
        // Independence is the prior.
        const double value = StepCovariance(changes, k, l, scale).Posterior(0, Square(scale));
        covariance_[k * count_ + l] = covariance_[l * count_ + k] = value;
      }
    }
  }

  // Alternating least squares from the common size of the covariances; each loading is drawn
  // halfway to it.
  std::vector<double> Loadings() const {
    const double common = Common();
    std::vector<double> loadings(count_);
    for (int k = 0; k < count_; ++k) loadings[k] = Prior(k, common);
    if (!(common > 0)) return std::vector<double>(count_, 0.0);
    for (int round = 0; round < 20; ++round) {
      for (int k = 0; k < count_; ++k) loadings[k] = Update(loadings, k, common);
    }
    return loadings;
  }

 private:
  double Unit(int k) const { return PriorSd(panel_.indicator_link(k)) / kPriorSd; }
  double Prior(int k, double common) const { return common * Unit(k); }

  double Common() const {
    double sum = 0.0;
    int pairs = 0;
    for (int k = 0; k < count_; ++k) {
      for (int l = 0; l < k; ++l) {
        sum += covariance_[k * count_ + l] / (Unit(k) * Unit(l));
        ++pairs;
      }
    }
    return pairs > 0 && sum > 0 ? std::sqrt(sum / pairs) : 0.0;
  }

  double Update(const std::vector<double>& loadings, int k, double common) const {
    double cross = 0.0, squares = 0.0;
    for (int l = 0; l < count_; ++l) {
      if (l == k) continue;
      cross += covariance_[k * count_ + l] / Unit(l) * loadings[l] / Unit(l);
      squares += Square(loadings[l] / Unit(l));
    }
    const double own = squares > 0 ? cross / squares : 0.0;
    return std::max(0.0, 0.5 * (own + Prior(k, common)));
  }

  const FitPanel& panel_;
  const int count_;
  std::vector<double> covariance_;
};

BranchChanges ChangesByBranch(const FitPanel& panel, const std::vector<IndicatorProfile>& profiles,
                              const std::vector<IndicatorNoise>& noises) {
  BranchChanges all;
  for (int k = 0; k < panel.indicator_count(); ++k) {
    const auto [first, end] = panel.indicator_rows[k];
    const double share = NoiseShare(panel, k, profiles[k], noises[k]).value();
    const Changes changes(panel, profiles[k], noises[k], first, share);
    all.emplace_back(panel.network->unit_count());
    for (int i = first; i < end;) {
      int next = i + 1;
      while (next < end && panel.series[next].key.unit == panel.series[i].key.unit) ++next;
      all[k][panel.series[i].key.unit] = changes.Of(i, next);
      i = next;
    }
  }
  return all;
}

std::vector<std::vector<Change>> ChangesBySeries(const FitPanel& panel, int k,
                                                 const IndicatorProfile& profile,
                                                 const IndicatorNoise& noise) {
  const auto [first, end] = panel.indicator_rows[k];
  const Changes changes(panel, profile, noise, first, NoiseShare(panel, k, profile, noise).value());
  std::vector<std::vector<Change>> all;
  for (int i = first; i < end; ++i) all.push_back(changes.Of(i, i + 1));
  return all;
}

}  // namespace

PersistentEffects FitEffects(const FitPanel& panel, const std::vector<IndicatorProfile>& profiles,
                             const std::vector<IndicatorNoise>& noises) {
  PersistentEffects effects;
  const BranchChanges by_branch = ChangesByBranch(panel, profiles, noises);
  effects.branch_sd = BranchFactor(panel, by_branch).Loadings();
  for (int k = 0; k < panel.indicator_count(); ++k) {
    const double prior = PriorSd(panel.indicator_link(k));
    const VarianceAverage average =
        StepVariance(ChangesBySeries(panel, k, profiles[k], noises[k]), prior);
    const double total = std::clamp(average.Posterior(Square(prior), Square(prior)),
                                    Square(kLeastSd), Square(kMostSd * prior / kPriorSd));
    effects.branch_sd[k] = std::min(effects.branch_sd[k], std::sqrt(0.8 * total));
    effects.series_sd.push_back(std::sqrt(total - Square(effects.branch_sd[k])));
    effects.change_count.push_back(average.count());
  }
  return effects;
}

}  // namespace jalon::sim
