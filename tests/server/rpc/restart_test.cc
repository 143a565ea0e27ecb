// What a server does with the work that the one before it left unfinished, on a real SQLite file.
#include <grpcpp/grpcpp.h>

#include <chrono>
#include <memory>
#include <string>
#include <utility>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "jalon/store/v1/record.pb.h"
#include "jalon/v1/model_service.grpc.pb.h"
#include "jalon/v1/simulation_service.grpc.pb.h"
#include "server/app.h"
#include "server/base/clock.h"
#include "server/observe/log.h"
#include "server/run/live_fits.h"
#include "server/store/sqlite_store.h"
#include "tests/support/temp_dir.h"

namespace jalon::server {
namespace {

using testing::HasSubstr;

class RestartTest : public testing::Test {
 protected:
  void SetUp() override { ASSERT_TRUE(Life()->Stop(absl::Seconds(5)).ok()); }

  // A server on the folder, with the small demo in it.
  std::unique_ptr<App> Life() {
    AppOptions options{.data_directory = folder_.path(), .listen_address = "", .thread_count = 1};
    options.demo = sim::DemoSize::kSmall;
    auto app = App::Start(std::move(options), clock_, log_);
    EXPECT_TRUE(app.ok()) << app.status();
    return *std::move(app);
  }

  // Leaves a record behind, between two lives.
  void Leave(PutResource put) {
    auto store = OpenSqliteStore({.directory = folder_.path(), .clock = &clock_});
    ASSERT_TRUE(store.ok()) << store.status();
    Transaction transaction;
    transaction.mutations.push_back(std::move(put));
    ASSERT_TRUE((*store)->Apply(transaction).ok());
    ASSERT_TRUE((*store)->Close().ok());
  }

  // The model once it has ended, followed by a watch.
  static v1::Model EndOf(App& app, const std::string& name) {
    const auto stub = v1::ModelService::NewStub(app.InProcessChannel());
    grpc::ClientContext context;
    context.set_deadline(std::chrono::system_clock::now() + std::chrono::minutes(1));
    v1::WatchModelRequest request;
    request.set_name(name);
    const auto reader = stub->WatchModel(&context, request);
    v1::WatchModelResponse event;
    v1::Model ended;
    while (reader->Read(&event)) {
      if (event.has_ended()) ended = event.ended();
    }
    EXPECT_TRUE(reader->Finish().ok());
    return ended;
  }

  static v1::Run RunOf(App& app, const std::string& name) {
    const auto stub = v1::SimulationService::NewStub(app.InProcessChannel());
    grpc::ClientContext context;
    context.set_deadline(std::chrono::system_clock::now() + std::chrono::minutes(1));
    v1::GetRunRequest request;
    request.set_name(name);
    v1::Run run;
    EXPECT_TRUE(stub->GetRun(&context, request, &run).ok());
    return run;
  }

  static PutResource WaitingModel(const std::string& revision) {
    v1::Model model;
    model.set_name("networks/demo/models/left");
    model.set_revision(revision);
    model.set_state(v1::Model::STATE_QUEUED);
    return ModelWithoutContent(model, "local:ipv4:127.0.0.1", Expect::Absent());
  }

 private:
  TempDir folder_;
  SystemClock clock_;
  Logger log_{LogLevel::kError, clock_};
};

TEST_F(RestartTest, FitsAModelThatWasWaiting) {
  Leave(WaitingModel(""));
  const std::unique_ptr<App> app = Life();
  const v1::Model model = EndOf(*app, "networks/demo/models/left");
  EXPECT_EQ(model.state(), v1::Model::STATE_SUCCEEDED) << model.error();
  EXPECT_EQ(model.series_count(), 819);
}

TEST_F(RestartTest, SaysWhyAModelCannotBeFittedAnyMore) {
  Leave(WaitingModel("networks/demo/revisions/000000000000"));
  const std::unique_ptr<App> app = Life();
  const v1::Model model = EndOf(*app, "networks/demo/models/left");
  EXPECT_EQ(model.state(), v1::Model::STATE_FAILED);
  EXPECT_THAT(model.error(), HasSubstr("it could not start again"));
}

TEST_F(RestartTest, SaysWhyARunCannotStartAgain) {
  store::v1::RunRecord record;
  record.mutable_run()->set_name("networks/demo/runs/left");
  record.mutable_run()->set_model("networks/demo/models/gone");
  record.mutable_run()->set_state(v1::Run::STATE_QUEUED);
  Leave({.name = "networks/demo/runs/left",
         .state = "QUEUED",
         .payload = record.SerializeAsString(),
         .expect = Expect::Absent()});
  const std::unique_ptr<App> app = Life();
  const v1::Run run = RunOf(*app, "networks/demo/runs/left");
  EXPECT_EQ(run.state(), v1::Run::STATE_FAILED);
  EXPECT_EQ(run.termination().reason(), v1::Termination::REASON_FAILED);
  EXPECT_THAT(run.error(), HasSubstr("networks/demo/models/gone"));
}

}  // namespace
}  // namespace jalon::server
