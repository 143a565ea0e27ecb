#include "sim/engine/plan.h"

#include <algorithm>
#include <utility>

#include "sim/base/hash64.h"
#include "sim/base/status_macros.h"
#include "sim/engine/plan_parts.h"

namespace jalon::sim {
namespace {

// The model without what the plan replaces: 30,000 series are not worth keeping twice.
Model SharedPart(const Model& model) {
  Model shared;
  shared.network_id = model.network_id;
  shared.as_of = model.as_of;
  shared.fit_period_count = model.fit_period_count;
  shared.unit_ids = model.unit_ids;
  shared.segment_ids = model.segment_ids;
  shared.indicator_ids = model.indicator_ids;
  shared.region_units = model.region_units;
  shared.groups = model.groups;
  shared.trend = model.trend;
  shared.trend_damping = model.trend_damping;
  shared.season = model.season;
  shared.elasticity = model.elasticity;
  shared.elasticities = model.elasticities;
  shared.national = model.national;
  shared.regional = model.regional;
  shared.branch_loading = model.branch_loading;
  shared.drivers = model.drivers;
  shared.derived_drivers = model.derived_drivers;
  return shared;
}

// [series x rank] of the level block, in plan order.
std::vector<double> LevelLoadings(const Model& model, const std::vector<int>& model_series) {
  const int rank = model.level.rank;
  std::vector<double> loadings(model_series.size() * rank, 0.0);
  for (size_t i = 0; i < model_series.size(); ++i) {
    if (model_series[i] < 0) continue;
    for (int j = 0; j < rank; ++j) {
      loadings[i * rank + j] =
          model.level.shared_factor[static_cast<size_t>(model_series[i]) * rank + j];
    }
  }
  return loadings;
}

void MoveInto(Plan& plan, TargetPart targets) {
  plan.horizon = targets.horizon;
  plan.series_slot_first = std::move(targets.series_slot_first);
  plan.series_slots = std::move(targets.series_slots);
}

void MoveInto(Plan& plan, QuantityPart part) {
  plan.target_parts = std::move(part.targets);
  plan.terms = std::move(part.terms);
  plan.slots = std::move(part.slots);
  plan.rates = std::move(part.rates);
  plan.part_count = part.part_count;
}

void MoveInto(Plan& plan, StockPart part) {
  plan.stocks = std::move(part.stocks);
  plan.stock_flows = std::move(part.flows);
  plan.step_first = std::move(part.step_first);
  plan.step_series = std::move(part.step_series);
  plan.step_place = std::move(part.step_place);
  for (int i = 0; i < plan.series_count(); ++i) {
    plan.series[i].stock = part.stock_of_series[i];
    plan.series[i].whole = part.whole_of_series[i];
  }
}

void MoveInto(Plan& plan, SeriesPart part) {
  plan.series = std::move(part.series);
  plan.realised = std::move(part.realised);
  plan.groups = std::move(part.groups);
  plan.region_rows = std::move(part.region_rows);
  plan.indicators = std::move(part.indicators);
}

void MoveInto(Plan& plan, DriverPart part) {
  plan.driver_window = part.window;
  plan.driver_history = std::move(part.history);
  plan.derived_drivers = std::move(part.derived);
  plan.regimes = std::move(part.regimes);
}

void MoveInto(Plan& plan, EventPart part) {
  plan.events = std::move(part.events);
  plan.series_event_first = std::move(part.series_event_first);
  plan.series_events = std::move(part.series_events);
}

// Adds the series of ones where a slot reads it: a branch of its own, no cell of which is drawn.
void AddSeriesOfOnes(Plan& plan) {
  std::vector<int> slots;
  for (int slot = 0; slot < plan.slot_count(); ++slot) {
    if (plan.slots[slot].range == kOfOne) slots.push_back(slot);
  }
  if (slots.empty()) return;
  std::stable_sort(slots.begin(), slots.end(),
                   [&](int a, int b) { return plan.slots[a].reading < plan.slots[b].reading; });
  const uint64_t id64 = Hash64(
      "\x1f"
      "ones");
  plan.step_series.push_back(plan.series_count());
  plan.step_first.push_back(static_cast<int>(plan.step_series.size()));
  plan.step_place.push_back(0);
  plan.series.push_back({.id64 = id64, .branch_id64 = id64, .row = -1, .group = -1});
  plan.realised.resize(plan.realised.size() + plan.period_count(), 1.0);
  plan.base.resize(plan.base.size() + plan.period_count(), 0.0);
  plan.level_loadings.resize(plan.level_loadings.size() + plan.level_rank, 0.0);
  plan.series_slots.insert(plan.series_slots.end(), slots.begin(), slots.end());
  plan.series_slot_first.push_back(static_cast<int>(plan.series_slots.size()));
  plan.series_event_first.push_back(plan.series_event_first.back());
}

}  // namespace

absl::StatusOr<Plan> BuildPlan(const PlanInput& input) {
  const Revision& revision = input.revision;
  RowTables rows{.index = RowIndex(revision.network, revision.realisations)};
  Violations violations = CheckPlanInput(input, rows.index);
  JALON_RETURN_IF_ERROR(violations.ToStatus());

  Plan plan;
  plan.seed = input.seed;
  plan.as_of = input.as_of;
  plan.targets.assign(input.targets.begin(), input.targets.end());
  plan.shared = SharedPart(input.model);

  const ModelIndex index = IndexModel(revision.network, input.model);
  rows.model_series = ModelSeriesOfRows(index, revision.realisations);
  QuantityPart quantities = ResolveQuantities(input);
  violations.Merge(quantities.violations);
  TargetPart targets = ResolveTargets(input, rows, quantities.slots);
  MoveInto(plan, std::move(quantities));
  SeriesPart series = ResolveSeries(input, rows, targets);
  const std::vector<int> model_series = std::move(series.model_series);
  violations.Merge(series.violations);
  MoveInto(plan, std::move(targets));
  MoveInto(plan, std::move(series));
  MoveInto(plan, ResolveStocks(input, rows, plan));

  violations.Merge(CheckEventReach(input, plan.horizon));

  ElasticityPart elasticities = ResolveElasticities(input, index, plan);
  violations.Merge(elasticities.violations);
  JALON_RETURN_IF_ERROR(violations.ToStatus());
  plan.elasticities = std::move(elasticities.elasticities);

  plan.level_rank = input.model.level.rank;
  plan.level_loadings = LevelLoadings(input.model, model_series);
  plan.base = BaseEta(plan, input.model, model_series);
  violations.Merge(AddExposure(input, plan));
  violations.Merge(AddMeans(input, plan));
  JALON_RETURN_IF_ERROR(violations.ToStatus());
  JALON_ASSIGN_OR_RETURN(DriverPart drivers, ResolveDrivers(input, plan));
  MoveInto(plan, std::move(drivers));
  if (plan.regime_count() > 1) plan.weight_confidence = input.scenario.weight_confidence;
  MoveInto(plan, ResolveEvents(input, index, plan));
  AddSeriesOfOnes(plan);
  return plan;
}

}  // namespace jalon::sim
