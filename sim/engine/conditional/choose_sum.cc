// Sums of flows of one kind with one weight.
#include <algorithm>
#include <cmath>

#include "sim/base/math.h"
#include "sim/engine/conditional/choose_law.h"

namespace jalon::sim {
namespace {

// Sums of counts keep their lattice below so many expected ones (D3).
constexpr double kLatticeBelow = 400.0;
// Sums of amounts more skewed than this have a law of their own kind.
constexpr double kMatchedFrom = 0.3;

}  // namespace

// One flow, or several of one kind with one weight. False when the sum has another law.
bool Chooser::SetSum() {
  if (law_.composition.two_sided || law_.composition.moves) return false;
  const PlanSeries& first = SeriesOf(drawn_.front());
  double weight = 0.0;
  for (const int p : drawn_) {
    const PlanSeries& series = SeriesOf(p);
    if (series.link != Link::kLog || series.law != first.law) return false;
    if (first.law == Law::kCompoundGamma && series.shape != first.shape) return false;
    for (int t = 0; t < plan_.period_count(); ++t) {
      const double cell = FixedWeight(p, 0, t);
      if (!IsDrawn(p, t) || cell == 0.0) continue;
      if (weight != 0.0 && cell != weight) return false;
      weight = cell;
    }
  }
  if (!(weight > 0.0)) return false;
  const bool exact = drawn_.size() == 1;
  const Cumulants cumulants = CumulantMaker(plan_, law_.composition).At(middle_);
  const double own_mean = OwnMean();
  const double mean = own_mean / weight;
  if (!exact && !as_sum_ && !IsFewOrSkewed(first.law, mean, cumulants.value().skewness())) {
    return false;
  }
  law_.law = exact ? LawUsed::kExact : LawUsed::kMatched;
  law_.weight = weight;
  law_.sum_mean = mean;
  law_.sum = {.law = first.law, .dispersion = first.dispersion, .shape = first.shape};
  if (exact) {
    law_.sum.effect_sd = std::sqrt(first.branch_loading * first.branch_loading +
                                   first.series_effect_sd * first.series_effect_sd);
  } else {
    Match(cumulants.pair[0] / (weight * weight), mean);
  }
  law_.constant = KnownPart();
  return true;
}

bool Chooser::IsFewOrSkewed(Law law, double mean, double skewness) {
  return (law == Law::kNegativeBinomial && mean < kLatticeBelow) || skewness > kMatchedFrom;
}

// Weighted mean of the cells to draw.
double Chooser::OwnMean() const {
  double sum = 0.0;
  for (const int p : drawn_) {
    for (int t = 0; t < plan_.period_count(); ++t) {
      sum += FixedWeight(p, 0, t) * middle_.values[RowOf(p) + t];
    }
  }
  return sum;
}

double Chooser::KnownPart() const {
  double sum = 0.0;
  for (int p = 0; p < law_.composition.part_count(); ++p) {
    for (int t = 0; t < plan_.period_count(); ++t) {
      if (!IsDrawn(p, t)) sum += FixedWeight(p, 0, t) * plan_.realised[RowOf(p) + t];
    }
  }
  return sum;
}

// The dispersion and the lognormal of the sum's mean and variance.
void Chooser::Match(double variance, double mean) {
  double own = 0.0;
  double total = 0.0;
  for (const int p : drawn_) {
    for (int t = 0; t < plan_.period_count(); ++t) {
      if (FixedWeight(p, 0, t) == 0.0) continue;
      own += SeriesOf(p).dispersion * middle_.values[RowOf(p) + t];
      total += middle_.values[RowOf(p) + t];
    }
  }
  if (total > 0.0) law_.sum.dispersion = own / total;
  const double rest = std::max(variance - law_.sum.dispersion * mean, 0.0);
  law_.sum.effect_sd = mean > 0.0 ? std::sqrt(Log1p(rest / (mean * mean))) : 0.0;
}

}  // namespace jalon::sim
