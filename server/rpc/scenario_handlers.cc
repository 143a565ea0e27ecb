#include "server/rpc/scenario_handlers.h"

#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "absl/strings/str_cat.h"
#include "server/base/ids.h"
#include "server/convert/serialize.h"
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

// A scenario to be kept, and the messages of its regimes.
struct GivenScenario {
  sim::Scenario value;
  std::vector<v1::Scenario> regimes;
};

// One scenario of a mixture, out of the store.
class RegimeReader {
 public:
  RegimeReader(Call& call, absl::string_view network, sim::Frequency frequency)
      : archive_(call.environment().archive), network_(network), frequency_(frequency) {}

  // Reads the scenario `name` into `regime`; what is wrong with it is a violation of `field`.
  // Errors: those of the store, but for kNotFound.
  absl::StatusOr<v1::Scenario> Read(const std::string& name, const std::string& field,
                                    Checks& checks, sim::Regime& regime) {
    if (!CheckName(field, name, kScenarioPattern, checks)) return v1::Scenario();
    if (NetworkOf(name) != network_) {
      checks.Add(field, name, absl::StrCat("must be a scenario of ", network_), "BAD_NAME");
      return v1::Scenario();
    }
    auto stored = archive_.Get<store::v1::ScenarioRecord>(name);
    if (absl::IsNotFound(stored.status())) {
      checks.Add(field, name, "must be a scenario that exists", "UNKNOWN_SCENARIO");
      return v1::Scenario();
    }
    JALON_RETURN_IF_ERROR(stored.status());
    v1::Scenario& found = *stored->record.mutable_scenario();
    if (found.mixture_size() > 0) {
      checks.Add(field, name, "must not be a mixture itself: name its regimes", "NESTED_MIXTURE");
    }
    JALON_ASSIGN_OR_RETURN(sim::Scenario world, FromProto(found, frequency_, field));
    FillRegime(std::move(world), regime);
    return std::move(found);
  }

 private:
  Archive& archive_;
  const std::string network_;
  const sim::Frequency frequency_;
};

// What the regimes of a mixture assume, into `given`.
absl::Status ReadRegimes(Call& call, const v1::CreateScenarioRequest& request,
                         sim::Frequency frequency, Checks& checks, GivenScenario& given) {
  RegimeReader reader(call, request.parent(), frequency);
  for (size_t i = 0; i < given.value.mixture.size(); ++i) {
    sim::Regime& regime = given.value.mixture[i];
    const std::string& name = request.scenario().mixture(static_cast<int>(i)).scenario();
    const auto broken = checks.violations().total_count();
    JALON_ASSIGN_OR_RETURN(
        v1::Scenario found,
        reader.Read(name, absl::StrCat("mixture[", i, "].scenario"), checks, regime));
    given.regimes.push_back(std::move(found));
    // Said once is enough: sim/ would find the same name wrong, or twice.
    if (checks.violations().total_count() > broken) regime.id = absl::StrCat("regime-", i);
  }
  return absl::OkStatus();
}

// The scenario, checked against the newest revision of its network.
absl::StatusOr<GivenScenario> ReadScenario(Call& call, const v1::CreateScenarioRequest& request) {
  JALON_ASSIGN_OR_RETURN(const auto revision, call.environment().archive.GetRevision(absl::StrCat(
                                                  request.parent(), "/revisions/latest")));
  const sim::Network& network = revision->value.network;
  GivenScenario given;
  JALON_ASSIGN_OR_RETURN(given.value,
                         FromProto(request.scenario(), network.frequency(), "scenario"));
  Checks checks("scenario");
  JALON_RETURN_IF_ERROR(ReadRegimes(call, request, network.frequency(), checks, given));
  // sim/ wants an id; the one given here has been checked already.
  given.value.id = request.scenario_id();
  checks.Merge(sim::ValidateScenario(network, revision->value.drivers, given.value));
  checks.Merge(sim::CheckEventChannels(revision->value.channels, given.value));
  if (!checks.ok()) return checks.ToStatus();
  return given;
}

// The mutations that keep a scenario, regimes first; kAlreadyExists when the name is taken.
Transaction Keep(const v1::Scenario& scenario, const std::vector<v1::Scenario>& regimes) {
  Transaction transaction;
  BlobWriter blobs(&transaction);
  store::v1::ScenarioRecord record;
  *record.mutable_scenario() = scenario;
  for (const v1::Scenario& regime : regimes) {
    record.add_regimes(blobs.Add(DeterministicBytes(regime)));
  }
  transaction.mutations.push_back(PutResource{.name = scenario.name(),
                                              .payload = record.SerializeAsString(),
                                              .expect = Expect::Absent(),
                                              .blobs = blobs.digests()});
  return transaction;
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
  for (v1::ScenarioRegime& regime : *proto.mutable_mixture()) {
    regime.set_scenario(JoinName(NetworkOf(name), "scenarios", regime.scenario()));
  }
  proto.set_content_hash(ScenarioHash(scenario));
  *proto.mutable_create_time() = ToProto(now);
  return proto;
}

PutResource RecordOf(const v1::Scenario& scenario) {
  return std::get<PutResource>(Keep(scenario, {}).mutations.back());
}

absl::StatusOr<v1::Scenario> CreateScenario(Call& call, const v1::CreateScenarioRequest& request) {
  JALON_RETURN_IF_ERROR(CheckCreate(request));
  JALON_ASSIGN_OR_RETURN(const std::string earlier, call.EarlierOutcome(request.request_id()));
  if (!earlier.empty()) return ReadBack(call, earlier);
  v1::CreateScenarioRequest named = request;
  if (named.scenario_id().empty()) named.set_scenario_id(RandomId());
  JALON_ASSIGN_OR_RETURN(const GivenScenario given, ReadScenario(call, named));
  v1::Scenario scenario =
      NewScenario(given.value, JoinName(request.parent(), "scenarios", named.scenario_id()),
                  call.environment().clock.WallNow());
  scenario.set_author(request.scenario().author());
  if (request.validate_only()) return scenario;
  JALON_ASSIGN_OR_RETURN(
      const ApplyResult applied,
      call.Apply(Keep(scenario, given.regimes), request.request_id(), scenario.name()));
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
