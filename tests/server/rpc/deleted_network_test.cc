// What becomes of runs and fits whose network is deleted while they work.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "jalon/v1/network_service.grpc.pb.h"
#include "tests/server/rpc/demo_server.h"

namespace jalon::server {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;

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
  EXPECT_TRUE(status.ok()) << status.error_message();
  const v1::Run& ended = event.ended();
  EXPECT_EQ(ended.state(), v1::Run::STATE_CANCELLED) << ended.error();
  EXPECT_EQ(ended.termination().reason(), v1::Termination::REASON_CANCELLED);
  EXPECT_THAT(ended.termination().detail(), HasSubstr("network was deleted"));
  EXPECT_THAT(ended.error(), IsEmpty());
  EXPECT_EQ(ended.provenance().path_count(), 0) << "nothing is left to read";
}

TEST(DeletedNetworkTest, EndsFitsAndTheirWatchers) {
  DemoServer server(1);
  v1::CreateModelRequest create;
  create.set_parent(kDemo);
  v1::Model model;
  // The third one, which waits for the others: it cannot have ended before the network goes.
  for (int i = 0; i < 3; ++i) {
    ASSERT_TRUE(server.models().CreateModel(server.Context(), create, &model).ok());
  }
  v1::WatchModelRequest watch;
  watch.set_name(model.name());
  const auto reader = server.models().WatchModel(server.Context(), watch);
  v1::WatchModelResponse event;
  ASSERT_TRUE(reader->Read(&event));
  DeleteDemo(server);
  while (reader->Read(&event)) continue;
  ASSERT_TRUE(reader->Finish().ok());
  EXPECT_EQ(event.ended().state(), v1::Model::STATE_CANCELLED) << event.ended().error();
  EXPECT_THAT(event.ended().error(), HasSubstr("network was deleted"));
  EXPECT_THAT(event.ended().content_hash(), IsEmpty());
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
