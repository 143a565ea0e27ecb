// Levels of stocks on sixteen scrambles (stock_levels.h). cumulants.cc, which reads stocks
// backwards, is its naive twin. Compiled once per instruction set by Highway.
#if defined(JALON_SIM_ENGINE_CONDITIONAL_LANE_LEVELS_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef JALON_SIM_ENGINE_CONDITIONAL_LANE_LEVELS_INL_H_
#undef JALON_SIM_ENGINE_CONDITIONAL_LANE_LEVELS_INL_H_
#else
#define JALON_SIM_ENGINE_CONDITIONAL_LANE_LEVELS_INL_H_
#endif

#include <cmath>

#include "sim/engine/conditional/lane_cumulants-inl.h"
#include "sim/engine/conditional/lane_evaluator.h"
#include "sim/engine/conditional/lane_math-inl.h"
#include "sim/engine/conditional/lane_means-inl.h"
#include "sim/engine/conditional/lane_weights-inl.h"
#include "sim/engine/conditional/stock_levels.h"

HWY_BEFORE_NAMESPACE();
namespace jalon::sim {
namespace HWY_NAMESPACE {

// ---- Levels of one path, read forwards.

class LevelScan {
 public:
  LevelScan(LaneWork& work, const StockLevels& levels)
      : work_(work), ends_(levels.ends.data()), last_(levels.ends.back()), levels_(levels) {}

  void Run() {
    for (const StockLevels::Stock& stock : levels_.stocks) {
      ScanStock(stock);
      for (int f = stock.first_flow; f < stock.end_flow; ++f) {
        const StockLevels::Flow& flow = levels_.flows[f];
        const PlanSeries& series = work_.plan.series[flow.series];
        if (series.group < 0) {
          ScanKnown(stock, flow);
        } else if (series.link == Link::kLog) {
          ScanFlow(stock, flow);
        } else {
          ScanNetFlow(stock, flow);
        }
      }
    }
  }

 private:
  const double* Realised(int series) const {
    return work_.plan.realised.data() + static_cast<size_t>(series) * work_.plan.period_count();
  }
  double* StockRow(const StockLevels::Stock& stock, int end, int row) const {
    return work_.levels.row(static_cast<size_t>(stock.first_row) + end * kStockRows + row);
  }
  double* FlowRow(const StockLevels::Flow& flow, int end, int row) const {
    return work_.levels.row(static_cast<size_t>(flow.first_row) + end * kFlowRows + row);
  }
  Lanes Growth(int t) const { return LoadLanes(work_.growth.row(t)); }

  void ScanStock(const StockLevels::Stock& stock) {
    const PlanSeries& series = work_.plan.series[stock.series];
    const double* realised = Realised(stock.series);
    const LinearMeans means(work_, stock.series);
    const bool moves = means.moves() && series.law != Law::kExactStock;
    const double unit = means.moves() ? series.unit_scale : 0.0;
    int end = 0;
    for (; ends_[end] < stock.known; ++end) {
      StoreLanes(Same(realised[ends_[end]]), StockRow(stock, end, kKnownRow));
      for (const int row : {kEffectRow, kSquaresRow, kGrowthRow}) {
        StoreLanes(Same(0.0), StockRow(stock, end, row));
      }
      if (ends_[end] == last_) return;
    }
    Lanes known =
        Same(stock.known > 0 ? realised[stock.known - 1] : work_.plan.stocks[series.stock].opening);
    Lanes total = Same(0.0);
    Lanes squares = Same(0.0);
    // From an end before this one, where nothing was left to draw, any growth will do.
    Lanes since = Same(1.0);
    for (int t = stock.known; t <= last_; ++t) {
      const Lanes growth = moves ? MulAdd(means.Eta(t), means.Factor(t), Same(1.0)) : Same(1.0);
      StoreLanes(growth, work_.growth.row(t));
      known = known * growth;
      since = since * growth;
      total = MulAdd(growth, total, Same(1.0));
      squares = MulAdd(growth * growth, squares, Same(1.0));
      if (t != ends_[end]) continue;
      StoreLanes(known, StockRow(stock, end, kKnownRow));
      StoreLanes(unit * total, StockRow(stock, end, kEffectRow));
      StoreLanes(squares, StockRow(stock, end, kSquaresRow));
      StoreLanes(since, StockRow(stock, end, kGrowthRow));
      since = Same(1.0);
      ++end;
    }
  }

  // The ends at which the stock itself is known: nothing of a flow counts. The first one beyond.
  int SkipKnown(const StockLevels::Stock& stock, const StockLevels::Flow& flow) {
    int end = 0;
    for (; ends_[end] < stock.known; ++end) {
      for (int row = 0; row < kFlowRows; ++row) StoreLanes(Same(0.0), FlowRow(flow, end, row));
      if (ends_[end] == last_) return end + 1;
    }
    return end;
  }

