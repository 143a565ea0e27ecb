#include <cmath>
#include <string>

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

// More than one unit (segment) of an indicator that does not add up over them.
bool AddsUp(const Network& network, const NodeRange& r) {
  const Indicator& indicator = network.indicator(r.indicator);
  if (!indicator.adds_over_units && r.unit_end - r.unit_first > 1) return false;
  return indicator.adds_over_segments || r.segment_end - r.segment_first == 1;
}

std::string RangeText(const Network& network, const NodeRange& r) {
  if (!InsideNetwork(network, r)) return "outside the network";
  return absl::StrCat(network.unit(r.unit_first).id, " / ", network.segment(r.segment_first).id,
                      " / ", network.indicator(r.indicator).id);
}

Violations CheckRange(const PlanInput& input, size_t i) {
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
  } else if (!HasSeries(input.revision.realisations, range)) {
    violations.Add({.field = TargetField(i, "range"),
                    .value = RangeText(network, range),
                    .rule = "must contain at least one series",
                    .reason = "TARGET_ON_NOTHING"});
  }
  return violations;
}

Violations CheckWindow(const PlanInput& input, size_t i) {
  Violations violations;
  const Window& window = input.targets[i].window;
  const Period first = input.revision.realisations.first();
  const auto bad = [&](absl::string_view rule, absl::string_view reason) {
    violations.Add({.field = TargetField(i, "window"),
                    .value = window.ToString(),
                    .rule = std::string(rule),
                    .reason = std::string(reason)});
  };
  if (window.first.frequency != input.as_of.frequency ||
      window.last.frequency != input.as_of.frequency) {
    bad("must have the network's base frequency", "WRONG_FREQUENCY");
  } else if (window.size() == 0) {
    bad("must have at least one period", "EMPTY_WINDOW");
  } else if (window.first < first) {
    bad(absl::StrCat("must not begin before the realisations, ", first.ToString()),
        "WINDOW_BEFORE_REALISATIONS");
  } else if (window.last - input.as_of > kMaxSimulatedPeriods) {
    bad(absl::StrCat("must end at most ", kMaxSimulatedPeriods, " periods after as_of"),
        "HORIZON_TOO_LONG");
  }
  return violations;
}

Violations CheckThresholds(const PlanInput& input, size_t i) {
  Violations violations;
  const std::vector<double>& thresholds = input.targets[i].thresholds;
  for (size_t j = 0; j < thresholds.size(); ++j) {
    if (std::isfinite(thresholds[j])) continue;
    violations.Add({.field = TargetField(i, absl::StrCat("thresholds[", j, "]")),
                    .value = absl::StrCat(thresholds[j]),
                    .rule = "must be finite",
                    .reason = "NOT_FINITE"});
  }
  return violations;
}

Violations CheckTargets(const PlanInput& input) {
  Violations violations;
  if (input.targets.empty()) {
    violations.Add({.field = "targets",
                    .value = "",
                    .rule = "must have at least one target",
                    .reason = "NO_TARGET"});
  }
  for (size_t i = 0; i < input.targets.size(); ++i) {
    violations.Merge(CheckRange(input, i));
    violations.Merge(CheckWindow(input, i));
    violations.Merge(CheckThresholds(input, i));
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

Violations CheckPlanInput(const PlanInput& input) {
  Violations violations;
  violations.Merge(CheckModel(input));
  violations.Merge(CheckAsOf(input));
  violations.Merge(CheckTargets(input));
  violations.Merge(CheckScenario(input));
  return violations;
}

}  // namespace jalon::sim
