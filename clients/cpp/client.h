// The C++ client: every call of a Jalon server as a function that returns a value or a status.
//
//   auto client = jalon::client::Client::Connect({.address = "127.0.0.1:7443"});
//   auto info = (*client)->GetServerInfo({});
//
// Deadlines: every unary call has one (ClientOptions::call_timeout). Retries: calls that only read,
// and creations that carry a request_id, are repeated with jittered backoff when the server is
// UNAVAILABLE; nothing else is ever sent twice. Messages are the generated ones of jalon/v1.
#ifndef JALON_CLIENTS_CPP_CLIENT_H_
#define JALON_CLIENTS_CPP_CLIENT_H_

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "jalon/v1/model_service.pb.h"
#include "jalon/v1/network_service.pb.h"
#include "jalon/v1/objective_service.pb.h"
#include "jalon/v1/scenario_service.pb.h"
#include "jalon/v1/server_service.pb.h"
#include "jalon/v1/simulation_service.pb.h"

namespace jalon::client {

struct ClientOptions {
  // `host:port` or `unix:/path`.
  std::string address = "127.0.0.1:7443";
  // Deadline of a unary call. > 0.
  absl::Duration call_timeout = absl::Seconds(30);
  // Deadline of an upload. > 0.
  absl::Duration upload_timeout = absl::Minutes(10);
  // How long the first call may wait for the server to come up. 0 means not at all.
  absl::Duration connect_timeout = absl::ZeroDuration();
  // How much of that it waits where nobody listens: an address that refuses connections until then
  // is reported without further attempts. By default all of it.
  absl::Duration refusal_timeout = absl::InfiniteDuration();
  // Times an idempotent call is tried in all, >= 1.
  int max_attempts = 4;
  // Wait before the second attempt; grows 1.6 times with each, up to 5 s, jittered by 20 %.
  absl::Duration first_backoff = absl::Milliseconds(100);
  // Replaced in tests, so that none sleeps.
  std::function<void(absl::Duration)> sleep = absl::SleepFor;
};

// A file to upload.
struct UploadFile {
  // Name without folders.
  std::string name;
  std::string bytes;
};

// Stops a stream from another thread. Thread-safe; outlives the call by sharing its state.
class Canceller {
 public:
  Canceller();
  // Ends the call in progress, or the next one, with kCancelled. Idempotent.
  void Cancel() const;
  bool cancelled() const;

  struct State;
  State& state() const { return *state_; }

 private:
  // Shared between the thread that waits for Ctrl-C and the thread in the call.
  std::shared_ptr<State> state_;
};

// Thread-safe: calls from several threads share one connection.
class Client {
 public:
  // Opens a connection lazily: a server that is not there is reported by the first call, with
  // kUnavailable and a message that says how to start one.
  // Errors: kInvalidArgument for options out of range.
  static absl::StatusOr<std::unique_ptr<Client>> Connect(ClientOptions options);
  ~Client();

  // Every failed call returns a status whose message is the server's and which carries the broken
  // rules: see ViolationsOf.
  template <class T>
  using Result = absl::StatusOr<T>;

  Result<v1::ServerInfo> GetServerInfo(const v1::GetServerInfoRequest& request);
  Result<v1::CostEstimate> EstimateCost(const v1::EstimateCostRequest& request);
  // Standard gRPC health of the whole server: true when it is serving.
  Result<bool> CheckHealth();

  // Sends the options, then the files by pieces of 256 KiB. `sent` (may be empty) is told the bytes
  // sent so far.
  using SentFn = std::function<void(int64_t)>;
  Result<v1::Import> CreateImport(v1::ImportOptions options, const std::vector<UploadFile>& files,
                                  const Canceller& canceller = {}, const SentFn& sent = {});
  Result<v1::Import> GetImport(const v1::GetImportRequest& request);
  Result<v1::ListImportsResponse> ListImports(const v1::ListImportsRequest& request);
  Result<v1::ListImportViolationsResponse> ListImportViolations(
      const v1::ListImportViolationsRequest& request);
  Result<v1::Network> GetNetwork(const v1::GetNetworkRequest& request);
  Result<v1::ListNetworksResponse> ListNetworks(const v1::ListNetworksRequest& request);
  Result<v1::DeleteNetworkResponse> DeleteNetwork(const v1::DeleteNetworkRequest& request);
  Result<v1::Revision> GetRevision(const v1::GetRevisionRequest& request);
  Result<v1::ListRevisionsResponse> ListRevisions(const v1::ListRevisionsRequest& request);
  Result<v1::ListUnitsResponse> ListUnits(const v1::ListUnitsRequest& request);
  Result<v1::ListIndicatorsResponse> ListIndicators(const v1::ListIndicatorsRequest& request);
  Result<v1::ListSegmentsResponse> ListSegments(const v1::ListSegmentsRequest& request);
  Result<v1::ListDriversResponse> ListDrivers(const v1::ListDriversRequest& request);
  Result<v1::ReadOpeningDaysResponse> ReadOpeningDays(const v1::ReadOpeningDaysRequest& request);
  Result<v1::ReadCalendarEffectResponse> ReadCalendarEffect(
      const v1::ReadCalendarEffectRequest& request);
  Result<v1::GetScorePolicyResponse> GetScorePolicy(const v1::GetScorePolicyRequest& request);
  Result<v1::ResolveWeightsResponse> ResolveWeights(const v1::ResolveWeightsRequest& request);
  Result<v1::ListChannelsResponse> ListChannels(const v1::ListChannelsRequest& request);
  Result<v1::ListCreditResponse> ListCredit(const v1::ListCreditRequest& request);
  Result<v1::ListMeansResponse> ListMeans(const v1::ListMeansRequest& request);
  Result<v1::ReconcileResponse> Reconcile(const v1::ReconcileRequest& request);
  Result<v1::ReadSeriesResponse> ReadSeries(const v1::ReadSeriesRequest& request);
  Result<v1::ReadRealisationsResponse> ReadRealisations(const v1::ReadRealisationsRequest& request);
  Result<v1::ListPerimeterChangesResponse> ListPerimeterChanges(
      const v1::ListPerimeterChangesRequest& request);
  // Calls `on_piece` for every piece, file by file.
  absl::Status ExportNetwork(const v1::ExportNetworkRequest& request, const Canceller& canceller,
                             const std::function<void(const v1::ExportNetworkResponse&)>& on_piece);
  Result<v1::ReadIndicatorEffectsResponse> ReadIndicatorEffects(
      const v1::ReadIndicatorEffectsRequest& request);

