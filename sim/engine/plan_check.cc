#include <algorithm>
#include <cmath>
#include <span>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "sim/engine/plan_parts.h"

namespace jalon::sim {
namespace {

std::string TargetField(size_t i, absl::string_view field) {
  return absl::StrCat("targets[", i, "].", field);
}

Violations CheckModel(const PlanInput& input) {
  Violations violations;
  const Network& network = input.revision.network;
  const Model& model = input.model;
  if (model.network_id != network.id()) {
    violations.Add({.field = "model.network_id",
                    .value = model.network_id,
                    .rule = absl::StrCat("must be the revision's network ", network.id()),
                    .reason = "MODEL_OF_ANOTHER_NETWORK"});
  }
  if (model.as_of.frequency != network.frequency()) {
    violations.Add({.field = "model.as_of",
                    .value = model.as_of.ToString(),
                    .rule = "must have the network's base frequency",
                    .reason = "WRONG_FREQUENCY"});
  }
  for (const auto& [rank, field] : {std::pair{model.level.rank, "model.level.rank"},
                                    std::pair{model.trend.rank, "model.trend.rank"},
                                    std::pair{model.season.rank, "model.season.rank"},
                                    std::pair{model.elasticity.rank, "model.elasticity.rank"},
                                    std::pair{model.national.rank, "model.national.rank"},
                                    std::pair{model.regional.rank, "model.regional.rank"}}) {
    if (rank <= kMaxRank) continue;
    violations.Add({.field = field,
                    .value = absl::StrCat(rank),
                    .rule = absl::StrCat("must be at most ", kMaxRank),
                    .reason = "RANK_TOO_HIGH"});
  }
  if (model.mean_effects.size() + model.level.rank > kMaxRank) {
    violations.Add(
        {.field = "model.mean_effects",
         .value = absl::StrCat(model.mean_effects.size()),
         .rule = absl::StrCat("must be at most ", kMaxRank, " with the factors of the levels"),
         .reason = "RANK_TOO_HIGH"});
  }
  violations.Merge(ValidateModel(model));
  return violations;
}

Violations CheckAsOf(const PlanInput& input) {
  Violations violations;
  const Realisations& realisations = input.revision.realisations;
  if (input.as_of.frequency != input.revision.network.frequency()) {
    violations.Add({.field = "as_of",
                    .value = input.as_of.ToString(),
                    .rule = "must have the network's base frequency",
                    .reason = "WRONG_FREQUENCY"});
    return violations;
  }
  if (realisations.period_count() == 0 || !realisations.window().contains(input.as_of)) {
    violations.Add(
        {.field = "as_of",
         .value = input.as_of.ToString(),
         .rule = absl::StrCat(
             "must be a realised period, one of ",
             realisations.period_count() == 0 ? "none" : realisations.window().ToString()),
         .reason = "AS_OF_OUT_OF_RANGE"});
  }
  if (input.model.as_of.frequency == input.as_of.frequency && input.as_of < input.model.as_of) {
    violations.Add({.field = "as_of",
                    .value = input.as_of.ToString(),
                    .rule = absl::StrCat("must not be before the model's as_of ",
                                         input.model.as_of.ToString()),
                    .reason = "AS_OF_BEFORE_MODEL"});
  }
  return violations;
}

bool InsideNetwork(const Network& network, const NodeRange& r) {
  return 0 <= r.indicator && r.indicator < network.indicator_count() && 0 <= r.unit_first &&
         r.unit_first < r.unit_end && r.unit_end <= network.unit_count() && 0 <= r.segment_first &&
         r.segment_first < r.segment_end && r.segment_end <= network.segment_count();
}

std::string RangeText(const Network& network, const NodeRange& r) {
  if (!InsideNetwork(network, r)) return "outside the network";
  return absl::StrCat(network.unit(r.unit_first).id, " / ", network.segment(r.segment_first).id,
                      " / ", network.indicator(r.indicator).id);
}

Violations CheckRange(const PlanInput& input, const RowIndex& rows, size_t i) {
  Violations violations;
  const Network& network = input.revision.network;
  const NodeRange& range = input.targets[i].range;
  if (!InsideNetwork(network, range)) {
    violations.Add({.field = TargetField(i, "range"),
                    .value = RangeText(network, range),
                    .rule = "must be units and segments of the network",
                    .reason = "RANGE_OUTSIDE_NETWORK"});
  } else if (!AddsUp(network, range)) {
    violations.Add({.field = TargetField(i, "range"),
                    .value = RangeText(network, range),
                    .rule = "must be one unit and segment: the indicator does not add up",
                    .reason = "INDICATOR_NOT_ADDITIVE"});
  } else if (!HasSeriesBehind(network, range,
                              [&](const NodeRange& part) { return rows.Any(part); })) {
    violations.Add({.field = TargetField(i, "range"),
                    .value = RangeText(network, range),
                    .rule = "must contain at least one series",
                    .reason = "TARGET_ON_NOTHING"});
  }
  return violations;
}

// The aggregation of ratios is theirs and nobody else's.
Violations CheckAggregation(const PlanInput& input, size_t i) {
  Violations violations;
  const Target& target = input.targets[i];
  if (!InsideNetwork(input.revision.network, target.range)) return violations;
  const bool ratio =
      input.revision.network.indicator(target.range.indicator).kind == IndicatorKind::kRatio;
  if (ratio == (target.aggregation == Aggregation::kRatio)) return violations;
  violations.Add({.field = TargetField(i, "aggregation"),
                  .value = RangeText(input.revision.network, target.range),
                  .rule = ratio ? "must be that of ratios" : "must not be that of ratios",
                  .reason = "AGGREGATION_MISMATCH"});
  return violations;
}

// The first period whose cells the target needs over `window`.
Period FirstNeeded(const PlanInput& input, const Target& target, const Window& window) {
  const Network& network = input.revision.network;
  if (!InsideNetwork(network, target.range)) return window.first;
  return FirstPeriodNeeded(network, target.range.indicator, window);
}

Violations CheckWindow(const PlanInput& input, size_t i, absl::string_view field,
                       const Window& window) {
  Violations violations;
  const Period first = input.revision.realisations.first();
  const auto bad = [&](absl::string_view rule, absl::string_view reason) {
    violations.Add({.field = TargetField(i, field),
                    .value = window.ToString(),
                    .rule = std::string(rule),
                    .reason = std::string(reason)});
  };
  if (window.first.frequency != input.as_of.frequency ||
      window.last.frequency != input.as_of.frequency) {
    bad("must have the network's base frequency", "WRONG_FREQUENCY");
  } else if (window.size() == 0) {
    bad("must have at least one period", "EMPTY_WINDOW");
  } else if (FirstNeeded(input, input.targets[i], window) < first) {
    bad(absl::StrCat("must not begin before the realisations, ", first.ToString(),
                     ", nor with their first period when mean levels of stocks are needed"),
        "WINDOW_BEFORE_REALISATIONS");
  } else if (window.last - input.as_of > kMaxSimulatedPeriods) {
    bad(absl::StrCat("must end at most ", kMaxSimulatedPeriods, " periods after as_of"),
        "HORIZON_TOO_LONG");
  }
  return violations;
}

Violations CheckFinite(size_t i, absl::string_view field, std::span<const double> values) {
  Violations violations;
  for (size_t j = 0; j < values.size(); ++j) {
    if (std::isfinite(values[j])) continue;
    violations.Add({.field = TargetField(i, absl::StrCat(field, "[", j, "]")),
                    .value = absl::StrCat(values[j]),
                    .rule = "must be finite",
                    .reason = "NOT_FINITE"});
  }
  return violations;
}

Violations CheckOpening(const PlanInput& input, size_t i) {
  Violations violations;
  if (!input.targets[i].opening) return violations;
  const TargetOpening& opening = *input.targets[i].opening;
  violations.Merge(CheckWindow(input, i, "opening.window", opening.window));
  violations.Merge(CheckFinite(i, "opening.weights", opening.weights));
  violations.Merge(CheckFinite(i, "opening.objective", {&opening.objective, 1}));
  const size_t wanted = input.targets[i].thresholds.size();
  if (opening.weights.size() == wanted) return violations;
  violations.Add({.field = TargetField(i, "opening.weights"),
                  .value = absl::StrCat(opening.weights.size()),
                  .rule = absl::StrCat("must be one per threshold, ", wanted),
                  .reason = "SIZE_MISMATCH"});
  return violations;
}

Violations CheckTargets(const PlanInput& input, const RowIndex& rows) {
  Violations violations;
  if (input.targets.empty()) {
    violations.Add({.field = "targets",
                    .value = "",
                    .rule = "must have at least one target",
                    .reason = "NO_TARGET"});
  }
  for (size_t i = 0; i < input.targets.size(); ++i) {
    violations.Merge(CheckRange(input, rows, i));
    violations.Merge(CheckAggregation(input, i));
    violations.Merge(CheckWindow(input, i, "window", input.targets[i].window));
    violations.Merge(CheckFinite(i, "thresholds", input.targets[i].thresholds));
    violations.Merge(CheckOpening(input, i));
  }
  return violations;
}

Violations CheckScenario(const PlanInput& input) {
  Violations violations;
  Violations found =
      ValidateScenario(input.revision.network, input.revision.drivers, input.scenario);
  found.Merge(CheckEventChannels(input.revision.channels, input.scenario));
  for (Violation violation : found.kept()) {
    violation.field = absl::StrCat("scenario.", violation.field);
    violation.message.clear();
    violations.Add(std::move(violation));
  }
  return violations;
}

}  // namespace

Violations CheckPlanInput(const PlanInput& input, const RowIndex& rows) {
  Violations violations;
  violations.Merge(CheckModel(input));
  violations.Merge(CheckAsOf(input));
  violations.Merge(CheckTargets(input, rows));
  violations.Merge(CheckScenario(input));
  return violations;
}

}  // namespace jalon::sim
