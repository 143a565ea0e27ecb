// ServerService.EstimateCost over a channel: what a run would cost, and what would be done with it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "jalon/v1/server_service.grpc.pb.h"
#include "tests/server/rpc/demo_server.h"

namespace jalon::server {
namespace {

using ::testing::HasSubstr;

struct Answer {
  grpc::Status status;
  v1::CostEstimate estimate;
};

Answer Ask(DemoServer& server, const v1::EstimateCostRequest& request) {
  const auto stub = v1::ServerService::NewStub(server.app().InProcessChannel());
  Answer answer;
  answer.status = stub->EstimateCost(server.Context(), request, &answer.estimate);
  return answer;
}

v1::CostEstimate Estimate(DemoServer& server, const v1::CreateRunRequest& run) {
  v1::EstimateCostRequest request;
  *request.mutable_run() = run;
  const Answer answer = Ask(server, request);
  EXPECT_TRUE(answer.status.ok()) << answer.status.error_message();
  return answer.estimate;
}

TEST(CostServiceTest, PredictsRowsAndPeriodsOfTheRunThatFollows) {
  DemoServer server(1);
  const v1::CreateRunRequest request = server.SmallRun();
  const v1::CostEstimate estimate = Estimate(server, request);
  EXPECT_EQ(estimate.decision(), v1::CostEstimate::DECISION_START);
  EXPECT_EQ(estimate.detail(), "");
  EXPECT_GT(estimate.cpu_milliseconds(), 0.0);
  EXPECT_DOUBLE_EQ(estimate.wall_milliseconds(), estimate.cpu_milliseconds());
  EXPECT_GT(estimate.peak_bytes(), 0);
  EXPECT_GT(estimate.series_count(), 0);
  EXPECT_GE(estimate.period_count(), 12);
  EXPECT_EQ(estimate.row_count(), server.RunToEnd(request).row_count());
}

TEST(CostServiceTest, StartsNothing) {
  Estimate(SharedServer(), SharedServer().SmallRun());
  v1::CreateRunRequest named = SharedServer().SmallRun();
  named.set_run_id("only-estimated");
  Estimate(SharedServer(), named);
  v1::GetRunRequest request;
  request.set_name("networks/demo/runs/only-estimated");
  v1::Run run;
  EXPECT_EQ(SharedServer().runs().GetRun(SharedServer().Context(), request, &run).error_code(),
            grpc::StatusCode::NOT_FOUND);
}

// Beyond what a run prepares before its first path: between two checkpoints.
TEST(CostServiceTest, CostsInProportionToThePaths) {
  v1::CreateRunRequest request = SharedServer().SmallRun();
  const auto cost = [&](int64_t path_count) {
    request.mutable_run()->mutable_precision()->set_max_path_count(path_count);
    return Estimate(SharedServer(), request).cpu_milliseconds();
  };
  const double once = cost(2'048) - cost(1'536);
  EXPECT_GT(once, 0.0);
  EXPECT_NEAR(cost(3'072) - cost(2'048), 2.0 * once, 0.01 * once);
  const double with_a_checkpoint = cost(1'536) - cost(1'024);
  EXPECT_GT(with_a_checkpoint, once);
}

TEST(CostServiceTest, RefusesForEverWhatDoesNotFitInTheMemoryOfRuns) {
  DemoServer server(1, {.run_bytes = 1'000});
  const v1::CostEstimate estimate = Estimate(server, server.SmallRun());
  EXPECT_EQ(estimate.decision(), v1::CostEstimate::DECISION_REFUSE);
  EXPECT_THAT(estimate.detail(), HasSubstr("run_bytes = 1000"));
}

TEST(CostServiceTest, RefusesForEverAResultTooLarge) {
  DemoServer server(1, {.result_cells = 10});
  const v1::CostEstimate estimate = Estimate(server, server.SmallRun());
  EXPECT_EQ(estimate.decision(), v1::CostEstimate::DECISION_REFUSE);
  EXPECT_THAT(estimate.detail(), HasSubstr("result_cells = 10"));
}

// A run that computes until it is cancelled.
v1::Run LongRun(DemoServer& server) {
  v1::CreateRunRequest request = server.SmallRun();
  request.mutable_run()->mutable_precision()->set_max_path_count(1 << 20);
  return server.CreateRun(request);
}

void Cancel(DemoServer& server, const v1::Run& run) {
  v1::CancelRunRequest request;
  request.set_name(run.name());
  v1::Run cancelled;
  EXPECT_TRUE(server.runs().CancelRun(server.Context(), request, &cancelled).ok());
}

TEST(CostServiceTest, QueuesBehindARunThatHasTheOnlyWorker) {
  DemoServer server(1);
  const v1::Run busy = LongRun(server);
  const v1::CostEstimate estimate = Estimate(server, server.SmallRun());
  EXPECT_EQ(estimate.decision(), v1::CostEstimate::DECISION_QUEUE);
  EXPECT_THAT(estimate.detail(), HasSubstr("share 1 workers"));
  Cancel(server, busy);
}

TEST(CostServiceTest, RefusesForNowWhatDoesNotFitBesideTheRunsInProgress) {
  DemoServer roomy(1);
  const int64_t bytes = Estimate(roomy, roomy.SmallRun()).peak_bytes();
  DemoServer tight(1, {.run_bytes = 3 * bytes / 2});
  const v1::Run busy = LongRun(tight);
  const v1::CostEstimate estimate = Estimate(tight, tight.SmallRun());
  EXPECT_EQ(estimate.decision(), v1::CostEstimate::DECISION_REFUSE_NOW) << estimate.detail();
  EXPECT_THAT(estimate.detail(), HasSubstr("of which runs in progress hold"));
  Cancel(tight, busy);
}

TEST(CostServiceTest, ListsWhatIsMissing) {
  const Answer answer = Ask(SharedServer(), {});
  EXPECT_EQ(answer.status.error_code(), grpc::StatusCode::INVALID_ARGUMENT);
  EXPECT_THAT(answer.status.error_message(), HasSubstr("run.parent"));
  EXPECT_THAT(answer.status.error_message(), HasSubstr("and 1 more"));
}

TEST(CostServiceTest, RefusesAModelThatDoesNotExist) {
  v1::EstimateCostRequest request;
  *request.mutable_run() = SharedServer().SmallRun();
  request.mutable_run()->mutable_run()->set_model("networks/demo/models/gone");
  EXPECT_EQ(Ask(SharedServer(), request).status.error_code(), grpc::StatusCode::NOT_FOUND);
}

}  // namespace
}  // namespace jalon::server
