// The plan: model x scenario x targets as flat arrays (DECISIONS D1), a function of the request
// only, never of threads.
#ifndef JALON_SIM_ENGINE_PLAN_H_
#define JALON_SIM_ENGINE_PLAN_H_

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "sim/base/period.h"
#include "sim/engine/target.h"
#include "sim/model/model.h"
#include "sim/network/revision.h"
#include "sim/scenario/scenario.h"

namespace jalon::sim {

// Everything a run depends on besides its precision. Borrowed for the call only.
struct PlanInput {
  const Revision& revision;
  const Model& model;
  const Scenario& scenario;
  std::span<const Target> targets;
  // Realised periods up to here are constants; later ones are simulated. The model's as_of must not
  // be later.
  Period as_of;
  uint64_t seed = 0;
};

// One event resolved against the plan's groups and series.
struct PlanEvent {
  // Id64 of the event's id: its stream.
  uint64_t id64 = 0;
  EffectLaw effect;
  double channel_share_ratio = 1.0;
  // [period of the horizon]: EventWeight.
  std::vector<double> weights;
  // Groups it acts on, ascending; used when it covers whole groups.
  std::vector<int> groups;
  // Series it acts on individually (a unit filter finer than a region), ascending; D1 keeps these
  // out of the group profile.
  std::vector<int> series;
};

// A series of the plan: constants of the series stage.
struct PlanSeries {
  uint64_t id64 = 0;
  // Stream of the branch effect: Hash64 of the unit id.
  uint64_t branch_id64 = 0;
  int group = 0;
  int indicator = 0;
  Link link = Link::kLog;
  Law law = Law::kNegativeBinomial;
  double dispersion = 1.0;
  double shape = 0.0;
  double unit_scale = 1.0;
  double branch_loading = 0.0;
  // sqrt(level's own variance + series_effect_sd^2).
  double series_effect_sd = 0.0;
  bool ended = false;
};

// The plan of a run. Read-only once built; thread-compatible.
struct Plan {
  uint64_t seed = 0;
  Period as_of;
  // The union of the targets' windows, one contiguous range; realised part included.
  Window horizon;
  // Series inside at least one target, in canonical order.
  std::vector<PlanSeries> series;
  // [series x horizon period]: level + trend + season of the eta; log-link mean corrections for u,
  // v, and latents included.
  std::vector<double> base;
  // [series x horizon period]: realised value, NaN where it must be simulated.
  std::vector<double> realised;

  Model shared;  // elasticities, latents, drivers: what the shared stage draws
  std::vector<DriverAssumption> driver_assumptions;
  std::vector<PlanEvent> events;
  // [driver x (max lag + horizon)] observed driver values before and inside the horizon, NaN later.
  std::vector<double> driver_history;
  int max_lag = 0;

  std::vector<Target> targets;
  // Targets that contain series i: series_targets[series_target_first[i] ..
  // series_target_first[i + 1]).
  std::vector<int> series_target_first;
  std::vector<int> series_targets;

  int period_count() const { return horizon.size(); }
  int group_count() const { return static_cast<int>(shared.groups.size()); }
};

// Errors: kInvalidArgument with every violation: targets on nothing, a horizon of more than 60
// simulated periods or before the realisations, a model of another network or frequency or with
// series missing for a target, a scenario whose ids are unknown.
absl::StatusOr<Plan> BuildPlan(const PlanInput& input);

// Predicted cost of a plan on the sampled engine, for admission: bytes at peak and CPU milliseconds
// per 256 paths on one core of a 2022 server.
struct PlanCost {
  double peak_bytes = 0.0;
  double cpu_ms_per_256_paths = 0.0;
};
PlanCost PredictCost(const Plan& plan, int thread_count);

}  // namespace jalon::sim

#endif  // JALON_SIM_ENGINE_PLAN_H_
