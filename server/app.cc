#include "server/app.h"

#include <grpcpp/ext/proto_server_reflection_plugin.h>
#include <grpcpp/grpcpp.h>
#include <grpcpp/health_check_service_interface.h>
#include <grpcpp/impl/codegen/service_type.h>

#include <algorithm>
#include <atomic>
#include <filesystem>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "grpc/health/v1/health.pb.h"
#include "server/demo.h"
#include "server/rpc/environment.h"
#include "server/rpc/import_session.h"
#include "server/rpc/model_service.h"
#include "server/rpc/network_service.h"
#include "server/rpc/objective_service.h"
#include "server/rpc/scenario_service.h"
#include "server/rpc/server_service.h"
#include "server/rpc/simulation_service.h"
#include "server/store/sqlite_store.h"
#include "server/store/store_thread.h"
#include "sim/base/status_macros.h"

namespace jalon::server {
namespace {

// Threads that answer calls; most of their time they wait for the store.
constexpr int kRequestThreads = 8;
// Threads for fits and imports.
constexpr int kBatchThreads = 2;

int WorkerCount(const AppOptions& options) {
  if (options.thread_count > 0) return options.thread_count;
  return std::max(1u, std::thread::hardware_concurrency());
}

SchedulerOptions RequestOptions(const Limits& limits) {
  return {.thread_count = kRequestThreads,
          .max_jobs = limits.calls,
          .max_jobs_per_principal = limits.calls_per_caller,
          .max_jobs_name = "calls",
          .max_jobs_per_principal_name = "calls_per_caller"};
}

SchedulerOptions JobOptions(const Limits& limits, int thread_count) {
  return {.thread_count = thread_count,
          .max_jobs = limits.jobs,
          .max_jobs_per_principal = limits.jobs_per_caller,
          .nice = 5};
}

void SetChannelArguments(grpc::ServerBuilder& builder) {
  builder.SetMaxReceiveMessageSize(Limits::kReceiveBytes);
  builder.AddChannelArgument(GRPC_ARG_ALLOW_REUSEPORT, 0);
  builder.AddChannelArgument(GRPC_ARG_MAX_METADATA_SIZE, Limits::kMetadataBytes);
  // A message of some KB must not become one of some GB before its size is checked.
  builder.AddChannelArgument(GRPC_ARG_ENABLE_PER_MESSAGE_DECOMPRESSION, 0);
  builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_TIME_MS, 30'000);
  builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_TIMEOUT_MS, 20'000);
  builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_PERMIT_WITHOUT_CALLS, 1);
  builder.AddChannelArgument(GRPC_ARG_HTTP2_MIN_RECV_PING_INTERVAL_WITHOUT_DATA_MS, 10'000);
  builder.AddChannelArgument(GRPC_ARG_SERVER_HANDSHAKE_TIMEOUT_MS, 3'000);
}

absl::Status MakeFolder(const std::string& folder) {
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  if (!error) return absl::OkStatus();
  return absl::FailedPreconditionError(
      absl::StrCat("cannot make the data folder ", folder, ": ", error.message()));
}

}  // namespace

// Members are destroyed from the last to the first: whoever uses something stands below it.
struct App::State {
  State(AppOptions o, const Clock& c, Logger& l)
      : options(std::move(o)), clock(c), log(l), gate(options.limits), uploads(options.limits) {}

  AppOptions options;
  const Clock& clock;
  Logger& log;
  CallGate gate;
  UploadGate uploads;
  std::atomic<bool> store_failed{false};
  std::atomic<grpc::HealthCheckServiceInterface*> health{nullptr};
  std::unique_ptr<StoreThread> store;
  std::unique_ptr<Archive> archive;
  std::unique_ptr<BaselineCache> baselines;
  SurfaceCache surfaces;
  std::unique_ptr<Scheduler> requests;
  std::unique_ptr<Scheduler> batch;
  std::unique_ptr<Scheduler> jobs;
  std::unique_ptr<LiveRuns> runs;
  std::unique_ptr<LiveFits> fits;
  std::unique_ptr<Environment> environment;
  std::vector<std::unique_ptr<grpc::Service>> services;
  std::unique_ptr<grpc::Server> server;
  std::string address;
  std::string demo_report;
  bool stopped = false;

