#include "server/rpc/scenario_handlers.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "server/base/ids.h"
#include "server/convert/time.h"
#include "server/rpc/record_lists.h"
#include "server/rpc/request_checks.h"

namespace jalon::server {
namespace {

absl::Status CheckCreate(const v1::CreateScenarioRequest& request) {
  Checks checks;
  CheckName("parent", request.parent(), kNetworkPattern, checks);
  CheckId("scenario_id", request.scenario_id(), checks);
  CheckRequestId(request.request_id(), checks);
  checks.Required("scenario", request.has_scenario());
  return checks.ToStatus();
}

// The scenario, checked against the newest revision of its network.
absl::StatusOr<sim::Scenario> ReadScenario(Call& call, const v1::CreateScenarioRequest& request) {
  JALON_ASSIGN_OR_RETURN(const auto revision, call.environment().archive.GetRevision(absl::StrCat(
                                                  request.parent(), "/revisions/latest")));
  const sim::Network& network = revision->value.network;
  JALON_ASSIGN_OR_RETURN(sim::Scenario scenario,
                         FromProto(request.scenario(), network.frequency(), "scenario"));
  // sim/ wants an id; the one given here has been checked already.
  scenario.id = request.scenario_id();
  Checks checks("scenario");
  checks.Merge(sim::ValidateScenario(network, revision->value.drivers, scenario));
  checks.Merge(sim::CheckEventChannels(revision->value.channels, scenario));
  if (!checks.ok()) return checks.ToStatus();
  return scenario;
}

absl::StatusOr<v1::Scenario> ReadBack(Call& call, absl::string_view name) {
  JALON_ASSIGN_OR_RETURN(auto stored,
                         call.environment().archive.Get<store::v1::ScenarioRecord>(name));
  return std::move(*stored.record.mutable_scenario());
}

absl::Status CheckScenarioName(absl::string_view name) {
  Checks checks;
  CheckName("name", name, kScenarioPattern, checks);
  return checks.ToStatus();
}

}  // namespace

v1::Scenario NewScenario(const sim::Scenario& scenario, absl::string_view name, absl::Time now) {
  v1::Scenario proto = ToProto(scenario);
  proto.set_name(std::string(name));
  proto.set_content_hash(ScenarioHash(scenario));
  *proto.mutable_create_time() = ToProto(now);
  return proto;
}

PutResource RecordOf(const v1::Scenario& scenario) {
  store::v1::ScenarioRecord record;
  *record.mutable_scenario() = scenario;
  return {
      .name = scenario.name(), .payload = record.SerializeAsString(), .expect = Expect::Absent()};
}

absl::StatusOr<v1::Scenario> CreateScenario(Call& call, const v1::CreateScenarioRequest& request) {
  JALON_RETURN_IF_ERROR(CheckCreate(request));
  JALON_ASSIGN_OR_RETURN(const std::string earlier, call.EarlierOutcome(request.request_id()));
  if (!earlier.empty()) return ReadBack(call, earlier);
  v1::CreateScenarioRequest named = request;
  if (named.scenario_id().empty()) named.set_scenario_id(RandomId());
  JALON_ASSIGN_OR_RETURN(const sim::Scenario value, ReadScenario(call, named));
  v1::Scenario scenario =
      NewScenario(value, JoinName(request.parent(), "scenarios", named.scenario_id()),
                  call.environment().clock.WallNow());
  scenario.set_author(request.scenario().author());
  if (request.validate_only()) return scenario;
  Transaction transaction;
  transaction.mutations.push_back(RecordOf(scenario));
  JALON_ASSIGN_OR_RETURN(const ApplyResult applied,
                         call.Apply(std::move(transaction), request.request_id(), scenario.name()));
  if (applied.replayed) return ReadBack(call, applied.outcome);
  return scenario;
}

absl::StatusOr<v1::Scenario> GetScenario(Call& call, const v1::GetScenarioRequest& request) {
  JALON_RETURN_IF_ERROR(CheckScenarioName(request.name()));
  return ReadBack(call, request.name());
}

absl::StatusOr<v1::ListScenariosResponse> ListScenarios(Call& call,
                                                        const v1::ListScenariosRequest& request) {
  v1::ListScenariosResponse response;
  JALON_ASSIGN_OR_RETURN(*response.mutable_next_page_token(),
                         ListChildren<store::v1::ScenarioRecord>(
                             call.environment().archive, request, "scenarios",
                             [&response](store::v1::ScenarioRecord record, int64_t) {
                               *response.add_scenarios() = std::move(*record.mutable_scenario());
                             }));
  return response;
}

absl::StatusOr<v1::DeleteScenarioResponse> DeleteScenario(
    Call& call, const v1::DeleteScenarioRequest& request) {
  JALON_RETURN_IF_ERROR(CheckScenarioName(request.name()));
  JALON_RETURN_IF_ERROR(ReadBack(call, request.name()).status());
  Transaction transaction;
  transaction.mutations.push_back(DeleteResource{.name = request.name()});
  JALON_RETURN_IF_ERROR(call.Apply(std::move(transaction)).status());
  return v1::DeleteScenarioResponse();
}

}  // namespace jalon::server
