// Cumulants of atoms of any kind on sixteen scrambles: the arithmetic of cumulants.cc, which is its
// naive twin.
// Compiled once per instruction set by Highway.
#if defined(JALON_SIM_ENGINE_CONDITIONAL_LANE_MIXED_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef JALON_SIM_ENGINE_CONDITIONAL_LANE_MIXED_INL_H_
#undef JALON_SIM_ENGINE_CONDITIONAL_LANE_MIXED_INL_H_
#else
#define JALON_SIM_ENGINE_CONDITIONAL_LANE_MIXED_INL_H_
#endif

#include <cmath>

#include "sim/engine/conditional/hermite.h"
#include "sim/engine/conditional/lane_cumulants-inl.h"
#include "sim/engine/conditional/lane_evaluator.h"
#include "sim/engine/conditional/lane_levels-inl.h"
#include "sim/engine/conditional/lane_math-inl.h"
#include "sim/engine/conditional/lane_means-inl.h"
#include "sim/engine/conditional/lane_weights-inl.h"

HWY_BEFORE_NAMESPACE();
namespace jalon::sim {
namespace HWY_NAMESPACE {

template <int kUsed>
class MixedCumulants {
 public:
  MixedCumulants(LaneWork& work, const MixedAtom& atom)
      : view_(work, atom), levels_(view_, sums_) {}

  LaneCumulants At() {
    const MixedAtom& atom = view_.atom;
    if (atom.levels >= 0) {
      HoldLevels(view_.work, atom.levels);
    } else if (atom.moves) {
      MovingWeights<kUsed>(view_, sums_).Set();
    }
    for (int p = 0; p < view_.part_count; ++p) AddLinearPart(p);
    for (int s = 0; s < PairCount(kUsed); ++s) sums_.sum.pair[s] += sums_.linear.pair[s];
    if (atom.used_count <= 1 && !atom.moved) {
      AddFlows(-1);
      if (atom.used_count == 1) MixExactly();
    } else if (atom.used_count == 0) {
      AddFlows(-1);
      MixLinear();
    } else {
      MixByNodes();
    }
    return sums_.sum;
  }

 private:
  // Net flows and stocks: what u moves by addition, and what it does not move.
  void AddLinearPart(int p) {
    const PartLaw::Kind kind = view_.Law(p).kind;
    const bool is_stock = kind == PartLaw::Kind::kStock || kind == PartLaw::Kind::kExactStock;
    if (!is_stock && kind != PartLaw::Kind::kNetFlow) return;
    if (levels_.Has(p)) return is_stock ? levels_.AddStock(p) : levels_.AddNetFlow(p);
    if (kind == PartLaw::Kind::kExactStock) return;
    // Of stocks that one side reads: done where their weights were.
    if (is_stock && (kUsed == 1 || view_.OnlySide(p) >= 0)) return;
    AddDraws(p, is_stock);
  }

  void AddDraws(int p, bool is_stock) {
    const LinearMeans means(view_.work, view_.parts[p].series);
    const double unit = view_.SeriesOf(p).unit_scale;
    Lanes effect[2] = {Same(0.0), Same(0.0)};
    Lanes squares[3] = {Same(0.0), Same(0.0), Same(0.0)};
    for (int t = 0; t < view_.atom.end; ++t) {
      if (!AnyCounts(p, t)) continue;
      Lanes weight[2];
      for (int side = 0; side < kUsed; ++side) weight[side] = view_.Weight(side, p, t);
      const double known = view_.Realised(p, t);
      if (!std::isnan(known)) {
        // Known levels of stocks are in the constant already.
        for (int side = 0; side < kUsed && !is_stock; ++side) {
          sums_.sum.mean[side] += known * weight[side];
        }
        continue;
      }
      // u and v act on a stock's opening level, whatever the events.
      if (means.moves()) {
        const Lanes slope = is_stock ? Same(unit) : unit * means.Factor(t);
        const Lanes value = is_stock ? Same(0.0) : slope * means.Eta(t);
        for (int side = 0; side < kUsed; ++side) {
          effect[side] = MulAdd(weight[side], slope, effect[side]);
          sums_.sum.mean[side] = MulAdd(weight[side], value, sums_.sum.mean[side]);
        }
      }
      for (int s = 0; s < PairCount(kUsed); ++s) squares[s] += PairOf(s, weight);
    }
    if (kUsed == 1) {
      sums_.AddDraws(0, view_.Law(p), squares[0], effect[0]);
    } else {
      sums_.AddDrawsOfBoth(view_.Law(p), squares, effect);
    }
  }

  bool AnyCounts(int p, int t) const {
    return view_.Counts(0, p, t) || (kUsed == 2 && view_.Counts(1, p, t));
  }

