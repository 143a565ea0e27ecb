// The plan: model x scenario x targets as flat arrays (DECISIONS D1), a function of the request
// only, never of threads.
//
// Two time axes meet here. The *horizon* is the union of the targets' windows: cells live on it.
// The *steps* run from the period after the model's as_of to the last period of the horizon: shared
// state (latents) moves along them, so that a window that starts late finds the state it would have
// found in any other run. Docs: docs/model/engine.md.
#ifndef JALON_SIM_ENGINE_PLAN_H_
#define JALON_SIM_ENGINE_PLAN_H_

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "sim/base/period.h"
#include "sim/drivers/derived.h"
#include "sim/drivers/driver_simulator.h"
#include "sim/engine/plan_scores.h"
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

// At most this many periods after as_of may be simulated (D9).
inline constexpr int kMaxSimulatedPeriods = 60;

// Ranks of the parameter blocks and latents the engine carries: the shared loadings of D1.
inline constexpr int kMaxRank = 16;

// One event, or the part of one that acts with one coefficient, resolved against the plan's groups
// and series. Parts of an event share its stream: one size on a path for all of them.
struct PlanEvent {
  // Hash64 of the event's id: its stream.
  uint64_t id64 = 0;
  // Bit r: it happens in regime r of the plan. On paths of the others it changes nothing.
  uint32_t regimes = 1;
  EffectLaw effect;
  // Share of sales it acts on, less what comes back through other channels; in `weights` and
  // `contained` instead where it differs between series.
  double channel_share_ratio = 1.0;
  // ContainedWeight at the model's as_of, and [period of the horizon] EventWeight.
  double contained = 0.0;
  std::vector<double> weights;
  // Plan groups it covers whole, ascending.
  std::vector<int> groups;
  // Series it acts on one by one (a unit filter finer than a region, channel shares of a table,
  // sales that move to a unit), ascending; none of them is in `groups`. D1 keeps these out of the
  // group profile.
  std::vector<int> series;

  bool HappensIn(int regime) const { return ((regimes >> regime) & 1U) != 0; }

  friend bool operator==(const PlanEvent&, const PlanEvent&) = default;
};

// A world that a path may be in: the scenario's own, or one of its mixture. What the worlds share
// (drivers' histories, elasticities, latents) stands in the plan.
struct PlanRegime {
  std::string id;
  // In (0, 1], and the sum of the weights up to it; 1 for the last one.
  double weight = 1.0;
  double cumulated = 1.0;
  // Its drivers after as_of; absent when no driver is needed there, in all regimes alike.
  std::optional<DriverSimulator> driver_simulator;
  // What it tells of derived drivers after as_of, by index into Plan::derived_drivers, and `values`
  // [period after as_of].
  std::vector<DriverCourse> derived_courses;
};

// A group with at least one series in the plan.
struct PlanGroup {
  // SeriesId64 of region, segment and indicator: stream of the group's own parameters.
  uint64_t id64 = 0;
  // Index into Model::groups.
  int model_group = 0;
  // Row of the plan's regional latents.
  int region_row = 0;
  // Index into Model::indicator_ids.
  int indicator = 0;
  // Same for all series of the group.
  Link link = Link::kLog;

  friend bool operator==(const PlanGroup&, const PlanGroup&) = default;
};

// A (region, indicator) pair in use: one regional latent.
struct PlanRegionRow {
  // Hash64 of the region's unit id and of `region \x1f indicator`: streams of the region's common
  // factors and of the pair's own part.
  uint64_t region_id64 = 0;
  uint64_t id64 = 0;
  // Index into Model::region_units.
  int region = 0;
  // Index into Model::indicator_ids.
  int indicator = 0;

  friend bool operator==(const PlanRegionRow&, const PlanRegionRow&) = default;
};

// An elasticity with at least one group in the plan.
struct PlanElasticity {
  // Hash64 of `elasticity \x1f driver \x1f indicator \x1f lag`: its stream.
  uint64_t id64 = 0;
  // Index into Model::elasticities.
  int elasticity = 0;
  // Groups it acts on: those of its indicator inside the driver's scope, ascending.
  std::vector<int> groups;

  friend bool operator==(const PlanElasticity&, const PlanElasticity&) = default;
};

// Sum of a driver factor: constant + sum of coefficient x driver.
struct PlanDriverFactor {
  double constant = 0.0;
  // Index into VarModel::driver_ids, or their count plus an index into Model::derived_drivers; and
  // the coefficient.
  std::vector<std::pair<int, double>> weights;

  friend auto operator<=>(const PlanDriverFactor&, const PlanDriverFactor&) = default;
};

// What the term of a derived indicator is multiplied by in every period: a product of factors.
struct PlanRate {
  std::vector<PlanDriverFactor> factors;

  friend auto operator<=>(const PlanRate&, const PlanRate&) = default;
};

