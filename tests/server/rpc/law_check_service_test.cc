// Runs that compare their laws with whole paths (Run.law_check_paths), over a channel.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "jalon/v1/server_service.grpc.pb.h"
#include "tests/server/rpc/demo_server.h"

namespace jalon::server {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

v1::CreateRunRequest CheckedRun(DemoServer& server, int32_t paths) {
  v1::CreateRunRequest request = server.SmallRun();
  request.mutable_run()->set_law_check_paths(paths);
  return request;
}

const v1::Run& SharedCheckedRun() {
  static const auto& run = *new v1::Run(SharedServer().RunToEnd(CheckedRun(SharedServer(), 64)));
  return run;
}

std::string RefusalOf(const v1::CreateRunRequest& request) {
  v1::Run run;
  const grpc::Status status =
      SharedServer().runs().CreateRun(SharedServer().Context(), request, &run);
  EXPECT_EQ(status.error_code(), grpc::StatusCode::INVALID_ARGUMENT) << status.error_message();
  return status.error_details();
}

TEST(LawCheckServiceTest, SaysOfEveryClassHowFarItIsOffAndWhatWasDone) {
  const v1::Run& run = SharedCheckedRun();
  ASSERT_EQ(run.state(), v1::Run::STATE_SUCCEEDED) << run.error();
  EXPECT_EQ(run.law_check_paths(), 64);
  EXPECT_EQ(run.provenance().law_check_paths(), 64);
  ASSERT_GT(run.law_checks_size(), 0);
  for (const v1::LawCheck& check : run.law_checks()) {
    EXPECT_NE(check.law(), v1::LAW_UNSPECIFIED);
    EXPECT_GT(check.row_count(), 0);
    ASSERT_EQ(check.biases_size(), 4);
    int64_t parts = 0;
    for (int k = 1; k < 4; ++k) parts += check.biases(k).threshold_count();
    EXPECT_EQ(check.biases(0).threshold_count(), parts);
    for (const v1::LawBias& bias : check.biases()) {
      EXPECT_LE(std::fabs(bias.bias()), 1.0);
      EXPECT_EQ(bias.standard_error() > 0.0, bias.threshold_count() > 0);
    }
  }
}

TEST(LawCheckServiceTest, KeepsWhatItFound) {
  const v1::Run stored = SharedServer().GetRun(SharedCheckedRun().name());
  ASSERT_EQ(stored.law_checks_size(), SharedCheckedRun().law_checks_size());
  for (int c = 0; c < stored.law_checks_size(); ++c) {
    EXPECT_EQ(stored.law_checks(c).SerializeAsString(),
              SharedCheckedRun().law_checks(c).SerializeAsString());
  }
}

TEST(LawCheckServiceTest, ARunThatDoesNotAskSaysNothing) {
  const v1::Run run = SharedServer().RunToEnd(SharedServer().SmallRun());
  EXPECT_EQ(run.law_checks_size(), 0);
  EXPECT_NE(run.provenance().spec_hash(), SharedCheckedRun().provenance().spec_hash());
}

TEST(LawCheckServiceTest, AVariantTakesWhatItsBaselineFound) {
  v1::CreateRunRequest request;
  request.set_parent(kDemo);
  request.mutable_run()->set_baseline(SharedCheckedRun().name());
  const v1::Run run = SharedServer().RunToEnd(request);
  ASSERT_EQ(run.state(), v1::Run::STATE_SUCCEEDED) << run.error();
  EXPECT_EQ(run.law_check_paths(), 64);
  ASSERT_EQ(run.law_checks_size(), SharedCheckedRun().law_checks_size());
  EXPECT_EQ(run.law_checks(0).SerializeAsString(),
            SharedCheckedRun().law_checks(0).SerializeAsString());
  request.mutable_run()->set_law_check_paths(128);
  EXPECT_THAT(RefusalOf(request),
              AllOf(HasSubstr("run.law_check_paths"), HasSubstr("SET_BY_BASELINE")));
}

TEST(LawCheckServiceTest, ListsEverythingThatIsWrongAtOnce) {
  v1::CreateRunRequest request = CheckedRun(SharedServer(), 16'385);
  request.mutable_run()->mutable_precision()->set_target_half_width(0.9);
  request.mutable_run()->set_as_of("tomorrow");
  EXPECT_THAT(RefusalOf(request), AllOf(HasSubstr("run.law_check_paths"), HasSubstr("run.as_of"),
                                        HasSubstr("run.precision.target_half_width")));
  request = CheckedRun(SharedServer(), -1);
  EXPECT_THAT(RefusalOf(request), HasSubstr("run.law_check_paths"));
}

TEST(LawCheckServiceTest, RefusesWhereThereIsNothingToCompare) {
  v1::CreateRunRequest sampled = CheckedRun(SharedServer(), 64);
  sampled.mutable_run()->set_estimator(v1::ESTIMATOR_SAMPLED);
  EXPECT_THAT(RefusalOf(sampled), HasSubstr("ESTIMATOR_SAMPLED"));
  v1::CreateRunRequest forecast = CheckedRun(SharedServer(), 64);
  forecast.mutable_run()->clear_objective_set();
  forecast.mutable_run()->mutable_targets()->add_windows("2027");
  EXPECT_THAT(RefusalOf(forecast),
              AllOf(HasSubstr("without objective set"), Not(HasSubstr("windows"))));
}

TEST(LawCheckServiceTest, IsCancelledWhileItCompares) {
  const v1::Run run = SharedServer().CreateRun(CheckedRun(SharedServer(), 16'384));
  v1::CancelRunRequest cancel;
  cancel.set_name(run.name());
  v1::Run cancelled;
  ASSERT_TRUE(SharedServer().runs().CancelRun(SharedServer().Context(), cancel, &cancelled).ok());
  v1::WatchRunRequest watch;
  watch.set_name(run.name());
  SharedServer().Watch(watch);
  const v1::Run ended = SharedServer().GetRun(run.name());
  EXPECT_EQ(ended.state(), v1::Run::STATE_CANCELLED);
  EXPECT_EQ(ended.provenance().path_count(), 0);
  EXPECT_EQ(ended.law_checks_size(), 0);
}

TEST(LawCheckServiceTest, IsPartOfWhatARunIsSaidToCost) {
  const auto stub = v1::ServerService::NewStub(SharedServer().app().InProcessChannel());
  const auto estimate = [&](int32_t paths) {
    v1::EstimateCostRequest request;
    *request.mutable_run() = CheckedRun(SharedServer(), paths);
    v1::CostEstimate answer;
    EXPECT_TRUE(stub->EstimateCost(SharedServer().Context(), request, &answer).ok());
    return answer;
  };
  EXPECT_GT(estimate(1'024).cpu_milliseconds(), estimate(256).cpu_milliseconds());
  EXPECT_GT(estimate(256).cpu_milliseconds(), estimate(0).cpu_milliseconds());
  // One thread compares.
  const double cpu = estimate(1'024).cpu_milliseconds() - estimate(0).cpu_milliseconds();
  EXPECT_NEAR(estimate(1'024).wall_milliseconds() - estimate(0).wall_milliseconds(), cpu,
              1e-9 * cpu);
  // It may find every law wrong: whole paths then say of every target what scores do not ask for.
  EXPECT_GT(estimate(256).peak_bytes(), estimate(0).peak_bytes());
  EXPECT_EQ(estimate(256).peak_bytes(), estimate(1'024).peak_bytes());
}

}  // namespace
}  // namespace jalon::server
