// Ratios, by the moments of N - o D.
#include <algorithm>
#include <cmath>
#include <iterator>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "sim/base/math.h"
#include "sim/engine/conditional/choose_law.h"
#include "sim/engine/conditional/step_law.h"

namespace jalon::sim {
namespace {

// Standard deviations a denominator must be above 0, and the most it may vary.
constexpr double kFromZero = 7.0;
// Standard deviations of N given D, at least, in its steps.
constexpr double kLeastSteps = 3.0;
// The highest chance of one step, in steps by standard deviation.
constexpr double kHighest = 0.3989422804014327;

// Whether steps of N and of D meet at a threshold, so that a normal D misses more than `most` of a
// probability: D's own lattice shows where j steps of N are nearly a whole number of steps of D.
// `ratio` is a step of o D in those of N, `spread` the standard deviation of D in its own steps,
// `mass` the highest chance of a step of N.
bool StepsMeet(double ratio, double spread, double mass, double most) {
  constexpr double kPi = 3.141592653589793;
  for (int j = 1; mass > most * kPi * j; ++j) {
    const double nearest = std::round(j * ratio);
    if (nearest == 0.0) continue;
    const double off = kPi * (j * ratio - nearest) * spread;
    if (mass * Exp(-2.0 * off * off) > most * kPi * j) return true;
  }
  return false;
}

}  // namespace

void Chooser::SetRatio(const CumulantMaker& maker, const Cumulants& cumulants) {
  const ThreeMoments denominator = cumulants.denominator();
  if (!(denominator.mean > kFromZero * std::sqrt(denominator.variance)) ||
      !(denominator.mean > 0.0)) {
    law_.refusal = absl::StrCat("the denominator of a ratio must stay ", kFromZero,
                                " standard deviations above 0");
    return;
  }
  const std::vector<double> ratios = RatiosAsked(cumulants);
  double coarsest = 0.0;
  bool takes_steps = true;
  for (const double ratio : ratios) {
    const double coarseness = Coarseness(maker, cumulants.Against(ratio), ratio);
    coarsest = std::max(coarsest, coarseness);
    takes_steps = takes_steps && (coarseness <= kCoarsest || TakesSteps(cumulants, ratio));
  }
  if (as_sum_ && SetCounts(cumulants)) return;
  if (coarsest > kCoarsest) {
    if (!takes_steps && SetCounts(cumulants)) return;
    if (takes_steps) law_.step = StepOf(0);
    if (takes_steps) coarsest = 0.0;
  }
  SetSkewness(cumulants.Against(ratios[0]).skewness());
  for (const double ratio : ratios) {
    if (!law_.refused()) RefuseMoments(cumulants.Against(ratio), coarsest);
  }
}

std::vector<double> Chooser::RatiosAsked(const Cumulants& cumulants) const {
  std::vector<double> ratios = {cumulants.mean[0] / cumulants.mean[1]};
  std::copy_if(law_.thresholds.begin(), law_.thresholds.end(), std::back_inserter(ratios),
               [](double threshold) { return std::isfinite(threshold); });
  return ratios;
}

bool Chooser::SetCounts(const Cumulants& cumulants) {
  const double other_step = StepOf(1);
  if (!(other_step > 0.0) && HasOtherCounts()) return false;
  for (const double ratio : RatiosAsked(cumulants)) {
    if (!(ratio > 0.0)) return false;
  }
  Chooser numerator(plan_, slots_, middle_, students_, index_);
  const TargetLaw counts = numerator.NumeratorAsSum();
  const double widest = counts.sum.effect_sd * std::sqrt(counts.sum_mean);
  if (!counts.is_sum() || counts.sum.law != Law::kNegativeBinomial ||
      !(counts.sum_mean < kCountsBelow) || widest > kWidestEffect) {
    return false;
  }
  law_.law = LawUsed::kMatched;
  law_.sum = counts.sum;
  law_.sum_mean = counts.sum_mean;
  law_.counts = {.known = counts.constant, .step = counts.weight, .other_step = other_step};
  law_.constant = counts.constant / cumulants.mean[1];
  law_.weight = counts.weight / cumulants.mean[1];
  law_.lattice = law_.weight;
  return true;
}

TargetLaw Chooser::NumeratorAsSum() {
  as_sum_ = true;
  law_.composition = Compose(plan_, slots_, quantities_.value, PlanQuantity());
  FindDrawn();
  if (drawn_.empty() || !SetSum()) law_.law = LawUsed::kSampled;
  return std::move(law_);
}

bool Chooser::TakesSteps(const Cumulants& cumulants, double ratio) const {
  const double step = StepOf(0);
  const double other = StepOf(1);
  if (!(step > 0.0) || !(cumulants.pair[2] > 0.0)) return false;
  const double given =
      cumulants.pair[0] - cumulants.pair[1] * cumulants.pair[1] / cumulants.pair[2];
  if (!(given > kLeastSteps * kLeastSteps * step * step)) return false;
  const double spread = std::sqrt(DenominatorAtTie(cumulants, ratio).variance);
  if (!(std::fabs(ratio) * spread > kLeastStepSpread * step)) return false;
  if (!(other > 0.0)) return !HasOtherCounts();
  const double mass = kHighest * step / std::sqrt(cumulants.Against(ratio).variance);
  return !StepsMeet(ratio * other / step, spread / other, mass, kCoarsest);
}

// Whether something that counts is read, or feeds what is read, beside the numerator.
bool Chooser::HasOtherCounts() const {
  for (const int p : drawn_) {
    const Part& part = law_.composition.parts[p];
    bool in_numerator = false;
    for (int r = part.first_reading; r < part.end_reading; ++r) {
      in_numerator |= law_.composition.readings[r].side == 0;
    }
    if (!in_numerator && SeriesOf(p).whole) return true;
  }
  return false;
}

}  // namespace jalon::sim
