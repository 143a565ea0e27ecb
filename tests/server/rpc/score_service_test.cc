// Scores through the API: the policy, weights of a unit, scores and joint attainment of a run.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "jalon/v1/network_service.grpc.pb.h"
#include "jalon/v1/objective_service.grpc.pb.h"
#include "tests/server/rpc/demo_server.h"

namespace jalon::server {
namespace {

using testing::Contains;
using testing::HasSubstr;

constexpr char kLatest[] = "networks/demo/revisions/latest";

v1::NetworkService::Stub& Networks() {
  static auto& stub =
      *v1::NetworkService::NewStub(SharedServer().app().InProcessChannel()).release();
  return stub;
}

// Every objective of 2027, 512 paths.
v1::CreateRunRequest WholeRun() {
  v1::CreateRunRequest request = SharedServer().SmallRun();
  request.mutable_run()->mutable_targets()->clear_indicators();
  return request;
}

const v1::Run& SharedRun() {
  static const auto& run = *new v1::Run(SharedServer().RunToEnd(WholeRun()));
  return run;
}

v1::ReadScoresResponse Scores(const std::string& run, v1::ReadScoresRequest::Part part,
                              const v1::View& view = {}) {
  v1::ReadScoresRequest request;
  request.set_run(run);
  request.set_part(part);
  *request.mutable_view() = view;
  v1::ReadScoresResponse response;
  const grpc::Status status =
      SharedServer().runs().ReadScores(SharedServer().Context(), request, &response);
  EXPECT_TRUE(status.ok()) << status.error_message();
  return response;
}

const v1::ResultColumn& ColumnOf(const v1::ResultBlock& block, v1::Statistic statistic,
                                 double level = 0) {
  for (const v1::ResultColumn& column : block.columns()) {
    if (column.spec().statistic() != statistic) continue;
    if (level == 0 || std::abs(column.spec().level() - level) < 1e-9) return column;
  }
  ADD_FAILURE() << "no column " << v1::Statistic_Name(statistic);
  static const v1::ResultColumn none;
  return none;
}

bool IsMissing(const v1::ResultColumn& column, size_t row) {
  const std::string& bitmap = column.missing_bitmap();
  return row / 8 < bitmap.size() && ((bitmap[row / 8] >> (row % 8)) & 1) != 0;
}

// `unit window` of each row.
std::vector<std::string> RowNames(const v1::KeyColumns& keys) {
  std::vector<std::string> names;
  for (int r = 0; r < keys.unit_index_size(); ++r) {
    names.push_back(keys.units(keys.unit_index(r)) + " " + keys.windows(keys.window_index(r)));
  }
  return names;
}

TEST(ScoreServiceTest, GivesOneRowPerUnitAndWindowWithObjectives) {
  const v1::ReadScoresResponse scores =
      Scores(SharedRun().name(), v1::ReadScoresRequest::PART_SCORES);
  EXPECT_EQ(scores.block().total_row_count(), SharedRun().score_row_count());
  EXPECT_EQ(scores.block().path_count(), 512);
  EXPECT_EQ(scores.keys().segments_size(), 0);
  EXPECT_EQ(scores.keys().indicators_size(), 0);
  EXPECT_THAT(RowNames(scores.keys()), Contains("r01-b001 2027"));
  EXPECT_EQ(scores.next_page_token(), "");
}

TEST(ScoreServiceTest, KeepsScoresAndChancesInsideTheirBounds) {
  const v1::ResultBlock block =
      Scores(SharedRun().name(), v1::ReadScoresRequest::PART_SCORES).block();
  const auto& joint = ColumnOf(block, v1::STATISTIC_JOINT_ATTAINMENT_PROBABILITY);
  const auto& low = ColumnOf(block, v1::STATISTIC_JOINT_ATTAINMENT_LOW);
  const auto& high = ColumnOf(block, v1::STATISTIC_JOINT_ATTAINMENT_HIGH);
  const auto& mean = ColumnOf(block, v1::STATISTIC_SCORE_MEAN);
  const auto& median = ColumnOf(block, v1::STATISTIC_SCORE_QUANTILE, 0.5);
  const auto& payoff = ColumnOf(block, v1::STATISTIC_PAYOFF_MEAN);
  const auto& certain = ColumnOf(block, v1::STATISTIC_SCORE_PROBABILITY, 1.0);
  int scored = 0;
  for (int r = 0; r < block.row_count(); ++r) {
    EXPECT_LE(low.values(r), joint.values(r));
    EXPECT_LE(joint.values(r), high.values(r));
    if (IsMissing(mean, r)) continue;
    ++scored;
    EXPECT_GE(mean.values(r), 0.0) << "the floor of every weight";
    EXPECT_LE(mean.values(r), 1.5) << "their cap";
    EXPECT_NEAR(median.values(r), mean.values(r), 0.3);
    EXPECT_GE(certain.values(r), joint.values(r)) << "all attained is a score of 100 %";
    EXPECT_GE(payoff.values(r), 0.0);
    EXPECT_LE(payoff.values(r), 2.0);
  }
  EXPECT_GT(scored, 30);
}

TEST(ScoreServiceTest, WeightsAndEffectiveWeightsSumToOneInEveryUnit) {
  const v1::ReadScoresResponse weights =
      Scores(SharedRun().name(), v1::ReadScoresRequest::PART_WEIGHTS);
  EXPECT_EQ(weights.block().total_row_count(), SharedRun().weight_row_count());
  const auto& weight = ColumnOf(weights.block(), v1::STATISTIC_WEIGHT);
  const auto& effective = ColumnOf(weights.block(), v1::STATISTIC_EFFECTIVE_WEIGHT);
  std::map<std::string, std::pair<double, double>> sums;
  const std::vector<std::string> names = RowNames(weights.keys());
  for (size_t r = 0; r < names.size(); ++r) {
    auto& [nominal, real] = sums[names[r]];
    nominal += weight.values(static_cast<int>(r));
    if (!IsMissing(effective, r)) real += effective.values(static_cast<int>(r));
  }
  ASSERT_GT(sums.size(), 30u);
  for (const auto& [name, sum] : sums) {
    EXPECT_NEAR(sum.first, 1.0, 1e-12) << name;
    EXPECT_NEAR(sum.second, 1.0, 1e-9) << name;
  }
}

TEST(ScoreServiceTest, SaysThatScoresAreSampled) {
  EXPECT_THAT(SharedRun().notices(), Contains(HasSubstr("sampled")));
}

TEST(ScoreServiceTest, ReadsPagesThatMakeTheWhole) {
  v1::ReadScoresRequest request;
  request.set_run(SharedRun().name());
  request.set_page_size(7);
  const v1::ReadScoresResponse whole =
      Scores(SharedRun().name(), v1::ReadScoresRequest::PART_SCORES);
  std::vector<std::string> names;
  std::vector<double> values;
  do {
    v1::ReadScoresResponse page;
    ASSERT_TRUE(SharedServer().runs().ReadScores(SharedServer().Context(), request, &page).ok());
    for (const std::string& name : RowNames(page.keys())) names.push_back(name);
    const auto& mean = ColumnOf(page.block(), v1::STATISTIC_SCORE_MEAN);
    values.insert(values.end(), mean.values().begin(), mean.values().end());
    request.set_page_token(page.next_page_token());
  } while (!request.page_token().empty());
  EXPECT_EQ(names, RowNames(whole.keys()));
  const auto& mean = ColumnOf(whole.block(), v1::STATISTIC_SCORE_MEAN);
  EXPECT_EQ(values, std::vector<double>(mean.values().begin(), mean.values().end()));
}

TEST(ScoreServiceTest, GivesTheSameScoresForAnyNumberOfThreads) {
  std::vector<std::string> bytes;
  for (const int threads : {1, 4}) {
    DemoServer server(threads);
    const v1::Run run = server.RunToEnd(WholeRun());
    for (const auto part :
         {v1::ReadScoresRequest::PART_SCORES, v1::ReadScoresRequest::PART_WEIGHTS}) {
      v1::ReadScoresRequest request;
      request.set_run(run.name());
      request.set_part(part);
      v1::ReadScoresResponse response;
      ASSERT_TRUE(server.runs().ReadScores(server.Context(), request, &response).ok());
      bytes.push_back(response.block().SerializeAsString());
    }
  }
  EXPECT_EQ(bytes[0], bytes[2]);
  EXPECT_EQ(bytes[1], bytes[3]);
}

TEST(ScoreServiceTest, LeavesOutScoresOfWhichARunComputesAPartOnly) {
  const v1::Run run = SharedServer().RunToEnd(SharedServer().SmallRun());  // housing loans alone
  const v1::ResultBlock block = Scores(run.name(), v1::ReadScoresRequest::PART_SCORES).block();
  const auto& joint = ColumnOf(block, v1::STATISTIC_JOINT_ATTAINMENT_PROBABILITY);
  const auto& mean = ColumnOf(block, v1::STATISTIC_SCORE_MEAN);
  int missing = 0;
  for (int r = 0; r < block.row_count(); ++r) {
    EXPECT_FALSE(IsMissing(joint, r));
    missing += IsMissing(mean, r);
  }
  EXPECT_GT(missing, 30);
  EXPECT_THAT(run.notices(), Contains(HasSubstr("are left out")));
}

TEST(ScoreServiceTest, AttainsAStatedSetTogether) {
  v1::CreateRunRequest request = WholeRun();
  request.mutable_run()->mutable_targets()->add_units("r01");
  v1::JointSet& both = *request.mutable_run()->mutable_targets()->add_joint_sets();
  both.set_label("two branches");
  both.add_units("r01-b001");
  both.add_units("r01-b002");
  both.add_indicators("accounts-opened");
  const v1::Run run = SharedServer().RunToEnd(request);
  const auto scores = Scores(run.name(), v1::ReadScoresRequest::PART_SCORES);
  ASSERT_GE(scores.joint_sets_size(), 1);
  const v1::JointAttainment& joint = scores.joint_sets(0);
  EXPECT_EQ(joint.set().label(), "two branches");
  EXPECT_EQ(joint.objective_count(), 2);
  EXPECT_LE(joint.probability_low(), joint.probability());
  EXPECT_LE(joint.probability(), joint.probability_high());
  EXPECT_THAT(run.provenance().replay_arguments(),
              Contains("two branches=r01-b001,r01-b002:accounts-opened"));
}

TEST(ScoreServiceTest, RefusesJointSetsThatMeanNothing) {
  v1::CreateRunRequest request = WholeRun();
  v1::TargetSpec& targets = *request.mutable_run()->mutable_targets();
  v1::JointSet& first = *targets.add_joint_sets();
  first.set_label("same");
  first.add_units("nowhere");
  v1::JointSet& second = *targets.add_joint_sets();
  second.set_label("same");
  second.add_units("r01-b001");
  second.add_indicators("karma");
  targets.add_score_levels(-1);
  v1::Run run;
  const grpc::Status status =
      SharedServer().runs().CreateRun(SharedServer().Context(), request, &run);
  EXPECT_EQ(status.error_code(), grpc::StatusCode::INVALID_ARGUMENT);
  EXPECT_THAT(status.error_details(), HasSubstr("joint_sets[0].units[0]"));
  EXPECT_THAT(status.error_details(), HasSubstr("joint_sets[1].label"));
  EXPECT_THAT(status.error_details(), HasSubstr("joint_sets[1].indicators[0]"));
  EXPECT_THAT(status.error_details(), HasSubstr("score_levels[0]"));

  targets.clear_joint_sets();
  targets.clear_score_levels();
  v1::JointSet& empty = *targets.add_joint_sets();
  empty.set_label("the head office has no objective");
  empty.add_units("head-office");
  const grpc::Status nothing =
      SharedServer().runs().CreateRun(SharedServer().Context(), request, &run);
  EXPECT_THAT(nothing.error_details(), HasSubstr("NO_OBJECTIVE"));
}

TEST(ScoreServiceTest, LeavesScoresOutWhereTheyAreNotWanted) {
  v1::CreateRunRequest request = WholeRun();
  const v1::Run with = SharedServer().RunToEnd(request);
  request.mutable_run()->mutable_targets()->set_without_scores(true);
  const v1::Run without = SharedServer().RunToEnd(request);
  EXPECT_GT(with.score_row_count(), 0);
  EXPECT_EQ(without.score_row_count(), 0);
  EXPECT_EQ(without.row_count(), with.row_count());
  EXPECT_NE(without.provenance().spec_hash(), with.provenance().spec_hash());
  EXPECT_THAT(without.provenance().replay_arguments(), Contains("--no-scores"));

  request.mutable_run()->mutable_targets()->add_score_levels(1.0);
  v1::Run run;
  const grpc::Status status =
      SharedServer().runs().CreateRun(SharedServer().Context(), request, &run);
  EXPECT_EQ(status.error_code(), grpc::StatusCode::INVALID_ARGUMENT);
  EXPECT_THAT(status.error_details(), HasSubstr("without_scores"));
}

TEST(ScoreServiceTest, HasNoScoresWithoutObjectives) {
  v1::CreateRunRequest request = SharedServer().SmallRun();
  request.mutable_run()->clear_objective_set();
  request.mutable_run()->mutable_targets()->add_windows("2027");
  const v1::Run run = SharedServer().RunToEnd(request);
  EXPECT_EQ(run.score_row_count(), 0);
  v1::ReadScoresRequest read;
  read.set_run(run.name());
  v1::ReadScoresResponse response;
  EXPECT_EQ(
      SharedServer().runs().ReadScores(SharedServer().Context(), read, &response).error_code(),
      grpc::StatusCode::FAILED_PRECONDITION);
}

TEST(ScoreServiceTest, ReadsThePolicyPageByPage) {
  v1::GetScorePolicyRequest request;
  request.set_revision(kLatest);
  request.set_page_size(5);
  v1::ScorePolicy policy;
  do {
    v1::GetScorePolicyResponse page;
    ASSERT_TRUE(Networks().GetScorePolicy(SharedServer().Context(), request, &page).ok());
    policy.MergeFrom(page.policy());
    request.set_page_token(page.next_page_token());
  } while (!request.page_token().empty());
  EXPECT_EQ(policy.weights_size(), 16);
  EXPECT_EQ(policy.quality_size(), 1);
  ASSERT_EQ(policy.ladder_size(), 4);
  EXPECT_EQ(policy.ladder(2).payoff(), 1.6);
}

v1::ResolveWeightsRequest WeightsOf(const std::string& unit, const std::string& window) {
  v1::ResolveWeightsRequest request;
  request.set_revision(kLatest);
  request.set_unit(unit);
  request.set_window(window);
  return request;
}

TEST(ScoreServiceTest, ResolvesTheWeightsOfAUnit) {
  v1::ResolveWeightsResponse response;
  ASSERT_TRUE(
      Networks()
          .ResolveWeights(SharedServer().Context(), WeightsOf("r02-b001", "2027"), &response)
          .ok());
  double sum = 0;
  for (const v1::UnitWeight& weight : response.weights()) {
    sum += weight.weight();
    EXPECT_EQ(weight.cap(), 1.5);
    EXPECT_EQ(weight.state(), v1::UnitWeight::STATE_COUNTED);
  }
  EXPECT_NEAR(sum, 1, 1e-12);
  EXPECT_EQ(response.quality_factor(), 0.95);
  EXPECT_EQ(response.ladder_size(), 4);
}

TEST(ScoreServiceTest, GivesTheWeightOfMissingObjectivesToTheOthers) {
  v1::ResolveWeightsRequest request = WeightsOf("head-office", "2027");
  request.set_objective_set(SharedServer().objectives());
  v1::ResolveWeightsResponse response;
  ASSERT_TRUE(Networks().ResolveWeights(SharedServer().Context(), request, &response).ok());
  ASSERT_GT(response.weights_size(), 0);
  for (const v1::UnitWeight& weight : response.weights()) {
    EXPECT_EQ(weight.state(), v1::UnitWeight::STATE_NO_OBJECTIVE);
    EXPECT_EQ(weight.weight(), 0);
  }
}

TEST(ScoreServiceTest, RefusesWeightsOfUnknownPlaces) {
  v1::ResolveWeightsResponse response;
  const grpc::Status status = Networks().ResolveWeights(SharedServer().Context(),
                                                        WeightsOf("nowhere", "2027-13"), &response);
  EXPECT_EQ(status.error_code(), grpc::StatusCode::INVALID_ARGUMENT);
  EXPECT_THAT(status.error_details(), HasSubstr("UNKNOWN_UNIT"));
  EXPECT_THAT(status.error_details(), HasSubstr("BAD_WINDOW"));
}

}  // namespace
}  // namespace jalon::server
