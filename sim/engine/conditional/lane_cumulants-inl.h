// Cumulants of atoms on sixteen scrambles: the arithmetic of cumulants.cc, which is its naive twin.
// Compiled once per instruction set by Highway.
#if defined(JALON_SIM_ENGINE_CONDITIONAL_LANE_CUMULANTS_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef JALON_SIM_ENGINE_CONDITIONAL_LANE_CUMULANTS_INL_H_
#undef JALON_SIM_ENGINE_CONDITIONAL_LANE_CUMULANTS_INL_H_
#else
#define JALON_SIM_ENGINE_CONDITIONAL_LANE_CUMULANTS_INL_H_
#endif

#include <cmath>

#include "sim/engine/conditional/hermite.h"
#include "sim/engine/conditional/lane_evaluator.h"
#include "sim/engine/conditional/lane_math-inl.h"
#include "sim/engine/conditional/lane_means-inl.h"

HWY_BEFORE_NAMESPACE();
namespace jalon::sim {
namespace HWY_NAMESPACE {

// Joint cumulants of the two sides, as in Cumulants.
struct LaneCumulants {
  Lanes mean[2];
  Lanes pair[3];
  Lanes triple[4];
};

HWY_INLINE LaneCumulants NoCumulants() {
  LaneCumulants made;
  for (Lanes& x : made.mean) x = Same(0.0);
  for (Lanes& x : made.pair) x = Same(0.0);
  for (Lanes& x : made.triple) x = Same(0.0);
  return made;
}

constexpr int PairCount(int used) { return used == 1 ? 1 : 3; }
constexpr int TripleCount(int used) { return used == 1 ? 1 : 4; }
constexpr int kPairSides[3][2] = {{0, 0}, {0, 1}, {1, 1}};
constexpr int kTripleSides[4][3] = {{0, 0, 0}, {0, 0, 1}, {0, 1, 1}, {1, 1, 1}};

HWY_INLINE Lanes PairOf(int pair, const Lanes* x) {
  return x[kPairSides[pair][0]] * x[kPairSides[pair][1]];
}
HWY_INLINE Lanes TripleOf(int triple, const Lanes* x) {
  return x[kTripleSides[triple][0]] * x[kTripleSides[triple][1]] * x[kTripleSides[triple][2]];
}
// Sum over the three ways to split a triple into a pair and a single.
HWY_INLINE Lanes SplitOf(int triple, const Lanes* pair, const Lanes* single) {
  const int i = kTripleSides[triple][0];
  const int j = kTripleSides[triple][1];
  const int k = kTripleSides[triple][2];
  return MulAdd(pair[i + j], single[k], MulAdd(pair[i + k], single[j], pair[j + k] * single[i]));
}

// ---- Atoms of any kind.

template <int kUsed>
class MixedCumulants {
 public:
  MixedCumulants(LaneWork& work, const MixedAtom& atom)
      : work_(work),
        atom_(atom),
        composition_(atom.composition),
        period_count_(work.plan.period_count()),
        part_count_(composition_.part_count()) {}

  LaneCumulants At() {
    sum_ = NoCumulants();
    linear_ = NoCumulants();
    if (composition_.moves) Weigh();
    for (int p = 0; p < part_count_; ++p) AddLinearPart(p);
    for (int s = 0; s < PairCount(kUsed); ++s) sum_.pair[s] += linear_.pair[s];
    if (atom_.used_count <= 1 && !atom_.moved) {
      AddFlows(-1);
      if (atom_.used_count == 1) MixExactly();
    } else {
      MixByNodes();
    }
    return sum_;
  }

 private:
  // Polynomials in a of the flows with one loading.
  struct Polynomials {
    Lanes mean[2];
    Lanes pair[3][2];
    Lanes triple[4][3];
  };

  size_t Cell(int p, int t) const { return static_cast<size_t>(p) * period_count_ + t; }
  size_t Cell(int side, int p, int t) const {
    return (static_cast<size_t>(side) * part_count_ + p) * period_count_ + t;
  }
  double Realised(int p, int t) const {
    return work_.plan.realised[Cell(composition_.parts[p].series, t)];
  }
  // Whether a weight counts; moving weights always may.
  bool Counts(int side, int p, int t) const {
    return IsOn(side, p) && (composition_.moves || composition_.weights[Cell(side, p, t)] != 0.0);
  }
  bool IsOn(int side, int p) const { return (atom_.sides[p] >> side & 1) != 0; }
  bool IsReadOn(int side, int p) const { return (atom_.read[p] >> side & 1) != 0; }
  bool AnyCounts(int p, int t) const { return Counts(0, p, t) || (kUsed == 2 && Counts(1, p, t)); }
  Lanes Weight(int side, int p, int t) const {
    if (!IsOn(side, p)) return Same(0.0);
    return composition_.moves ? LoadLanes(work_.weights.row(Cell(side, p, t)))
                              : Same(composition_.weights[Cell(side, p, t)]);
  }

