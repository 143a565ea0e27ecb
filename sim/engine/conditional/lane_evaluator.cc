#include "sim/engine/conditional/lane_evaluator.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "sim/engine/conditional/lane_evaluator.cc"
#include <hwy/foreach_target.h>
//
#include <hwy/highway.h>

#include <algorithm>
#include <cmath>

#include "sim/engine/conditional/joint_chance.h"
#include "sim/engine/conditional/lane_counts-inl.h"
#include "sim/engine/conditional/lane_cumulants-inl.h"
#include "sim/engine/conditional/lane_math-inl.h"
#include "sim/engine/conditional/lane_mixed-inl.h"
#include "sim/engine/conditional/lane_steps-inl.h"

HWY_BEFORE_NAMESPACE();
namespace jalon::sim {
namespace HWY_NAMESPACE {

inline constexpr double kLog2OfE = 1.4426950408889634;

HWY_INLINE LaneCumulants CumulantsOfFlow(const FlowAtom& flow, const Lanes& m) {
  LaneCumulants made = NoCumulants();
  made.mean[0] = MulAdd(flow.weight, m, Same(flow.constant));
  made.pair[0] = m * MulAdd(flow.pair[1], m, Same(flow.pair[0]));
  const Lanes inner =
      MulAdd(m, MulAdd(flow.triple[2], m, Same(flow.triple[1])), Same(flow.triple[0]));
  made.triple[0] = m * inner;
  return made;
}

// ---- Probabilities.

HWY_INLINE Lanes OnCurve(const ScoreCurve& curve, const Lanes& log2_mean) {
  const Lanes t = curve.inverse_half_width * (log2_mean - Same(curve.center));
  const Lanes inside = Clamped(t, -1.0, 1.0);
  Lanes score = Same(curve.coefficients[kCurveTerms - 1]);
  for (int k = kCurveTerms - 2; k >= 0; --k) {
    score = MulAdd(score, inside, Same(curve.coefficients[k]));
  }
  Lanes p = NormalCdfLanes(score);
  p = WhereAbove(t, Same(1.0), Same(1.0), p);
  return WhereAbove(Same(-1.0), t, Same(0.0), p);
}

// Look-ups of one lane after the other.
template <typename Function>
HWY_INLINE Lanes OneByOne(const Lanes& x, const Function& function) {
  alignas(64) double values[kLaneCount];
  StoreLanes(x, values);
  for (double& value : values) value = function(value);
  return LoadLanes(values);
}

// P(Y >= x) or P(Y > x) of laws by moments.
HWY_INLINE Lanes BeyondMoments(const LaneTarget& target, const LaneThreshold& threshold,
                               const LaneCumulants& k) {
  const Lanes zero = Same(0.0);
  const Lanes x = Same(threshold.x);
  // A law without variance is its mean; a tie counts where more is better.
  const Lanes tied = Same(target.higher ? 1.0 : 0.0);
  const Lanes known = WhereAbove(k.mean[0], x, Same(1.0), WhereAbove(x, k.mean[0], zero, tied));
  const Lanes variance = Clamped(k.pair[0], 1e-300, 1e300);
  const Lanes corrected = Same(threshold.corrected);
  Lanes tail;
  if (target.student != nullptr) {
    tail = OneByOne((corrected - k.mean[0]) / Sqrt(variance),
                    [&](double z) { return target.student->UpperTail(z); });
  } else {
    tail = UpperTailLanes(k.mean[0], variance, k.triple[0], corrected);
  }
  return WhereAbove(k.pair[0], zero, tail, known);
}

HWY_INLINE LaneCumulants Against(const LaneCumulants& k, const Lanes& ratio) {
  LaneCumulants made = NoCumulants();
  const Lanes square = ratio * ratio;
  made.mean[0] = k.mean[0] - ratio * k.mean[1];
  made.pair[0] = k.pair[0] - 2.0 * (ratio * k.pair[1]) + square * k.pair[2];
  made.pair[0] = Clamped(made.pair[0], 0.0, 1e300);
  made.triple[0] = k.triple[0] - 3.0 * (ratio * k.triple[1]) + 3.0 * (square * k.triple[2]) -
                   (square * ratio) * k.triple[3];
  return made;
}

// ---- One target.

class TargetWriter {
 public:
  TargetWriter(LaneWork& work, int index)
      : work_(work), target_(work.program.targets[index]), index_(index) {}