  absl::Status OpenStore();
  void StartThreads();
  absl::Status Listen();
  void SayNotServing();
};

absl::Status App::State::OpenStore() {
  std::unique_ptr<Store> opened = std::move(options.store);
  if (opened == nullptr) {
    JALON_RETURN_IF_ERROR(MakeFolder(options.data_directory));
    JALON_ASSIGN_OR_RETURN(opened,
                           OpenSqliteStore({.directory = options.data_directory, .clock = &clock}));
  }
  store = std::make_unique<StoreThread>(
      std::move(opened), StoreThreadOptions{.on_failed = [this](const absl::Status& status) {
        log.Error("store_failed", {{"status", status.ToString()}});
        store_failed.store(true);
        SayNotServing();
      }});
  return absl::OkStatus();
}

void App::State::StartThreads() {
  const int workers = WorkerCount(options);
  archive = std::make_unique<Archive>(*store, options.limits.cache_bytes);
  baselines = std::make_unique<BaselineCache>(options.limits.baseline_bytes);
  requests = std::make_unique<Scheduler>(RequestOptions(options.limits));
  batch = std::make_unique<Scheduler>(JobOptions(options.limits, kBatchThreads));
  jobs = std::make_unique<Scheduler>(JobOptions(options.limits, workers));
  runs.reset(new LiveRuns({.archive = *archive,
                           .jobs = *jobs,
                           .clock = clock,
                           .log = log,
                           .baselines = *baselines,
                           .surfaces = surfaces,
                           .max_bytes = options.limits.run_bytes}));
  fits.reset(new LiveFits({.archive = *archive, .batch = *batch, .clock = clock, .log = log}));
  environment.reset(new Environment{.limits = options.limits,
                                    .clock = clock,
                                    .log = log,
                                    .gate = gate,
                                    .uploads = uploads,
                                    .store = *store,
                                    .archive = *archive,
                                    .baselines = *baselines,
                                    .surfaces = surfaces,
                                    .requests = *requests,
                                    .batch = *batch,
                                    .jobs = *jobs,
                                    .runs = *runs,
                                    .fits = *fits,
                                    .worker_count = workers,
                                    .data_directory = options.data_directory});
  services.push_back(MakeServerService(*environment));
  services.push_back(MakeNetworkService(*environment));
  services.push_back(MakeScenarioService(*environment));
  services.push_back(MakeObjectiveService(*environment));
  services.push_back(MakeModelService(*environment));
  services.push_back(MakeSimulationService(*environment));
}

absl::Status App::State::Listen() {
  grpc::EnableDefaultHealthCheckService(true);
  // Reflection knows the messages linked into the program; of the health service gRPC brings none.
  grpc::health::v1::HealthCheckRequest::descriptor();
  grpc::reflection::InitProtoReflectionServerBuilderPlugin();
  grpc::ServerBuilder builder;
  SetChannelArguments(builder);
  int port = 0;
  if (!options.listen_address.empty()) {
    builder.AddListeningPort(options.listen_address, grpc::InsecureServerCredentials(), &port);
  }
  for (const std::unique_ptr<grpc::Service>& service : services) {
    builder.RegisterService(service.get());
  }
  server = builder.BuildAndStart();
  if (server == nullptr || (!options.listen_address.empty() && port == 0)) {
    return absl::UnavailableError(absl::StrCat("cannot listen on ", options.listen_address,
                                               ": is another server there already?"));
  }
  health.store(server->GetHealthCheckService());
  if (!options.listen_address.empty()) {
    const size_t colon = options.listen_address.rfind(':');
    address = absl::StrCat(options.listen_address.substr(0, colon), ":", port);
  }
  return absl::OkStatus();
}

void App::State::SayNotServing() {
  if (grpc::HealthCheckServiceInterface* service = health.load()) service->SetServingStatus(false);
}

App::App(std::unique_ptr<State> state) : state_(std::move(state)) {}

App::~App() { (void)Stop(absl::Seconds(5)); }

absl::StatusOr<std::unique_ptr<App>> App::Start(AppOptions options, const Clock& clock,
                                                Logger& log) {
  if (options.limits.run_bytes == 0) options.limits.run_bytes = DefaultRunBytes();
  JALON_RETURN_IF_ERROR(ValidateLimits(options.limits));
  auto app = std::unique_ptr<App>(new App(std::make_unique<State>(std::move(options), clock, log)));
  State& state = *app->state_;
  JALON_RETURN_IF_ERROR(state.OpenStore());
  state.StartThreads();
  JALON_RETURN_IF_ERROR(CancelUnfinishedImports(*state.environment));
  if (state.options.demo.has_value()) {
    JALON_ASSIGN_OR_RETURN(state.demo_report, LoadDemo(*state.environment, *state.options.demo));
  }
  JALON_RETURN_IF_ERROR(RestartFits(*state.environment));
  JALON_RETURN_IF_ERROR(RestartRuns(*state.environment));
  JALON_RETURN_IF_ERROR(state.Listen());
  state.store->CheckIntegrity([&log](const absl::Status& status) {
    if (!status.ok()) log.Error("store_damaged", {{"status", status.ToString()}});
  });
  log.Info("serving", {{"address", state.address}, {"data", state.options.data_directory}});
  return app;
}

const std::string& App::address() const { return state_->address; }

const std::string& App::demo_report() const { return state_->demo_report; }

std::shared_ptr<grpc::Channel> App::InProcessChannel() {
  return state_->server->InProcessChannel(grpc::ChannelArguments());
}

bool App::failed() const { return state_->store_failed.load(); }

absl::Status App::Stop(absl::Duration grace) {
  if (std::exchange(state_->stopped, true)) return absl::OkStatus();
  state_->SayNotServing();
  state_->gate.Close();
  // Calls in progress end by themselves or are cancelled at the deadline; request threads still
  // run, since every call must be finished by one of them.
  if (state_->server != nullptr) {
    state_->server->Shutdown(std::chrono::system_clock::now() + absl::ToChronoMilliseconds(grace));
    state_->health.store(nullptr);
  }
  if (state_->fits != nullptr) state_->fits->Interrupt();
  for (Scheduler* pool : {state_->jobs.get(), state_->batch.get(), state_->requests.get()}) {
    if (pool != nullptr) pool->Stop();
  }
  absl::Status closed = state_->store != nullptr ? state_->store->Close() : absl::OkStatus();
  if (state_->server != nullptr) state_->log.Info("stopped", {{"store", closed.ToString()}});
  return closed;
}

}  // namespace jalon::server
