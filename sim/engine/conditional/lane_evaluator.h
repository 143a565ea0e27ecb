// A block's numbers, sixteen scrambles at a time. Internal to sim/engine/conditional.
#ifndef JALON_SIM_ENGINE_CONDITIONAL_LANE_EVALUATOR_H_
#define JALON_SIM_ENGINE_CONDITIONAL_LANE_EVALUATOR_H_

#include <cstdint>
#include <vector>

#include "sim/engine/conditional/atoms.h"
#include "sim/engine/conditional/conditional.h"
#include "sim/engine/conditional/curve_families.h"
#include "sim/engine/conditional/hermite.h"
#include "sim/engine/conditional/lane_array.h"
#include "sim/engine/conditional/mixture_quantiles.h"
#include "sim/engine/conditional/moved_targets.h"
#include "sim/engine/conditional/path_means.h"
#include "sim/engine/conditional/score_curve.h"
#include "sim/engine/conditional/shared_lanes.h"
#include "sim/engine/conditional/target_law.h"
#include "sim/engine/plan.h"

namespace jalon::sim {

// One threshold of a target.
struct LaneThreshold {
  enum class Kind : uint8_t { kCertain, kCurve, kTable, kMoments };
  Kind kind = Kind::kMoments;
  // kCertain: whether it is reached.
  bool reached = false;
  // kCurve, kTable: index into LaneProgram::curves or tables.
  int index = 0;
  // kMoments: the threshold, and half a step below the next value of a lattice; of a variation what
  // its opening value counts for.
  double x = 0.0;
  double corrected = 0.0;
  double opening_weight = 0.0;
};

// Few counts over something that varies little, with the points of their effect.
struct LaneCounts {
  CountRatio ratio;
  int effects = 1;
  double factor[kEffectNodes] = {1.0};
  double weight[kEffectNodes] = {1.0};
  // P(0) = exp(-rate x mean); what a count adds to the chance of the next.
  double rate = 1.0;
  double repeat = 0.0;
};

// One target.
struct LaneTarget {
  // A variation: one whose opening value is still to come.
  enum class Kind : uint8_t { kValue, kRatio, kVariation };
  LawUsed law = LawUsed::kThreeMoments;
  Kind kind = Kind::kValue;
  bool higher = true;
  // Its only atom is all of it: nothing to add up.
  bool is_alone = false;
  // First row of LaneWork::sums: mean, variance, third; of two sides their nine cumulants.
  int first_sum = 0;
  // kVariation: its place in ConditionalBlock::openings, and what Y0 must be short of.
  int opening = -1;
  double objective = 0.0;
  // kRatio: how far apart values of the numerator are, where that counts; else 0. Its place in
  // LaneProgram::counts where there are few of them.
  double step = 0.0;
  int counts = -1;
  // kExact, kMatched: Y = constant + weight x sum, and what of a mean m of the sum varies:
  // pair[0] m + pair[1] m^2, triple[0] m + triple[1] m^2 + triple[2] m^3.
  double constant = 0.0;
  double weight = 1.0;
  double pair[2] = {};
  double triple[3] = {};
  const StudentSumLaw* student = nullptr;

  bool two_sided() const { return kind != Kind::kValue; }
};

// What all blocks of a plan read. Read-only once built.
struct LaneProgram {
  AtomTable table;
  // [target]
  std::vector<LaneTarget> targets;
  // [target + 1]
  std::vector<size_t> first_threshold;
  // [target + 1]: targets before it that have a threshold.
  std::vector<size_t> first_row;
  // [threshold of all targets]
  std::vector<LaneThreshold> thresholds;
  std::vector<LaneCounts> counts;
  std::vector<ScoreCurve> curves;
  // What curves and tables are made from; read while the program is made only.
  CurveFamilies families;
  ReachesWithoutEffect reaches;
  std::vector<ReachTable> tables;
  // Rows of sums of targets of several atoms.
  int sum_count = 0;
  // Targets of kind kVariation.
  int opening_count = 0;
  // Targets of several atoms.
  std::vector<int> summed;
  // Parts of the largest mixed atom that does not read levels alone; rows of the largest levels.
  int widest = 0;
  int most_level_rows = 0;

  // Nanoseconds of an atom, and of a target of several atoms, on a 2022 server: they size slices.
  double AtomCost(int atom) const;
  double SumCost(int k) const;
  // Of its thresholds.
  double ThresholdCost(int target) const;
};

// Adds a target whose law is chosen and whose composition is collected next. `law` may lose its
// composition afterwards; its tables move here.
void AddLaneTarget(const Plan& plan, int index, TargetLaw& law, LaneProgram& program);

// Which thresholds of a target a block is asked about. kFirst numbers the rows of its
// probabilities by the targets that have one.
enum class ThresholdsAsked { kAll, kFirst, kNone };

// One block in the making.
struct LaneWork {
  LaneWork(const ConditionalPlanState& state, ThresholdsAsked asked);

  // The first row of probabilities of a target, and how many it has.
  size_t FirstRow(int target) const {
    return asked == ThresholdsAsked::kFirst ? program.first_row[target]
                                            : program.first_threshold[target];
  }
  size_t RowCount(int target) const {
    const size_t count = program.first_threshold[target + 1] - program.first_threshold[target];
    if (asked == ThresholdsAsked::kAll) return count;
    return asked == ThresholdsAsked::kFirst && count > 0 ? 1 : 0;
  }
  bool IsComputed(int target) const { return moved == nullptr || moved->IsComputed(target); }
  bool IsNeeded(int atom) const { return moved == nullptr || moved->atoms[atom] != 0; }

  const Plan& plan;
  const MeansMaker& means;
  const LaneProgram& program;
  SharedLanes shared;
  const ThresholdsAsked asked;
  // Null: everything is computed.
  const MovedTargets* moved;
  // [row of the targets of several atoms]
  LaneArray sums;
  // Of one mixed atom: [side x part x period].
  LaneArray weights;
  // Rows of AtomTable::levels[levels_held], and growth of one of its stocks, [period].
  LaneArray levels;
  LaneArray growth;
  int levels_held = -1;
  ConditionalBlock block;
};

// Computes atoms [first, end) and the targets that are one atom; then, once all atoms are done, the
// targets summed[first .. end); of a variant those it moves, and zeros stay for the others. The
// first target whose numbers are not finite, -1 without.
int EvaluateAtoms(LaneWork& work, int first, int end);
int EvaluateSums(LaneWork& work, int first, int end);

}  // namespace jalon::sim

#endif  // JALON_SIM_ENGINE_CONDITIONAL_LANE_EVALUATOR_H_