  // Polynomials of the flows of loading `row` (of any with -1) into sums_.row; known cells into
  // the mean.
  void AddFlows(int row) {
    sums_.row.Clear();
    for (int p = 0; p < view_.part_count; ++p) {
      const PartLaw& law = view_.Law(p);
      const bool flows = law.kind == PartLaw::Kind::kLogFlow;
      if (law.kind != PartLaw::Kind::kConstant && !flows) continue;
      if (row >= 0 && flows && view_.parts[p].loading != row) continue;
      if (row > first_row_ && !flows) continue;
      AddFlow(p, law);
    }
  }

  void AddFlow(int p, const PartLaw& law) {
    const bool flows = law.kind == PartLaw::Kind::kLogFlow;
    if (levels_.Has(p)) {
      // What is known is in that of the level.
      if (flows) levels_.AddFlow(p);
    } else if (view_.parts[p].plain >= 0) {
      AddPlainFlow(p, law);
    } else if (!flows) {
      AddKnown(p);
    } else if (kUsed == 2 && view_.OnlySide(p) < 0) {
      AddFlowOfBoth(p, law);
    } else if (view_.parts[p].sides != 0) {
      AddFlowOfOne(view_.OnlySide(p), p, law);
    }
  }

  // A flow read with one weight: everything follows from the sum of its means.
  void AddPlainFlow(int p, const PartLaw& law) {
    const FlowAtom& flow = view_.table.plains[view_.parts[p].plain];
    const int side = kUsed == 1 ? 0 : view_.OnlySide(p);
    const Lanes mean = flow.weight * FlowSum(view_.work, flow);
    const Lanes second = flow.weight * mean;
    sums_.sum.mean[side] += Same(flow.constant);
    sums_.AddFlow(side, law, {{mean}, {second}, {flow.weight * second}});
  }

  // A series without a cell to draw.
  void AddKnown(int p) {
    for (int t = 0; t < view_.atom.end; ++t) {
      if (!AnyCounts(p, t)) continue;
      for (int side = 0; side < kUsed; ++side) {
        sums_.sum.mean[side] += view_.Realised(p, t) * view_.Weight(side, p, t);
      }
    }
  }

  void AddFlowOfOne(int side, int p, const PartLaw& law) {
    const FlowMeans means(view_.work, view_.parts[p].series);
    FlowSums sums{{Same(0.0)}, {Same(0.0)}, {Same(0.0)}};
    for (int t = 0; t < view_.atom.end; ++t) {
      if (!view_.Counts(side, p, t)) continue;
      const Lanes weight = view_.Weight(side, p, t);
      const double known = view_.Realised(p, t);
      if (!std::isnan(known)) {
        sums_.sum.mean[side] += known * weight;
        continue;
      }
      const Lanes once = weight * means.At(t);
      const Lanes twice = weight * once;
      sums.mean[0] += once;
      sums.second[0] += twice;
      sums.third[0] = MulAdd(weight, twice, sums.third[0]);
    }
    sums_.AddFlow(side, law, sums);
  }

  void AddFlowOfBoth(int p, const PartLaw& law) {
    const FlowMeans means(view_.work, view_.parts[p].series);
    FlowSums sums;
    for (Lanes& x : sums.mean) x = Same(0.0);
    for (Lanes& x : sums.second) x = Same(0.0);
    for (Lanes& x : sums.third) x = Same(0.0);
    for (int t = 0; t < view_.atom.end; ++t) {
      if (!AnyCounts(p, t)) continue;
      const Lanes weight[2] = {view_.Weight(0, p, t), view_.Weight(1, p, t)};
      const double known = view_.Realised(p, t);
      if (!std::isnan(known)) {
        for (int side = 0; side < 2; ++side) sums_.sum.mean[side] += known * weight[side];
        continue;
      }
      const Lanes value = means.At(t);
      const Lanes once[2] = {weight[0] * value, weight[1] * value};
      const Lanes twice[3] = {weight[0] * once[0], weight[0] * once[1], weight[1] * once[1]};
      for (int s = 0; s < 2; ++s) sums.mean[s] += once[s];
      for (int s = 0; s < 3; ++s) sums.second[s] += twice[s];
      for (int s = 0; s < 3; ++s) sums.third[s] = MulAdd(weight[0], twice[s], sums.third[s]);
      sums.third[3] = MulAdd(weight[1], twice[2], sums.third[3]);
    }
    sums_.AddFlowOfBoth(law, sums);
  }

  // Nothing but what u moves by addition: a normal number.
  void MixLinear() {
    for (int s = 0; s < PairCount(kUsed); ++s) sums_.sum.pair[s] += PairOf(s, sums_.linear.mean);
  }

