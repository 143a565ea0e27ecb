#include "sim/model/noise.h"

#include <algorithm>
#include <cmath>
#include <cstdint>

#include "sim/base/math.h"

namespace jalon::sim {
namespace {

// Effective observations the indicator's dispersion counts for.
constexpr double kPooledWeight = 15.0;
// Bounds of (shape + 1) / shape of a compound gamma: sizes nearly constant, sizes very spread.
constexpr double kLeastRatio = 1.02;
constexpr double kMostRatio = 21.0;
constexpr double kLeastFreedom = 3.0;
constexpr double kMostFreedom = 30.0;
// Dispersion of an amount that never moves, as a share of its mean.
constexpr double kLeastDispersionShare = 1e-6;

// Share of an indicator's values that need not be multiples of its step.
constexpr double kStepShare = 0.05;

// Residuals of one series around its own level of each year.
struct Moments {
  double squares = 0.0;   // log link: sum of e^2 n / (n - 1); identity: e^2 n / (n - 1)
  double expected = 0.0;  // log link: sum of means; identity: number of residuals
  double absolute = 0.0;  // sum of |e| sqrt(n / (n - 1))
  double freedom = 0.0;
  int count = 0;
};

// One series in one year: its present periods and what is expected of them.
class YearCells {
 public:
  YearCells(const FitPanel& panel, int i, const IndicatorProfile& profile)
      : panel_(panel), i_(i), series_(panel.series[i]), profile_(profile) {}

  void AddTo(Moments& moments, int year) {
    const int end = panel_.period_count - year * panel_.periods_per_year;
    const int first = std::max(0, end - panel_.periods_per_year);
    double observed = 0.0, expected = 0.0;
    int count = 0;
    for (int t = first; t < end; ++t) {
      if (!panel_.present(i_, t)) continue;
      observed += additive() ? Standard(t) : panel_.value(i_, t);
      expected += additive() ? 1.0 : Factor(t);
      ++count;
    }
    if (count < 2 || !(expected > 0)) return;
    const double level = observed / expected;
    const double inflation = static_cast<double>(count) / (count - 1);
    for (int t = first; t < end; ++t) {
      if (!panel_.present(i_, t)) continue;
      const double e = additive() ? Standard(t) - level : panel_.value(i_, t) - level * Factor(t);
      moments.squares += inflation * e * e;
      moments.absolute += std::sqrt(inflation) * std::fabs(e);
      moments.expected += additive() ? 1.0 : level * Factor(t);
    }
    moments.freedom += count - 1;
    moments.count += count;
  }

 private:
  bool additive() const { return series_.link == Link::kIdentity; }
  double Factor(int t) const { return profile_.factor[series_.group][t] * panel_.exposure(i_, t); }
  double Standard(int t) const {
    return panel_.value(i_, t) / series_.scale - profile_.path[series_.group][t];
  }