// How a slot reads the cells of a series: the sum over a window, which is one period for LAST.
struct SlotReading {
  Window window;
  // The mean of the opening and the closing level of each period (stocks).
  bool mean_of_stock = false;
  // Index into Plan::rates each period is multiplied by; -1 for none.
  int rate = -1;

  friend auto operator<=>(const SlotReading&, const SlotReading&) = default;
};

// The range of slots that read no realised series but one that is 1 in every period: what is a
// constant of its own in a sum (an elimination whose children sum to 0).
inline constexpr NodeRange kOfOne{.indicator = -1};

// A number summed over the series of a range: what targets are made of. Slots are shared by targets
// that need the same one.
struct PlanSlot {
  // Or kOfOne.
  NodeRange range;
  SlotReading reading;

  friend auto operator<=>(const PlanSlot&, const PlanSlot&) = default;
};

// A slot and what it counts for.
struct PlanTerm {
  int slot = 0;
  double coefficient = 1.0;

  friend bool operator==(const PlanTerm&, const PlanTerm&) = default;
};

// sum over terms [first_term, end_term) of Plan::terms, coefficient x slot, over `divisor` (the
// window's length for MEAN, else 1). No term: the quantity does not exist.
struct PlanQuantity {
  int first_term = 0;
  int end_term = 0;
  double divisor = 1.0;

  bool exists() const { return end_term > first_term; }

  friend bool operator==(const PlanQuantity&, const PlanQuantity&) = default;
};

// A target as quantities.
struct PlanTarget {
  PlanQuantity value;
  // Of ratios.
  PlanQuantity denominator;
  // With Target::opening; both for ratios.
  PlanQuantity opening;
  PlanQuantity opening_denominator;
  // Rows of BlockOutcome::parts with numerator and denominator (the next row) of a ratio, and with
  // the opening value; -1 without.
  int ratio_part = -1;
  int opening_part = -1;

  friend bool operator==(const PlanTarget&, const PlanTarget&) = default;
};

// A series whose cells are levels of a stock, with at least one to be computed.
struct PlanStock {
  // Level at the end of the period before the horizon; read only before the first known level.
  double opening = 0.0;
  // Whether its other movements are rounded to whole numbers: it counts things, and so do its
  // flows.
  bool whole = false;
  // Flows: Plan::stock_flows[first_flow .. end_flow).
  int first_flow = 0;
  int end_flow = 0;

  friend bool operator==(const PlanStock&, const PlanStock&) = default;
};

// A flow of a stock: a series of the plan, +1 for what enters and -1 for what leaves.
struct PlanStockFlow {
  int series = 0;
  double sign = 1.0;

  friend bool operator==(const PlanStockFlow&, const PlanStockFlow&) = default;
};

// A series of the plan: constants of the series stage.
struct PlanSeries {
  uint64_t id64 = 0;
  // Stream of the branch effect: Hash64 of the unit id.
  uint64_t branch_id64 = 0;
  // Row of the revision's realisations; -1 for the series of ones that slots on kOfOne read, which
  // stands last.
  int row = 0;
  // Index into Plan::groups; -1 when every cell of the horizon is a constant, and for stocks that
  // their flows explain.
  int group = 0;
  Link link = Link::kLog;
  Law law = Law::kNegativeBinomial;
  double dispersion = 1.0;
  double shape = 0.0;
  double unit_scale = 1.0;
  double branch_loading = 0.0;
  // sqrt(level's own variance + series_effect_sd^2).
  double series_effect_sd = 0.0;
  // Index into Plan::stocks; -1 for flows and for stocks without a cell to compute.
  int stock = -1;
  // Whether every cell is a whole number, as far as the laws go.
  bool whole = false;

  friend bool operator==(const PlanSeries&, const PlanSeries&) = default;
};

// The plan of a run. Read-only once built; thread-compatible.
struct Plan {
  uint64_t seed = 0;
  Period as_of;
  // The union of the targets' windows, one contiguous range; realised part included. It reaches
  // back to the period after the last known level of the stocks inside.
  Window horizon;
  // Series inside at least one target, and the flows of the stocks among them, in canonical order.
  std::vector<PlanSeries> series;
  // [series x horizon period]: level + trend + season + log exposure + means of the eta; log-link
  // mean corrections for u, v, latents and parameter uncertainty included. 0 for a series without a
  // group.
  std::vector<double> base;
  // [series x horizon period]: the cell where it is a constant (realised up to as_of; 0 before the
  // unit opens, from its closing on, without an opening day or any of a mean, and once the series
  // has ended), NaN where it must be drawn.
  std::vector<double> realised;

  // What the shared stage draws. Its `series` and `level` are left empty: the plan replaces them.
  Model shared;
  std::vector<PlanGroup> groups;
  // Ascending by (region, indicator).
  std::vector<PlanRegionRow> region_rows;
  // Model indicators with a group in the plan, ascending.
  std::vector<int> indicators;
  // Persistent level uncertainty shared by series (D1's w): [series x level_rank], row-major. The
  // last columns are those of `mean_factors`.
  int level_rank = 0;
  std::vector<double> level_loadings;
  // Hash64 of `mean \x1f mean \x1f indicator` of each of the model's effects of means: the streams
  // of their elasticities.
  std::vector<uint64_t> mean_factors;