  const LoadingMoments& Moments(int row) const {
    return view_.table.loadings[view_.loadings[row].moments];
  }

  // Over a lognormal a with E a = 1, given its second and third moments.
  void MixExactly() {
    const double a2 = Moments(view_.atom.last_used).second;
    const double a3 = Moments(view_.atom.last_used).third;
    Lanes covariance[3];
    for (int s = 0; s < kUsed; ++s) sums_.sum.mean[s] += sums_.row.mean[s];
    for (int s = 0; s < PairCount(kUsed); ++s) {
      sums_.sum.pair[s] += sums_.row.pair[s][0] + a2 * sums_.row.pair[s][1];
      sums_.sum.pair[s] = MulAdd(a2 - 1.0, PairOf(s, sums_.row.mean), sums_.sum.pair[s]);
      covariance[s] = MulAdd(a2 - 1.0, sums_.row.pair[s][0], (a3 - a2) * sums_.row.pair[s][1]);
    }
    for (int s = 0; s < TripleCount(kUsed); ++s) {
      sums_.sum.triple[s] +=
          sums_.row.triple[s][0] + a2 * sums_.row.triple[s][1] + a3 * sums_.row.triple[s][2];
      sums_.sum.triple[s] += SplitOf(s, covariance, sums_.row.mean);
      sums_.sum.triple[s] =
          MulAdd(a3 - 3.0 * a2 + 2.0, TripleOf(s, sums_.row.mean), sums_.sum.triple[s]);
    }
  }

  void MixByNodes() {
    Lanes mean[kEffectNodes][2];
    Lanes pair[kEffectNodes][3];
    Lanes third[4] = {Same(0.0), Same(0.0), Same(0.0), Same(0.0)};
    for (int q = 0; q < kEffectNodes; ++q) {
      for (int s = 0; s < kUsed; ++s) mean[q][s] = kEffectZ[q] * sums_.linear.mean[s];
      for (Lanes& x : pair[q]) x = Same(0.0);
    }
    first_row_ = 0;
    const int rows = view_.atom.end_loading - view_.atom.first_loading;
    while (first_row_ < rows - 1 && !view_.loadings[first_row_].used) ++first_row_;
    for (int r = first_row_; r < rows; ++r) {
      if (!view_.loadings[r].used && r > first_row_) continue;
      AddFlows(r);
      for (int q = 0; q < kEffectNodes; ++q) {
        const double a = Moments(r).factor[q];
        for (int s = 0; s < kUsed; ++s) mean[q][s] = MulAdd(a, sums_.row.mean[s], mean[q][s]);
        for (int s = 0; s < PairCount(kUsed); ++s) {
          pair[q][s] = MulAdd(a, MulAdd(a, sums_.row.pair[s][1], sums_.row.pair[s][0]), pair[q][s]);
        }
        for (int s = 0; s < TripleCount(kUsed); ++s) {
          const Lanes inner = MulAdd(a, MulAdd(a, sums_.row.triple[s][2], sums_.row.triple[s][1]),
                                     sums_.row.triple[s][0]);
          third[s] = MulAdd(kEffectWeights[q] * a, inner, third[s]);
        }
      }
    }
    Lanes average[2] = {Same(0.0), Same(0.0)};
    for (int q = 0; q < kEffectNodes; ++q) {
      for (int s = 0; s < kUsed; ++s) {
        average[s] = MulAdd(kEffectWeights[q], mean[q][s], average[s]);
      }
    }
    for (int s = 0; s < kUsed; ++s) sums_.sum.mean[s] += average[s];
    for (int q = 0; q < kEffectNodes; ++q) {
      Lanes off[2] = {Same(0.0), Same(0.0)};
      for (int s = 0; s < kUsed; ++s) off[s] = mean[q][s] - average[s];
      for (int s = 0; s < PairCount(kUsed); ++s) {
        sums_.sum.pair[s] =
            MulAdd(kEffectWeights[q], pair[q][s] + PairOf(s, off), sums_.sum.pair[s]);
      }
      for (int s = 0; s < TripleCount(kUsed); ++s) {
        third[s] = MulAdd(kEffectWeights[q], SplitOf(s, pair[q], off) + TripleOf(s, off), third[s]);
      }
    }
    for (int s = 0; s < TripleCount(kUsed); ++s) sums_.sum.triple[s] += third[s];
  }

  AtomView view_;
  BranchSums<kUsed> sums_;
  LevelParts<kUsed> levels_;
  int first_row_ = 0;
};

// NOLINTNEXTLINE(google-readability-namespace-comments)
}  // namespace HWY_NAMESPACE
}  // namespace jalon::sim
HWY_AFTER_NAMESPACE();

#endif  // include guard