  bool IsPlain(int p) const { return atom_.plain[p].last >= atom_.plain[p].first; }

  void Weigh() {
    for (int side = 0; side < kUsed; ++side) {
      for (int p = 0; p < part_count_; ++p) {
        if (!IsReadOn(side, p)) continue;
        for (int t = 0; t < atom_.end; ++t) {
          StoreLanes(Same(0.0), work_.weights.row(Cell(side, p, t)));
        }
        AddPartReadings(side, p);
      }
      // Stocks come first, and hand their weights on to flows.
      for (int p = 0; p < part_count_; ++p) {
        const bool is_stock = work_.plan.series[composition_.parts[p].series].stock >= 0;
        if (is_stock && IsReadOn(side, p)) UnrollStock(side, p);
      }
    }
  }

  void AddPartReadings(int side, int p) {
    const Part& part = composition_.parts[p];
    for (int r = part.first_reading; r < part.end_reading; ++r) {
      const PartReading& reading = composition_.readings[r];
      if (reading.side != side) continue;
      for (int t = reading.first; t <= reading.last; ++t) {
        Lanes weight = Same(reading.coefficient);
        if (reading.rate >= 0) {
          weight = weight * LoadLanes(work_.shared.rates.row(Cell(reading.rate, t)));
        }
        if (reading.mean_of_stock) {
          weight = 0.5 * weight;
          AddTo(weight, work_.weights.row(Cell(side, p, t - 1)));
        }
        AddTo(weight, work_.weights.row(Cell(side, p, t)));
      }
    }
  }

  static void AddTo(const Lanes& x, double* to) { StoreLanes(LoadLanes(to) + x, to); }

  // A weight on a level is one on its movements, and on the level before times 1 + rate.
  void UnrollStock(int side, int p) {
    const Part& part = composition_.parts[p];
    const PartLaw& law = atom_.laws[p];
    const LinearMeans means(work_, part.series);
    const bool moves = means.moves() && law.kind == PartLaw::Kind::kStock;
    Lanes carried = Same(0.0);
    // Of the weights of cells to draw, and of their squares.
    Lanes total = Same(0.0);
    Lanes squares = Same(0.0);
    for (int t = atom_.end - 1; t >= atom_.side_end[side]; --t) {
      StoreLanes(Same(0.0), work_.weights.row(Cell(side, p, t)));
      Feed(side, part, t, Same(0.0));
    }
    for (int t = atom_.side_end[side] - 1; t >= 0; --t) {
      double* place = work_.weights.row(Cell(side, p, t));
      Lanes weight = carried + LoadLanes(place);
      const double known = Realised(p, t);
      if (!std::isnan(known)) {
        sum_.mean[side] += known * weight;
        weight = Same(0.0);
        carried = weight;
      }
      if (!IsOneSided(p)) StoreLanes(weight, place);
      Feed(side, part, t, weight);
      if (!std::isnan(known)) continue;
      total += weight;
      squares = MulAdd(weight, weight, squares);
      carried = moves ? MulAdd(weight, means.Eta(t) * means.Factor(t), weight) : weight;
    }
    const PlanSeries& series = work_.plan.series[part.series];
    sum_.mean[side] += work_.plan.stocks[series.stock].opening * carried;
    if (IsOneSided(p) && law.kind == PartLaw::Kind::kStock) {
      AddStock(side, law, means.moves() ? series.unit_scale : 0.0, {total, squares});
    }
  }

  void Feed(int side, const Part& part, int t, const Lanes& weight) {
    for (int f = part.first_flow; f < part.end_flow; ++f) {
      const PartFlow& flow = composition_.flows[f];
      double* place = work_.weights.row(Cell(side, flow.part, t));
      const Lanes fed = flow.sign * weight;
      const bool is_first = (atom_.first_feed[f] >> side & 1) != 0;
      StoreLanes(is_first ? fed : LoadLanes(place) + fed, place);
    }
  }