  std::vector<PlanElasticity> elasticities;
  // Periods of driver paths: from the oldest one a lag or a formula reaches (or as_of) to the last
  // one needed.
  Window driver_window;
  // [driver x driver_window], drivers of the driver model, then derived ones: values known at
  // as_of, the last one held until as_of; NaN before a driver's first value (no effect there) and
  // after as_of (drawn).
  std::vector<double> driver_history;
  // Computed from the others on every path; empty when no driver is needed after as_of.
  DerivedDrivers derived_drivers;
  // One without a mixture; never empty, at most kMaxRegimes.
  std::vector<PlanRegime> regimes;
  // Scenario::weight_confidence, where there is more than one regime.
  std::optional<double> weight_confidence;

  // Those of all regimes.
  std::vector<PlanEvent> events;
  // Events that act on series i alone: series_events[series_event_first[i] .. [i + 1]).
  std::vector<int> series_event_first;
  std::vector<int> series_events;

  // Stocks, and the series they are fed by.
  std::vector<PlanStock> stocks;
  std::vector<PlanStockFlow> stock_flows;
  // The order series are computed in, step by step: step_series[step_first[s] .. [s + 1]) share a
  // buffer of cells, flows before the stocks they feed. A step is one series, or all series of a
  // unit whose indicators hang together through stocks. Which steps there are depends on the
  // network's declarations and the series, never on other targets: every slot is summed over units
  // and segments in canonical order.
  std::vector<int> step_first;
  std::vector<int> step_series;
  // [series]: its place in its step.
  std::vector<int> step_place;

  std::vector<Target> targets;
  // [target]
  std::vector<PlanTarget> target_parts;
  std::vector<PlanTerm> terms;
  std::vector<PlanSlot> slots;
  std::vector<PlanRate> rates;
  // Slots that contain series i: series_slots[series_slot_first[i] .. [i + 1]), grouped by reading
  // so that a window's sum is formed once.
  std::vector<int> series_slot_first;
  std::vector<int> series_slots;
  // Rows of BlockOutcome::parts.
  int part_count = 0;

  // Scores and joint attainment over these targets; BuildPlan leaves them empty, the caller may set
  // them.
  PlanScores scores;

  int period_count() const { return horizon.size(); }
  int regime_count() const { return static_cast<int>(regimes.size()); }
  int series_count() const { return static_cast<int>(series.size()); }
  int group_count() const { return static_cast<int>(groups.size()); }
  int target_count() const { return static_cast<int>(targets.size()); }
  int slot_count() const { return static_cast<int>(slots.size()); }
  int series_step_count() const { return static_cast<int>(step_first.size()) - 1; }
  // Steps of the shared state: periods after the model's as_of up to the end of the horizon.
  int step_count() const { return horizon.last <= shared.as_of ? 0 : horizon.last - shared.as_of; }
};

// Builds the plan. Deterministic; cost O(series x periods + targets x series inside them).
//
// The numbers of one series (base, constants, streams) depend on that series alone: neither other
// series nor other targets change them.
//
// Errors: kInvalidArgument with every violation: targets on nothing, on aggregates of an indicator
// that does not add up, with windows of another frequency or an aggregation of another kind;
// thresholds or opening weights that are not finite or not one for one; a horizon of more than 60
// simulated periods or before the realisations; an as_of outside the realisations or before the
// model's; a model of another network or frequency, broken (ValidateModel), with series missing for
// a target, or where a stock has the law of a flow; a derived indicator whose drivers the model
// does not know, or not in every period it needs; a scenario that breaks ValidateScenario.
absl::StatusOr<Plan> BuildPlan(const PlanInput& input);

// Predicted cost of a plan on the sampled engine, for admission: bytes at peak (plan, laws of its
// cells, accumulator, one checkpoint's estimates and the blocks of `thread_count` threads), CPU
// milliseconds before the first path and per 256 paths, on one core of a 2022 server. Bytes are an
// upper bound, close where targets have thresholds and quantiles; so is preparation, as surfaces of
// quantiles that a memo holds (sim/kernel/surface_memo.h) are not made. O(series x periods).
struct PlanCost {
  double peak_bytes = 0.0;
  double cpu_ms_per_256_paths = 0.0;
  double preparation_cpu_ms = 0.0;
};
PlanCost PredictCost(const Plan& plan, int thread_count, int quantile_level_count = 9);
// The same of a run that says nothing of targets but their scores.
PlanCost PredictScoreCost(const Plan& plan, int thread_count, int quantile_level_count);

}  // namespace jalon::sim

#endif  // JALON_SIM_ENGINE_PLAN_H_
