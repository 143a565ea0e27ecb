#include "server/run/phased_set.h"

#include <algorithm>
#include <memory>
#include <optional>
#include <set>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "server/base/ids.h"
#include "server/convert/checks.h"
#include "server/run/scenario_source.h"
#include "sim/base/status_macros.h"
#include "sim/engine/mean_path.h"

namespace jalon::server {
namespace {

using Method = v1::PhasingRule;

constexpr char kRoot[] = "phasing_rule";

void CheckName(absl::string_view field, const std::string& name, const PhasingQuestion& question,
               absl::string_view collection, Checks& checks) {
  if (name.empty()) return;
  const absl::StatusOr<ResourceName> parsed = ParseResourceName(name);
  if (parsed.ok() && parsed->parent == question.network && parsed->collection == collection) return;
  checks.Add(field, name, absl::StrCat("must be ", question.network, "/", collection, "/{id}"),
             "BAD_NAME");
}

// A field that another method reads.
void CheckUnused(absl::string_view field, const std::string& value, bool used, Checks& checks) {
  if (used || value.empty()) return;
  checks.Add(field, value, "must be empty with this method", "FIELD_OF_ANOTHER_METHOD");
}

// The choice of a rule, checked.
struct Choice {
  std::set<std::string> indicators;
  std::set<int> depths;
  std::optional<sim::Window> base;

  bool Takes(const sim::Network& network, const sim::Objective& objective) const {
    if (!indicators.empty() && !indicators.contains(objective.indicator)) return false;
    const std::optional<int> unit = network.FindUnit(objective.unit);
    return depths.empty() || (unit.has_value() && depths.contains(network.unit_depth(*unit)));
  }
};

void CheckFields(const PhasingQuestion& question, Checks& checks) {
  const v1::PhasingRule& rule = question.rule;
  checks.Required("objective_set", !rule.objective_set().empty());
  checks.Required("method", rule.method() != Method::METHOD_UNSPECIFIED);
  const bool by_model = rule.method() == Method::METHOD_MODEL;
  if (by_model) checks.Required("model", !rule.model().empty());
  CheckName("objective_set", rule.objective_set(), question, "objectiveSets", checks);
  CheckName("model", rule.model(), question, "models", checks);
  CheckName("scenario", rule.scenario(), question, "scenarios", checks);
  CheckUnused("model", rule.model(), by_model, checks);
  CheckUnused("scenario", rule.scenario(), by_model, checks);
  CheckUnused("base_window", rule.base_window(), rule.method() == Method::METHOD_LAST_YEAR, checks);
}

absl::StatusOr<Choice> ReadChoice(const PhasingQuestion& question) {
  const sim::Network& network = question.revision.value.network;
  const v1::PhasingRule& rule = question.rule;
  Checks checks(kRoot);
  CheckFields(question, checks);
  Choice choice;
  for (int i = 0; i < rule.indicators_size(); ++i) {
    choice.indicators.insert(rule.indicators(i));
    if (network.FindIndicator(rule.indicators(i)).has_value()) continue;
    checks.Add(absl::StrCat("indicators[", i, "]"), rule.indicators(i),
               "must be the id of an indicator", "UNKNOWN_INDICATOR");
  }
  for (int i = 0; i < rule.levels_size(); ++i) {
    const std::optional<int> depth = network.FindLevel(rule.levels(i));
    if (depth.has_value()) {
      choice.depths.insert(*depth);
    } else {
      checks.Add(absl::StrCat("levels[", i, "]"), rule.levels(i), "must be the name of a level",
                 "UNKNOWN_LEVEL");
    }
  }
  if (!rule.base_window().empty()) {
    choice.base = checks.Window("base_window", rule.base_window(), network.frequency());
  }
  if (!checks.ok()) return checks.ToStatus();
  return choice;
}

// Objectives of the set that the rule takes, known to the network.
absl::StatusOr<std::vector<sim::Objective>> ReadObjectives(Archive& archive,
                                                           const PhasingQuestion& question,
                                                           const Choice& choice) {
  const sim::Network& network = question.revision.value.network;
  JALON_ASSIGN_OR_RETURN(const auto stored,
                         archive.Get<store::v1::ObjectiveSetRecord>(question.rule.objective_set()));
  JALON_ASSIGN_OR_RETURN(std::vector<sim::Objective> all, archive.GetObjectives(stored.record));
  std::vector<sim::Objective> taken;
  for (sim::Objective& objective : all) {
    if (choice.Takes(network, objective)) taken.push_back(std::move(objective));
  }
  JALON_RETURN_IF_ERROR(sim::ValidateObjectives(network, taken).ToStatus());
  if (!taken.empty()) return taken;
  Checks checks(kRoot);
  checks.Add("objective_set", question.rule.objective_set(),
             "must have an objective of these indicators and levels", "EMPTY");
  return checks.ToStatus();
}

// The window whose realisations phase an objective.
sim::Window BaseOf(const Choice& choice, const sim::Window& window) {
  if (choice.base.has_value()) return *choice.base;
  const int year = sim::PeriodsPerYear(window.first.frequency);
  return {window.first - year, window.last - year};
}

// Adds a violation of `rule` for each distinct window that breaks it.
class WindowProblems {
 public:
  explicit WindowProblems(Checks& checks) : checks_(checks) {}
  void Add(absl::string_view field, const sim::Window& window, absl::string_view rule,
           absl::string_view reason) {
    if (!seen_.insert(window).second) return;
    checks_.Add(field, window.ToString(), rule, reason);
  }

