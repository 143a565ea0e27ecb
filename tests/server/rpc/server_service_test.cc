// ServerService.GetServerInfo over a channel: what the server says of itself.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "jalon/v1/server_service.grpc.pb.h"
#include "tests/server/rpc/demo_server.h"

namespace jalon::server {
namespace {

v1::ServerInfo InfoOf(DemoServer& server) {
  const auto stub = v1::ServerService::NewStub(server.app().InProcessChannel());
  v1::ServerInfo info;
  const grpc::Status status = stub->GetServerInfo(server.Context(), {}, &info);
  EXPECT_TRUE(status.ok()) << status.error_message();
  return info;
}

TEST(ServerServiceTest, NamesTheEngineAsARunDoes) {
  const v1::Run run = SharedServer().RunToEnd(SharedServer().SmallRun());
  EXPECT_EQ(InfoOf(SharedServer()).engine_version(), run.provenance().engine_version());
}

TEST(ServerServiceTest, NamesTheVersionsOfBothEstimators) {
  v1::CreateRunRequest request = SharedServer().SmallRun();
  request.mutable_run()->set_estimator(v1::ESTIMATOR_SAMPLED);
  const std::string sampled = SharedServer().CreateRun(request).provenance().engine_version();
  EXPECT_THAT(
      InfoOf(SharedServer()).engine_version(),
      ::testing::AllOf(::testing::StartsWith("conditional-"), ::testing::EndsWith("+" + sampled)));
}

}  // namespace
}  // namespace jalon::server