  const FitPanel& panel_;
  const int i_;
  const PanelSeries& series_;
  const IndicatorProfile& profile_;
};

Moments MomentsOf(const FitPanel& panel, int i, const IndicatorProfile& profile) {
  Moments moments;
  YearCells cells(panel, i, profile);
  for (int year = 0; year < panel.year_count(); ++year) cells.AddTo(moments, year);
  return moments;
}

// Effective observations of a moment, given the dispersion.
double Weight(const Moments& moments, double dispersion, bool additive) {
  if (!(moments.expected > 0) || moments.count == 0) return 0.0;
  if (additive) return 0.5 * moments.freedom;
  const double mean = moments.expected / moments.count;
  return moments.freedom / (2.0 + dispersion / mean);
}

double Pool(const std::vector<Moments>& all, double dispersion, bool additive, double fallback) {
  double sum = 0.0, weights = 0.0;
  for (const Moments& moments : all) {
    const double weight = Weight(moments, dispersion, additive);
    if (!(weight > 0)) continue;
    sum += weight * moments.squares / moments.expected;
    weights += weight;
  }
  return weights > 0 ? sum / weights : fallback;
}

// Lowest dispersion the law of a series allows.
double Least(const FitPanel& panel, int indicator, double mean) {
  if (panel.network->indicator(indicator).kind == IndicatorKind::kCount) return 1.0;
  return mean > 0 ? kLeastDispersionShare * mean : kLeastDispersionShare;
}

// E|T| / sd of a Student law.
double AbsoluteOverDeviation(double nu) {
  const double log_ratio = LogGamma(0.5 * (nu + 1)) - LogGamma(0.5 * nu);
  return 2.0 * std::sqrt(nu - 2.0) / (nu - 1.0) * Exp(log_ratio) / 1.7724538509055159;
}

double FreedomOf(double ratio) {
  double low = kLeastFreedom, high = kMostFreedom;
  if (!(ratio > AbsoluteOverDeviation(low))) return low;
  if (!(ratio < AbsoluteOverDeviation(high))) return high;
  for (int step = 0; step < 50; ++step) {
    const double middle = 0.5 * (low + high);
    (AbsoluteOverDeviation(middle) < ratio ? low : high) = middle;
  }
  return 0.5 * (low + high);
}

// Expected number of zeros over present cells when P(0) = exp(-ratio mean / dispersion).
double ExpectedZeros(const FitPanel& panel, int indicator, const IndicatorProfile& profile,
                     const IndicatorNoise& noise, double ratio) {
  const auto [first, end] = panel.indicator_rows[indicator];
  double zeros = 0.0;
  for (int i = first; i < end; ++i) {
    const double rate = ratio * profile.size[i - first] / noise.dispersion[i - first];
    const std::vector<double>& factor = profile.factor[panel.series[i].group];
    for (int t = 0; t < panel.period_count; ++t) {
      if (panel.present(i, t)) zeros += Exp(-rate * factor[t] * panel.exposure(i, t));
    }
  }
  return zeros;
}

CellLaw CompoundLaw(const FitPanel& panel, int indicator, const IndicatorProfile& profile,
                    const IndicatorNoise& noise, CellLaw law, double zeros) {
  law.law = Law::kCompoundGamma;
  double low = kLeastRatio, high = kMostRatio;
  law.has_excess_zeros = ExpectedZeros(panel, indicator, profile, noise, low) < zeros;
  for (int step = 0; step < 20; ++step) {
    const double middle = 0.5 * (low + high);
    const bool too_few = ExpectedZeros(panel, indicator, profile, noise, middle) < zeros;
    (too_few ? high : low) = middle;
  }
  law.shape = 1.0 / (0.5 * (low + high) - 1.0);
  return law;
}

// The step that nearly all present values of an indicator are whole multiples of (a share moved to
// another branch is not): the unit, or the hundredth of it; 0 when there is none.
double StepOf(const FitPanel& panel, int indicator) {
  const auto [first, end] = panel.indicator_rows[indicator];
  for (const double step : {1.0, 0.01}) {
    int64_t count = 0, misfits = 0;
    for (int i = first; i < end; ++i) {
      for (int t = 0; t < panel.period_count; ++t) {
        if (!panel.present(i, t)) continue;
        const double steps = panel.value(i, t) / step;
        ++count;
        misfits += std::fabs(steps - std::nearbyint(steps)) > 1e-9 * std::max(1.0, steps) ? 1 : 0;
      }
    }
    if (kStepShare * static_cast<double>(count) >= static_cast<double>(misfits)) return step;
  }
  return 0.0;
}

// Number of zeros to expect over present cells where amounts of a gamma law are rounded to `step`.
double RoundedToZero(const FitPanel& panel, int indicator, const IndicatorProfile& profile,
                     const IndicatorNoise& noise, double step) {
  const auto [first, end] = panel.indicator_rows[indicator];
  double zeros = 0.0;
  for (int i = first; i < end; ++i) {
    const double scale = noise.dispersion[i - first];
    const std::vector<double>& factor = profile.factor[panel.series[i].group];
    for (int t = 0; t < panel.period_count; ++t) {
      const double mean = profile.size[i - first] * factor[t] * panel.exposure(i, t);
      if (!panel.present(i, t) || !(mean > 0)) continue;
      zeros += IncompleteGamma(mean / scale, 0.5 * step / scale).lower;
    }
  }
  return zeros;
}

// Whether `zeros` are no more than rounding makes of a gamma law, by 3 standard deviations.
bool RoundingExplains(const FitPanel& panel, int indicator, const IndicatorProfile& profile,
                      const IndicatorNoise& noise, double zeros) {
  const double step = StepOf(panel, indicator);
  if (step == 0.0) return false;
  const double expected = RoundedToZero(panel, indicator, profile, noise, step);
  return zeros <= expected + 3.0 * std::sqrt(expected);
}

// What noise of a stock of its size usually is, [series], in units of scale times something common:
// a power of its level between -1/2 (customers who leave one by one) and 0 (all move alike), by
// least squares of logarithms. 1 for everything else.
std::vector<double> NoiseUnits(const FitPanel& panel, int indicator,
                               const std::vector<Moments>& all) {
  std::vector<double> units(all.size(), 1.0);
  if (!panel.is_stock(indicator)) return units;
  const int first = panel.indicator_rows[indicator].first;
  std::vector<double> sizes;
  double count = 0.0, sum_size = 0.0, sum_noise = 0.0, squares = 0.0, products = 0.0;
  for (size_t i = 0; i < all.size(); ++i) {
    sizes.push_back(Log(panel.series[first + i].scale));
    if (!(all[i].squares > 0)) continue;
    const double noise = 0.5 * Log(all[i].squares / all[i].expected);
    count += 1;
    sum_size += sizes[i];
    sum_noise += noise;
    squares += sizes[i] * sizes[i];
    products += sizes[i] * noise;
  }
  if (count < 2) return units;
  const double spread = squares - sum_size * sum_size / count;
  if (!(spread > 0)) return units;
  const double power = std::clamp((products - sum_size * sum_noise / count) / spread, -0.5, 0.0);
  for (size_t i = 0; i < all.size(); ++i) units[i] = Exp(power * (sizes[i] - sum_size / count));
  return units;
}

}  // namespace

IndicatorNoise FitNoise(const FitPanel& panel, int indicator, const IndicatorProfile& profile) {
  const auto [first, end] = panel.indicator_rows[indicator];
  const bool additive = panel.indicator_link(indicator) == Link::kIdentity;
  std::vector<Moments> all;
  for (int i = first; i < end; ++i) all.push_back(MomentsOf(panel, i, profile));
  const std::vector<double> units = NoiseUnits(panel, indicator, all);
  for (size_t i = 0; i < all.size(); ++i) all[i].squares /= units[i] * units[i];
  IndicatorNoise noise;
  noise.pooled = Pool(all, 1.0, additive, 1.0);
  for (int round = 0; round < 2; ++round) {
    noise.pooled = Pool(all, noise.pooled, additive, noise.pooled);
  }
  for (size_t i = 0; i < all.size(); ++i) {
    const double weight = Weight(all[i], noise.pooled, additive);
    const double own = weight > 0 ? all[i].squares / all[i].expected : 0.0;
    const double shrunk = (weight * own + kPooledWeight * noise.pooled) / (weight + kPooledWeight);
    const double mean = all[i].count > 0 ? all[i].expected / all[i].count : 0.0;
    const double scale = panel.series[first + i].scale;
    noise.dispersion.push_back(additive ? std::max(std::sqrt(shrunk), 1e-3) * units[i] * scale
                                        : std::max(shrunk, Least(panel, indicator, mean)));
  }
  if (additive) noise.pooled = std::sqrt(noise.pooled);
  return noise;
}

CellLaw FitLaw(const FitPanel& panel, int indicator, const IndicatorProfile& profile,
               const IndicatorNoise& noise) {
  const auto [first, end] = panel.indicator_rows[indicator];
  CellLaw law;
  double zeros = 0.0, count = 0.0, absolute = 0.0, deviation = 0.0;
  for (int i = first; i < end; ++i) {
    for (int t = 0; t < panel.period_count; ++t) {
      if (!panel.present(i, t)) continue;
      count += 1;
      zeros += panel.value(i, t) == 0.0 ? 1 : 0;
    }
  }
  switch (panel.network->indicator(indicator).kind) {
    case IndicatorKind::kCount:
      return law;
    case IndicatorKind::kAmount:
      law.law = Law::kGamma;
      if (zeros == 0 || zeros == count) return law;
      if (RoundingExplains(panel, indicator, profile, noise, zeros)) return law;
      return CompoundLaw(panel, indicator, profile, noise, law, zeros);
    case IndicatorKind::kRatio:
    case IndicatorKind::kDerived:
      // No series of their own.
      return law;
    case IndicatorKind::kNetFlow:
    case IndicatorKind::kStock:
      break;
  }
  for (int i = first; i < end; ++i) {
    const Moments moments = MomentsOf(panel, i, profile);
    absolute += moments.absolute;
    deviation += moments.count * noise.dispersion[i - first] / panel.series[i].scale;
  }
  law.law = panel.is_stock(indicator) ? Law::kStock : Law::kStudentT;
  if (panel.stock_kinds[indicator] == StockKind::kExact) law.law = Law::kExactStock;
  law.shape = deviation > 0 ? FreedomOf(absolute / deviation) : kMostFreedom;
  return law;
}

}  // namespace jalon::sim
