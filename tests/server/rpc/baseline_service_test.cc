// Runs with a baseline, over a channel.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <string>
#include <utility>

#include "jalon/v1/server_service.grpc.pb.h"
#include "tests/server/rpc/demo_server.h"

namespace jalon::server {
namespace {

using testing::AllOf;
using testing::Contains;
using testing::HasSubstr;

constexpr char kScenario[] = "networks/demo/scenarios/phone-signature";

// A year of home insurance, which phone-signature is about, 1,024 paths: knowledge included.
v1::CreateRunRequest BaseRequest(DemoServer& server, const std::string& id) {
  v1::CreateRunRequest request = server.SmallRun();
  request.set_run_id(id);
  request.mutable_run()->mutable_targets()->set_indicators(0, "home-insurance");
  request.mutable_run()->mutable_precision()->set_max_path_count(1'024);
  return request;
}

v1::CreateRunRequest VariantRequest(const v1::Run& baseline, const std::string& scenario = "") {
  v1::CreateRunRequest request;
  request.set_parent(kDemo);
  request.mutable_run()->set_baseline(baseline.name());
  request.mutable_run()->set_scenario(scenario);
  return request;
}

const v1::Run& SharedBaseline() {
  static const auto& run =
      *new v1::Run(SharedServer().RunToEnd(BaseRequest(SharedServer(), "plan")));
  return run;
}

// The values of a column; missing ones are left out.
std::map<int, double> Values(const v1::ResultBlock& block, v1::Statistic statistic) {
  std::map<int, double> values;
  for (const v1::ResultColumn& column : block.columns()) {
    if (column.spec().statistic() != statistic) continue;
    for (int r = 0; r < column.values_size(); ++r) {
      const std::string& bitmap = column.missing_bitmap();
      const size_t byte = static_cast<size_t>(r) / 8;
      const bool missing = byte < bitmap.size() && ((bitmap[byte] >> (r % 8)) & 1) != 0;
      if (!missing) values[r] = column.values(r);
    }
  }
  return values;
}

std::string BytesOf(const v1::ResultBlock& block) {
  v1::ResultBlock content = block;
  content.clear_table_id();
  return content.SerializeAsString();
}

TEST(BaselineServiceTest, ARunThatChangesNothingDiffersByNothing) {
  const v1::Run run = SharedServer().RunToEnd(VariantRequest(SharedBaseline()));
  ASSERT_EQ(run.state(), v1::Run::STATE_SUCCEEDED) << run.error();
  EXPECT_EQ(run.seed(), SharedBaseline().seed());
  EXPECT_EQ(run.objective_set(), SharedBaseline().objective_set());
  EXPECT_EQ(run.provenance().path_count(), 1'024);
  const v1::ResultBlock block = SharedServer().ReadAll(run.name());
  for (const v1::Statistic statistic :
       {v1::STATISTIC_DELTA_ATTAINMENT_PROBABILITY, v1::STATISTIC_DELTA_ATTAINMENT_LOW,
        v1::STATISTIC_DELTA_ATTAINMENT_HIGH, v1::STATISTIC_DELTA_ATTAINMENT_KNOWLEDGE_LOW,
        v1::STATISTIC_DELTA_ATTAINMENT_KNOWLEDGE_HIGH, v1::STATISTIC_DELTA_MEAN,
        v1::STATISTIC_DELTA_MEAN_LOW, v1::STATISTIC_DELTA_MEAN_HIGH}) {
    const std::map<int, double> values = Values(block, statistic);
    ASSERT_GT(values.size(), 10u) << v1::Statistic_Name(statistic);
    for (const auto& [row, value] : values) EXPECT_EQ(value, 0.0);
  }
}

TEST(BaselineServiceTest, GivesTheDifferenceOfTheTwoAnswers) {
  const v1::Run run = SharedServer().RunToEnd(VariantRequest(SharedBaseline(), kScenario));
  ASSERT_EQ(run.state(), v1::Run::STATE_SUCCEEDED) << run.error();
  const v1::ResultBlock with = SharedServer().ReadAll(run.name());
  const v1::ResultBlock without = SharedServer().ReadAll(SharedBaseline().name());
  for (const auto& [delta, statistic] : {std::pair{v1::STATISTIC_DELTA_MEAN, v1::STATISTIC_MEAN},
                                         std::pair{v1::STATISTIC_DELTA_ATTAINMENT_PROBABILITY,
                                                   v1::STATISTIC_ATTAINMENT_PROBABILITY}}) {
    const std::map<int, double> a = Values(without, statistic);
    const std::map<int, double> b = Values(with, statistic);
    const std::map<int, double> deltas = Values(with, delta);
    ASSERT_EQ(deltas.size(), b.size());
    double least = 0.0;
    for (const auto& [row, value] : deltas) {
      EXPECT_NEAR(value, b.at(row) - a.at(row), 1e-9 * (1.0 + std::abs(b.at(row))));
      least = std::min(least, value);
    }
    EXPECT_LT(least, 0.0) << "a signature by phone takes sales away";
  }
  const auto low = Values(with, v1::STATISTIC_DELTA_ATTAINMENT_LOW);
  const auto high = Values(with, v1::STATISTIC_DELTA_ATTAINMENT_HIGH);
  for (const auto& [row, value] : Values(with, v1::STATISTIC_DELTA_ATTAINMENT_PROBABILITY)) {
    EXPECT_LE(low.at(row), value);
    EXPECT_GE(high.at(row), value);
  }
}

TEST(BaselineServiceTest, NamesBothWorlds) {
  const v1::Run run = SharedServer().RunToEnd(VariantRequest(SharedBaseline(), kScenario));
  const v1::BaselineProvenance& without = run.provenance().baseline();
  EXPECT_EQ(without.run(), SharedBaseline().name());
  EXPECT_EQ(without.spec_hash(), SharedBaseline().provenance().spec_hash());
  EXPECT_EQ(without.scenario(), "");
  EXPECT_EQ(without.path_count(), 1'024);
  EXPECT_EQ(run.provenance().scenario(), kScenario);
  EXPECT_NE(run.provenance().spec_hash(), without.spec_hash());
  EXPECT_THAT(run.provenance().replay_arguments(), Contains("--baseline"));
  EXPECT_THAT(run.provenance().replay_arguments(), testing::Not(Contains("--seed")));
}

// The cache of the second server holds nothing: the job computes the baseline first.
TEST(BaselineServiceTest, GivesTheSameBytesWhenTheBaselineMustBeComputedAgain) {
  DemoServer kept(2);
  DemoServer evicted(2, {.baseline_bytes = 1});
  std::string bytes[2];
  double cpu[2] = {};
  for (DemoServer* server : {&kept, &evicted}) {
    const int k = server == &evicted;
    const v1::Run baseline = server->RunToEnd(BaseRequest(*server, "plan"));
    v1::EstimateCostRequest question;
    *question.mutable_run() = VariantRequest(baseline, kScenario);
    v1::CostEstimate cost;
    const auto stub = v1::ServerService::NewStub(server->app().InProcessChannel());
    ASSERT_TRUE(stub->EstimateCost(server->Context(), question, &cost).ok());
    cpu[k] = cost.cpu_milliseconds();
    const v1::Run run = server->RunToEnd(VariantRequest(baseline, kScenario));
    ASSERT_EQ(run.state(), v1::Run::STATE_SUCCEEDED) << run.error();
    bytes[k] = BytesOf(server->ReadAll(run.name()));
  }
  EXPECT_EQ(bytes[0], bytes[1]);
  EXPECT_GT(cpu[1], 1.5 * cpu[0]) << "the cost says that the baseline is computed too";
}

TEST(BaselineServiceTest, SaysWhichRowsHaveNoCounterpart) {
  v1::CreateRunRequest request = VariantRequest(SharedBaseline());
  request.mutable_run()->mutable_targets()->add_indicators("housing-loans");
  const v1::Run run = SharedServer().RunToEnd(request);
  ASSERT_EQ(run.state(), v1::Run::STATE_SUCCEEDED) << run.error();
  EXPECT_THAT(run.notices(), Contains(HasSubstr("rows are not in the baseline")));
  EXPECT_THAT(run.notices(), Contains(HasSubstr("rows of the baseline are not in this run")));
  EXPECT_TRUE(Values(SharedServer().ReadAll(run.name()), v1::STATISTIC_DELTA_MEAN).empty());
}

TEST(BaselineServiceTest, ComparesForecastsByTheirMeans) {
  v1::CreateRunRequest request = BaseRequest(SharedServer(), "forecast");
  request.mutable_run()->clear_objective_set();
  request.mutable_run()->mutable_targets()->add_windows("2027");
  const v1::Run baseline = SharedServer().RunToEnd(request);
  const v1::Run run = SharedServer().RunToEnd(VariantRequest(baseline, kScenario));
  ASSERT_EQ(run.state(), v1::Run::STATE_SUCCEEDED) << run.error();
  const v1::ResultBlock block = SharedServer().ReadAll(run.name());
  EXPECT_TRUE(Values(block, v1::STATISTIC_DELTA_ATTAINMENT_PROBABILITY).empty());
  EXPECT_FALSE(Values(block, v1::STATISTIC_DELTA_MEAN).empty());
}

TEST(BaselineServiceTest, ReplaysAPathOnTheDrawsOfTheBaseline) {
  const v1::Run run = SharedServer().RunToEnd(VariantRequest(SharedBaseline()));
  std::string values[2];
  const std::string names[2] = {run.name(), SharedBaseline().name()};
  for (int k = 0; k < 2; ++k) {
    v1::ReplayPathRequest request;
    request.set_run(names[k]);
    request.set_path_index(37);
    v1::ReplayPathResponse response;
    ASSERT_TRUE(
        SharedServer().runs().ReplayPath(SharedServer().Context(), request, &response).ok());
    values[k] = BytesOf(response.block());
  }
  EXPECT_EQ(values[0], values[1]);
}

// ------------------------------------------------------------------------------------- refusals

std::string Refusal(const v1::CreateRunRequest& request) {
  v1::Run run;
  const grpc::Status status =
      SharedServer().runs().CreateRun(SharedServer().Context(), request, &run);
  EXPECT_EQ(status.error_code(), grpc::StatusCode::INVALID_ARGUMENT) << status.error_message();
  return status.error_details();
}

TEST(BaselineServiceTest, ListsEverythingThatTheBaselineDecides) {
  v1::CreateRunRequest request = VariantRequest(SharedBaseline());
  v1::Run& run = *request.mutable_run();
  run.set_seed(8);
  run.set_as_of("2026-03");
  run.set_estimator(v1::ESTIMATOR_SAMPLED);
  run.mutable_precision()->set_max_path_count(64);
  run.mutable_precision()->set_target_half_width(0.01);
  run.mutable_precision()->mutable_time_budget()->set_seconds(1);
  EXPECT_THAT(
      Refusal(request),
      AllOf(HasSubstr("run.seed"), HasSubstr("run.as_of"), HasSubstr("run.estimator"),
            HasSubstr("run.precision.max_path_count"), HasSubstr("run.precision.target_half_width"),
            HasSubstr("run.precision.time_budget"), HasSubstr("SET_BY_BASELINE")));
}

TEST(BaselineServiceTest, RefusesABaselineOfWholePathsOrWithABaseline) {
  v1::CreateRunRequest request = BaseRequest(SharedServer(), "whole-paths");
  request.mutable_run()->set_estimator(v1::ESTIMATOR_SAMPLED);
  request.mutable_run()->mutable_precision()->set_max_path_count(16);
  const v1::Run sampled = SharedServer().RunToEnd(request);
  EXPECT_THAT(Refusal(VariantRequest(sampled)),
              AllOf(HasSubstr("BAD_BASELINE"), HasSubstr("ESTIMATOR_CONDITIONAL")));
  const v1::Run variant = SharedServer().RunToEnd(VariantRequest(SharedBaseline()));
  EXPECT_THAT(Refusal(VariantRequest(variant)),
              AllOf(HasSubstr("BAD_BASELINE"), HasSubstr("without baseline of its own")));
}

TEST(BaselineServiceTest, DoesNotFindARunThatIsNotThere) {
  v1::CreateRunRequest request = VariantRequest(SharedBaseline());
  request.mutable_run()->set_baseline("networks/demo/runs/nowhere");
  v1::Run run;
  EXPECT_EQ(SharedServer().runs().CreateRun(SharedServer().Context(), request, &run).error_code(),
            grpc::StatusCode::NOT_FOUND);
}

TEST(BaselineServiceTest, TellsABadNumberOfPathsBesideARunThatIsNotThere) {
  v1::CreateRunRequest request = VariantRequest(SharedBaseline());
  request.mutable_run()->set_baseline("networks/demo/runs/nowhere");
  request.mutable_run()->mutable_precision()->set_max_path_count(-3);
  EXPECT_THAT(Refusal(request), AllOf(HasSubstr("run.precision.max_path_count"),
                                      HasSubstr("run.baseline"), HasSubstr("BAD_BASELINE")));
}

TEST(BaselineServiceTest, RefusesARunOfAnotherNetworkByItsName) {
  v1::CreateRunRequest request = VariantRequest(SharedBaseline());
  request.mutable_run()->set_baseline("networks/other/runs/plan");
  EXPECT_THAT(Refusal(request), AllOf(HasSubstr("run.baseline"), HasSubstr("BAD_NAME")));
}

}  // namespace
}  // namespace jalon::server