  Result<v1::Scenario> CreateScenario(const v1::CreateScenarioRequest& request);
  Result<v1::Import> ImportScenario(v1::ScenarioImportOptions options,
                                    const std::vector<UploadFile>& files,
                                    const Canceller& canceller = {});
  Result<v1::Scenario> GetScenario(const v1::GetScenarioRequest& request);
  Result<v1::ListScenariosResponse> ListScenarios(const v1::ListScenariosRequest& request);
  Result<v1::DeleteScenarioResponse> DeleteScenario(const v1::DeleteScenarioRequest& request);

  Result<v1::ObjectiveSet> CreateObjectiveSet(const v1::CreateObjectiveSetRequest& request);
  Result<v1::Import> ImportObjectives(v1::ObjectiveImportOptions options,
                                      const std::vector<UploadFile>& files,
                                      const Canceller& canceller = {});
  Result<v1::AnalyzeObjectiveHistoryResponse> AnalyzeObjectiveHistory(
      const v1::AnalyzeObjectiveHistoryRequest& request);
  Result<v1::ObjectiveSet> GetObjectiveSet(const v1::GetObjectiveSetRequest& request);
  Result<v1::ListObjectiveSetsResponse> ListObjectiveSets(
      const v1::ListObjectiveSetsRequest& request);
  Result<v1::ObjectiveSet> PublishObjectiveSet(const v1::PublishObjectiveSetRequest& request);
  Result<v1::ListObjectivesResponse> ListObjectives(const v1::ListObjectivesRequest& request);

  Result<v1::Model> CreateModel(const v1::CreateModelRequest& request);
  Result<v1::Model> GetModel(const v1::GetModelRequest& request);
  Result<v1::ListModelsResponse> ListModels(const v1::ListModelsRequest& request);
  Result<v1::Model> CancelModel(const v1::CancelModelRequest& request);
  // Calls `on_event` for each event until the fit ends.
  absl::Status WatchModel(const v1::WatchModelRequest& request, const Canceller& canceller,
                          const std::function<void(const v1::WatchModelResponse&)>& on_event);
  // The whole export, as bytes.
  Result<std::string> ExportModel(const v1::ExportModelRequest& request);
  Result<v1::Model> ImportModel(v1::ModelImportOptions options, const std::string& bytes);

  Result<v1::Run> CreateRun(const v1::CreateRunRequest& request);
  Result<v1::Run> GetRun(const v1::GetRunRequest& request);
  Result<v1::ListRunsResponse> ListRuns(const v1::ListRunsRequest& request);
  Result<v1::Run> CancelRun(const v1::CancelRunRequest& request);
  // Calls `on_event` for each event until the run ends. A broken connection is resumed with the
  // last token, as often as ClientOptions::max_attempts between two events.
  absl::Status WatchRun(const v1::WatchRunRequest& request, const Canceller& canceller,
                        const std::function<void(const v1::WatchRunResponse&)>& on_event);
  Result<v1::ReadResultsResponse> ReadResults(const v1::ReadResultsRequest& request);
  Result<v1::ReadScoresResponse> ReadScores(const v1::ReadScoresRequest& request);
  Result<v1::GetRowIndexResponse> GetRowIndex(const v1::GetRowIndexRequest& request);
  Result<v1::ReplayPathResponse> ReplayPath(const v1::ReplayPathRequest& request);
  Result<v1::ReadEventLossesResponse> ReadEventLosses(const v1::ReadEventLossesRequest& request);

  const ClientOptions& options() const;

 private:
  struct Impl;
  explicit Client(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

// The broken rules a failed call carries, and how many there were in all.
v1::ViolationDetails ViolationsOf(const absl::Status& status);

// The stable reason of a failed call, e.g. `QUEUE_FULL`; empty when it has none.
std::string ReasonOf(const absl::Status& status);

// A fresh request id: 32 random hexadecimal digits.
std::string NewRequestId();

}  // namespace jalon::client

#endif  // JALON_CLIENTS_CPP_CLIENT_H_
