// Stocks of a plan: what they start from, the flows that feed them, and the order of computation.
#include <algorithm>
#include <cmath>
#include <numeric>
#include <vector>

#include "sim/engine/plan_parts.h"

namespace jalon::sim {
namespace {

bool CountsThings(const Network& network, int k) {
  return network.indicator(k).kind == IndicatorKind::kCount;
}

// A stock of things whose flows count things: its level is a whole number.
bool IsWholeStock(const Network& network, int k) {
  const auto counts = [&](int flow) { return CountsThings(network, flow); };
  const std::vector<int>& in = network.inflow_indices(k);
  const std::vector<int>& out = network.outflow_indices(k);
  return network.indicator(k).measure == Measure::kCount &&
         std::all_of(in.begin(), in.end(), counts) && std::all_of(out.begin(), out.end(), counts);
}

// Level at the end of the period before the horizon: the last one known there; the model's own
// where the revision has none up to as_of. A unit that is not open yet has none.
double OpeningLevel(const PlanInput& input, int row, int model_series, Period before) {
  const Realisations& realisations = input.revision.realisations;
  const Unit& unit = input.revision.network.unit(realisations.key(row).unit);
  if (unit.opened && before < *unit.opened) return 0.0;
  if (const auto known = LastKnown(realisations, row, std::min(before, input.as_of))) {
    return realisations.at(row, *known);
  }
  return model_series < 0 ? 0.0 : input.model.series[model_series].opening_stock;
}

// Indicators that hang together through stocks: [indicator], the smallest of its family.
std::vector<int> Families(const Network& network) {
  std::vector<int> family(network.indicator_count());
  std::iota(family.begin(), family.end(), 0);
  const auto join = [&](int a, int b) {
    const int low = std::min(family[a], family[b]);
    const int high = std::max(family[a], family[b]);
    for (int& f : family) f = f == high ? low : f;
  };
  for (int k = 0; k < network.indicator_count(); ++k) {
    for (int flow : network.inflow_indices(k)) join(k, flow);
    for (int flow : network.outflow_indices(k)) join(k, flow);
  }
  return family;
}

// [indicator]: whether it is alone in its family.
std::vector<bool> Alone(const std::vector<int>& families) {
  std::vector<int> sizes(families.size(), 0);
  for (int family : families) ++sizes[family];
  std::vector<bool> alone;
  alone.reserve(families.size());
  for (int family : families) alone.push_back(sizes[family] == 1);
  return alone;
}

class StepMaker {
 public:
  StepMaker(const PlanInput& input, const Plan& plan)
      : input_(input),
        plan_(plan),
        families_(Families(input.revision.network)),
        alone_(Alone(families_)) {}

  void Fill(StockPart& part) const {
    part.step_series = Order();
    part.step_place.resize(plan_.series.size());
    for (size_t j = 0; j < part.step_series.size(); ++j) {
      if (j == 0 || !SameStep(part.step_series[j - 1], part.step_series[j])) {
        part.step_first.push_back(static_cast<int>(j));
      }
      part.step_place[part.step_series[j]] = static_cast<int>(j) - part.step_first.back();
    }
    part.step_first.push_back(static_cast<int>(part.step_series.size()));
  }

 private:
  const SeriesKey& KeyOf(int i) const {
    return input_.revision.realisations.key(plan_.series[i].row);
  }
  // Family, unit, flows before stocks.
  size_t PlaceOf(int i) const {
    const SeriesKey& key = KeyOf(i);
    const size_t unit =
        static_cast<size_t>(families_[key.indicator]) * input_.revision.network.unit_count() +
        key.unit;
    return 2 * unit + (IsStock(input_.revision.network, key.indicator) ? 1 : 0);
  }
  // By place, then canonical order, which is that of the plan: counted, not compared.
  std::vector<int> Order() const {
    const Network& network = input_.revision.network;
    std::vector<int> next(
        2 * static_cast<size_t>(network.indicator_count()) * network.unit_count() + 1);
    for (int i = 0; i < plan_.series_count(); ++i) ++next[PlaceOf(i) + 1];
    std::partial_sum(next.begin(), next.end(), next.begin());
    std::vector<int> order(plan_.series.size());
    for (int i = 0; i < plan_.series_count(); ++i) order[next[PlaceOf(i)]++] = i;
    return order;
  }
  bool SameStep(int a, int b) const {
    const SeriesKey& x = KeyOf(a);
    const SeriesKey& y = KeyOf(b);
    return !alone_[x.indicator] && families_[x.indicator] == families_[y.indicator] &&
           x.unit == y.unit;
  }