  // Of the weights of a stock's cells to draw: their sum, and that of their squares.
  struct StockWeights {
    const Lanes& total;
    const Lanes& squares;
  };

  // A stock on one side: its draws, and u and v, which act on its opening level.
  void AddStock(int side, const PartLaw& law, double unit, const StockWeights& weights) {
    Lanes& pair = linear_.pair[2 * side];
    const Lanes effect = unit * weights.total;
    pair = MulAdd(law.noise, weights.squares, pair);
    pair = MulAdd(law.effect_sd * law.effect_sd, effect * effect, pair);
    linear_.mean[side] = MulAdd(law.loading, effect, linear_.mean[side]);
  }

  // Net flows and stocks: what u moves by addition, and what it does not move.
  void AddLinearPart(int p) {
    const PartLaw& law = atom_.laws[p];
    const bool is_stock = law.kind == PartLaw::Kind::kStock;
    if (!is_stock && law.kind != PartLaw::Kind::kNetFlow) return;
    // Done where its weights were.
    if (is_stock && IsOneSided(p)) return;
    const LinearMeans means(work_, composition_.parts[p].series);
    const double unit = work_.plan.series[composition_.parts[p].series].unit_scale;
    Lanes effect[2] = {Same(0.0), Same(0.0)};
    for (int t = 0; t < atom_.end; ++t) {
      if (!AnyCounts(p, t)) continue;
      Lanes weight[2];
      for (int side = 0; side < kUsed; ++side) weight[side] = Weight(side, p, t);
      const double known = Realised(p, t);
      if (!std::isnan(known)) {
        // Known levels of stocks are in the constant already.
        for (int side = 0; side < kUsed && !is_stock; ++side) {
          sum_.mean[side] += known * weight[side];
        }
        continue;
      }
      // u and v act on a stock's opening level, whatever the events.
      if (means.moves()) AddEffect(means, unit, is_stock, t, weight, effect);
      for (int s = 0; s < PairCount(kUsed); ++s) {
        linear_.pair[s] = MulAdd(law.noise, PairOf(s, weight), linear_.pair[s]);
      }
    }
    for (int s = 0; s < PairCount(kUsed); ++s) {
      linear_.pair[s] = MulAdd(law.effect_sd * law.effect_sd, PairOf(s, effect), linear_.pair[s]);
    }
    for (int side = 0; side < kUsed; ++side) {
      linear_.mean[side] = MulAdd(law.loading, effect[side], linear_.mean[side]);
    }
  }

  void AddEffect(const LinearMeans& means, double unit, bool is_stock, int t, const Lanes* weight,
                 Lanes* effect) {
    const Lanes slope = is_stock ? Same(unit) : unit * means.Factor(t);
    const Lanes value = is_stock ? Same(0.0) : slope * means.Eta(t);
    for (int side = 0; side < kUsed; ++side) {
      effect[side] = MulAdd(weight[side], slope, effect[side]);
      if (!is_stock) sum_.mean[side] = MulAdd(weight[side], value, sum_.mean[side]);
    }
  }

  // Polynomials of the flows of loading `row` (of any with -1) into rows_; known cells into sum_.
  void AddFlows(int row) {
    for (Lanes& x : row_.mean) x = Same(0.0);
    for (auto& pair : row_.pair) pair[0] = pair[1] = Same(0.0);
    for (auto& triple : row_.triple) triple[0] = triple[1] = triple[2] = Same(0.0);
    for (int p = 0; p < part_count_; ++p) {
      const PartLaw& law = atom_.laws[p];
      const bool flows = law.kind == PartLaw::Kind::kLogFlow;
      if (law.kind != PartLaw::Kind::kConstant && !flows) continue;
      if (row >= 0 && flows && composition_.parts[p].loading != row) continue;
      if (row > first_row_ && !flows) continue;
      AddFlow(p, law);
    }
  }

  // A flow read with one weight: everything follows from the sum of its means.
  void AddPlainFlow(const FlowAtom& flow, const PartLaw& law) {
    const double w = flow.weight;
    const Lanes m = FlowSum(work_, flow);
    const Lanes mean = w * m;
    const Lanes second = (law.variance_by_mean * w * w) * m;
    const Lanes square = mean * mean;
    sum_.mean[0] += Same(flow.constant);
    row_.mean[0] += mean;
    row_.pair[0][0] += second;
    row_.pair[0][1] = MulAdd(law.effect_second, square, row_.pair[0][1]);
    row_.triple[0][0] = MulAdd(law.third_by_mean * w * w * w, m, row_.triple[0][0]);
    row_.triple[0][1] = MulAdd(3.0 * law.effect_second, second * mean, row_.triple[0][1]);
    row_.triple[0][2] = MulAdd(law.effect_third, square * mean, row_.triple[0][2]);
  }

