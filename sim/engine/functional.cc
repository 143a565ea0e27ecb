#include "sim/engine/functional.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "sim/engine/stock_stage.h"

namespace jalon::sim {
namespace {

class FunctionalMaker {
 public:
  FunctionalMaker(const Plan& plan, const SharedState& state) : plan_(plan), state_(state) {}

  void AddQuantity(const PlanQuantity& quantity) {
    for (int j = quantity.first_term; j < quantity.end_term; ++j) {
      const PlanTerm& term = plan_.terms[j];
      for (int i = 0; i < plan_.series_count(); ++i) {
        if (Contains(term.slot, i)) AddReading(term, i, term.coefficient / quantity.divisor);
      }
    }
  }

  LinearFunctional Take() { return std::move(made_); }

 private:
  bool Contains(int slot, int i) const {
    const auto first = plan_.series_slots.begin() + plan_.series_slot_first[i];
    const auto end = plan_.series_slots.begin() + plan_.series_slot_first[i + 1];
    return std::find(first, end, slot) != end;
  }

  void AddReading(const PlanTerm& term, int i, double weight) {
    const SlotReading& reading = plan_.slots[term.slot].reading;
    for (int t = reading.window.first - plan_.horizon.first;
         t <= reading.window.last - plan_.horizon.first; ++t) {
      const double rate =
          reading.rate < 0 ? 1.0 : state_.rate(reading.rate, t, plan_.period_count());
      if (reading.mean_of_stock) {
        AddCell(i, t - 1, 0.5 * weight * rate);
        AddCell(i, t, 0.5 * weight * rate);
      } else {
        AddCell(i, t, weight * rate);
      }
    }
  }

  double Realised(int i, int t) const {
    return plan_.realised[static_cast<size_t>(i) * plan_.period_count() + t];
  }

  void AddCell(int i, int t, double weight) {
    if (!std::isnan(Realised(i, t))) {
      made_.constant += weight * Realised(i, t);
    } else if (plan_.series[i].stock < 0) {
      made_.flows[{i, t}] += weight;
    } else {
      AddLevel(i, t, weight);
    }
  }

  // Unrolls the recursion from period t back to the last known level.
  void AddLevel(int i, int t, double weight) {
    const PlanSeries& series = plan_.series[i];
    const std::vector<double> rates = StockRates(plan_, i, state_);
    for (; t >= 0 && std::isnan(Realised(i, t)); --t) {
      AddMovements(i, t, weight);
      weight *= 1.0 + rates[t];
    }
    made_.constant += weight * (t >= 0 ? Realised(i, t) : plan_.stocks[series.stock].opening);
  }

  // Flows of a period, and other movements but for the share of the opening level.
  void AddMovements(int i, int t, double weight) {
    const PlanSeries& series = plan_.series[i];
    const PlanStock& stock = plan_.stocks[series.stock];
    for (int j = stock.first_flow; j < stock.end_flow; ++j) {
      AddCell(plan_.stock_flows[j].series, t, weight * plan_.stock_flows[j].sign);
    }
    if (series.law == Law::kExactStock) return;
    made_.noises[{i, t}] += weight;
    made_.own[i] += weight;
  }

  const Plan& plan_;
  const SharedState& state_;
  LinearFunctional made_;
};

}  // namespace

LinearFunctional FunctionalOf(const Plan& plan, const PlanQuantity& quantity,
                              const SharedState& state) {
  FunctionalMaker maker(plan, state);
  maker.AddQuantity(quantity);
  return maker.Take();
}

}  // namespace jalon::sim
