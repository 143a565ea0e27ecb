#include "server/rpc/objective_handlers.h"

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "server/base/ids.h"
#include "server/convert/key_columns.h"
#include "server/convert/serialize.h"
#include "server/convert/time.h"
#include "server/rpc/network_content.h"
#include "server/rpc/objective_restatement.h"
#include "server/rpc/paging.h"
#include "server/rpc/record_lists.h"
#include "server/rpc/request_checks.h"
#include "server/run/phased_set.h"

namespace jalon::server {
namespace {

constexpr int kMaxInlineObjectives = 5'000;
constexpr PageSizes kObjectivePages{.standard = 1'000, .most = 5'000};
constexpr char kDraft[] = "DRAFT";
constexpr char kPublished[] = "PUBLISHED";

v1::ObjectiveSet WithEtag(v1::ObjectiveSet set, int64_t generation) {
  set.set_etag(absl::StrCat(generation));
  return set;
}

absl::StatusOr<v1::ObjectiveSet> ReadBack(Call& call, absl::string_view name) {
  JALON_ASSIGN_OR_RETURN(auto stored,
                         call.environment().archive.Get<store::v1::ObjectiveSetRecord>(name));
  return WithEtag(std::move(*stored.record.mutable_objective_set()), stored.generation);
}

PutResource RecordOf(const v1::ObjectiveSet& set, const std::string& table, Expect expect) {
  store::v1::ObjectiveSetRecord record;
  *record.mutable_objective_set() = set;
  record.set_objectives(table);
  return {.name = set.name(),
          .state = set.state() == v1::ObjectiveSet::STATE_PUBLISHED ? kPublished : kDraft,
          .payload = record.SerializeAsString(),
          .expect = expect};
}

absl::Status CheckCreate(const v1::CreateObjectiveSetRequest& request) {
  Checks checks;
  CheckName("parent", request.parent(), kNetworkPattern, checks);
  CheckId("objective_set_id", request.objective_set_id(), checks);
  CheckRequestId(request.request_id(), checks);
  checks.Required("source", request.source_case() != v1::CreateObjectiveSetRequest::SOURCE_NOT_SET);
  if (request.objectives().objectives_size() > kMaxInlineObjectives) {
    checks.Add("objectives", absl::StrCat(request.objectives().objectives_size()),
               "must be at most 5,000: import more", "OUT_OF_RANGE");
  }
  return checks.ToStatus();
}

// The set of a request's list, without name.
absl::StatusOr<std::vector<sim::Objective>> FromList(const v1::ObjectiveList& list,
                                                     const sim::Network& network, Checks& checks) {
  Checks read;
  std::vector<sim::Objective> objectives = ReadObjectives(list, network, read);
  checks.Merge(read.violations());
  // A field that could not be read is reported once.
  std::set<std::string> reported;
  for (const sim::Violation& violation : read.violations().kept()) reported.insert(violation.field);
  sim::Violations more;
  const sim::Violations broken = sim::ValidateObjectives(network, objectives);
  for (const sim::Violation& violation : broken.kept()) {
    if (!reported.contains(violation.field)) more.Add(violation);
  }
  checks.Merge(more);
  if (!checks.ok()) return checks.ToStatus();
  SortObjectives(network, objectives);
  return objectives;
}

absl::StatusOr<sim::GrowthObjectives> FromRule(const v1::GrowthRule& proto,
                                               const sim::Revision& revision, Checks& checks) {
  Checks inner("growth_rule");
  const sim::GrowthRule rule = ReadGrowthRule(proto, revision.network, inner);
  checks.Merge(inner.violations());
  if (!checks.ok()) return checks.ToStatus();
  absl::StatusOr<sim::GrowthObjectives> made = sim::MakeGrowthObjectives(revision, rule);
  if (made.ok()) return made;
  Checks refused("growth_rule");
  refused.Merge(sim::ViolationsFromStatus(made.status()));
  return refused.ok() ? made.status() : refused.ToStatus();
}

// The levels of a rule are optional on the command line: the leaves' level stands for none.
v1::GrowthRule WithLevels(v1::GrowthRule rule, const sim::Network& network) {
  if (rule.levels().empty()) rule.add_levels(network.level_name(network.depth_count() - 1));
  return rule;
}

absl::StatusOr<std::vector<sim::Objective>> MakeObjectives(
    Call& call, const v1::CreateObjectiveSetRequest& request, const sim::Revision& revision,
    v1::ObjectiveSet* set) {
  Checks checks;
  Checks described("objective_set");
  CheckObjectiveSet(request.objective_set(), revision.network.frequency(), described);
  checks.Merge(described.violations());
  if (request.has_objectives()) {
    set->set_origin(v1::ObjectiveSet::ORIGIN_INLINE);
    return FromList(request.objectives(), revision.network, checks);
  }
  if (request.has_perimeter_restatement()) {
    if (!checks.ok()) return checks.ToStatus();
    return RestateObjectives(call, request.perimeter_restatement(), revision, set);
  }
  const v1::GrowthRule rule = WithLevels(request.growth_rule(), revision.network);
  JALON_ASSIGN_OR_RETURN(sim::GrowthObjectives made, FromRule(rule, revision, checks));
  set->set_origin(v1::ObjectiveSet::ORIGIN_RULE);
  *set->mutable_growth_rule() = rule;
  set->set_zero_base_count(made.zero_base_count);
  set->set_missing_base_count(made.missing_base_count);
  return std::move(made.objectives);
}

absl::StatusOr<std::vector<sim::Objective>> MakePhased(Call& call,
                                                       const v1::CreateObjectiveSetRequest& request,
                                                       const LoadedRevision& revision,
                                                       v1::ObjectiveSet* set) {
  Checks described("objective_set");
  CheckObjectiveSet(request.objective_set(), revision.value.network.frequency(), described);
  if (!described.ok()) return described.ToStatus();
  JALON_ASSIGN_OR_RETURN(sim::PhasedObjectives phased,
                         PhaseObjectiveSet(call.environment().archive,
                                           {request.parent(), request.phasing_rule(), revision}));
  set->set_origin(v1::ObjectiveSet::ORIGIN_PHASING);
  *set->mutable_phasing_rule() = request.phasing_rule();
  set->set_unphased_count(phased.unphased_count);
  return std::move(phased.objectives);
}

absl::Status CheckPublish(const v1::PublishObjectiveSetRequest& request) {
  Checks checks;
  CheckName("name", request.name(), kObjectiveSetPattern, checks);
  CheckRequestId(request.request_id(), checks);
  if (checks.Required("author", !request.author().empty())) {
    checks.Text("author", request.author(), 400);
  }
  if (checks.Required("reason", !request.reason().empty())) {
    checks.Text("reason", request.reason(), 2'000);
  }
  return checks.ToStatus();
}

// The objectives a request selects, by place in the table.
std::vector<int> Select(const std::vector<sim::Objective>& objectives,
                        const v1::ListObjectivesRequest& request) {
  const auto in = [](const auto& ids, const std::string& id) {
    return ids.empty() || std::find(ids.begin(), ids.end(), id) != ids.end();
  };
  std::vector<int> selected;
  for (size_t i = 0; i < objectives.size(); ++i) {
    if (in(request.units(), objectives[i].unit) &&
        in(request.indicators(), objectives[i].indicator)) {
      selected.push_back(static_cast<int>(i));
    }
  }
  return selected;
}

// Values of ticks by the rounding steps kept with the table: a set outlives the revision that
// declared its indicators.
class TickValues {
 public:
  explicit TickValues(const store::v1::ObjectiveTable& table) {
    for (int k = 0; k < table.indicators_size() && k < table.rounding_steps_size(); ++k) {
      indicators_[table.indicators(k)].rounding_step = table.rounding_steps(k);
    }
  }
  double Of(const sim::Objective& objective) {
    return sim::ObjectiveValue(indicators_[objective.indicator], objective.ticks);
  }

 private:
  std::map<std::string, sim::Indicator> indicators_;
};

void SetBit(size_t i, size_t count, std::string* bitmap) {
  if (bitmap->empty()) bitmap->resize((count + 7) / 8);
  (*bitmap)[i / 8] = static_cast<char>((*bitmap)[i / 8] | (1 << (i % 8)));
}

}  // namespace

v1::ObjectiveSet GivenFields(const v1::ObjectiveSet& set) {
  v1::ObjectiveSet given;
  given.set_display_name(set.display_name());
  given.set_fiscal_year(set.fiscal_year());
  given.set_perimeter(set.perimeter());
  given.set_publication_date(set.publication_date());
  given.set_official(set.official());
  given.set_author(set.author());
  given.set_reason(set.reason());
  return given;
}

StagedObjectives StageObjectives(v1::ObjectiveSet set, const sim::Network& network,
                                 const std::vector<sim::Objective>& objectives) {
  StagedObjectives staged;
  Transaction transaction;
  BlobWriter blobs(&transaction);
  const std::string table = blobs.Add(DeterministicBytes(ToTable(network, objectives)));
  set.set_state(v1::ObjectiveSet::STATE_DRAFT);
  set.set_objective_count(static_cast<int64_t>(objectives.size()));
  set.set_content_hash(ToHex(blobs.digests().front()));
  PutResource put = RecordOf(set, table, Expect::Absent());
  put.blobs = blobs.digests();
  staged.set = std::move(set);
  staged.mutations = std::move(transaction.mutations);
  staged.mutations.push_back(std::move(put));
  return staged;
}

absl::StatusOr<v1::ObjectiveSet> CreateObjectiveSet(Call& call,
                                                    const v1::CreateObjectiveSetRequest& request) {
  JALON_RETURN_IF_ERROR(CheckCreate(request));
  JALON_ASSIGN_OR_RETURN(const std::string earlier, call.EarlierOutcome(request.request_id()));
  if (!earlier.empty()) return ReadBack(call, earlier);
  JALON_ASSIGN_OR_RETURN(const auto revision,
                         FindRevisionOf(call, request.parent(), request.revision()));
  v1::ObjectiveSet set = GivenFields(request.objective_set());
  const std::string id =
      request.objective_set_id().empty() ? RandomId() : request.objective_set_id();
  set.set_name(JoinName(request.parent(), "objectiveSets", id));
  set.set_revision(revision->info.name());
  *set.mutable_create_time() = ToProto(call.environment().clock.WallNow());
  JALON_ASSIGN_OR_RETURN(const std::vector<sim::Objective> objectives,
                         request.has_phasing_rule()
                             ? MakePhased(call, request, *revision, &set)
                             : MakeObjectives(call, request, revision->value, &set));
  StagedObjectives staged = StageObjectives(std::move(set), revision->value.network, objectives);
  if (request.validate_only()) return std::move(staged.set);
  Transaction transaction{.mutations = std::move(staged.mutations)};
  JALON_ASSIGN_OR_RETURN(
      const ApplyResult applied,
      call.Apply(std::move(transaction), request.request_id(), staged.set.name()));
  if (applied.replayed) return ReadBack(call, applied.outcome);
  return WithEtag(std::move(staged.set), applied.puts.front().generation);
}

absl::StatusOr<v1::ObjectiveSet> GetObjectiveSet(Call& call,
                                                 const v1::GetObjectiveSetRequest& request) {
  Checks checks;
  CheckName("name", request.name(), kObjectiveSetPattern, checks);
  if (!checks.ok()) return checks.ToStatus();
  return ReadBack(call, request.name());
}

absl::StatusOr<v1::ListObjectiveSetsResponse> ListObjectiveSets(
    Call& call, const v1::ListObjectiveSetsRequest& request) {
  v1::ListObjectiveSetsResponse response;
  const std::string& year = request.fiscal_year();
  const auto of_year = [&](const store::v1::ObjectiveSetRecord& record) {
    return year.empty() || record.objective_set().fiscal_year() == year;
  };
  const auto add = [&](store::v1::ObjectiveSetRecord record, int64_t generation) {
    *response.add_objective_sets() =
        WithEtag(std::move(*record.mutable_objective_set()), generation);
  };
  JALON_ASSIGN_OR_RETURN(*response.mutable_next_page_token(),
                         ListChildrenThat<store::v1::ObjectiveSetRecord>(
                             call.environment().archive, request, "objectiveSets", of_year, add));
  return response;
}

absl::StatusOr<v1::ObjectiveSet> PublishObjectiveSet(
    Call& call, const v1::PublishObjectiveSetRequest& request) {
  JALON_RETURN_IF_ERROR(CheckPublish(request));
  JALON_ASSIGN_OR_RETURN(const std::string earlier, call.EarlierOutcome(request.request_id()));
  if (!earlier.empty()) return ReadBack(call, earlier);
  JALON_ASSIGN_OR_RETURN(
      auto stored, call.environment().archive.Get<store::v1::ObjectiveSetRecord>(request.name()));
  if (!request.etag().empty() && request.etag() != absl::StrCat(stored.generation)) {
    return absl::AbortedError(
        absl::StrCat(request.name(), " has changed since this etag was read"));
  }
  v1::ObjectiveSet& set = *stored.record.mutable_objective_set();
  if (set.state() == v1::ObjectiveSet::STATE_PUBLISHED) {
    if (set.reason() == request.reason()) return WithEtag(set, stored.generation);
    return absl::FailedPreconditionError(
        absl::StrCat(request.name(), " was published already, with another reason"));
  }
  set.set_state(v1::ObjectiveSet::STATE_PUBLISHED);
  set.set_author(request.author());
  set.set_reason(request.reason());
  *set.mutable_publish_time() = ToProto(call.environment().clock.WallNow());
  Transaction transaction;
  transaction.mutations.push_back(
      RecordOf(set, stored.record.objectives(), Expect::Generation(stored.generation)));
  JALON_ASSIGN_OR_RETURN(const ApplyResult applied,
                         call.Apply(std::move(transaction), request.request_id(), set.name()));
  if (applied.replayed) return ReadBack(call, applied.outcome);
  return WithEtag(std::move(set), applied.puts.front().generation);
}

absl::StatusOr<v1::ListObjectivesResponse> ListObjectives(
    Call& call, const v1::ListObjectivesRequest& request) {
  Archive& archive = call.environment().archive;
  Checks checks;
  CheckName("parent", request.parent(), kObjectiveSetPattern, checks);
  if (!checks.ok()) return checks.ToStatus();
  JALON_ASSIGN_OR_RETURN(const auto stored,
                         archive.Get<store::v1::ObjectiveSetRecord>(request.parent()));
  JALON_ASSIGN_OR_RETURN(const Paging paging, Paging::Of(request, "", kObjectivePages));
  JALON_ASSIGN_OR_RETURN(const auto table,
                         archive.GetMessage<store::v1::ObjectiveTable>(stored.record.objectives()));
  JALON_ASSIGN_OR_RETURN(const std::vector<sim::Objective> objectives, FromTable(table));
  const std::vector<int> selected = Select(objectives, request);
  const auto total = static_cast<int64_t>(selected.size());
  TickValues values(table);
  v1::ListObjectivesResponse response;
  KeyColumnsBuilder<v1::KeyColumns> keys(response.mutable_keys());
  for (int64_t i = paging.first(); i < paging.end(total); ++i) {
    const sim::Objective& objective = objectives[selected[i]];
    const auto row = static_cast<size_t>(i - paging.first());
    keys.Add(objective.unit, objective.segment, objective.indicator);
    keys.AddWindow(objective.window.ToString());
    response.add_ticks(objective.ticks);
    response.add_values(values.Of(objective));
    for (const sim::ObjectiveChange& change : objective.changes) {
      v1::ObjectiveChange& shown = *response.add_changes();
      shown.set_row(static_cast<uint32_t>(row));
      shown.set_changed_on(change.date);
      sim::Objective before = objective;
      before.ticks = change.old_ticks;
      shown.set_old_value(values.Of(before));
      shown.set_reason(change.reason);
    }
    if (!objective.reason.empty()) {
      (*response.mutable_reasons())[static_cast<uint32_t>(row)] = objective.reason;
    }
    if (objective.pinned) {
      SetBit(row, paging.end(total) - paging.first(), response.mutable_pinned_bitmap());
    }
  }
  response.set_next_page_token(paging.NextToken(total));
  response.set_total_count(total);
  return response;
}

}  // namespace jalon::server
