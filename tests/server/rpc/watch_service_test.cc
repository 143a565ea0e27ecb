#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "tests/server/rpc/demo_server.h"

namespace jalon::server {
namespace {

using Events = std::vector<v1::WatchRunResponse>;

v1::WatchRunRequest WatchOf(const std::string& run) {
  v1::WatchRunRequest request;
  request.set_name(run);
  return request;
}

v1::CreateRunRequest LongRun() {
  v1::CreateRunRequest request = SharedServer().SmallRun();
  request.mutable_run()->mutable_precision()->set_max_path_count(1 << 24);
  return request;
}

v1::Run Cancel(const std::string& run) {
  v1::CancelRunRequest request;
  request.set_name(run);
  v1::Run cancelled;
  EXPECT_TRUE(SharedServer().runs().CancelRun(SharedServer().Context(), request, &cancelled).ok());
  return cancelled;
}

// The blocks of the last table sent, put together column by column.
std::vector<std::vector<double>> LastTable(const Events& events) {
  std::vector<std::vector<double>> columns;
  std::string table;
  for (const v1::WatchRunResponse& event : events) {
    if (!event.has_estimates()) continue;
    const v1::ResultBlock& block = event.estimates();
    if (block.table_id() != table) columns.assign(block.columns_size(), {});
    table = block.table_id();
    for (int c = 0; c < block.columns_size(); ++c) {
      for (const double value : block.columns(c).values()) columns[c].push_back(value);
    }
  }
  return columns;
}

TEST(WatchRunTest, BeginsWithTheRunAndEndsWithTheRun) {
  const v1::Run run = SharedServer().CreateRun(SharedServer().SmallRun());
  const Events events = SharedServer().Watch(WatchOf(run.name()));
  EXPECT_TRUE(events.front().has_snapshot());
  EXPECT_EQ(events.front().snapshot().name(), run.name());
  EXPECT_EQ(events.back().ended().state(), v1::Run::STATE_SUCCEEDED);
  int64_t before = 0;
  for (const v1::WatchRunResponse& event : events) {
    EXPECT_GT(event.sequence(), before);
    before = event.sequence();
  }
}

TEST(WatchRunTest, SendsTheLastCheckpointWholeBeforeTheEnd) {
  const v1::Run run = SharedServer().CreateRun(SharedServer().SmallRun());
  const Events events = SharedServer().Watch(WatchOf(run.name()));
  const auto columns = LastTable(events);
  const v1::ResultBlock read = SharedServer().ReadAll(run.name());
  ASSERT_EQ(static_cast<int>(columns.size()), read.columns_size());
  for (int c = 0; c < read.columns_size(); ++c) {
    EXPECT_THAT(columns[c], testing::ElementsAreArray(read.columns(c).values()));
  }
}

TEST(WatchRunTest, KeepsEveryMessageSmall) {
  const v1::Run run = SharedServer().RunToEnd(SharedServer().SmallRun());
  for (const v1::WatchRunResponse& event : SharedServer().Watch(WatchOf(run.name()))) {
    if (event.has_estimates()) {
      EXPECT_LE(event.ByteSizeLong(), 65u << 10);
    }
  }
}

TEST(WatchRunTest, ShowsTwoWatchersTheSameFinalAnswer) {
  const v1::Run run = SharedServer().CreateRun(SharedServer().SmallRun());
  const auto first = SharedServer().runs().WatchRun(SharedServer().Context(), WatchOf(run.name()));
  const Events second = SharedServer().Watch(WatchOf(run.name()));
  Events one;
  for (v1::WatchRunResponse event; first->Read(&event);) one.push_back(event);
  ASSERT_TRUE(first->Finish().ok());
  EXPECT_EQ(LastTable(one), LastTable(second));
  EXPECT_EQ(one.back().ended().SerializeAsString(), second.back().ended().SerializeAsString());
}

TEST(WatchRunTest, DoesNotSendACheckpointTwiceAcrossADisconnection) {
  const v1::Run run = SharedServer().RunToEnd(SharedServer().SmallRun());
  const Events events = SharedServer().Watch(WatchOf(run.name()));
  v1::WatchRunRequest resumed = WatchOf(run.name());
  int64_t sequence = 0;
  for (const v1::WatchRunResponse& event : events) {
    if (!event.has_estimates()) continue;
    resumed.set_resume_token(event.resume_token());
    sequence = event.sequence();
  }
  const Events rest = SharedServer().Watch(resumed);
  EXPECT_THAT(LastTable(rest), testing::IsEmpty());
  EXPECT_GT(rest.front().sequence(), sequence);
}

TEST(WatchRunTest, SendsACheckpointAgainThatWasCutOff) {
  const v1::Run run = SharedServer().RunToEnd(SharedServer().SmallRun());
  const Events events = SharedServer().Watch(WatchOf(run.name()));
  v1::WatchRunRequest resumed = WatchOf(run.name());
  resumed.set_resume_token(events.front().resume_token());
  EXPECT_EQ(LastTable(SharedServer().Watch(resumed)), LastTable(events));
}

TEST(WatchRunTest, RefusesATokenOfAnotherRun) {
  const v1::Run one = SharedServer().RunToEnd(SharedServer().SmallRun());
  const v1::Run other = SharedServer().RunToEnd(SharedServer().SmallRun());
  v1::WatchRunRequest request = WatchOf(other.name());
  request.set_resume_token(SharedServer().Watch(WatchOf(one.name())).back().resume_token());
  const auto reader = SharedServer().runs().WatchRun(SharedServer().Context(), request);
  v1::WatchRunResponse event;
  EXPECT_FALSE(reader->Read(&event));
  EXPECT_EQ(reader->Finish().error_code(), grpc::StatusCode::INVALID_ARGUMENT);
}

TEST(WatchRunTest, RefusesARunThatDoesNotExist) {
  const auto reader =
      SharedServer().runs().WatchRun(SharedServer().Context(), WatchOf("networks/demo/runs/none"));
  v1::WatchRunResponse event;
  EXPECT_FALSE(reader->Read(&event));
  EXPECT_EQ(reader->Finish().error_code(), grpc::StatusCode::NOT_FOUND);
}

// Four watchers read nothing: the run must still reach its end, and each of them the last answer.
TEST(WatchRunTest, IsNotSlowedByWatchersThatDoNotRead) {
  v1::CreateRunRequest request = SharedServer().SmallRun();
  request.mutable_run()->mutable_precision()->set_max_path_count(1'024);
  const v1::Run run = SharedServer().CreateRun(request);
  std::vector<std::unique_ptr<grpc::ClientReader<v1::WatchRunResponse>>> sleepers;
  for (int i = 0; i < 4; ++i) {
    sleepers.push_back(
        SharedServer().runs().WatchRun(SharedServer().Context(), WatchOf(run.name())));
  }
  const Events awake = SharedServer().Watch(WatchOf(run.name()));
  ASSERT_EQ(awake.back().ended().provenance().path_count(), 1'024);
  for (const auto& sleeper : sleepers) {
    Events events;
    for (v1::WatchRunResponse event; sleeper->Read(&event);) events.push_back(event);
    ASSERT_TRUE(sleeper->Finish().ok());
    EXPECT_EQ(LastTable(events), LastTable(awake));
  }
}

TEST(WatchRunTest, LetsAWatcherLeaveWithoutStoppingTheRun) {
  const v1::Run run = SharedServer().CreateRun(LongRun());
  grpc::ClientContext* context = SharedServer().Context();
  const auto reader = SharedServer().runs().WatchRun(context, WatchOf(run.name()));
  v1::WatchRunResponse event;
  ASSERT_TRUE(reader->Read(&event));
  context->TryCancel();
  while (reader->Read(&event)) continue;
  EXPECT_EQ(reader->Finish().error_code(), grpc::StatusCode::CANCELLED);
  const v1::Run::State state = SharedServer().GetRun(run.name()).state();
  EXPECT_TRUE(state == v1::Run::STATE_QUEUED || state == v1::Run::STATE_RUNNING);
  Cancel(run.name());
}

TEST(WatchRunTest, EndsForAllWatchersWhenTheRunIsCancelled) {
  const v1::Run run = SharedServer().CreateRun(LongRun());
  const auto reader = SharedServer().runs().WatchRun(SharedServer().Context(), WatchOf(run.name()));
  v1::WatchRunResponse event;
  ASSERT_TRUE(reader->Read(&event));
  Cancel(run.name());
  while (reader->Read(&event)) continue;
  EXPECT_TRUE(reader->Finish().ok());
  EXPECT_EQ(event.ended().state(), v1::Run::STATE_CANCELLED);
}

// With room for four calls of one caller, fifty watchers one after the other get theirs.
TEST(WatchRunTest, GivesItsPlaceBackAtTheEnd) {
  DemoServer server(1, Limits{.calls_per_caller = 4});
  const v1::Run run = server.RunToEnd(server.SmallRun());
  int served = 0;
  for (int i = 0; i < 200 && served < 50; ++i) {
    const auto reader = server.runs().WatchRun(server.Context(), WatchOf(run.name()));
    v1::WatchRunResponse event;
    while (reader->Read(&event)) continue;
    // A place is free a moment after its caller saw the call end.
    const grpc::StatusCode code = reader->Finish().error_code();
    ASSERT_THAT(code, testing::AnyOf(grpc::StatusCode::OK, grpc::StatusCode::RESOURCE_EXHAUSTED));
    served += code == grpc::StatusCode::OK;
  }
  EXPECT_EQ(served, 50);
}

}  // namespace
}  // namespace jalon::server