 private:
  Checks& checks_;
  std::set<sim::Window> seen_;
};

absl::Status CheckBases(const sim::Revision& revision,
                        const std::vector<sim::ResolvedObjective>& resolved, const Choice& choice) {
  Checks checks(kRoot);
  WindowProblems problems(checks);
  const sim::Window history = revision.realisations.window();
  for (const sim::ResolvedObjective& objective : resolved) {
    if (!IsPhased(revision.network.indicator(objective.indicator), objective.window)) continue;
    const sim::Window base = BaseOf(choice, objective.window);
    if (base.size() != objective.window.size()) {
      problems.Add("base_window", base,
                   absl::StrCat("must have as many periods as ", objective.window.ToString()),
                   "SIZE_MISMATCH");
    } else if (!history.contains(base.first) || !history.contains(base.last)) {
      problems.Add("base_window", base,
                   absl::StrCat("must lie inside the realisations, ", history.ToString()),
                   "OUTSIDE_REALISATIONS");
    }
  }
  return checks.ToStatus();
}

absl::Status CheckAfterModel(const sim::Network& network,
                             const std::vector<sim::ResolvedObjective>& resolved,
                             sim::Period as_of) {
  Checks checks(kRoot);
  WindowProblems problems(checks);
  for (const sim::ResolvedObjective& objective : resolved) {
    if (!IsPhased(network.indicator(objective.indicator), objective.window) ||
        as_of < objective.window.last)
      continue;
    problems.Add("model", objective.window,
                 absl::StrCat("must end after the model's as_of, ", as_of.ToString(),
                              ": phase past windows by what was realised"),
                 "WINDOW_BEFORE_MODEL");
  }
  return checks.ToStatus();
}

absl::StatusOr<sim::Scenario> ReadScenario(Archive& archive, const PhasingQuestion& question) {
  const std::string& name = question.rule.scenario();
  if (name.empty()) return sim::Scenario{.id = "none"};
  JALON_ASSIGN_OR_RETURN(LoadedScenario loaded,
                         LoadScenario(archive, name, question.revision.value.network.frequency()));
  return std::move(loaded.value);
}

absl::StatusOr<sim::MeanPath> ReadMeanPath(Archive& archive, const PhasingQuestion& question,
                                           const std::vector<sim::ResolvedObjective>& resolved) {
  const sim::Revision& revision = question.revision.value;
  JALON_ASSIGN_OR_RETURN(const auto model, archive.GetModel(question.rule.model()));
  JALON_RETURN_IF_ERROR(CheckAfterModel(revision.network, resolved, model->value.as_of));
  JALON_ASSIGN_OR_RETURN(const sim::Scenario scenario, ReadScenario(archive, question));
  std::vector<sim::Target> targets;
  for (const sim::ResolvedObjective& objective : resolved) {
    if (!IsPhased(revision.network.indicator(objective.indicator), objective.window)) continue;
    targets.push_back({.range = objective.range, .window = objective.window});
  }
  // Nothing to phase: no path to make.
  if (targets.empty()) return sim::MeanPath();
  return sim::MakeMeanPath({.revision = revision,
                            .model = model->value,
                            .scenario = scenario,
                            .targets = targets,
                            .as_of = model->value.as_of});
}

// The objectives to phase, and how to.
struct Phasing {
  const PhasingQuestion& question;
  const Choice& choice;
  const std::vector<sim::Objective>& objectives;

