// Stocks of a plan: what they start from, the flows that feed them, and the order of computation.
#include <algorithm>
#include <cmath>
#include <numeric>
#include <tuple>

#include "absl/container/flat_hash_map.h"
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
    part.step_series.resize(plan_.series.size());
    std::iota(part.step_series.begin(), part.step_series.end(), 0);
    std::sort(part.step_series.begin(), part.step_series.end(),
              [&](int a, int b) { return PlaceOf(a) < PlaceOf(b); });
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
  // Family, unit, flows before stocks, then canonical order.
  std::tuple<int, int, bool, SeriesKey> PlaceOf(int i) const {
    const SeriesKey& key = KeyOf(i);
    return {families_[key.indicator], key.unit, IsStock(input_.revision.network, key.indicator),
            key};
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

// Plan series by row of the realisations.
absl::flat_hash_map<int, int> SeriesByRow(const Plan& plan) {
  absl::flat_hash_map<int, int> series;
  for (int i = 0; i < plan.series_count(); ++i) series[plan.series[i].row] = i;
  return series;
}

// [series]: whether every cell is a whole number.
std::vector<bool> WholeSeries(const PlanInput& input, const Plan& plan) {
  const Network& network = input.revision.network;
  std::vector<bool> whole;
  for (const PlanSeries& series : plan.series) {
    const int k = input.revision.realisations.key(series.row).indicator;
    whole.push_back(IsStock(network, k) ? IsWholeStock(network, k)
                                        : series.law == Law::kNegativeBinomial);
  }
  return whole;
}

}  // namespace

std::vector<StockFlowRow> StockFlowRows(const Revision& revision, int row) {
  const SeriesKey& key = revision.realisations.key(row);
  const NodeRange below = RangeOf(revision.network, key.indicator, key.unit, key.segment);
  std::vector<StockFlowRow> flows;
  const auto add = [&](const std::vector<int>& indicators, double sign) {
    for (int k : indicators) {
      for (int r : revision.realisations.RowsIn(WithIndicator(below, k))) {
        flows.push_back({.row = r, .sign = sign});
      }
    }
  };
  add(revision.network.inflow_indices(key.indicator), 1.0);
  add(revision.network.outflow_indices(key.indicator), -1.0);
  return flows;
}

StockPart ResolveStocks(const PlanInput& input, const Plan& plan,
                        const std::vector<int>& model_series) {
  StockPart part;
  StepMaker(input, plan).Fill(part);
  part.stock_of_series.assign(plan.series.size(), -1);
  part.whole_of_series = WholeSeries(input, plan);
  absl::flat_hash_map<int, int> series_by_row;
  for (int i = 0; i < plan.series_count(); ++i) {
    if (!IsComputedStock(input, plan, i)) continue;
    if (series_by_row.empty()) series_by_row = SeriesByRow(plan);
    const int row = plan.series[i].row;
    part.stock_of_series[i] = static_cast<int>(part.stocks.size());
    PlanStock stock{.opening = OpeningLevel(input, row, model_series[i], plan.horizon.first - 1),
                    .whole = part.whole_of_series[i],
                    .first_flow = static_cast<int>(part.flows.size())};
    for (const StockFlowRow& flow : StockFlowRows(input.revision, row)) {
      part.flows.push_back({.series = series_by_row.at(flow.row), .sign = flow.sign});
    }
    stock.end_flow = static_cast<int>(part.flows.size());
    part.stocks.push_back(stock);
  }
  return part;
}

}  // namespace jalon::sim