  // A target that is one flow. False where a number is not finite.
  bool WriteFlow(const FlowAtom& flow, const Lanes& m) {
    check_ = Same(0.0);
    WriteSum(MulAdd(flow.weight, m, Same(flow.constant)), m);
    return std::isfinite(SumOf(check_));
  }

  // Any target. False where a number is not finite.
  bool Write(const LaneCumulants& k) {
    check_ = Same(0.0);
    if (target_.kind == LaneTarget::Kind::kRatio) {
      WriteRatio(k);
    } else if (target_.kind == LaneTarget::Kind::kVariation) {
      WriteVariation(k);
    } else if (target_.law == LawUsed::kExact || target_.law == LawUsed::kMatched) {
      WriteSum(k.mean[0], (1.0 / target_.weight) * (k.mean[0] - Same(target_.constant)));
    } else {
      WriteMoments(k);
    }
    return std::isfinite(SumOf(check_));
  }

 private:
  void Put(std::vector<double>& to, size_t row, const Lanes& x) {
    StoreLanes(x, to.data() + row * kLaneCount);
    check_ += x;
  }
  void PutMoments(const Lanes& mean, const Lanes& variance, const Lanes& third) {
    Put(work_.block.mean, index_, mean);
    check_ += variance;
    work_.block.variance[index_] = SumOf(variance);
    work_.block.variance_by_mean[index_] = SumOf(variance * mean);
    work_.block.third[index_] = SumOf(third);
  }
  template <typename Beyond>
  void PutProbabilities(const Beyond& beyond) {
    const size_t first = work_.program.first_threshold[index_];
    const size_t first_row = work_.FirstRow(index_);
    for (size_t j = 0; j < work_.RowCount(index_); ++j) {
      const LaneThreshold& threshold = work_.program.thresholds[first + j];
      const Lanes p = threshold.kind == LaneThreshold::Kind::kCertain
                          ? Same(threshold.reached ? 1.0 : 0.0)
                          : beyond(threshold);
      Put(work_.block.probability, first_row + j, target_.higher ? p : Same(1.0) - p);
    }
  }

  // `mean` of the target, `m` of the sum behind it.
  void WriteSum(const Lanes& mean, const Lanes& m) {
    const Lanes log2_mean = kLog2OfE * LogLanes(Clamped(m, 1e-300, 1e300));
    PutMoments(mean, m * MulAdd(target_.pair[1], m, Same(target_.pair[0])),
               m * MulAdd(m, MulAdd(target_.triple[2], m, Same(target_.triple[1])),
                          Same(target_.triple[0])));
    PutProbabilities([&](const LaneThreshold& threshold) HWY_ATTR {
      if (threshold.kind == LaneThreshold::Kind::kCurve) {
        return OnCurve(work_.program.curves[threshold.index], log2_mean);
      }
      const ReachTable& table = work_.program.tables[threshold.index];
      return OneByOne(log2_mean, [&](double place) { return table.At(place); });
    });
  }

  void WriteMoments(const LaneCumulants& k) {
    PutMoments(k.mean[0], k.pair[0], k.triple[0]);
    PutProbabilities([&](const LaneThreshold& threshold)
                         HWY_ATTR { return BeyondMoments(target_, threshold, k); });
  }

  // N / D >= o where N - o D >= 0: D is above 0 for all that counts (ChooseLaw sees to it).
  void WriteRatio(const LaneCumulants& k) {
    const Lanes ratio = k.mean[0] / k.mean[1];
    const Lanes square = k.mean[1] * k.mean[1];
    const LaneCumulants own = Against(k, ratio);
    const Lanes moved = (ratio * k.pair[2] - k.pair[1]) / square;
    PutMoments(ratio + moved, own.pair[0] / square, own.triple[0] / (square * k.mean[1]));
    PutProbabilities([&](const LaneThreshold& threshold) HWY_ATTR {
      if (target_.counts >= 0) {
        return ReachedByCountsLanes(work_.program.counts[target_.counts], k,
                                    {threshold.x, target_.higher});
      }
      const LaneCumulants gap = Against(k, Same(threshold.x));
      const Lanes smooth = Beyond(gap, 0.0);
      return target_.step > 0.0 ? OnItsSteps(k, gap, threshold.x, smooth) : smooth;
    });
  }

