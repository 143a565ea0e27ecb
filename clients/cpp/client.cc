#include "clients/cpp/client.h"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <mutex>
#include <random>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/string_view.h"
#include "clients/cpp/status.h"
#include "grpc/health/v1/health.grpc.pb.h"
#include "grpcpp/create_channel.h"
#include "grpcpp/security/credentials.h"
#include "jalon/v1/model_service.grpc.pb.h"
#include "jalon/v1/network_service.grpc.pb.h"
#include "jalon/v1/objective_service.grpc.pb.h"
#include "jalon/v1/scenario_service.grpc.pb.h"
#include "jalon/v1/server_service.grpc.pb.h"
#include "jalon/v1/simulation_service.grpc.pb.h"

namespace jalon::client {
namespace {

// Whether a call may be repeated without a request_id: it reads, or it asks again for what is done.
constexpr bool kSafeToRepeat = true;
constexpr bool kChangesSomething = false;
constexpr size_t kChunkBytes = 256 * 1024;
constexpr absl::Duration kLongestBackoff = absl::Seconds(5);
constexpr absl::Duration kRefusalDeadline = absl::Seconds(1);
// What the C library calls ECONNREFUSED.
constexpr absl::string_view kRefused = "Connection refused";

void SetDeadline(grpc::ClientContext& context, absl::Duration timeout) {
  context.set_deadline(std::chrono::system_clock::now() + absl::ToChronoMilliseconds(timeout));
}

double JitterFactor() {
  thread_local std::mt19937 bits{std::random_device{}()};
  return std::uniform_real_distribution<double>(0.8, 1.2)(bits);
}

// Whether sending `request` twice does what sending it once does: creations are made safe by their
// request_id, everything else that changes something is not.
template <class Request>
bool HasRequestId(const Request& request) {
  if constexpr (requires { request.request_id(); }) {
    return !request.request_id().empty();
  } else {
    return false;
  }
}

// Says in the options of an import which files follow.
template <typename Options>
void Declare(const std::vector<UploadFile>& files, Options& options) {
  for (const UploadFile& file : files) {
    v1::FileDeclaration& declared = *options.add_files();
    declared.set_file(file.name);
    declared.set_size_bytes(static_cast<int64_t>(file.bytes.size()));
  }
}

}  // namespace

struct Canceller::State {
  std::mutex mutex;
  bool cancelled = false;
  grpc::ClientContext* context = nullptr;
};

Canceller::Canceller() : state_(std::make_shared<State>()) {}

void Canceller::Cancel() const {
  std::lock_guard lock(state_->mutex);
  state_->cancelled = true;
  if (state_->context != nullptr) state_->context->TryCancel();
}

bool Canceller::cancelled() const {
  std::lock_guard lock(state_->mutex);
  return state_->cancelled;
}

namespace {

// Registers a call with a canceller while the call lasts.
class CancelScope {
 public:
  CancelScope(Canceller::State& state, grpc::ClientContext& context) : state_(state) {
    std::lock_guard lock(state_.mutex);
    state_.context = &context;
    if (state_.cancelled) context.TryCancel();
  }
  ~CancelScope() {
    std::lock_guard lock(state_.mutex);
    state_.context = nullptr;
  }

 private:
  Canceller::State& state_;
};

}  // namespace

struct Client::Impl {
  explicit Impl(ClientOptions given)
      : options(std::move(given)),
        channel(grpc::CreateCustomChannel(options.address, grpc::InsecureChannelCredentials(),
                                          ChannelArguments())),
        network(v1::NetworkService::NewStub(channel)),
        scenario(v1::ScenarioService::NewStub(channel)),
        objective(v1::ObjectiveService::NewStub(channel)),
        model(v1::ModelService::NewStub(channel)),
        simulation(v1::SimulationService::NewStub(channel)),
        server(v1::ServerService::NewStub(channel)),
        health(grpc::health::v1::Health::NewStub(channel)) {}

