#include <algorithm>
#include <cmath>
#include <utility>

#include "sim/base/decimal.h"
#include "sim/base/math.h"
#include "sim/engine/conditional/lane_evaluator.h"
#include "sim/engine/conditional/plan_state.h"

namespace jalon::sim {
namespace {

constexpr int kSumRows = 3;
constexpr int kTwoSidedRows = 9;

// A threshold as one of the sum behind Y.
double OfSum(const TargetLaw& law, double threshold) {
  const double x = (threshold - law.constant) / law.weight;
  return law.lattice > 0.0 ? NearestDecimal(x) : x;
}

// Half a step below the next value of the lattice.
double Corrected(const TargetLaw& law, double x, bool or_equal) {
  if (!(law.lattice > 0.0)) return x;
  const double steps = NearestDecimal(x / law.lattice);
  return law.lattice * (or_equal ? std::ceil(steps) - 0.5 : std::floor(steps) + 0.5);
}

LaneThreshold Certain(bool reached) {
  return {.kind = LaneThreshold::Kind::kCertain, .reached = reached};
}

LaneThreshold OnSum(const TargetLaw& law, double x, bool or_equal, LaneProgram& program) {
  const std::optional<ScoreCurve> curve = FitScoreCurve(law.sum, x, or_equal, program.families);
  if (curve) {
    program.curves.push_back(*curve);
    return {.kind = LaneThreshold::Kind::kCurve,
            .index = static_cast<int>(program.curves.size()) - 1};
  }
  ReachTable table(law.sum, x, or_equal, program.reaches);
  if (table.is_constant()) return Certain(table.At(0.0) == 1.0);
  program.tables.push_back(std::move(table));
  return {.kind = LaneThreshold::Kind::kTable,
          .index = static_cast<int>(program.tables.size()) - 1};
}

LaneThreshold ThresholdOf(const TargetLaw& law, size_t j, bool or_equal, LaneProgram& program) {
  const double x = law.thresholds[j];
  if (law.law == LawUsed::kSampled) return Certain(false);
  if (law.is_sum()) return OnSum(law, OfSum(law, x), or_equal, program);
  if (std::isinf(x)) return Certain(x < 0.0);
  const double weight = law.opening_moves ? law.opening_weights[j] : 0.0;
  return {.x = x,
          .corrected = weight == 0.0 ? Corrected(law, x, or_equal) : x,
          .opening_weight = weight};
}

LaneTarget::Kind KindOf(const TargetLaw& law) {
  if (law.law == LawUsed::kSampled || !law.composition.two_sided) return LaneTarget::Kind::kValue;
  return law.opening_moves ? LaneTarget::Kind::kVariation : LaneTarget::Kind::kRatio;
}

// Moments of a sum of its law, whose mean is m times a lognormal.
void SetSumMoments(const TargetLaw& law, LaneTarget& target) {
  const double w = law.weight;
  const double square = law.sum.effect_sd * law.sum.effect_sd;
  const double second = Expm1(square);
  const double own = law.sum.dispersion;
  target.constant = law.constant;
  target.weight = w;
  target.pair[0] = own * w * w;
  target.pair[1] = second * w * w;
  target.triple[0] = ThirdByMean(law.sum.law, own, law.sum.shape) * w * w * w;
  target.triple[1] = 3.0 * own * second * w * w * w;
  target.triple[2] = (Exp(3.0 * square) - 3.0 * Exp(square) + 2.0) * w * w * w;
}

LaneCounts CountsOf(const CountRatio& ratio, const SumLaw& sum) {
  LaneCounts counts{.ratio = ratio};
  const double dispersion = sum.dispersion;
  if (dispersion > 1.0) counts.rate = Log(dispersion) / (dispersion - 1.0);
  counts.repeat = (dispersion - 1.0) / dispersion;
  if (sum.effect_sd == 0.0) return counts;
  counts.effects = kEffectNodes;
  const LoadingMoments effect = MomentsOf(sum.effect_sd);
  for (int q = 0; q < kEffectNodes; ++q) {
    counts.factor[q] = effect.factor[q];
    counts.weight[q] = kEffectWeights[q];
  }
  return counts;
}

}  // namespace

void AddLaneTarget(const Plan& plan, int index, TargetLaw& law, LaneProgram& program) {
  LaneTarget target{.law = law.law,
                    .kind = KindOf(law),
                    .higher = plan.targets[index].direction == Direction::kHigherIsBetter,
                    .is_alone = law.composition.branch_count() == 1,
                    .objective = law.objective,
                    .step = law.step,
                    .student = law.student.get()};
  if (target.kind == LaneTarget::Kind::kVariation) target.opening = program.opening_count++;
  if (law.is_sum()) SetSumMoments(law, target);
  if (law.has_counts()) {
    target.counts = static_cast<int>(program.counts.size());
    program.counts.push_back(CountsOf(law.counts, law.sum));
  }
  if (!target.is_alone && law.law != LawUsed::kSampled) {
    target.first_sum = program.sum_count;
    program.sum_count += target.two_sided() ? kTwoSidedRows : kSumRows;
    program.summed.push_back(index);
  }
  program.targets.push_back(target);
  if (program.first_threshold.empty()) {
    program.first_threshold.push_back(0);
    program.first_row.push_back(0);
  }
  for (size_t j = 0; j < law.thresholds.size(); ++j) {
    program.thresholds.push_back(ThresholdOf(law, j, target.higher, program));
  }
  program.first_row.push_back(program.first_row.back() + (law.thresholds.empty() ? 0 : 1));
  program.first_threshold.push_back(program.thresholds.size());
}

double LaneProgram::AtomCost(int atom) const {
  constexpr double kFlow = 40.0;
  constexpr double kPart = 300.0;
  constexpr double kLevelPart = 150.0;
  constexpr double kSide = 150.0;
  const AtomTable::Atom& its = table.atoms[atom];
  double cost = kFlow;
  if (its.mixed >= 0) {
    const MixedAtom& mixed = table.mixed[its.mixed];
    const int sides = mixed.two_sided ? 3 : 1;
    const double part = mixed.levels >= 0 ? kLevelPart : kPart * sides;
    cost = mixed.part_count() * part + kSide * sides;
  }
  for (int u = its.first_use; u < its.end_use; ++u) {
    const int target = table.uses[u];
    cost += 20.0;
    if (targets[target].is_alone) cost += ThresholdCost(target);
  }
  return cost;
}

double LaneProgram::SumCost(int k) const { return 50.0 + ThresholdCost(summed[k]); }

double LaneProgram::ThresholdCost(int target) const {
  constexpr double kThreshold = 100.0;
  constexpr double kCountThreshold = 2'000.0;
  const double by_one = targets[target].counts >= 0 ? kCountThreshold : kThreshold;
  return by_one * static_cast<double>(first_threshold[target + 1] - first_threshold[target]);
}

LaneWork::LaneWork(const ConditionalPlanState& state, ThresholdsAsked asked)
    : plan(state.plan),
      means(state.means),
      program(state.program()),
      shared(plan),
      asked(asked),
      moved(state.moved ? &*state.moved : nullptr),
      sums(program.sum_count),
      weights(static_cast<size_t>(program.widest) * kSides * plan.period_count()),
      levels(program.most_level_rows),
      growth(plan.period_count()) {
  const size_t target_count = program.targets.size();
  block = state.PoolOf(asked).Take();
  const size_t rows = asked == ThresholdsAsked::kAll ? program.thresholds.size()
                      : asked == ThresholdsAsked::kFirst && target_count > 0
                          ? program.first_row.back()
                          : 0;
  block.probability.resize(rows * kLaneCount);
  block.mean.resize(target_count * kLaneCount);
  block.variance.resize(target_count);
  block.variance_by_mean.resize(target_count);
  block.third.resize(target_count);
  block.openings.resize(program.opening_count);
}

}  // namespace jalon::sim
