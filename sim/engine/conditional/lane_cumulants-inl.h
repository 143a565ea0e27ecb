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

// ---- Means of series.

// exp of the shared part of a series' level.
HWY_INLINE Lanes LevelOf(const LaneWork& work, int series) {
  const int rank = work.plan.level_rank;
  const double* loadings = work.plan.level_loadings.data() + static_cast<size_t>(series) * rank;
  Lanes sum = Same(0.0);
  for (int j = 0; j < rank; ++j) {
    sum = MulAdd(loadings[j], LoadLanes(work.shared.level_factors.row(j)), sum);
  }
  return sum;
}
HWY_INLINE bool HasLevel(const LaneWork& work, int series) {
  const int rank = work.plan.level_rank;
  for (int j = 0; j < rank; ++j) {
    if (work.plan.level_loadings[static_cast<size_t>(series) * rank + j] != 0.0) return true;
  }
  return false;
}

// Product of the events that act on a series alone.
HWY_INLINE Lanes OwnEventsOf(const LaneWork& work, int series, int t) {
  const Plan& plan = work.plan;
  Lanes product = Same(1.0);
  for (int e = plan.series_event_first[series]; e < plan.series_event_first[series + 1]; ++e) {
    const size_t cell = static_cast<size_t>(plan.series_events[e]) * plan.period_count() + t;
    product = product * LoadLanes(work.shared.event_size.row(cell));
  }
  return product;
}

// Sum of the means to draw over periods [first, last] of a flow on the log link.
HWY_INLINE Lanes FlowSum(const LaneWork& work, const FlowAtom& flow) {
  const Plan& plan = work.plan;
  const int i = flow.series;
  const double* base = work.means.base(i);
  const size_t group = static_cast<size_t>(plan.series[i].group) * plan.period_count();
  const bool has_events = plan.series_event_first[i] != plan.series_event_first[i + 1];
  Lanes sum = Same(0.0);
  for (int t = flow.first; t <= flow.last; ++t) {
    Lanes factor = LoadLanes(work.shared.factor.row(group + t));
    if (has_events) factor = factor * OwnEventsOf(work, i, t);
    sum = MulAdd(base[t], factor, sum);
  }
  if (HasLevel(work, i)) sum = sum * ExpLanes(LevelOf(work, i));
  return sum;
}

// Means of a flow on the log link, period by period.
class FlowMeans {
 public:
  HWY_INLINE FlowMeans(const LaneWork& work, int i)
      : work_(work),
        series_(i),
        base_(work.means.base(i)),
        group_(static_cast<size_t>(work.plan.series[i].group) * work.plan.period_count()),
        has_level_(HasLevel(work, i)),
        has_events_(work.plan.series_event_first[i] != work.plan.series_event_first[i + 1]) {
    level_ = has_level_ ? ExpLanes(LevelOf(work, i)) : Same(1.0);
  }

  HWY_INLINE Lanes At(int t) const {
    Lanes mean = base_[t] * LoadLanes(work_.shared.factor.row(group_ + t));
    if (has_level_) mean = mean * level_;
    if (has_events_) mean = mean * OwnEventsOf(work_, series_, t);
    return mean;
  }

 private:
  const LaneWork& work_;
  int series_;
  const double* base_;
  size_t group_;
  bool has_level_;
  bool has_events_;
  Lanes level_;
};

// What moves a series on the identity link, period by period: a net flow, or a stock's movements of
// its own. Nothing where a stock has none.
class LinearMeans {
 public:
  HWY_INLINE LinearMeans(const LaneWork& work, int i)
      : work_(work),
        series_(i),
        moves_(work.plan.series[i].group >= 0 && work.plan.series[i].link == Link::kIdentity),
        group_has_events_(moves_ && work.shared.has_events[work.plan.series[i].group] != 0),
        has_events_(work.plan.series_event_first[i] != work.plan.series_event_first[i + 1]),
        group_(static_cast<size_t>(work.plan.series[i].group) * work.plan.period_count()),
        row_(static_cast<size_t>(i) * work.plan.period_count()) {
    level_ = LevelOf(work, i);
  }

  bool moves() const { return moves_; }
  HWY_INLINE Lanes Eta(int t) const {
    return (Same(work_.plan.base[row_ + t]) + LoadLanes(work_.shared.factor.row(group_ + t))) +
           level_;
  }
  // Of events.
  HWY_INLINE Lanes Factor(int t) const {
    Lanes factor =
        group_has_events_ ? LoadLanes(work_.shared.event_factor.row(group_ + t)) : Same(1.0);
    return has_events_ ? factor * OwnEventsOf(work_, series_, t) : factor;
  }