  void AddFlow(int p, const PartLaw& law) {
    if (IsPlain(p)) {
      AddPlainFlow(atom_.plain[p], law);
    } else if (law.kind == PartLaw::Kind::kLogFlow) {
      AddAnyFlow(p, law);
    } else {
      AddKnown(p);
    }
  }

  // A series without a cell to draw.
  void AddKnown(int p) {
    for (int t = 0; t < atom_.end; ++t) {
      if (!AnyCounts(p, t)) continue;
      for (int side = 0; side < kUsed; ++side) {
        sum_.mean[side] += Realised(p, t) * Weight(side, p, t);
      }
    }
  }

  // Whether only one side weighs a part.
  bool IsOneSided(int p) const { return kUsed == 1 || atom_.sides[p] != 3; }

  void AddAnyFlow(int p, const PartLaw& law) {
    if (!IsOneSided(p)) {
      AddFlowOfBoth(p, law);
    } else if (atom_.sides[p] != 0) {
      AddFlowOfOne(atom_.sides[p] == 2 ? 1 : 0, p, law);
    }
  }

  void AddFlowOfOne(int side, int p, const PartLaw& law) {
    const FlowMeans means(work_, composition_.parts[p].series);
    Lanes mean = Same(0.0);
    Lanes second = Same(0.0);
    Lanes third = Same(0.0);
    for (int t = 0; t < atom_.end; ++t) {
      if (!Counts(side, p, t)) continue;
      const Lanes weight = Weight(side, p, t);
      const double known = Realised(p, t);
      if (!std::isnan(known)) {
        sum_.mean[side] += known * weight;
        continue;
      }
      const Lanes once = weight * means.At(t);
      const Lanes twice = weight * once;
      mean += once;
      second += twice;
      third = MulAdd(weight, twice, third);
    }
    second = law.variance_by_mean * second;
    const Lanes square = mean * mean;
    Lanes* pair = row_.pair[2 * side];
    Lanes* triple = row_.triple[3 * side];
    row_.mean[side] += mean;
    pair[0] += second;
    pair[1] = MulAdd(law.effect_second, square, pair[1]);
    triple[0] = MulAdd(law.third_by_mean, third, triple[0]);
    triple[1] = MulAdd(3.0 * law.effect_second, second * mean, triple[1]);
    triple[2] = MulAdd(law.effect_third, square * mean, triple[2]);
  }

  void AddFlowOfBoth(int p, const PartLaw& law) {
    const FlowMeans means(work_, composition_.parts[p].series);
    Lanes mean[2] = {Same(0.0), Same(0.0)};
    Lanes second[3] = {Same(0.0), Same(0.0), Same(0.0)};
    Lanes third[4] = {Same(0.0), Same(0.0), Same(0.0), Same(0.0)};
    for (int t = 0; t < atom_.end; ++t) {
      if (!AnyCounts(p, t)) continue;
      const Lanes weight[2] = {Weight(0, p, t), Weight(1, p, t)};
      const double known = Realised(p, t);
      if (!std::isnan(known)) {
        for (int side = 0; side < 2; ++side) sum_.mean[side] += known * weight[side];
        continue;
      }
      const Lanes value = means.At(t);
      const Lanes once[2] = {weight[0] * value, weight[1] * value};
      const Lanes twice[3] = {weight[0] * once[0], weight[0] * once[1], weight[1] * once[1]};
      for (int s = 0; s < 2; ++s) mean[s] += once[s];
      for (int s = 0; s < 3; ++s) second[s] += twice[s];
      for (int s = 0; s < 3; ++s) third[s] = MulAdd(weight[0], twice[s], third[s]);
      third[3] = MulAdd(weight[1], twice[2], third[3]);
    }
    for (int s = 0; s < 2; ++s) row_.mean[s] += mean[s];
    for (int s = 0; s < 3; ++s) {
      second[s] = law.variance_by_mean * second[s];
      row_.pair[s][0] += second[s];
      row_.pair[s][1] = MulAdd(law.effect_second, PairOf(s, mean), row_.pair[s][1]);
    }
    for (int s = 0; s < 4; ++s) {
      row_.triple[s][0] = MulAdd(law.third_by_mean, third[s], row_.triple[s][0]);
      row_.triple[s][1] = MulAdd(law.effect_second, SplitOf(s, second, mean), row_.triple[s][1]);
      row_.triple[s][2] = MulAdd(law.effect_third, TripleOf(s, mean), row_.triple[s][2]);
    }
  }

