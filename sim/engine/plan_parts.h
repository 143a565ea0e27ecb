// The parts BuildPlan is made of. Internal to sim/engine.
#ifndef JALON_SIM_ENGINE_PLAN_PARTS_H_
#define JALON_SIM_ENGINE_PLAN_PARTS_H_

#include <optional>
#include <utility>
#include <vector>

#include "sim/base/period.h"
#include "sim/base/violation.h"
#include "sim/engine/plan.h"

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

// Everything wrong with the request that can be said before resolving targets to series.
Violations CheckPlanInput(const PlanInput& input);

// Targets resolved against the realisations.
struct TargetPart {
  Window horizon;
  // Rows of the realisations inside at least one target, ascending: the plan's series.
  std::vector<int> rows;
  std::vector<int> series_target_first;
  std::vector<int> series_targets;
};
TargetPart ResolveTargets(const PlanInput& input);

// Whether any series stands inside `range`.
bool HasSeries(const Realisations& realisations, const NodeRange& range);

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
SeriesPart ResolveSeries(const PlanInput& input, const ModelIndex& index,
                         const TargetPart& targets);

// [series x period]: Plan::base. `plan` has everything above.
std::vector<double> BaseEta(const Plan& plan, const Model& model,
                            const std::vector<int>& model_series);

// Adds log exposure to Plan::base where the model's indicators are proportional to opening days;
// drawn cells without an opening day become the constant 0. `plan` has everything above.
// CALENDAR_MISSING when the revision has no opening days for them.
Violations AddExposure(const PlanInput& input, Plan& plan);

// Elasticities with a group in `plan`.
struct ElasticityPart {
  std::vector<PlanElasticity> elasticities;
  // A driver of one unit finer than a region.
  Violations violations;
};
ElasticityPart ResolveElasticities(const PlanInput& input, const ModelIndex& index,
                                   const Plan& plan);

// Periods of driver paths and what is known of them at as_of.
struct DriverPart {
  Window window;
  // [driver, then derived driver x window]
  std::vector<double> history;
  std::optional<DriverSimulator> simulator;
  DerivedDrivers derived;
  std::vector<DriverCourse> derived_courses;
};
// Errors: kInvalidArgument when the driver model and the scenario do not fit together.
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