  Lanes Beyond(const LaneCumulants& k, double x) const {
    return BeyondMoments(target_, {.x = x, .corrected = x}, k);
  }

  // The chance that N reaches o D where N goes in steps.
  Lanes OnItsSteps(const LaneCumulants& k, const LaneCumulants& gap, double o,
                   const Lanes& smooth) const {
    const double by_step = o / target_.step;
    const Lanes together = k.pair[1] - o * k.pair[2];
    const Lanes slope = together / Clamped(gap.pair[0], 1e-300, 1e300);
    // o D in steps, where N = o D.
    const Lanes place = by_step * (k.mean[1] - slope * gap.mean[0]);
    const Lanes variance = (by_step * by_step) * Clamped(k.pair[2] - slope * together, 0.0, 1e300);
    return OnStepLanes(ShiftLanes(place, variance), smooth, Beyond(gap, -0.5 * target_.step),
                       Beyond(gap, 0.5 * target_.step));
  }

  // R/O is met where Y - w Y0 is beyond its threshold and Y0 short of the objective.
  void WriteVariation(const LaneCumulants& k) {
    PutMoments(k.mean[0], k.pair[0], k.triple[0]);
    LaneCumulants opening = NoCumulants();
    opening.mean[0] = k.mean[1];
    opening.pair[0] = k.pair[2];
    opening.triple[0] = k.triple[3];
    const Lanes undefined = UndefinedOf(opening);
    check_ += k.mean[1] + undefined;
    work_.block.openings[target_.opening] = {SumOf(k.mean[1]), SumOf(undefined)};
    const size_t first = work_.program.first_threshold[index_];
    const size_t first_row = work_.FirstRow(index_);
    for (size_t j = 0; j < work_.RowCount(index_); ++j) {
      const LaneThreshold& threshold = work_.program.thresholds[first + j];
      const LaneCumulants gap = Against(k, Same(threshold.opening_weight));
      Lanes p = Attained(threshold, gap);
      if (threshold.opening_weight != 0.0) {
        const Lanes together = k.pair[1] - threshold.opening_weight * k.pair[2];
        p = p - Jointly(p, undefined, together, gap.pair[0] * k.pair[2]);
      }
      Put(work_.block.probability, first_row + j, p);
    }
  }

  Lanes Attained(const LaneThreshold& threshold, const LaneCumulants& k) const {
    if (threshold.kind == LaneThreshold::Kind::kCertain) {
      return Same(threshold.reached == target_.higher ? 1.0 : 0.0);
    }
    const Lanes beyond = BeyondMoments(target_, threshold, k);
    return target_.higher ? beyond : Same(1.0) - beyond;
  }

  // The chance that Y0 is not short of the objective.
  Lanes UndefinedOf(const LaneCumulants& opening) const {
    LaneTarget smooth;
    smooth.higher = target_.higher;
    const LaneThreshold threshold = {.x = target_.objective, .corrected = target_.objective};
    const Lanes beyond = BeyondMoments(smooth, threshold, opening);
    return target_.higher ? beyond : Same(1.0) - beyond;
  }

  // Where both attain. Few variations start near their objective: the others cost nothing.
  static Lanes Jointly(const Lanes& p, const Lanes& undefined, const Lanes& together,
                       const Lanes& variances) {
    alignas(64) double its[4][kLaneCount];
    StoreLanes(undefined, its[1]);
    if (*std::max_element(its[1], its[1] + kLaneCount) < 1e-9) return Same(0.0);
    StoreLanes(p, its[0]);
    StoreLanes(together, its[2]);
    StoreLanes(variances, its[3]);
    for (int lane = 0; lane < kLaneCount; ++lane) {
      const double spread = std::sqrt(its[3][lane]);
      its[0][lane] =
          JointChance(its[0][lane], its[1][lane], spread > 0.0 ? its[2][lane] / spread : 0.0);
    }
    return LoadLanes(its[0]);
  }

