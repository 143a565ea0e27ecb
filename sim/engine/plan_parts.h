// The parts BuildPlan is made of. Internal to sim/engine.
#ifndef JALON_SIM_ENGINE_PLAN_PARTS_H_
#define JALON_SIM_ENGINE_PLAN_PARTS_H_

#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "absl/functional/function_ref.h"
#include "sim/base/period.h"
#include "sim/base/violation.h"
#include "sim/engine/plan.h"
#include "sim/engine/row_index.h"
#include "sim/engine/target_parts.h"
#include "sim/network/known_dates.h"
#include "sim/network/mean_ratios.h"

namespace jalon::sim {

// A model's id tables as indices of a network; -1 where the network does not know the id.
struct ModelIndex {
  // [model unit], [model segment], [model indicator]
  std::vector<int> units;
  std::vector<int> segments;
  std::vector<int> indicators;
  // Model series by network key, sorted.
  std::vector<std::pair<SeriesKey, int>> series;

  // Index into Model::series of a key.
  std::optional<int> Find(const SeriesKey& key) const;
};
ModelIndex IndexModel(const Network& network, const Model& model);

// The rows of the realisations as a plan asks for them.
struct RowTables {
  RowIndex index;
  // [row]: index into Model::series, -1 without one.
  std::vector<int> model_series;
};
// [row]: RowTables::model_series.
std::vector<int> ModelSeriesOfRows(const ModelIndex& index, const Realisations& realisations);

// Everything wrong with the request that can be said before resolving targets to series.
Violations CheckPlanInput(const PlanInput& input, const RowIndex& rows);

// Targets as quantities.
struct QuantityPart {
  std::vector<PlanTarget> targets;
  std::vector<PlanTerm> terms;
  std::vector<PlanSlot> slots;
  std::vector<PlanRate> rates;
  int part_count = 0;
  // Drivers of derived indicators that the model does not have.
  Violations violations;
};
QuantityPart ResolveQuantities(const PlanInput& input);

// Slots resolved against the realisations.
struct TargetPart {
  Window horizon;
  // Rows of the realisations inside at least one slot, or feeding a stock that is, ascending: the
  // plan's series.
  std::vector<int> rows;
  std::vector<int> series_slot_first;
  std::vector<int> series_slots;
};
TargetPart ResolveTargets(const PlanInput& input, const RowTables& rows,
                          const std::vector<PlanSlot>& slots);

// A stock that was not reported is computed from its last known level on, by its flows, over at
// most this many periods; one that was last known longer ago is taken as it was then.
inline constexpr int kLongestCatchUp = 12;

// The period from which a stock has to be computed to be known in `period`: the one after its last
// known level before that, at the latest the one after as_of.
Period StockStart(const PlanInput& input, int row, Period period);

// A row of the realisations and its index into Model::series, -1 without one.
struct PlanRow {
  int row = 0;
  int model_series = -1;
};

// A window, and where its cells go: one for each of its periods.
struct CellRow {
  Window window;
  std::span<double> cells;
};

// Fills in the constant cells of one row, NaN where a draw is needed: realised up to as_of, 0
// before the unit opens, from its closing (as far as known at as_of) on, and once the series has
// ended; levels of stocks that were not reported for too long, or (the model's own) never.
void FillConstantCells(const PlanInput& input, const KnownDates& dates, PlanRow place,
                       const CellRow& into);

// Calls `visit(flow, sign)` for the rows of the series that feed the stock of `row`: those of its
// flows at the unit and at or below the segment. Ascending among those that enter, then among those
// that leave.
void ForEachStockFlow(const Revision& revision, const RowIndex& rows, int row,
                      absl::FunctionRef<void(int flow, double sign)> visit);

// Last period up to `period` with a known level of `row`; nullopt when there is none.
std::optional<Period> LastKnown(const Realisations& realisations, int row, Period period);

// Stocks of the plan and the order of steps.
struct StockPart {
  std::vector<PlanStock> stocks;
  std::vector<PlanStockFlow> flows;
  // [series]: index into `stocks`, or -1.
  std::vector<int> stock_of_series;
  // [series]: PlanSeries::whole.
  std::vector<bool> whole_of_series;
  std::vector<int> step_first;
  std::vector<int> step_series;
  std::vector<int> step_place;
};
// `plan` has its horizon, series and realised cells.
StockPart ResolveStocks(const PlanInput& input, const RowTables& rows, const Plan& plan);

// Series and groups of the plan. Cells and base are filled by the functions below.
struct SeriesPart {
  std::vector<PlanSeries> series;
  // [series]: index into Model::series, -1 without one.
  std::vector<int> model_series;
  // [series x period]: Plan::realised.
  std::vector<double> realised;
  std::vector<PlanGroup> groups;
  std::vector<PlanRegionRow> region_rows;
  std::vector<int> indicators;
  // Series that must be drawn and are not in the model, groups whose series disagree on a link.
  Violations violations;
};
SeriesPart ResolveSeries(const PlanInput& input, const RowTables& rows, const TargetPart& targets);

// [series x period]: Plan::base. `plan` has everything above.
std::vector<double> BaseEta(const Plan& plan, const Model& model,
                            const std::vector<int>& model_series);

// Adds log exposure to Plan::base where the model's indicators are proportional to opening days;
// drawn cells without an opening day become the constant 0. `plan` has everything above.
// CALENDAR_MISSING when the revision has no opening days for them.
Violations AddExposure(const PlanInput& input, Plan& plan);

// Means of branches: adds elasticity x log ratio to Plan::base, and the elasticity's uncertainty
// to the plan's level factors, at the average log ratio of the year after the model's as_of; drawn
// cells without any of a mean become the constant 0. Nothing without effects. `plan` has everything
// above. MEAN_MISSING when the revision does not have a mean that the model was fitted with.
Violations AddMeans(const PlanInput& input, Plan& plan);

// The mean of an effect over a window, as the run may know it.
MeanRatios RatiosOf(const PlanInput& input, const MeanEffect& effect, const Window& window);

// Elasticities with a group in `plan`.
struct ElasticityPart {
  std::vector<PlanElasticity> elasticities;
  // A driver of one unit finer than a region.
  Violations violations;
};
ElasticityPart ResolveElasticities(const PlanInput& input, const ModelIndex& index,
                                   const Plan& plan);

// Periods of driver paths, what is known of them at as_of, and what each regime makes of them.
struct DriverPart {
  Window window;
  // [driver, then derived driver x window]
  std::vector<double> history;
  DerivedDrivers derived;
  std::vector<PlanRegime> regimes;
};
// Errors: kInvalidArgument when the driver model and the scenario do not fit together, or when a
// derived indicator needs a driver in a period before its first value.
absl::StatusOr<DriverPart> ResolveDrivers(const PlanInput& input, const Plan& plan);

// Events resolved to groups and series.
struct EventPart {
  std::vector<PlanEvent> events;
  std::vector<int> series_event_first;
  std::vector<int> series_events;
};
// What CheckPlanInput cannot see of events: covered series without a channel share, transfers to
// units that sell nothing of what moves. `horizon`: the periods simulated.
Violations CheckEventReach(const PlanInput& input, const Window& horizon);
EventPart ResolveEvents(const PlanInput& input, const ModelIndex& index, const Plan& plan);

// Step of a period: periods after the model's as_of, 0 up to it.
inline int StepOf(const Plan& plan, Period period) {
  const int h = period - plan.shared.as_of;
  return h > 0 ? h : 0;
}

// damped(h) for h in [0, step_count].
std::vector<double> DampedSteps(double damping, int step_count);

}  // namespace jalon::sim

#endif  // JALON_SIM_ENGINE_PLAN_PARTS_H_