  static grpc::ChannelArguments ChannelArguments() {
    grpc::ChannelArguments arguments;
    // Shorter than the wait before the second attempt: the default second would answer every
    // attempt with what the first one met.
    arguments.SetInt(GRPC_ARG_INITIAL_RECONNECT_BACKOFF_MS, 50);
    arguments.SetInt(GRPC_ARG_KEEPALIVE_TIME_MS, 30'000);
    arguments.SetInt(GRPC_ARG_KEEPALIVE_TIMEOUT_MS, 20'000);
    arguments.SetMaxReceiveMessageSize(64 << 20);
    return arguments;
  }

  // Before every call; only the first one waits. Errors: kUnavailable when nobody listens there.
  absl::Status WaitForServer() {
    absl::Status there;
    if (options.connect_timeout > absl::ZeroDuration()) {
      std::call_once(waited, [&] { there = WaitForConnection(); });
    }
    return there;
  }

  absl::Status WaitForConnection() {
    const auto begin = std::chrono::system_clock::now();
    const auto connected_within = [&](absl::Duration timeout) {
      return channel->WaitForConnected(begin + absl::ToChronoMilliseconds(timeout));
    };
    if (options.refusal_timeout < options.connect_timeout) {
      if (connected_within(options.refusal_timeout)) return absl::OkStatus();
      if (absl::Status refusal = Refusal(); !refusal.ok()) return refusal;
    }
    connected_within(options.connect_timeout);
    return absl::OkStatus();
  }

  // Whether the last attempt to connect was refused. Its text alone tells: gRPC takes one first
  // connection in a thousand for failed for no reason (clients/cli/context.cc).
  absl::Status Refusal() {
    grpc::ClientContext context;
    SetDeadline(context, kRefusalDeadline);
    grpc::health::v1::HealthCheckResponse response;
    const grpc::Status status = health->Check(&context, {}, &response);
    const bool refused = status.error_code() == grpc::StatusCode::UNAVAILABLE &&
                         absl::StrContains(status.error_message(), kRefused);
    return refused ? Explained(status) : absl::OkStatus();
  }

  absl::Status Explained(const grpc::Status& status) const {
    absl::Status converted = FromGrpcStatus(status);
    if (status.error_code() != grpc::StatusCode::UNAVAILABLE || !status.error_details().empty()) {
      return converted;
    }
    return absl::UnavailableError(absl::StrCat(
        "no Jalon server answers at ", options.address, " (", status.error_message(),
        "); start one with `jalond --demo=small`, or name another with --server HOST:PORT"));
  }

  void Backoff(int attempt) const {
    absl::Duration wait = options.first_backoff;
    for (int i = 1; i < attempt; ++i) wait *= 1.6;
    options.sleep(std::min(wait, kLongestBackoff) * JitterFactor());
  }

  template <class Stub, class Request, class Response>
  absl::StatusOr<Response> Unary(Stub& stub,
                                 grpc::Status (Stub::*method)(grpc::ClientContext*, const Request&,
                                                              Response*),
                                 const Request& request, bool repeatable) {
    if (absl::Status there = WaitForServer(); !there.ok()) return there;
    const int attempts = repeatable || HasRequestId(request) ? options.max_attempts : 1;
    for (int attempt = 1;; ++attempt) {
      grpc::ClientContext context;
      SetDeadline(context, options.call_timeout);
      Response response;
      const grpc::Status status = (stub.*method)(&context, request, &response);
      if (status.ok()) return response;
      if (status.error_code() != grpc::StatusCode::UNAVAILABLE || attempt >= attempts) {
        return Explained(status);
      }
      Backoff(attempt);
    }
  }

  // Sends an options message, then `files` by chunks, and returns the resource made.
  template <class Request, class Response, class Open>
  absl::StatusOr<Response> Upload(const Open& open, const Request& first,
                                  const std::vector<UploadFile>& files, const Canceller& canceller,
                                  const SentFn& sent) {
    if (absl::Status there = WaitForServer(); !there.ok()) return there;
    grpc::ClientContext context;
    SetDeadline(context, options.upload_timeout);
    CancelScope scope(canceller.state(), context);
    Response response;
    auto writer = open(&context, &response);
    bool open_still = writer->Write(first);
    int64_t total = 0;
    for (size_t f = 0; f < files.size() && open_still; ++f) {
      for (size_t at = 0; at < files[f].bytes.size() && open_still; at += kChunkBytes) {
        Request piece;
        piece.mutable_chunk()->set_file_index(static_cast<int32_t>(f));
        piece.mutable_chunk()->set_data(files[f].bytes.substr(at, kChunkBytes));
        total += static_cast<int64_t>(piece.chunk().data().size());
        open_still = writer->Write(piece);
        if (open_still && sent) sent(total);
      }
    }
    writer->WritesDone();
    const grpc::Status status = writer->Finish();
    if (!status.ok()) return Explained(status);
    return response;
  }

  ClientOptions options;
  std::once_flag waited;
  std::shared_ptr<grpc::Channel> channel;  // gRPC's own type; stubs share it
  std::unique_ptr<v1::NetworkService::Stub> network;
  std::unique_ptr<v1::ScenarioService::Stub> scenario;
  std::unique_ptr<v1::ObjectiveService::Stub> objective;
  std::unique_ptr<v1::ModelService::Stub> model;
  std::unique_ptr<v1::SimulationService::Stub> simulation;
  std::unique_ptr<v1::ServerService::Stub> server;
  std::unique_ptr<grpc::health::v1::Health::Stub> health;
};

Client::Client(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Client::~Client() = default;
const ClientOptions& Client::options() const { return impl_->options; }

absl::StatusOr<std::unique_ptr<Client>> Client::Connect(ClientOptions options) {
  if (options.address.empty()) return absl::InvalidArgumentError("address: must not be empty");
  if (options.call_timeout <= absl::ZeroDuration() ||
      options.upload_timeout <= absl::ZeroDuration()) {
    return absl::InvalidArgumentError("call_timeout and upload_timeout: must be > 0");
  }
  if (options.max_attempts < 1) {
    return absl::InvalidArgumentError(
        absl::StrCat("max_attempts = ", options.max_attempts, ": must be >= 1"));
  }
  return std::unique_ptr<Client>(new Client(std::make_unique<Impl>(std::move(options))));
}

absl::StatusOr<bool> Client::CheckHealth() {
  namespace health = grpc::health::v1;
  auto response = impl_->Unary(*impl_->health, &health::Health::Stub::Check,
                               health::HealthCheckRequest(), kSafeToRepeat);
  if (!response.ok()) return response.status();
  return response->status() == health::HealthCheckResponse::SERVING;
}

absl::StatusOr<v1::Import> Client::CreateImport(v1::ImportOptions options,
                                                const std::vector<UploadFile>& files,
                                                const Canceller& canceller, const SentFn& sent) {
  Declare(files, options);
  v1::CreateImportRequest first;
  *first.mutable_options() = std::move(options);
  const auto open = [this](grpc::ClientContext* context, v1::Import* response) {
    return impl_->network->CreateImport(context, response);
  };
  return impl_->Upload<v1::CreateImportRequest, v1::Import>(open, first, files, canceller, sent);
}

absl::StatusOr<v1::Import> Client::ImportObjectives(v1::ObjectiveImportOptions options,
                                                    const std::vector<UploadFile>& files,
                                                    const Canceller& canceller) {
  Declare(files, options);
  v1::ImportObjectivesRequest first;
  *first.mutable_options() = std::move(options);
  const auto open = [this](grpc::ClientContext* context, v1::Import* response) {
    return impl_->objective->ImportObjectives(context, response);
  };
  return impl_->Upload<v1::ImportObjectivesRequest, v1::Import>(open, first, files, canceller, {});
}

absl::StatusOr<v1::Import> Client::ImportScenario(v1::ScenarioImportOptions options,
                                                  const std::vector<UploadFile>& files,
                                                  const Canceller& canceller) {
  Declare(files, options);
  v1::ImportScenarioRequest first;
  *first.mutable_options() = std::move(options);
  const auto open = [this](grpc::ClientContext* context, v1::Import* response) {
    return impl_->scenario->ImportScenario(context, response);
  };
  return impl_->Upload<v1::ImportScenarioRequest, v1::Import>(open, first, files, canceller, {});
}

absl::StatusOr<v1::Model> Client::ImportModel(v1::ModelImportOptions options,
                                              const std::string& bytes) {
  if (absl::Status there = impl_->WaitForServer(); !there.ok()) return there;
  grpc::ClientContext context;
  SetDeadline(context, impl_->options.upload_timeout);
  v1::Model response;
  auto writer = impl_->model->ImportModel(&context, &response);
  v1::ImportModelRequest message;
  options.set_size_bytes(static_cast<int64_t>(bytes.size()));
  *message.mutable_options() = std::move(options);
  bool open = writer->Write(message);
  for (size_t at = 0; at < bytes.size() && open; at += kChunkBytes) {
    message.set_data(bytes.substr(at, kChunkBytes));
    open = writer->Write(message);
  }
  writer->WritesDone();
  const grpc::Status status = writer->Finish();
  if (!status.ok()) return impl_->Explained(status);
  return response;
}

absl::StatusOr<std::string> Client::ExportModel(const v1::ExportModelRequest& request) {
  if (absl::Status there = impl_->WaitForServer(); !there.ok()) return there;
  grpc::ClientContext context;
  SetDeadline(context, impl_->options.upload_timeout);
  auto reader = impl_->model->ExportModel(&context, request);
  std::string bytes;
  v1::ExportModelResponse piece;
  while (reader->Read(&piece)) bytes += piece.data();
  const grpc::Status status = reader->Finish();
  if (!status.ok()) return impl_->Explained(status);
  return bytes;
}

absl::Status Client::WatchModel(
    const v1::WatchModelRequest& request, const Canceller& canceller,
    const std::function<void(const v1::WatchModelResponse&)>& on_event) {
  if (absl::Status there = impl_->WaitForServer(); !there.ok()) return there;
  grpc::ClientContext context;
  CancelScope scope(canceller.state(), context);
  auto reader = impl_->model->WatchModel(&context, request);
  v1::WatchModelResponse event;
  while (reader->Read(&event)) on_event(event);
  const grpc::Status status = reader->Finish();
  return status.ok() ? absl::OkStatus() : impl_->Explained(status);
}

absl::Status Client::WatchRun(const v1::WatchRunRequest& request, const Canceller& canceller,
                              const std::function<void(const v1::WatchRunResponse&)>& on_event) {
  if (absl::Status there = impl_->WaitForServer(); !there.ok()) return there;
  v1::WatchRunRequest resumed = request;
  for (int attempt = 1;; ++attempt) {
    grpc::ClientContext context;
    CancelScope scope(canceller.state(), context);
    auto reader = impl_->simulation->WatchRun(&context, resumed);
    v1::WatchRunResponse event;
    while (reader->Read(&event)) {
      attempt = 1;
      resumed.set_resume_token(event.resume_token());
      on_event(event);
    }
    const grpc::Status status = reader->Finish();
    if (status.ok()) return absl::OkStatus();
    if (status.error_code() != grpc::StatusCode::UNAVAILABLE ||
        attempt >= impl_->options.max_attempts) {
      return impl_->Explained(status);
    }
    impl_->Backoff(attempt);
  }
}

absl::StatusOr<v1::ServerInfo> Client::GetServerInfo(const v1::GetServerInfoRequest& request) {
  return impl_->Unary(*impl_->server, &v1::ServerService::Stub::GetServerInfo, request,
                      kSafeToRepeat);
}

absl::StatusOr<v1::CostEstimate> Client::EstimateCost(const v1::EstimateCostRequest& request) {
  return impl_->Unary(*impl_->server, &v1::ServerService::Stub::EstimateCost, request,
                      kSafeToRepeat);
}

absl::StatusOr<v1::Import> Client::GetImport(const v1::GetImportRequest& request) {
  return impl_->Unary(*impl_->network, &v1::NetworkService::Stub::GetImport, request,
                      kSafeToRepeat);
}

absl::StatusOr<v1::ListImportsResponse> Client::ListImports(const v1::ListImportsRequest& request) {
  return impl_->Unary(*impl_->network, &v1::NetworkService::Stub::ListImports, request,
                      kSafeToRepeat);
}

absl::StatusOr<v1::ListImportViolationsResponse> Client::ListImportViolations(
    const v1::ListImportViolationsRequest& request) {
  return impl_->Unary(*impl_->network, &v1::NetworkService::Stub::ListImportViolations, request,
                      kSafeToRepeat);
}

absl::StatusOr<v1::Network> Client::GetNetwork(const v1::GetNetworkRequest& request) {
  return impl_->Unary(*impl_->network, &v1::NetworkService::Stub::GetNetwork, request,
                      kSafeToRepeat);
}

absl::StatusOr<v1::ListNetworksResponse> Client::ListNetworks(
    const v1::ListNetworksRequest& request) {
  return impl_->Unary(*impl_->network, &v1::NetworkService::Stub::ListNetworks, request,
                      kSafeToRepeat);
}

absl::StatusOr<v1::DeleteNetworkResponse> Client::DeleteNetwork(
    const v1::DeleteNetworkRequest& request) {
  return impl_->Unary(*impl_->network, &v1::NetworkService::Stub::DeleteNetwork, request,
                      kChangesSomething);
}

absl::StatusOr<v1::Revision> Client::GetRevision(const v1::GetRevisionRequest& request) {
  return impl_->Unary(*impl_->network, &v1::NetworkService::Stub::GetRevision, request,
                      kSafeToRepeat);
}

absl::StatusOr<v1::ListRevisionsResponse> Client::ListRevisions(
    const v1::ListRevisionsRequest& request) {
  return impl_->Unary(*impl_->network, &v1::NetworkService::Stub::ListRevisions, request,
                      kSafeToRepeat);
}

absl::StatusOr<v1::ListUnitsResponse> Client::ListUnits(const v1::ListUnitsRequest& request) {
  return impl_->Unary(*impl_->network, &v1::NetworkService::Stub::ListUnits, request,
                      kSafeToRepeat);
}

absl::StatusOr<v1::ListIndicatorsResponse> Client::ListIndicators(
    const v1::ListIndicatorsRequest& request) {
  return impl_->Unary(*impl_->network, &v1::NetworkService::Stub::ListIndicators, request,
                      kSafeToRepeat);
}

absl::StatusOr<v1::ListSegmentsResponse> Client::ListSegments(
    const v1::ListSegmentsRequest& request) {
  return impl_->Unary(*impl_->network, &v1::NetworkService::Stub::ListSegments, request,
                      kSafeToRepeat);
}

absl::StatusOr<v1::ReadOpeningDaysResponse> Client::ReadOpeningDays(
    const v1::ReadOpeningDaysRequest& request) {
  return impl_->Unary(*impl_->network, &v1::NetworkService::Stub::ReadOpeningDays, request,
                      kSafeToRepeat);
}

absl::StatusOr<v1::ReadCalendarEffectResponse> Client::ReadCalendarEffect(
    const v1::ReadCalendarEffectRequest& request) {
  return impl_->Unary(*impl_->network, &v1::NetworkService::Stub::ReadCalendarEffect, request,
                      kSafeToRepeat);
}

absl::StatusOr<v1::ListDriversResponse> Client::ListDrivers(const v1::ListDriversRequest& request) {
  return impl_->Unary(*impl_->network, &v1::NetworkService::Stub::ListDrivers, request,
                      kSafeToRepeat);
}

absl::StatusOr<v1::GetScorePolicyResponse> Client::GetScorePolicy(
    const v1::GetScorePolicyRequest& request) {
  return impl_->Unary(*impl_->network, &v1::NetworkService::Stub::GetScorePolicy, request,
                      kSafeToRepeat);
}

absl::StatusOr<v1::ResolveWeightsResponse> Client::ResolveWeights(
    const v1::ResolveWeightsRequest& request) {
  return impl_->Unary(*impl_->network, &v1::NetworkService::Stub::ResolveWeights, request,
                      kSafeToRepeat);
}

absl::StatusOr<v1::ListChannelsResponse> Client::ListChannels(
    const v1::ListChannelsRequest& request) {
  return impl_->Unary(*impl_->network, &v1::NetworkService::Stub::ListChannels, request,
                      kSafeToRepeat);
}

absl::StatusOr<v1::ListCreditResponse> Client::ListCredit(const v1::ListCreditRequest& request) {
  return impl_->Unary(*impl_->network, &v1::NetworkService::Stub::ListCredit, request,
                      kSafeToRepeat);
}

absl::StatusOr<v1::ListMeansResponse> Client::ListMeans(const v1::ListMeansRequest& request) {
  return impl_->Unary(*impl_->network, &v1::NetworkService::Stub::ListMeans, request,
                      kSafeToRepeat);
}

absl::StatusOr<v1::ReconcileResponse> Client::Reconcile(const v1::ReconcileRequest& request) {
  return impl_->Unary(*impl_->network, &v1::NetworkService::Stub::Reconcile, request,
                      kSafeToRepeat);
}

absl::StatusOr<v1::ReadSeriesResponse> Client::ReadSeries(const v1::ReadSeriesRequest& request) {
  return impl_->Unary(*impl_->network, &v1::NetworkService::Stub::ReadSeries, request,
                      kSafeToRepeat);
}

absl::StatusOr<v1::ReadRealisationsResponse> Client::ReadRealisations(
    const v1::ReadRealisationsRequest& request) {
  return impl_->Unary(*impl_->network, &v1::NetworkService::Stub::ReadRealisations, request,
                      kSafeToRepeat);
}

absl::StatusOr<v1::ListPerimeterChangesResponse> Client::ListPerimeterChanges(
    const v1::ListPerimeterChangesRequest& request) {
  return impl_->Unary(*impl_->network, &v1::NetworkService::Stub::ListPerimeterChanges, request,
                      kSafeToRepeat);
}

absl::Status Client::ExportNetwork(
    const v1::ExportNetworkRequest& request, const Canceller& canceller,
    const std::function<void(const v1::ExportNetworkResponse&)>& on_piece) {
  if (absl::Status there = impl_->WaitForServer(); !there.ok()) return there;
  grpc::ClientContext context;
  SetDeadline(context, impl_->options.upload_timeout);
  CancelScope scope(canceller.state(), context);
  auto reader = impl_->network->ExportNetwork(&context, request);
  v1::ExportNetworkResponse piece;
  while (reader->Read(&piece)) on_piece(piece);
  const grpc::Status status = reader->Finish();
  return status.ok() ? absl::OkStatus() : impl_->Explained(status);
}

absl::StatusOr<v1::ReadIndicatorEffectsResponse> Client::ReadIndicatorEffects(
    const v1::ReadIndicatorEffectsRequest& request) {
  return impl_->Unary(*impl_->network, &v1::NetworkService::Stub::ReadIndicatorEffects, request,
                      kSafeToRepeat);
}

absl::StatusOr<v1::Scenario> Client::CreateScenario(const v1::CreateScenarioRequest& request) {
  return impl_->Unary(*impl_->scenario, &v1::ScenarioService::Stub::CreateScenario, request,
                      kChangesSomething);
}

absl::StatusOr<v1::Scenario> Client::GetScenario(const v1::GetScenarioRequest& request) {
  return impl_->Unary(*impl_->scenario, &v1::ScenarioService::Stub::GetScenario, request,
                      kSafeToRepeat);
}

absl::StatusOr<v1::ListScenariosResponse> Client::ListScenarios(
    const v1::ListScenariosRequest& request) {
  return impl_->Unary(*impl_->scenario, &v1::ScenarioService::Stub::ListScenarios, request,
                      kSafeToRepeat);
}

absl::StatusOr<v1::DeleteScenarioResponse> Client::DeleteScenario(
    const v1::DeleteScenarioRequest& request) {
  return impl_->Unary(*impl_->scenario, &v1::ScenarioService::Stub::DeleteScenario, request,
                      kChangesSomething);
}

absl::StatusOr<v1::ObjectiveSet> Client::CreateObjectiveSet(
    const v1::CreateObjectiveSetRequest& request) {
  return impl_->Unary(*impl_->objective, &v1::ObjectiveService::Stub::CreateObjectiveSet, request,
                      kChangesSomething);
}

absl::StatusOr<v1::ObjectiveSet> Client::GetObjectiveSet(
    const v1::GetObjectiveSetRequest& request) {
  return impl_->Unary(*impl_->objective, &v1::ObjectiveService::Stub::GetObjectiveSet, request,
                      kSafeToRepeat);
}

absl::StatusOr<v1::ListObjectiveSetsResponse> Client::ListObjectiveSets(
    const v1::ListObjectiveSetsRequest& request) {
  return impl_->Unary(*impl_->objective, &v1::ObjectiveService::Stub::ListObjectiveSets, request,
                      kSafeToRepeat);
}

absl::StatusOr<v1::ObjectiveSet> Client::PublishObjectiveSet(
    const v1::PublishObjectiveSetRequest& request) {
  return impl_->Unary(*impl_->objective, &v1::ObjectiveService::Stub::PublishObjectiveSet, request,
                      kChangesSomething);
}

absl::StatusOr<v1::AnalyzeObjectiveHistoryResponse> Client::AnalyzeObjectiveHistory(
    const v1::AnalyzeObjectiveHistoryRequest& request) {
  return impl_->Unary(*impl_->objective, &v1::ObjectiveService::Stub::AnalyzeObjectiveHistory,
                      request, kSafeToRepeat);
}

absl::StatusOr<v1::ListObjectivesResponse> Client::ListObjectives(
    const v1::ListObjectivesRequest& request) {
  return impl_->Unary(*impl_->objective, &v1::ObjectiveService::Stub::ListObjectives, request,
                      kSafeToRepeat);
}

absl::StatusOr<v1::Model> Client::CreateModel(const v1::CreateModelRequest& request) {
  return impl_->Unary(*impl_->model, &v1::ModelService::Stub::CreateModel, request,
                      kChangesSomething);
}

absl::StatusOr<v1::Model> Client::GetModel(const v1::GetModelRequest& request) {
  return impl_->Unary(*impl_->model, &v1::ModelService::Stub::GetModel, request, kSafeToRepeat);
}

absl::StatusOr<v1::ListModelsResponse> Client::ListModels(const v1::ListModelsRequest& request) {
  return impl_->Unary(*impl_->model, &v1::ModelService::Stub::ListModels, request, kSafeToRepeat);
}

absl::StatusOr<v1::Model> Client::CancelModel(const v1::CancelModelRequest& request) {
  return impl_->Unary(*impl_->model, &v1::ModelService::Stub::CancelModel, request, kSafeToRepeat);
}

absl::StatusOr<v1::Run> Client::CreateRun(const v1::CreateRunRequest& request) {
  return impl_->Unary(*impl_->simulation, &v1::SimulationService::Stub::CreateRun, request,
                      kChangesSomething);
}

absl::StatusOr<v1::Run> Client::GetRun(const v1::GetRunRequest& request) {
  return impl_->Unary(*impl_->simulation, &v1::SimulationService::Stub::GetRun, request,
                      kSafeToRepeat);
}

absl::StatusOr<v1::ListRunsResponse> Client::ListRuns(const v1::ListRunsRequest& request) {
  return impl_->Unary(*impl_->simulation, &v1::SimulationService::Stub::ListRuns, request,
                      kSafeToRepeat);
}

absl::StatusOr<v1::Run> Client::CancelRun(const v1::CancelRunRequest& request) {
  return impl_->Unary(*impl_->simulation, &v1::SimulationService::Stub::CancelRun, request,
                      kSafeToRepeat);
}

absl::StatusOr<v1::ReadResultsResponse> Client::ReadResults(const v1::ReadResultsRequest& request) {
  return impl_->Unary(*impl_->simulation, &v1::SimulationService::Stub::ReadResults, request,
                      kSafeToRepeat);
}

absl::StatusOr<v1::ReadScoresResponse> Client::ReadScores(const v1::ReadScoresRequest& request) {
  return impl_->Unary(*impl_->simulation, &v1::SimulationService::Stub::ReadScores, request,
                      kSafeToRepeat);
}

absl::StatusOr<v1::GetRowIndexResponse> Client::GetRowIndex(const v1::GetRowIndexRequest& request) {
  return impl_->Unary(*impl_->simulation, &v1::SimulationService::Stub::GetRowIndex, request,
                      kSafeToRepeat);
}

absl::StatusOr<v1::ReplayPathResponse> Client::ReplayPath(const v1::ReplayPathRequest& request) {
  return impl_->Unary(*impl_->simulation, &v1::SimulationService::Stub::ReplayPath, request,
                      kSafeToRepeat);
}

absl::StatusOr<v1::ReadEventLossesResponse> Client::ReadEventLosses(
    const v1::ReadEventLossesRequest& request) {
  return impl_->Unary(*impl_->simulation, &v1::SimulationService::Stub::ReadEventLosses, request,
                      kSafeToRepeat);
}

std::string NewRequestId() {
  std::random_device device;
  std::string id;
  for (int i = 0; i < 4; ++i) absl::StrAppendFormat(&id, "%08x", device());
  return id;
}

}  // namespace jalon::client
