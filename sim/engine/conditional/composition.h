// What a target is made of, as flat arrays: which series, read how, in which branches. Internal to
// sim/engine/conditional.
#ifndef JALON_SIM_ENGINE_CONDITIONAL_COMPOSITION_H_
#define JALON_SIM_ENGINE_CONDITIONAL_COMPOSITION_H_

#include <optional>
#include <vector>

#include "sim/engine/plan.h"

namespace jalon::sim {

// The two sums a target can need: its value or numerator, and its denominator; or its value, and
// the value it starts from.
inline constexpr int kSides = 2;

// A slot's reading of one series, for one side.
struct PartReading {
  int side = 0;
  // Periods of the horizon.
  int first = 0;
  int last = 0;
  double coefficient = 1.0;
  // Index into Plan::rates; -1 for none.
  int rate = -1;
  bool mean_of_stock = false;
};

// A series of a target: read by it, or a flow of a stock that is.
struct Part {
  // Index into Plan::series.
  int series = 0;
  // Readings [first_reading, end_reading).
  int first_reading = 0;
  int end_reading = 0;
  // Flows of a stock as places among the composition's parts: [first_flow, end_flow).
  int first_flow = 0;
  int end_flow = 0;
  // Row of Composition::loadings.
  int loading = 0;
};

struct PartFlow {
  int part = 0;
  double sign = 1.0;
};

struct Composition {
  // Whether the second one counts.
  bool two_sided = false;
  // By branch, stocks of a branch before its flows.
  std::vector<Part> parts;
  // [branch + 1]: where its parts begin.
  std::vector<int> branch_first;
  std::vector<PartReading> readings;
  std::vector<PartFlow> flows;
  // Distinct branch loadings of parts on the log link.
  std::vector<double> loadings;
  // Whether weights depend on the shared state: stocks with a level to compute, rates.
  bool moves = false;
  // [side x part x period]: weight of each cell, when it does not move; known cells included.
  std::vector<double> weights;

  int part_count() const { return static_cast<int>(parts.size()); }
  int branch_count() const { return static_cast<int>(branch_first.size()) - 1; }
};

// Adds the readings of part p to weights [period] of one side, at the rates of a shared state
// ([rate x period]; not read where there is no rate).
void AddReadings(const Composition& composition, int p, int side, int period_count,
                 const double* rates, double* weights);

// [slot]: series it contains, ascending. Built once for all compositions of a plan.
class SlotSeries {
 public:
  // `rates`: those of any shared state, [rate x period]. Both must outlive it.
  SlotSeries(const Plan& plan, const std::vector<double>& rates);
  const std::vector<int>& Of(int slot) const { return series_[slot]; }
  // The value of the slot's rate where it is one and the same in every period of its window and on
  // every path: realised, or imposed by the scenario. 1 without a rate.
  std::optional<double> KnownRate(int slot) const;
  // Frees some of it; true once nothing is left. It is then of no use.
  bool LetGo();

 private:
  bool IsKnown(const PlanRate& rate, Period period) const;

  const Plan& plan_;
  const std::vector<double>& rates_;
  std::vector<std::vector<int>> series_;
};

// The composition of `value` and `other`, the second side (which may not exist). Series none of
// whose cells is to be drawn stay in, as constants. Deterministic; O(parts x periods).
Composition Compose(const Plan& plan, const SlotSeries& slots, const PlanQuantity& value,
                    const PlanQuantity& other);

}  // namespace jalon::sim

#endif  // JALON_SIM_ENGINE_CONDITIONAL_COMPOSITION_H_