  // What of a flow is known, and values that nothing multiplies: into what is known of the level.
  void AddKnown(const StockLevels::Stock& stock, int end, const Lanes& x) {
    double* row = StockRow(stock, end, kKnownRow);
    StoreLanes(LoadLanes(row) + x, row);
  }

  // A series without a cell to draw.
  void ScanKnown(const StockLevels::Stock& stock, const StockLevels::Flow& flow) {
    const double* realised = Realised(flow.series);
    Lanes known = Same(0.0);
    int end = SkipKnown(stock, flow);
    for (int t = stock.known; t <= last_; ++t) {
      known = MulAdd(Growth(t), known, Same(flow.sign * realised[t]));
      if (t == ends_[end]) AddKnown(stock, end++, known);
    }
  }

  void ScanFlow(const StockLevels::Stock& stock, const StockLevels::Flow& flow) {
    const FlowMeans means(work_, flow.series);
    const double* realised = Realised(flow.series);
    Lanes sum[kFlowRows] = {Same(0.0), Same(0.0), Same(0.0)};
    Lanes known = Same(0.0);
    const bool any_known = flow.known > stock.known;
    int end = SkipKnown(stock, flow);
    for (int t = stock.known; t <= last_; ++t) {
      const Lanes growth = Growth(t);
      if (any_known) {
        known = MulAdd(growth, known, Same(t < flow.known ? flow.sign * realised[t] : 0.0));
      }
      if (t >= flow.known) {
        const Lanes mean = means.At(t);
        const Lanes square = growth * growth;
        sum[0] = MulAdd(growth, sum[0], mean);
        sum[1] = MulAdd(square, sum[1], mean);
        sum[2] = MulAdd(square * growth, sum[2], mean);
      }
      if (t != ends_[end]) continue;
      if (any_known) AddKnown(stock, end, known);
      for (int row = 0; row < kFlowRows; ++row) StoreLanes(sum[row], FlowRow(flow, end, row));
      ++end;
    }
  }

  void ScanNetFlow(const StockLevels::Stock& stock, const StockLevels::Flow& flow) {
    const LinearMeans means(work_, flow.series);
    const double unit = work_.plan.series[flow.series].unit_scale;
    const double* realised = Realised(flow.series);
    Lanes known = Same(0.0);
    Lanes effect = Same(0.0);
    Lanes squares = Same(0.0);
    int end = SkipKnown(stock, flow);
    for (int t = stock.known; t <= last_; ++t) {
      const Lanes growth = Growth(t);
      if (t < flow.known) {
        known = MulAdd(growth, known, Same(flow.sign * realised[t]));
      } else {
        known = growth * known;
        squares = MulAdd(growth * growth, squares, Same(1.0));
        if (means.moves()) {
          const Lanes slope = unit * means.Factor(t);
          effect = MulAdd(growth, effect, slope);
          known = MulAdd(flow.sign, slope * means.Eta(t), known);
        }
      }
      if (t != ends_[end]) continue;
      AddKnown(stock, end, known);
      StoreLanes(effect, FlowRow(flow, end, 0));
      StoreLanes(squares, FlowRow(flow, end, 1));
      ++end;
    }
  }

  LaneWork& work_;
  const int* ends_;
  int last_;
  const StockLevels& levels_;
};

// The levels of an atom, unless they are those of the atom before.
HWY_INLINE void HoldLevels(LaneWork& work, int levels) {
  if (work.levels_held == levels) return;
  LevelScan(work, work.program.table.levels[levels]).Run();
  work.levels_held = levels;
}

// ---- What an atom reads of them.

// One part on the sides that read it.
class LevelReading {
 public:
  LevelReading(const LaneWork& work, const LevelPart& part) : work_(work), part_(part) {
    for (int side = 0; side < kSides; ++side) {
      if (part.end[side] < 0) continue;
      weight_[side] = Same(part.weight[side]);
      if (part.rate[side] >= 0) {
        weight_[side] = weight_[side] * LoadLanes(work.shared.rates.row(part.rate[side]));
      }
    }
    if (part.end[0] < 0 || part.end[1] < 0) return;
    late_ = part.end[1] > part.end[0] ? 1 : 0;
    for (int end = part.end[1 - late_] + 1; end <= part.end[late_]; ++end) {
      growth_ = growth_ * LoadLanes(Row(part.stock_row + end * kStockRows + kGrowthRow));
    }
  }

  const Lanes& weight(int side) const { return weight_[side]; }
  HWY_INLINE Lanes At(int side, int row) const {
    return LoadLanes(
        Row(part_.first_row + part_.end[side] * (part_.is_stock ? kStockRows : kFlowRows) + row));
  }

