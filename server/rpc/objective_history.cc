// ObjectiveService.AnalyzeObjectiveHistory.
#include "server/convert/objective_history.h"

#include <algorithm>
#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "server/rpc/network_content.h"
#include "server/rpc/objective_handlers.h"
#include "server/rpc/request_checks.h"

namespace jalon::server {
namespace {

constexpr int kSetsPerPage = 200;
constexpr int kMaxNotices = 100;

absl::Status CheckRequest(const v1::AnalyzeObjectiveHistoryRequest& request) {
  Checks checks;
  CheckName("parent", request.parent(), kNetworkPattern, checks);
  for (int i = 0; i < request.objective_sets_size(); ++i) {
    const std::string field = absl::StrCat("objective_sets[", i, "]");
    const std::string& set = request.objective_sets(i);
    if (!CheckName(field, set, kObjectiveSetPattern, checks)) continue;
    if (NetworkOf(set) == request.parent()) continue;
    checks.Add(field, set, "must be a set of the parent", "BAD_NAME");
  }
  return checks.ToStatus();
}

// The names asked for, or all of the network.
absl::StatusOr<std::vector<std::string>> SetNames(
    Archive& archive, const v1::AnalyzeObjectiveHistoryRequest& request) {
  std::vector<std::string> names(request.objective_sets().begin(), request.objective_sets().end());
  if (!names.empty()) return names;
  ListQuery query{.kind = "objectiveSets", .parent = request.parent(), .page_size = kSetsPerPage};
  do {
    JALON_ASSIGN_OR_RETURN(ListPage page, archive.List(query));
    for (const Resource& resource : page.resources) names.push_back(resource.name);
    query.page_token = page.next_page_token;
  } while (!query.page_token.empty());
  return names;
}

bool IsRealised(const sim::Objective& objective, const sim::Window& history) {
  return objective.window.first.frequency == history.first.frequency &&
         history.contains(objective.window.first) && history.contains(objective.window.last);
}

// The sets with a realised objective, and all their objectives.
struct PastSets {
  std::vector<v1::ObjectiveSet> sets;
  std::vector<sim::Objective> objectives;
  int64_t open_count = 0;
};

absl::StatusOr<PastSets> ReadSets(Archive& archive, const std::vector<std::string>& names,
                                  const sim::Window& history) {
  PastSets past;
  for (const std::string& name : names) {
    JALON_ASSIGN_OR_RETURN(auto stored, archive.Get<store::v1::ObjectiveSetRecord>(name));
    JALON_ASSIGN_OR_RETURN(const std::vector<sim::Objective> objectives,
                           archive.GetObjectives(stored.record));
    bool realised = false;
    for (const sim::Objective& objective : objectives) {
      if (!IsRealised(objective, history)) {
        ++past.open_count;
        continue;
      }
      realised = true;
      past.objectives.push_back(objective);
    }
    if (realised) past.sets.push_back(std::move(*stored.record.mutable_objective_set()));
  }
  std::stable_sort(past.sets.begin(), past.sets.end(),
                   [](const v1::ObjectiveSet& a, const v1::ObjectiveSet& b) {
                     return a.fiscal_year() < b.fiscal_year();
                   });
  return past;
}

void AddNotices(const PastSets& past, v1::AnalyzeObjectiveHistoryResponse& response) {
  if (past.open_count > 0) {
    response.add_notices(absl::StrCat(past.open_count,
                                      " objectives left out: their window is not whole inside the "
                                      "history"));
  }
  for (const v1::ObjectiveSet& set : past.sets) {
    if (response.notices_size() >= kMaxNotices) return;
    if (!set.perimeter().empty()) continue;
    response.add_notices(absl::StrCat(
        set.name(), " says no perimeter: it is judged against the history as it stands"));
  }
}

}  // namespace

absl::StatusOr<v1::AnalyzeObjectiveHistoryResponse> AnalyzeObjectiveHistory(
    Call& call, const v1::AnalyzeObjectiveHistoryRequest& request) {
  JALON_RETURN_IF_ERROR(CheckRequest(request));
  Archive& archive = call.environment().archive;
  JALON_ASSIGN_OR_RETURN(const auto revision,
                         FindRevisionOf(call, request.parent(), request.revision()));
  const sim::Network& network = revision->value.network;
  Checks checks;
  const sim::HistoryQuestion question = ReadHistoryQuestion(request, network, checks);
  JALON_RETURN_IF_ERROR(checks.ToStatus());
  JALON_ASSIGN_OR_RETURN(const std::vector<std::string> names, SetNames(archive, request));
  JALON_ASSIGN_OR_RETURN(PastSets past,
                         ReadSets(archive, names, revision->value.realisations.window()));
  JALON_ASSIGN_OR_RETURN(std::vector<sim::HistoryCase> cases,
                         sim::MakeHistoryCases(revision->value, past.objectives, question));
  if (cases.empty()) {
    return absl::FailedPreconditionError(absl::StrCat("no objective of ", request.parent(),
                                                      " has a realised window at these levels",
                                                      ": import past years' sets"));
  }
  v1::AnalyzeObjectiveHistoryResponse response;
  for (const sim::HistoryRow& row : sim::AnalyzeHistory(std::move(cases))) {
    *response.add_rows() = ToProto(row, network);
  }
  AddNotices(past, response);
  for (v1::ObjectiveSet& set : past.sets) *response.add_objective_sets() = std::move(set);
  response.set_revision(revision->info.name());
  return response;
}

}  // namespace jalon::server
