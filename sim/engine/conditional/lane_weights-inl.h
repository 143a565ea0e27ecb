// Weights of atoms on sixteen scrambles, stocks among them: the arithmetic of cumulants.cc, which
// is its naive twin. Compiled once per instruction set by Highway.
#if defined(JALON_SIM_ENGINE_CONDITIONAL_LANE_WEIGHTS_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef JALON_SIM_ENGINE_CONDITIONAL_LANE_WEIGHTS_INL_H_
#undef JALON_SIM_ENGINE_CONDITIONAL_LANE_WEIGHTS_INL_H_
#else
#define JALON_SIM_ENGINE_CONDITIONAL_LANE_WEIGHTS_INL_H_
#endif

#include <cmath>

#include "sim/engine/conditional/lane_cumulants-inl.h"
#include "sim/engine/conditional/lane_evaluator.h"
#include "sim/engine/conditional/lane_math-inl.h"
#include "sim/engine/conditional/lane_means-inl.h"

HWY_BEFORE_NAMESPACE();
namespace jalon::sim {
namespace HWY_NAMESPACE {

// One atom and what it reads.
struct AtomView {
  AtomView(LaneWork& lane_work, const MixedAtom& mixed)
      : work(lane_work),
        table(lane_work.program.table),
        atom(mixed),
        parts(table.parts.data() + mixed.first_part),
        loadings(table.atom_loadings.data() + mixed.first_loading),
        weights(table.weights.data() + mixed.first_weight),
        period_count(lane_work.plan.period_count()),
        part_count(mixed.part_count()) {}

  size_t Cell(int p, int t) const { return static_cast<size_t>(p) * period_count + t; }
  // Of weights.
  size_t Cell(int side, int p, int t) const {
    return (static_cast<size_t>(side) * part_count + p) * period_count + t;
  }
  const PartLaw& Law(int p) const { return table.laws[parts[p].law]; }
  double Realised(int p, int t) const { return work.plan.realised[Cell(parts[p].series, t)]; }
  const PlanSeries& SeriesOf(int p) const { return work.plan.series[parts[p].series]; }
  bool IsOn(int side, int p) const { return (parts[p].sides >> side & 1) != 0; }
  bool IsReadOn(int side, int p) const { return (parts[p].read >> side & 1) != 0; }
  // The only side that weighs a part, -1 where both do.
  int OnlySide(int p) const {
    const uint8_t sides = parts[p].sides;
    return sides == 3 ? -1 : sides == 2 ? 1 : 0;
  }
  // Whether a weight counts; moving weights always may.
  bool Counts(int side, int p, int t) const {
    return IsOn(side, p) && (atom.moves || weights[Cell(side, p, t)] != 0.0);
  }
  Lanes Weight(int side, int p, int t) const {
    if (!IsOn(side, p)) return Same(0.0);
    return atom.moves ? LoadLanes(work.weights.row(Cell(side, p, t)))
                      : Same(weights[Cell(side, p, t)]);
  }

  LaneWork& work;
  const AtomTable& table;
  const MixedAtom& atom;
  const AtomPart* parts;
  const AtomLoading* loadings;
  const double* weights;
  int period_count;
  int part_count;
};

// Weights that depend on the shared state, into LaneWork::weights: stocks read backwards, rates.
template <int kUsed>
class MovingWeights {
 public:
  MovingWeights(const AtomView& view, BranchSums<kUsed>& sums)
      : view_(view), work_(view.work), atom_(view.atom), sums_(sums) {}

  void Set() {
    for (int side = 0; side < kUsed; ++side) {
      for (int p = 0; p < view_.part_count; ++p) {
        if (view_.IsReadOn(side, p) && view_.parts[p].plain < 0) Read(side, p);
      }
      // Stocks come first, and hand their weights on to flows.
      for (int p = 0; p < view_.part_count; ++p) {
        if (view_.SeriesOf(p).stock >= 0 && view_.IsReadOn(side, p)) UnrollStock(side, p);
      }
    }
  }

