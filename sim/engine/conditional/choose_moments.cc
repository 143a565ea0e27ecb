// Sums of anything by their moments.
#include <algorithm>
#include <cmath>
#include <map>

#include "absl/strings/str_cat.h"
#include "sim/base/math.h"
#include "sim/engine/conditional/choose_law.h"

namespace jalon::sim {
namespace {

// Beyond, three moments say too little.
constexpr double kMostSkewed = 1.0;
// Student tails that three moments do not show matter above this share of the variance and below so
// many draws, where the law is near symmetric.
constexpr double kStudentShare = 0.2;
constexpr double kStudentDraws = 100.0;
constexpr double kSymmetric = 0.1;

}  // namespace

void Chooser::SetMoments() {
  CumulantMaker maker(plan_, law_.composition);
  const Cumulants cumulants = maker.At(middle_);
  if (law_.composition.two_sided && !law_.opening_moves) {
    SetRatio(maker, cumulants);
    return;
  }
  const ThreeMoments moments = cumulants.value();
  SetSkewness(moments.skewness());
  if (std::fabs(law_.skewness) < kSymmetric) SetStudent(maker, moments.variance);
  RefuseMoments(moments, law_.lattice > 0.0 ? 0.0 : Coarseness(maker, moments, 0.0));
  for (const double weight : law_.opening_weights) {
    if (law_.refused()) return;
    if (weight == 0.0) continue;
    const ThreeMoments gap = cumulants.Against(weight);
    RefuseMoments(gap, Coarseness(maker, gap, weight));
  }
}

void Chooser::SetSkewness(double skewness) {
  constexpr double kNormalBelow = 0.0015;
  law_.skewness = skewness;
  law_.law = std::fabs(skewness) < kNormalBelow ? LawUsed::kNormal : LawUsed::kThreeMoments;
}

void Chooser::RefuseMoments(const ThreeMoments& moments, double coarseness) {
  const double skewness = std::fabs(moments.skewness());
  if (skewness > kMostSkewed) {
    law_.refusal = absl::StrCat("the skewness given the shared state must be at most ", kMostSkewed,
                                ", it is ", skewness);
  } else if (coarseness > kCoarsest) {
    law_.refusal = "too few counts for a smooth law, and no lattice of their own";
  }
}

// How far the lattice of the counts that weigh most moves a probability: half a step of a
// density, less what other draws smooth away (the first harmonic of the lattice).
double Chooser::Coarseness(const CumulantMaker& maker, const ThreeMoments& moments,
                           double ratio) const {
  // Own variance of counts by weight, and of everything else.
  std::map<double, double> counts;
  double others = 0.0;
  for (int p = 0; p < law_.composition.part_count(); ++p) {
    const PartLaw& law = maker.law(p);
    const bool count = SeriesOf(p).law == Law::kNegativeBinomial;
    for (int t = 0; t < plan_.period_count(); ++t) {
      const double weight = maker.weight(0, p, t) - ratio * maker.weight(1, p, t);
      if (weight == 0.0) continue;
      const double cell = law.kind == PartLaw::Kind::kLogFlow
                              ? law.variance_by_mean * middle_.values[RowOf(p) + t]
                              : law.noise;
      if (count) {
        counts[std::fabs(weight)] += weight * weight * cell;
      } else {
        others += weight * weight * cell;
      }
    }
  }
  double all = others;
  for (const auto& [weight, variance] : counts) all += variance;
  double coarsest = 0.0;
  for (const auto& [weight, variance] : counts) {
    const double smooth = std::max(all - variance, 0.0);
    constexpr double kTwoPiSquared = 19.739208802178716;
    coarsest = std::max(coarsest, 0.127 * weight / std::sqrt(moments.variance) *
                                      Exp(-kTwoPiSquared * smooth / (weight * weight)));
  }
  return coarsest;
}

void Chooser::SetStudent(const CumulantMaker& maker, double variance) {
  double sum = 0.0;
  double squares = 0.0;
  double degrees = 0.0;
  for (const int p : drawn_) {
    const PlanSeries& series = SeriesOf(p);
    const bool student =
        series.law == Law::kStudentT || (series.law == Law::kStock && series.dispersion > 0.0);
    if (!student) continue;
    if (degrees != 0.0 && series.shape != degrees) return;
    degrees = series.shape;
    for (int t = 0; t < plan_.period_count(); ++t) {
      const double cell = maker.weight(0, p, t) * series.dispersion;
      sum += cell * cell;
      squares += cell * cell * cell * cell;
    }
  }
  if (!(sum > kStudentShare * variance)) return;
  const double count = sum * sum / squares;
  if (!(count < kStudentDraws) || !(degrees < 1e6)) return;
  law_.law = LawUsed::kStudentSum;
  law_.student = students_.Get(degrees, std::max(1, static_cast<int>(std::lround(count))),
                               std::min(sum / variance, 1.0));
}

}  // namespace jalon::sim
