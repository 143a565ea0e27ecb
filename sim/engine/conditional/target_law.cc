#include "sim/engine/conditional/target_law.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "sim/base/decimal.h"
#include "sim/base/math.h"
#include "sim/engine/conditional/joint_chance.h"
#include "sim/engine/conditional/step_law.h"

namespace jalon::sim {
namespace {

double Log2OfSum(double mean) { return mean > 0.0 ? Log2(mean) : -1e300; }

// A threshold as one of the sum behind Y.
double OfSum(const TargetLaw& law, double threshold) {
  const double x = (threshold - law.constant) / law.weight;
  return law.lattice > 0.0 ? NearestDecimal(x) : x;
}

}  // namespace

void MakeThresholdTables(const Plan& plan, int index, TargetLaw& law) {
  if (!law.is_sum()) return;
  const bool higher = plan.targets[index].direction == Direction::kHigherIsBetter;
  law.reach.reserve(law.thresholds.size());
  for (const double threshold : law.thresholds) {
    law.reach.emplace_back(law.sum, OfSum(law, threshold), higher);
  }
}

TargetEvaluator::TargetEvaluator(const Plan& plan, int index, const TargetLaw& law)
    : plan_(plan), law_(law), higher_(plan.targets[index].direction == Direction::kHigherIsBetter) {
  if (!law.is_sum()) cumulants_.emplace(plan, law.composition);
}

void TargetEvaluator::Evaluate(const PathMeans& path, ConditionalValue& value) {
  value.probability.resize(law_.thresholds.size());
  if (!cumulants_) {
    BySum(path, value);
    return;
  }
  const Cumulants cumulants = cumulants_->At(path);
  if (law_.opening_moves) {
    ByVariation(cumulants, value);
  } else if (law_.composition.two_sided) {
    ByRatio(cumulants, value);
  } else {
    ByMoments(cumulants.value(), value);
  }
}

// Constants have a base of 0 in PathMeans: only cells to draw add up.
double TargetEvaluator::SumMean(const PathMeans& path) const {
  const int period_count = plan_.period_count();
  double sum = 0.0;
  for (int p = 0; p < law_.composition.part_count(); ++p) {
    const double* means =
        path.values.data() + static_cast<size_t>(law_.composition.parts[p].series) * period_count;
    const double* weights = law_.composition.weights.data() + static_cast<size_t>(p) * period_count;
    for (int t = 0; t < period_count; ++t) sum += weights[t] * means[t];
  }
  return sum / law_.weight;
}

void TargetEvaluator::BySum(const PathMeans& path, ConditionalValue& value) const {
  const double mean = SumMean(path);
  const double place = Log2OfSum(mean);
  const double effect = Expm1(law_.sum.effect_sd * law_.sum.effect_sd);
  value.mean = law_.constant + law_.weight * mean;
  value.variance = law_.weight * law_.weight * (law_.sum.dispersion * mean + mean * mean * effect);
  for (size_t j = 0; j < law_.reach.size(); ++j) {
    const double reached = law_.reach[j].At(place);
    value.probability[j] = higher_ ? reached : 1.0 - reached;
  }
}

// P(Y >= x) or P(Y > x).
double TargetEvaluator::Beyond(const ThreeMoments& moments, double x, bool or_equal,
                               double lattice) const {
  if (!(moments.variance > 0.0)) return moments.mean > x || (or_equal && moments.mean == x);
  if (lattice > 0.0 && std::isfinite(x)) {
    const double steps = NearestDecimal(x / lattice);
    x = lattice * (or_equal ? std::ceil(steps) - 0.5 : std::floor(steps) + 0.5);
  }
  if (law_.student) {
    return law_.student->UpperTail((x - moments.mean) / std::sqrt(moments.variance));
  }
  return UpperTail(moments, x);
}

double TargetEvaluator::Attained(const ThreeMoments& moments, double threshold,
                                 double lattice) const {
  return higher_ ? Beyond(moments, threshold, true, lattice)
                 : 1.0 - Beyond(moments, threshold, false, lattice);
}

void TargetEvaluator::ByMoments(const ThreeMoments& moments, ConditionalValue& value) const {
  value.mean = moments.mean;
  value.variance = moments.variance;
  for (size_t j = 0; j < law_.thresholds.size(); ++j) {
    value.probability[j] = Attained(moments, law_.thresholds[j], law_.lattice);
  }
}

// R/O is met where Y - w Y0 is beyond its threshold and Y0 short of the objective.
void TargetEvaluator::ByVariation(const Cumulants& cumulants, ConditionalValue& value) const {
  const ThreeMoments opening = cumulants.denominator();
  value.mean = cumulants.mean[0];
  value.variance = cumulants.pair[0];
  value.opening = opening.mean;
  const bool is_past = higher_ ? opening.mean >= law_.objective : opening.mean <= law_.objective;
  const double above = opening.variance > 0.0 ? UpperTail(opening, law_.objective)
                                              : (is_past == higher_ ? 1.0 : 0.0);
  value.undefined = higher_ ? above : 1.0 - above;
  for (size_t j = 0; j < law_.thresholds.size(); ++j) {
    const double weight = law_.opening_weights[j];
    const ThreeMoments gap = cumulants.Against(weight);
    double& p = value.probability[j];
    p = Attained(gap, law_.thresholds[j], weight == 0.0 ? law_.lattice : 0.0);
    if (weight == 0.0) continue;
    const double together = cumulants.pair[1] - weight * cumulants.pair[2];
    const double spread = std::sqrt(gap.variance * opening.variance);
    p -= JointChance(p, value.undefined, spread > 0.0 ? together / spread : 0.0);
  }
}

// N / D >= o where N - o D >= 0: D is above 0 for all that counts (ChooseLaw sees to it).
void TargetEvaluator::ByRatio(const Cumulants& cumulants, ConditionalValue& value) const {
  const double denominator = cumulants.mean[1];
  const double ratio = cumulants.mean[0] / denominator;
  const double square = denominator * denominator;
  value.mean = ratio + (ratio * cumulants.pair[2] - cumulants.pair[1]) / square;
  value.variance = cumulants.Against(ratio).variance / square;
  for (size_t j = 0; j < law_.thresholds.size(); ++j) {
    const double reached = ReachedByRatio(cumulants, law_.thresholds[j], higher_);
    value.probability[j] = higher_ ? reached : 1.0 - reached;
  }
}

double TargetEvaluator::ReachedByRatio(const Cumulants& cumulants, double threshold,
                                       bool or_equal) const {
  if (std::isinf(threshold)) return threshold < 0.0 ? 1.0 : 0.0;
  if (law_.has_counts())
    return ReachedByCounts(law_.counts, law_.sum, cumulants, {threshold, or_equal});
  const ThreeMoments gap = cumulants.Against(threshold);
  if (!(gap.variance > 0.0)) return gap.mean > 0.0 || (or_equal && gap.mean == 0.0) ? 1.0 : 0.0;
  return law_.step > 0.0 ? OnItsSteps(cumulants, threshold) : UpperTail(gap, 0.0);
}

double TargetEvaluator::OnItsSteps(const Cumulants& cumulants, double threshold) const {
  const ThreeMoments gap = cumulants.Against(threshold);
  const DenominatorAtTie tie(cumulants, threshold);
  const double by_step = threshold / law_.step;
  return OnSteps(ShiftOf(by_step * tie.mean, by_step * std::sqrt(tie.variance)),
                 UpperTail(gap, 0.0), UpperTail(gap, -0.5 * law_.step),
                 UpperTail(gap, 0.5 * law_.step));
}

}  // namespace jalon::sim