 private:
  const LaneWork& work_;
  int series_;
  bool moves_;
  bool group_has_events_;
  bool has_events_;
  size_t group_;
  size_t row_;
  Lanes level_;
};

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
    return composition_.moves || composition_.weights[Cell(side, p, t)] != 0.0;
  }
  bool AnyCounts(int p, int t) const { return Counts(0, p, t) || (kUsed == 2 && Counts(1, p, t)); }
  Lanes Weight(int side, int p, int t) const {
    return composition_.moves ? LoadLanes(work_.weights.row(Cell(side, p, t)))
                              : Same(composition_.weights[Cell(side, p, t)]);
  }

  bool IsPlain(int p) const { return atom_.plain[p].last >= atom_.plain[p].first; }

  void Weigh() {
    for (int side = 0; side < kUsed; ++side) {
      for (int p = 0; p < part_count_; ++p) {
        if (!atom_.read[p]) continue;
        for (int t = 0; t < atom_.end; ++t) {
          StoreLanes(Same(0.0), work_.weights.row(Cell(side, p, t)));
        }
        AddPartReadings(side, p);
      }
      // Stocks come first, and hand their weights on to flows.
      for (int p = 0; p < part_count_; ++p) {
        if (work_.plan.series[composition_.parts[p].series].stock < 0) continue;
        if (IsReadOn(side, p)) {
          UnrollStock(side, p);
        } else {
          LeaveOutStock(side, p);
        }
      }
    }
  }

  bool IsReadOn(int side, int p) const {
    const Part& part = composition_.parts[p];
    for (int r = part.first_reading; r < part.end_reading; ++r) {
      if (composition_.readings[r].side == side) return true;
    }
    return false;
  }

  // A stock of the other side: a denominator is none of its numerator's business.
  void LeaveOutStock(int side, int p) {
    for (int t = 0; t < atom_.end; ++t) {
      StoreLanes(Same(0.0), work_.weights.row(Cell(side, p, t)));
      Feed(side, composition_.parts[p], t, Same(0.0));
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
      Lanes weight = carried;
      if (atom_.read[p]) weight += LoadLanes(place);
      const double known = Realised(p, t);
      if (!std::isnan(known)) {
        sum_.mean[side] += known * weight;
        weight = Same(0.0);
        carried = weight;
      }
      if (kUsed == 2) StoreLanes(weight, place);
      Feed(side, part, t, weight);
      if (!std::isnan(known)) continue;
      total += weight;
      squares = MulAdd(weight, weight, squares);
      carried = moves ? MulAdd(weight, means.Eta(t) * means.Factor(t), weight) : weight;
    }
    const PlanSeries& series = work_.plan.series[part.series];
    sum_.mean[side] += work_.plan.stocks[series.stock].opening * carried;
    if (kUsed == 1 && law.kind == PartLaw::Kind::kStock) {
      AddStock(law, means.moves() ? series.unit_scale : 0.0, total, squares);
    }
  }

  void Feed(int side, const Part& part, int t, const Lanes& weight) {
    for (int f = part.first_flow; f < part.end_flow; ++f) {
      const PartFlow& flow = composition_.flows[f];
      double* place = work_.weights.row(Cell(side, flow.part, t));
      const Lanes fed = flow.sign * weight;
      StoreLanes(atom_.first_feed[f] ? fed : LoadLanes(place) + fed, place);
    }
  }

  // A stock on one side: its draws, and u and v, which act on its opening level.
  void AddStock(const PartLaw& law, double unit, const Lanes& total, const Lanes& squares) {
    const Lanes effect = unit * total;
    linear_.pair[0] = MulAdd(law.noise, squares, linear_.pair[0]);
    linear_.pair[0] = MulAdd(law.effect_sd * law.effect_sd, effect * effect, linear_.pair[0]);
    linear_.mean[0] = MulAdd(law.loading, effect, linear_.mean[0]);
  }

  // Net flows and stocks: what u moves by addition, and what it does not move.
  void AddLinearPart(int p) {
    const PartLaw& law = atom_.laws[p];
    const bool is_stock = law.kind == PartLaw::Kind::kStock;
    if (!is_stock && law.kind != PartLaw::Kind::kNetFlow) return;
    // Done where its weights were.
    if (is_stock && kUsed == 1) return;
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

  void AddAnyFlow(int p, const PartLaw& law) {
    const FlowMeans means(work_, composition_.parts[p].series);
    Lanes mean[2] = {Same(0.0), Same(0.0)};
    Lanes second[3] = {Same(0.0), Same(0.0), Same(0.0)};
    Lanes third[4] = {Same(0.0), Same(0.0), Same(0.0), Same(0.0)};
    for (int t = 0; t < atom_.end; ++t) {
      if (!AnyCounts(p, t)) continue;
      Lanes weight[2];
      for (int side = 0; side < kUsed; ++side) weight[side] = Weight(side, p, t);
      const double known = Realised(p, t);
      if (!std::isnan(known)) {
        for (int side = 0; side < kUsed; ++side) sum_.mean[side] += known * weight[side];
        continue;
      }
      const Lanes value = means.At(t);
      for (int s = 0; s < kUsed; ++s) mean[s] = MulAdd(weight[s], value, mean[s]);
      for (int s = 0; s < PairCount(kUsed); ++s) {
        second[s] = MulAdd(PairOf(s, weight), value, second[s]);
      }
      for (int s = 0; s < TripleCount(kUsed); ++s) {
        third[s] = MulAdd(TripleOf(s, weight), value, third[s]);
      }
    }
    for (int s = 0; s < kUsed; ++s) row_.mean[s] += mean[s];
    for (int s = 0; s < PairCount(kUsed); ++s) {
      second[s] = law.variance_by_mean * second[s];
      row_.pair[s][0] += second[s];
      row_.pair[s][1] = MulAdd(law.effect_second, PairOf(s, mean), row_.pair[s][1]);
    }
    for (int s = 0; s < TripleCount(kUsed); ++s) {
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
