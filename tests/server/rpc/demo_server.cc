#include "tests/server/rpc/demo_server.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <cstdlib>
#include <iostream>

#include "jalon/v1/objective_service.grpc.pb.h"
#include "server/store/memory_store.h"

namespace jalon::server {
namespace {

DemoServer* shared = nullptr;

// Runs that a test left behind must not meet the end of the program.
class SharedServerEnd : public testing::Environment {
 public:
  void TearDown() override {
    delete shared;
    shared = nullptr;
  }
};
testing::Environment* const shared_end = testing::AddGlobalTestEnvironment(new SharedServerEnd());

std::string OnlyObjectiveSet(const std::shared_ptr<grpc::Channel>& channel) {
  const auto stub = v1::ObjectiveService::NewStub(channel);
  grpc::ClientContext context;
  v1::ListObjectiveSetsRequest request;
  request.set_parent(kDemo);
  v1::ListObjectiveSetsResponse response;
  const grpc::Status status = stub->ListObjectiveSets(&context, request, &response);
  EXPECT_TRUE(status.ok()) << status.error_message();
  EXPECT_EQ(response.objective_sets_size(), 1);
  return response.objective_sets_size() == 0 ? "" : response.objective_sets(0).name();
}

}  // namespace

DemoServer::DemoServer(int thread_count, Limits limits) : log_(LogLevel::kError, clock_) {
  AppOptions options{.listen_address = "", .thread_count = thread_count, .limits = limits};
  options.store = NewMemoryStore(clock_);
  options.demo = sim::DemoSize::kSmall;
  auto app = App::Start(std::move(options), clock_, log_);
  if (!app.ok()) {
    std::cerr << app.status() << "\n";
    std::abort();
  }
  app_ = *std::move(app);
  const std::shared_ptr<grpc::Channel> channel = app_->InProcessChannel();
  models_ = v1::ModelService::NewStub(channel);
  runs_ = v1::SimulationService::NewStub(channel);
  objectives_ = OnlyObjectiveSet(channel);
}

grpc::ClientContext* DemoServer::Context() {
  contexts_.push_back(std::make_unique<grpc::ClientContext>());
  contexts_.back()->set_deadline(std::chrono::system_clock::now() + std::chrono::minutes(1));
  return contexts_.back().get();
}

v1::Run DemoServer::GetRun(const std::string& name) {
  v1::GetRunRequest request;
  request.set_name(name);
  v1::Run run;
  const grpc::Status status = runs_->GetRun(Context(), request, &run);
  EXPECT_TRUE(status.ok()) << status.error_message();
  return run;
}

v1::Run DemoServer::CreateRun(const v1::CreateRunRequest& request) {
  v1::Run run;
  const grpc::Status status = runs_->CreateRun(Context(), request, &run);
  EXPECT_TRUE(status.ok()) << status.error_message();
  return run;
}

std::vector<v1::WatchRunResponse> DemoServer::Watch(const v1::WatchRunRequest& request) {
  const auto reader = runs_->WatchRun(Context(), request);
  std::vector<v1::WatchRunResponse> events;
  for (v1::WatchRunResponse event; reader->Read(&event);) events.push_back(event);
  const grpc::Status status = reader->Finish();
  EXPECT_TRUE(status.ok()) << status.error_message();
  EXPECT_TRUE(!events.empty() && events.back().has_ended());
  return events;
}

v1::Run DemoServer::RunToEnd(const v1::CreateRunRequest& request) {
  v1::WatchRunRequest watch;
  watch.set_name(CreateRun(request).name());
  watch.mutable_view()->add_statistics()->set_statistic(v1::STATISTIC_MEAN);
  const std::vector<v1::WatchRunResponse> events = Watch(watch);
  return events.empty() ? v1::Run() : events.back().ended();
}

v1::Model DemoServer::WaitForModel(const std::string& model) {
  v1::WatchModelRequest request;
  request.set_name(model);
  const auto reader = models_->WatchModel(Context(), request);
  v1::WatchModelResponse event;
  while (reader->Read(&event)) continue;
  const grpc::Status status = reader->Finish();
  EXPECT_TRUE(status.ok()) << status.error_message();
  EXPECT_TRUE(event.has_ended());
  return event.ended();
}

v1::ResultBlock DemoServer::ReadAll(const std::string& run, const v1::View& view) {
  v1::ReadResultsRequest request;
  request.set_run(run);
  *request.mutable_view() = view;
  v1::ResultBlock whole;
  do {
    v1::ReadResultsResponse response;
    const grpc::Status status = runs_->ReadResults(Context(), request, &response);
    EXPECT_TRUE(status.ok()) << status.error_message();
    if (!status.ok()) break;
    if (whole.columns().empty()) {
      whole = response.block();
    } else {
      for (int c = 0; c < whole.columns_size(); ++c) {
        whole.mutable_columns(c)->mutable_values()->MergeFrom(response.block().columns(c).values());
      }
      whole.set_row_count(whole.row_count() + response.block().row_count());
    }
    request.set_page_token(response.next_page_token());
  } while (!request.page_token().empty());
  return whole;
}

v1::CreateRunRequest DemoServer::SmallRun() const {
  v1::CreateRunRequest request;
  request.set_parent(kDemo);
  v1::Run& run = *request.mutable_run();
  run.set_model(kTruth);
  run.set_objective_set(objectives_);
  run.mutable_targets()->add_indicators("housing-loans");
  run.set_seed(7);
  run.mutable_precision()->set_max_path_count(512);
  return request;
}

DemoServer& SharedServer() {
  if (shared == nullptr) shared = new DemoServer();
  return *shared;
}

}  // namespace jalon::server