  LaneWork& work_;
  const LaneTarget& target_;
  int index_;
  Lanes check_;
};

// ---- Targets of several atoms.

HWY_INLINE void AddRow(LaneArray& sums, int row, const Lanes& x) {
  StoreLanes(LoadLanes(sums.row(row)) + x, sums.row(row));
}

HWY_INLINE void AddSums(LaneWork& work, const LaneTarget& target, const LaneCumulants& k) {
  int row = target.first_sum;
  if (!target.two_sided()) {
    AddRow(work.sums, row, k.mean[0]);
    AddRow(work.sums, row + 1, k.pair[0]);
    AddRow(work.sums, row + 2, k.triple[0]);
    return;
  }
  for (const Lanes& x : k.mean) AddRow(work.sums, row++, x);
  for (const Lanes& x : k.pair) AddRow(work.sums, row++, x);
  for (const Lanes& x : k.triple) AddRow(work.sums, row++, x);
}

HWY_INLINE LaneCumulants SumsOf(const LaneWork& work, const LaneTarget& target) {
  LaneCumulants k = NoCumulants();
  int row = target.first_sum;
  if (!target.two_sided()) {
    k.mean[0] = LoadLanes(work.sums.row(row));
    k.pair[0] = LoadLanes(work.sums.row(row + 1));
    k.triple[0] = LoadLanes(work.sums.row(row + 2));
    return k;
  }
  for (Lanes& x : k.mean) x = LoadLanes(work.sums.row(row++));
  for (Lanes& x : k.pair) x = LoadLanes(work.sums.row(row++));
  for (Lanes& x : k.triple) x = LoadLanes(work.sums.row(row++));
  return k;
}

bool IsOneFlow(const LaneTarget& target) {
  return target.is_alone && (target.law == LawUsed::kExact || target.law == LawUsed::kMatched);
}

// A flow and the targets it belongs to.
HWY_INLINE int FlowInLanes(LaneWork& work, const AtomTable::Atom& atom) {
  const LaneProgram& program = work.program;
  const FlowAtom& flow = program.table.flows[atom.flow];
  const Lanes m = FlowSum(work, flow);
  for (int u = atom.first_use; u < atom.end_use; ++u) {
    const int index = program.table.uses[u];
    if (!work.IsComputed(index)) continue;
    const LaneTarget& target = program.targets[index];
    bool finite = true;
    if (IsOneFlow(target)) {
      finite = TargetWriter(work, index).WriteFlow(flow, m);
    } else if (target.is_alone) {
      finite = TargetWriter(work, index).Write(CumulantsOfFlow(flow, m));
    } else {
      AddSums(work, target, CumulantsOfFlow(flow, m));
    }
    if (!finite) return index;
  }
  return -1;
}

HWY_INLINE int MixedInLanes(LaneWork& work, const AtomTable::Atom& atom) {
  const LaneProgram& program = work.program;
  const MixedAtom& mixed = program.table.mixed[atom.mixed];
  const LaneCumulants k =
      mixed.two_sided ? MixedCumulants<2>(work, mixed).At() : MixedCumulants<1>(work, mixed).At();
  for (int u = atom.first_use; u < atom.end_use; ++u) {
    const int index = program.table.uses[u];
    if (!work.IsComputed(index)) continue;
    const LaneTarget& target = program.targets[index];
    if (!target.is_alone) {
      AddSums(work, target, k);
    } else if (!TargetWriter(work, index).Write(k)) {
      return index;
    }
  }
  return -1;
}

int AtomsInLanes(LaneWork& work, int first, int end) {
  for (int a = first; a < end; ++a) {
    if (!work.IsNeeded(a)) continue;
    const AtomTable::Atom& atom = work.program.table.atoms[a];
    const int broken = atom.flow >= 0 ? FlowInLanes(work, atom) : MixedInLanes(work, atom);
    if (broken >= 0) return broken;
  }
  return -1;
}

int SumsInLanes(LaneWork& work, int first, int end) {
  for (int j = first; j < end; ++j) {
    const int index = work.program.summed[j];
    if (!work.IsComputed(index)) continue;
    if (!TargetWriter(work, index).Write(SumsOf(work, work.program.targets[index]))) return index;
  }
  return -1;
}

// NOLINTNEXTLINE(google-readability-namespace-comments)
}  // namespace HWY_NAMESPACE
}  // namespace jalon::sim
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace jalon::sim {
namespace {
HWY_EXPORT(AtomsInLanes);
HWY_EXPORT(SumsInLanes);
}  // namespace

int EvaluateAtoms(LaneWork& work, int first, int end) {
  return HWY_DYNAMIC_DISPATCH(AtomsInLanes)(work, first, end);
}

int EvaluateSums(LaneWork& work, int first, int end) {
  return HWY_DYNAMIC_DISPATCH(SumsInLanes)(work, first, end);
}

}  // namespace jalon::sim
#endif