  const sim::Revision& revision() const { return question.revision.value; }
};

absl::StatusOr<sim::PhasedObjectives> ByModel(Archive& archive, const Phasing& phasing) {
  const sim::Revision& revision = phasing.revision();
  JALON_ASSIGN_OR_RETURN(const auto resolved,
                         sim::ResolveObjectives(revision.network, phasing.objectives));
  JALON_ASSIGN_OR_RETURN(const sim::MeanPath path,
                         ReadMeanPath(archive, phasing.question, resolved));
  return sim::PhaseObjectives(
      revision.network, phasing.objectives, [&](const sim::ResolvedObjective& objective) {
        return path.Sum(revision.realisations, objective.range, objective.window);
      });
}

absl::StatusOr<sim::PhasedObjectives> ByLastYear(const Phasing& phasing) {
  const sim::Revision& revision = phasing.revision();
  JALON_ASSIGN_OR_RETURN(const auto resolved,
                         sim::ResolveObjectives(revision.network, phasing.objectives));
  JALON_RETURN_IF_ERROR(CheckBases(revision, resolved, phasing.choice));
  return sim::PhaseObjectives(revision.network, phasing.objectives,
                              [&](const sim::ResolvedObjective& objective) {
                                return sim::RealisedSizes(revision.realisations, objective,
                                                          BaseOf(phasing.choice, objective.window));
                              });
}

absl::StatusOr<sim::PhasedObjectives> Phase(Archive& archive, const Phasing& phasing) {
  const sim::Network& network = phasing.revision().network;
  switch (phasing.question.rule.method()) {
    case Method::METHOD_MODEL:
      return ByModel(archive, phasing);
    case Method::METHOD_LAST_YEAR:
      return ByLastYear(phasing);
    case Method::METHOD_SHARES:
      return sim::PhaseObjectives(network, phasing.objectives,
                                  sim::ImportedSizes(network, phasing.revision().phasing));
    default:
      return sim::PhaseObjectives(network, phasing.objectives,
                                  [&](const sim::ResolvedObjective& objective) {
                                    return sim::LinearSizes(network, objective);
                                  });
  }
}

}  // namespace

absl::StatusOr<sim::PhasedObjectives> PhaseObjectiveSet(Archive& archive,
                                                        const PhasingQuestion& question) {
  JALON_ASSIGN_OR_RETURN(const Choice choice, ReadChoice(question));
  JALON_ASSIGN_OR_RETURN(const std::vector<sim::Objective> objectives,
                         ReadObjectives(archive, question, choice));
  JALON_ASSIGN_OR_RETURN(sim::PhasedObjectives phased,
                         Phase(archive, {question, choice, objectives}));
  // A set that had a cumulated objective already would now have two.
  JALON_RETURN_IF_ERROR(
      sim::ValidateObjectives(question.revision.value.network, phased.objectives).ToStatus());
  return phased;
}

}  // namespace jalon::server
