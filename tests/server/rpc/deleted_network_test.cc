// What becomes of runs and fits whose network is deleted while they work.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "jalon/v1/network_service.grpc.pb.h"
#include "tests/server/rpc/demo_server.h"

namespace jalon::server {
namespace {

void DeleteDemo(DemoServer& server) {
  const auto stub = v1::NetworkService::NewStub(server.app().InProcessChannel());
  v1::DeleteNetworkRequest request;
  request.set_name(kDemo);
  v1::DeleteNetworkResponse response;
  const grpc::Status status = stub->DeleteNetwork(server.Context(), request, &response);
  ASSERT_TRUE(status.ok()) << status.error_message();
  EXPECT_GT(response.deleted_count(), 4);
}

v1::Run LongRun(DemoServer& server) {
  v1::CreateRunRequest request = server.SmallRun();
  request.mutable_run()->mutable_precision()->set_max_path_count(1 << 20);
  return server.CreateRun(request);
}

TEST(DeletedNetworkTest, EndsARunInProgressAndItsWatchers) {
  DemoServer server(1);
  const v1::Run run = LongRun(server);
  v1::WatchRunRequest watch;
  watch.set_name(run.name());
  watch.mutable_view()->add_statistics()->set_statistic(v1::STATISTIC_MEAN);
  const auto reader = server.runs().WatchRun(server.Context(), watch);
  v1::WatchRunResponse event;
  ASSERT_TRUE(reader->Read(&event));
  DeleteDemo(server);
  while (reader->Read(&event)) continue;
  const grpc::Status status = reader->Finish();
  EXPECT_TRUE(status.ok() || status.error_code() == grpc::StatusCode::NOT_FOUND)
      << status.error_message();
  if (status.ok()) {
    EXPECT_TRUE(event.ended().state() == v1::Run::STATE_CANCELLED ||
                event.ended().state() == v1::Run::STATE_FAILED)  // its end could not be stored
        << event.ended().state();
  }
}

TEST(DeletedNetworkTest, LeavesNothingOfARunToRead) {
  DemoServer server(1);
  const v1::Run run = server.RunToEnd(server.SmallRun());
  DeleteDemo(server);
  v1::GetRunRequest get;
  get.set_name(run.name());
  v1::Run gone;
  EXPECT_EQ(server.runs().GetRun(server.Context(), get, &gone).error_code(),
            grpc::StatusCode::NOT_FOUND);
  v1::ReadResultsRequest read;
  read.set_run(run.name());
  v1::ReadResultsResponse rows;
  EXPECT_EQ(server.runs().ReadResults(server.Context(), read, &rows).error_code(),
            grpc::StatusCode::NOT_FOUND);
}

TEST(DeletedNetworkTest, StartsNoRunOnIt) {
  DemoServer server(1);
  const v1::CreateRunRequest request = server.SmallRun();
  DeleteDemo(server);
  v1::Run run;
  EXPECT_EQ(server.runs().CreateRun(server.Context(), request, &run).error_code(),
            grpc::StatusCode::NOT_FOUND);
}

// A run that ends after its network has gone must not bring a record of itself back.
TEST(DeletedNetworkTest, IsNotBroughtBackByARunThatEndsLater) {
  DemoServer server(1);
  const v1::Run run = LongRun(server);
  DeleteDemo(server);
  v1::CancelRunRequest cancel;
  cancel.set_name(run.name());
  v1::Run ended;
  server.runs().CancelRun(server.Context(), cancel, &ended);  // waits for the end, if there is one
  v1::ListRunsRequest list;
  list.set_parent(kDemo);
  v1::ListRunsResponse runs;
  EXPECT_EQ(server.runs().ListRuns(server.Context(), list, &runs).error_code(),
            grpc::StatusCode::NOT_FOUND);
  v1::GetRunRequest get;
  get.set_name(run.name());
  v1::Run gone;
  EXPECT_EQ(server.runs().GetRun(server.Context(), get, &gone).error_code(),
            grpc::StatusCode::NOT_FOUND);
}

}  // namespace
}  // namespace jalon::server
