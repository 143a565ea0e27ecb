// How the conditional estimator treats one target: which law its value has given the shared state,
// and the tables made for it. Internal to sim/engine/conditional.
#ifndef JALON_SIM_ENGINE_CONDITIONAL_TARGET_LAW_H_
#define JALON_SIM_ENGINE_CONDITIONAL_TARGET_LAW_H_

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "sim/engine/conditional/composition.h"
#include "sim/engine/conditional/conditional.h"
#include "sim/engine/conditional/count_ratio.h"
#include "sim/engine/conditional/cumulants.h"
#include "sim/engine/conditional/law_table.h"
#include "sim/engine/conditional/path_means.h"
#include "sim/engine/conditional/student_sum.h"
#include "sim/engine/plan.h"

namespace jalon::sim {

// What one path says of a target.
struct ConditionalValue {
  double mean = 0.0;
  double variance = 0.0;
  // [threshold]
  std::vector<double> probability;
  // Of a variation whose opening value is still to come: its mean, and the chance that R/O has no
  // meaning.
  double opening = 0.0;
  double undefined = 0.0;
};

struct TargetLaw {
  LawUsed law = LawUsed::kThreeMoments;
  // Set when there is no closed form: the rule that is broken, for people.
  std::string refusal;
  Composition composition;
  // Thresholds with what they owe to a known opening value; -inf or +inf where none can be met.
  std::vector<double> thresholds;
  // Whether R/O has a meaning at the known opening value; that value, NaN without.
  bool ro_defined = true;
  double opening = 0.0;
  // A variation whose opening value Y0 is still to come, the second side of its composition: it
  // asks for Y - opening_weights[j] Y0 at threshold j. [threshold]; R/O has a meaning where Y0 is
  // short of `objective`.
  bool opening_moves = false;
  std::vector<double> opening_weights;
  double objective = 0.0;
  // kExact, kMatched: Y = constant + weight x sum; a target's law given the sum's mean, and that
  // mean at the middle shared state.
  double constant = 0.0;
  double weight = 1.0;
  SumLaw sum;
  double sum_mean = 0.0;
  // Spacing of the values Y can take; 0 when they are not on a lattice.
  double lattice = 0.0;
  // Of a ratio: spacing of the values of its numerator where that moves a probability (step_law.h).
  double step = 0.0;
  // Of a ratio of few counts (kMatched): its numerator, whose law is `sum`. `constant`, `weight`
  // and `lattice` are then of Y at the middle denominator.
  CountRatio counts;
  // kThreeMoments, kNormal: of Y, or of N - R D of a ratio R = N / D, at the middle shared state.
  double skewness = 0.0;
  // kExact, kMatched: [threshold], of the naive evaluator alone; kStudentSum: one law.
  std::vector<ReachTable> reach;
  std::shared_ptr<const StudentSumLaw> student;

  bool refused() const { return !refusal.empty(); }
  bool has_counts() const { return counts.step > 0.0; }
  // One sum of flows of one kind.
  bool is_sum() const {
    return !composition.two_sided && (law == LawUsed::kExact || law == LawUsed::kMatched);
  }
};

// Chooses the law of target `index` at `middle`, the means of the middle shared state.
TargetLaw ChooseLaw(const Plan& plan, const SlotSeries& slots, const PathMeans& middle,
                    StudentSums& students, int index);

// Tables of the thresholds, for the naive evaluator.
void MakeThresholdTables(const Plan& plan, int index, TargetLaw& law);

// Evaluates a target on one path: the naive twin of lane_evaluator.h, an oracle of tests. `plan`
// and `law` must outlive it; one per thread.
class TargetEvaluator {
 public:
  TargetEvaluator(const Plan& plan, int index, const TargetLaw& law);
  // Writes mean, variance and probabilities.
  void Evaluate(const PathMeans& path, ConditionalValue& value);

 private:
  void BySum(const PathMeans& path, ConditionalValue& value) const;
  void ByRatio(const Cumulants& cumulants, ConditionalValue& value) const;
  double ReachedByRatio(const Cumulants& cumulants, double threshold, bool or_equal) const;
  double OnItsSteps(const Cumulants& cumulants, double threshold) const;
  void ByVariation(const Cumulants& cumulants, ConditionalValue& value) const;
  void ByMoments(const ThreeMoments& moments, ConditionalValue& value) const;
  double Attained(const ThreeMoments& moments, double threshold, double lattice) const;
  double Beyond(const ThreeMoments& moments, double x, bool or_equal, double lattice) const;
  double SumMean(const PathMeans& path) const;

  const Plan& plan_;
  const TargetLaw& law_;
  bool higher_;
  std::optional<CumulantMaker> cumulants_;
};

}  // namespace jalon::sim

#endif  // JALON_SIM_ENGINE_CONDITIONAL_TARGET_LAW_H_
