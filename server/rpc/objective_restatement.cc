#include "server/rpc/objective_restatement.h"

#include <algorithm>
#include <iterator>
#include <optional>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "server/convert/objective.h"
#include "server/convert/perimeter.h"
#include "server/rpc/request_checks.h"

namespace jalon::server {
namespace {

constexpr char kField[] = "perimeter_restatement.objective_set";

absl::Status CheckRule(const v1::PerimeterRestatement& rule, const std::string& set) {
  Checks checks;
  if (CheckName(kField, rule.objective_set(), kObjectiveSetPattern, checks) &&
      NetworkOf(rule.objective_set()) != NetworkOf(set)) {
    checks.Add(kField, rule.objective_set(), absl::StrCat("must be a set of ", NetworkOf(set)),
               "BAD_NAME");
  }
  return checks.ToStatus();
}

// Rounding steps of the set that the revision does not have: ticks would mean something else.
void CheckSteps(const store::v1::ObjectiveTable& table, const sim::Network& network,
                Checks& checks) {
  for (int i = 0; i < table.indicators_size() && i < table.rounding_steps_size(); ++i) {
    const std::optional<int> k = network.FindIndicator(table.indicators(i));
    if (!k || network.indicator(*k).rounding_step == table.rounding_steps(i)) continue;
    checks.Add(kField, table.indicators(i),
               absl::StrCat("must have the rounding step of the revision, ",
                            network.indicator(*k).rounding_step),
               "ROUNDING_CHANGED");
  }
}

// The perimeter that objectives refer to once handed over: that of their last period.
std::string LastPeriod(const std::vector<sim::Objective>& objectives) {
  std::optional<sim::Period> last;
  for (const sim::Objective& objective : objectives) {
    last = std::max(last.value_or(objective.window.last), objective.window.last);
  }
  return last ? last->ToString() : "";
}

void AddPhasingUses(const sim::PhasingCounts& counts, v1::ObjectiveSet* set) {
  constexpr v1::PhasingUse::Source kSources[] = {
      v1::PhasingUse::SOURCE_OWN, v1::PhasingUse::SOURCE_IMPORTED, v1::PhasingUse::SOURCE_SEASON,
      v1::PhasingUse::SOURCE_OPENING_DAYS, v1::PhasingUse::SOURCE_EQUAL};
  static_assert(std::size(kSources) == sim::kPhasingSourceCount);
  for (size_t i = 0; i < counts.size(); ++i) {
    if (counts[i] == 0) continue;
    v1::PhasingUse* use = set->add_phasing_uses();
    use->set_source(kSources[i]);
    use->set_objective_count(counts[i]);
  }
}

}  // namespace

absl::StatusOr<std::vector<sim::Objective>> RestateObjectives(Call& call,
                                                              const v1::PerimeterRestatement& rule,
                                                              const sim::Revision& revision,
                                                              v1::ObjectiveSet* set) {
  JALON_RETURN_IF_ERROR(CheckRule(rule, set->name()));
  Archive& archive = call.environment().archive;
  JALON_ASSIGN_OR_RETURN(const auto stored,
                         archive.Get<store::v1::ObjectiveSetRecord>(rule.objective_set()));
  JALON_ASSIGN_OR_RETURN(const auto table,
                         archive.GetMessage<store::v1::ObjectiveTable>(stored.record.objectives()));
  JALON_ASSIGN_OR_RETURN(const std::vector<sim::Objective> objectives, FromTable(table));
  Checks checks;
  CheckSteps(table, revision.network, checks);
  const std::string& known = stored.record.objective_set().perimeter();
  std::optional<sim::Period> known_at;
  if (!known.empty()) {
    known_at = checks.Period("perimeter", known, revision.network.frequency());
  }
  if (!checks.ok()) return checks.ToStatus();
  sim::SetPhasing phasing(revision, objectives);
  JALON_ASSIGN_OR_RETURN(
      sim::HandedOver handed,
      sim::HandOver(revision.network, revision.perimeter, objectives, known_at,
                    [&](const sim::Objective& objective) { return phasing(objective); }));
  set->set_origin(v1::ObjectiveSet::ORIGIN_PERIMETER);
  *set->mutable_perimeter_restatement() = rule;
  set->set_handed_over_count(handed.changed_count + handed.gone_count);
  set->set_unassigned_count(static_cast<int64_t>(handed.unassigned.size()));
  AddPhasingUses(handed.cut_by, set);
  if (set->perimeter().empty()) set->set_perimeter(LastPeriod(objectives));
  if (set->fiscal_year().empty()) {
    set->set_fiscal_year(stored.record.objective_set().fiscal_year());
  }
  return std::move(handed.objectives);
}

}  // namespace jalon::server