 private:
  double* Row(int side, int p, int t) const { return work_.weights.row(view_.Cell(side, p, t)); }

  void Read(int side, int p) {
    for (int t = 0; t < atom_.end; ++t) StoreLanes(Same(0.0), Row(side, p, t));
    const AtomPart& part = view_.parts[p];
    for (int r = part.first_reading; r < part.end_reading; ++r) {
      const PartReading& reading = view_.table.readings[r];
      if (reading.side == side) AddReading(reading, p);
    }
  }

  void AddReading(const PartReading& reading, int p) {
    const int side = reading.side;
    for (int t = reading.first; t <= reading.last; ++t) {
      Lanes weight = Same(reading.coefficient);
      if (reading.rate >= 0) {
        weight = weight * LoadLanes(work_.shared.rates.row(view_.Cell(reading.rate, t)));
      }
      if (reading.mean_of_stock) {
        weight = 0.5 * weight;
        AddTo(weight, Row(side, p, t - 1));
      }
      AddTo(weight, Row(side, p, t));
    }
  }

  static void AddTo(const Lanes& x, double* to) { StoreLanes(LoadLanes(to) + x, to); }

  // A weight on a level is one on its movements, and on the level before times 1 + rate.
  void UnrollStock(int side, int p) {
    const AtomPart& part = view_.parts[p];
    const PartLaw& law = view_.Law(p);
    const LinearMeans means(work_, part.series);
    const bool moves = means.moves() && law.kind == PartLaw::Kind::kStock;
    const bool is_alone = kUsed == 1 || view_.OnlySide(p) >= 0;
    Lanes carried = Same(0.0);
    // Of the weights of cells to draw, and of their squares.
    Lanes total = Same(0.0);
    Lanes squares = Same(0.0);
    for (int t = atom_.end - 1; t >= atom_.side_end[side]; --t) {
      StoreLanes(Same(0.0), Row(side, p, t));
      Feed(side, part, t, Same(0.0));
    }
    for (int t = atom_.side_end[side] - 1; t >= 0; --t) {
      double* place = Row(side, p, t);
      Lanes weight = carried + LoadLanes(place);
      const double known = view_.Realised(p, t);
      if (!std::isnan(known)) {
        sums_.sum.mean[side] += known * weight;
        weight = Same(0.0);
        carried = weight;
      }
      if (!is_alone) StoreLanes(weight, place);
      Feed(side, part, t, weight);
      if (!std::isnan(known)) continue;
      total += weight;
      squares = MulAdd(weight, weight, squares);
      carried = moves ? MulAdd(weight, means.Eta(t) * means.Factor(t), weight) : weight;
    }
    const PlanSeries& series = work_.plan.series[part.series];
    sums_.sum.mean[side] += work_.plan.stocks[series.stock].opening * carried;
    if (is_alone && law.kind == PartLaw::Kind::kStock) {
      sums_.AddDraws(side, law, squares, (means.moves() ? series.unit_scale : 0.0) * total);
    }
  }

  void Feed(int side, const AtomPart& part, int t, const Lanes& weight) {
    for (int f = part.first_flow; f < part.end_flow; ++f) {
      const AtomFlow& flow = view_.table.stock_flows[f];
      double* place = Row(side, flow.part, t);
      const Lanes fed = flow.sign * weight;
      const bool is_first = (flow.first_feed >> side & 1) != 0;
      StoreLanes(is_first ? fed : LoadLanes(place) + fed, place);
    }
  }

  const AtomView& view_;
  LaneWork& work_;
  const MixedAtom& atom_;
  BranchSums<kUsed>& sums_;
};

// NOLINTNEXTLINE(google-readability-namespace-comments)
}  // namespace HWY_NAMESPACE
}  // namespace jalon::sim
HWY_AFTER_NAMESPACE();

#endif  // include guard