  // Sums over movements weighed by both sides, by pair, and by triple: given the row of the
  // squares, and that of the cubes, of one level's weights.
  HWY_INLINE void Pairs(int row, Lanes* pair) const {
    const int early = 1 - late_;
    const Lanes& w = weight_[late_];
    const Lanes v = weight_[early];
    const Lanes common = v * At(early, row);
    pair[2 * late_] = (w * w) * At(late_, row);
    pair[1] = (w * growth_) * common;
    pair[2 * early] = v * common;
  }
  HWY_INLINE void Triples(int row, Lanes* triple) const {
    const int early = 1 - late_;
    const Lanes& w = weight_[late_];
    const Lanes v = weight_[early];
    const Lanes common = v * At(early, row);
    const Lanes grown = w * growth_;
    triple[3 * late_] = (w * w) * (w * At(late_, row));
    triple[1 + late_] = (grown * grown) * common;
    triple[1 + early] = grown * (v * common);
    triple[3 * early] = (v * v) * common;
  }

 private:
  const double* Row(int row) const { return work_.levels.row(row); }

  const LaneWork& work_;
  const LevelPart& part_;
  Lanes weight_[kSides] = {Same(0.0), Same(0.0)};
  int late_ = 0;
  // From the earlier level to the later.
  Lanes growth_ = Same(1.0);
};

// Parts that are read by levels alone, into the sums of a branch.
template <int kUsed>
class LevelParts {
 public:
  LevelParts(const AtomView& view, BranchSums<kUsed>& sums)
      : view_(view),
        parts_(view.table.level_parts.data() + view.atom.first_level_part),
        sums_(sums) {}

  bool Has(int p) const { return view_.atom.levels >= 0 && parts_[p].first_row >= 0; }

  void AddStock(int p) const {
    const PartLaw& law = view_.Law(p);
    const LevelPart& part = parts_[p];
    const LevelReading reading(view_.work, part);
    for (int side = 0; side < kUsed; ++side) {
      if (part.end[side] < 0) continue;
      sums_.sum.mean[side] =
          MulAdd(reading.weight(side), reading.At(side, kKnownRow), sums_.sum.mean[side]);
    }
    if (law.kind != PartLaw::Kind::kStock) return;
    AddDraws(law, reading, part, {kEffectRow, kSquaresRow});
  }

  void AddNetFlow(int p) const {
    const LevelPart& part = parts_[p];
    AddDraws(view_.Law(p), LevelReading(view_.work, part), part, {0, 1});
  }

  void AddFlow(int p) const {
    const PartLaw& law = view_.Law(p);
    const LevelPart& part = parts_[p];
    const LevelReading reading(view_.work, part);
    FlowSums sums;
    if (kUsed == 2 && part.end[0] >= 0 && part.end[1] >= 0) {
      for (int side = 0; side < 2; ++side) {
        sums.mean[side] = reading.weight(side) * reading.At(side, 0);
      }
      reading.Pairs(1, sums.second);
      reading.Triples(2, sums.third);
      sums_.AddFlowOfBoth(law, sums);
      return;
    }
    const int side = part.end[0] >= 0 ? 0 : 1;
    const Lanes& w = reading.weight(side);
    sums.mean[0] = w * reading.At(side, 0);
    sums.second[0] = (w * w) * reading.At(side, 1);
    sums.third[0] = (w * w) * (w * reading.At(side, 2));
    sums_.AddFlow(side, law, sums);
  }

 private:
  // Rows of what effects count for, and of squares of draws.
  struct DrawRows {
    int effect;
    int squares;
  };

  void AddDraws(const PartLaw& law, const LevelReading& reading, const LevelPart& part,
                const DrawRows& rows) const {
    Lanes effect[2];
    for (int side = 0; side < kUsed; ++side) {
      if (part.end[side] < 0) continue;
      effect[side] = reading.weight(side) * reading.At(side, rows.effect);
    }
    if (kUsed == 2 && part.end[0] >= 0 && part.end[1] >= 0) {
      Lanes squares[3];
      reading.Pairs(rows.squares, squares);
      sums_.AddDrawsOfBoth(law, squares, effect);
      return;
    }
    const int side = part.end[0] >= 0 ? 0 : 1;
    const Lanes& w = reading.weight(side);
    sums_.AddDraws(side, law, (w * w) * reading.At(side, rows.squares), effect[side]);
  }

  const AtomView& view_;
  const LevelPart* parts_;
  BranchSums<kUsed>& sums_;
};

// NOLINTNEXTLINE(google-readability-namespace-comments)
}  // namespace HWY_NAMESPACE
}  // namespace jalon::sim
HWY_AFTER_NAMESPACE();

#endif  // include guard