  // Over a lognormal a with E a = 1, given its second and third moments.
  void MixExactly() {
    const double a2 = atom_.loadings[atom_.last_used].second;
    const double a3 = atom_.loadings[atom_.last_used].third;
    Lanes covariance[3];
    for (int s = 0; s < kUsed; ++s) sum_.mean[s] += row_.mean[s];
    for (int s = 0; s < PairCount(kUsed); ++s) {
      sum_.pair[s] += row_.pair[s][0] + a2 * row_.pair[s][1];
      sum_.pair[s] = MulAdd(a2 - 1.0, PairOf(s, row_.mean), sum_.pair[s]);
      covariance[s] = MulAdd(a2 - 1.0, row_.pair[s][0], (a3 - a2) * row_.pair[s][1]);
    }
    for (int s = 0; s < TripleCount(kUsed); ++s) {
      sum_.triple[s] += row_.triple[s][0] + a2 * row_.triple[s][1] + a3 * row_.triple[s][2];
      sum_.triple[s] += SplitOf(s, covariance, row_.mean);
      sum_.triple[s] = MulAdd(a3 - 3.0 * a2 + 2.0, TripleOf(s, row_.mean), sum_.triple[s]);
    }
  }

  void MixByNodes() {
    Lanes mean[kEffectNodes][2];
    Lanes pair[kEffectNodes][3];
    Lanes third[4] = {Same(0.0), Same(0.0), Same(0.0), Same(0.0)};
    for (int q = 0; q < kEffectNodes; ++q) {
      for (int s = 0; s < kUsed; ++s) mean[q][s] = kEffectZ[q] * linear_.mean[s];
      for (Lanes& x : pair[q]) x = Same(0.0);
    }
    first_row_ = 0;
    const int rows = static_cast<int>(atom_.used.size());
    while (first_row_ < rows - 1 && !atom_.used[first_row_]) ++first_row_;
    for (int r = first_row_; r < rows; ++r) {
      if (!atom_.used[r] && r > first_row_) continue;
      AddFlows(r);
      for (int q = 0; q < kEffectNodes; ++q) {
        const double a = atom_.loadings[r].factor[q];
        for (int s = 0; s < kUsed; ++s) mean[q][s] = MulAdd(a, row_.mean[s], mean[q][s]);
        for (int s = 0; s < PairCount(kUsed); ++s) {
          pair[q][s] = MulAdd(a, MulAdd(a, row_.pair[s][1], row_.pair[s][0]), pair[q][s]);
        }
        for (int s = 0; s < TripleCount(kUsed); ++s) {
          const Lanes inner =
              MulAdd(a, MulAdd(a, row_.triple[s][2], row_.triple[s][1]), row_.triple[s][0]);
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
    for (int s = 0; s < kUsed; ++s) sum_.mean[s] += average[s];
    for (int q = 0; q < kEffectNodes; ++q) {
      Lanes off[2] = {Same(0.0), Same(0.0)};
      for (int s = 0; s < kUsed; ++s) off[s] = mean[q][s] - average[s];
      for (int s = 0; s < PairCount(kUsed); ++s) {
        sum_.pair[s] = MulAdd(kEffectWeights[q], pair[q][s] + PairOf(s, off), sum_.pair[s]);
      }
      for (int s = 0; s < TripleCount(kUsed); ++s) {
        third[s] = MulAdd(kEffectWeights[q], SplitOf(s, pair[q], off) + TripleOf(s, off), third[s]);
      }
    }
    for (int s = 0; s < TripleCount(kUsed); ++s) sum_.triple[s] += third[s];
  }

  LaneWork& work_;
  const MixedAtom& atom_;
  const Composition& composition_;
  int period_count_;
  int part_count_;
  int first_row_ = 0;
  LaneCumulants sum_;
  // By u: in `mean`; the rest in `pair`.
  LaneCumulants linear_;
  Polynomials row_;
};

// NOLINTNEXTLINE(google-readability-namespace-comments)
}  // namespace HWY_NAMESPACE
}  // namespace jalon::sim
HWY_AFTER_NAMESPACE();

#endif  // include guard