  const PlanInput& input_;
  const Plan& plan_;
  std::vector<int> families_;
  std::vector<bool> alone_;
};

// Whether series i is a stock with a cell to compute.
bool IsComputedStock(const PlanInput& input, const Plan& plan, int i) {
  const SeriesKey& key = input.revision.realisations.key(plan.series[i].row);
  if (!IsStock(input.revision.network, key.indicator)) return false;
  const auto first = plan.realised.begin() + static_cast<int64_t>(i) * plan.period_count();
  return std::any_of(first, first + plan.period_count(), [](double c) { return std::isnan(c); });
}

// [row of the realisations]: its plan series; -1 without one.
std::vector<int> SeriesByRow(const PlanInput& input, const Plan& plan) {
  std::vector<int> series(input.revision.realisations.series_count(), -1);
  for (int i = 0; i < plan.series_count(); ++i) series[plan.series[i].row] = i;
  return series;
}

// [series]: whether every cell is a whole number.
std::vector<bool> WholeSeries(const PlanInput& input, const Plan& plan) {
  const Network& network = input.revision.network;
  std::vector<bool> whole_stock;
  whole_stock.reserve(network.indicator_count());
  for (int k = 0; k < network.indicator_count(); ++k) {
    whole_stock.push_back(IsStock(network, k) && IsWholeStock(network, k));
  }
  std::vector<bool> whole;
  whole.reserve(plan.series.size());
  for (const PlanSeries& series : plan.series) {
    const int k = input.revision.realisations.key(series.row).indicator;
    whole.push_back(IsStock(network, k) ? whole_stock[k] : series.law == Law::kNegativeBinomial);
  }
  return whole;
}

}  // namespace

void ForEachStockFlow(const Revision& revision, const RowIndex& rows, int row,
                      absl::FunctionRef<void(int flow, double sign)> visit) {
  const Network& network = revision.network;
  const SeriesKey& key = revision.realisations.key(row);
  const NodeRange below = RangeOf(network, key.indicator, key.unit, key.segment);
  for (int k : network.inflow_indices(key.indicator)) {
    rows.ForEach(WithIndicator(below, k), [&](int flow) { visit(flow, 1.0); });
  }
  for (int k : network.outflow_indices(key.indicator)) {
    rows.ForEach(WithIndicator(below, k), [&](int flow) { visit(flow, -1.0); });
  }
}

StockPart ResolveStocks(const PlanInput& input, const RowTables& rows, const Plan& plan) {
  StockPart part;
  StepMaker(input, plan).Fill(part);
  part.stock_of_series.assign(plan.series.size(), -1);
  part.whole_of_series = WholeSeries(input, plan);
  const std::vector<int> series_by_row = SeriesByRow(input, plan);
  for (int i = 0; i < plan.series_count(); ++i) {
    if (!IsComputedStock(input, plan, i)) continue;
    const int row = plan.series[i].row;
    part.stock_of_series[i] = static_cast<int>(part.stocks.size());
    PlanStock stock{
        .opening = OpeningLevel(input, row, rows.model_series[row], plan.horizon.first - 1),
        .whole = part.whole_of_series[i],
        .first_flow = static_cast<int>(part.flows.size())};
    ForEachStockFlow(input.revision, rows.index, row, [&](int flow, double sign) {
      part.flows.push_back({.series = series_by_row[flow], .sign = sign});
    });
    stock.end_flow = static_cast<int>(part.flows.size());
    part.stocks.push_back(stock);
  }
  return part;
}

}  // namespace jalon::sim
