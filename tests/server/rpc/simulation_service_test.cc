#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <set>
#include <string>
#include <thread>
#include <tuple>
#include <vector>

#include "tests/server/rpc/demo_server.h"

namespace jalon::server {
namespace {

using testing::Contains;
using testing::HasSubstr;

v1::CreateRunRequest Forecast(const std::string& window) {
  v1::CreateRunRequest request = SharedServer().SmallRun();
  request.mutable_run()->clear_objective_set();
  request.mutable_run()->mutable_targets()->add_windows(window);
  return request;
}

const v1::ResultColumn& ColumnOf(const v1::ResultBlock& block, v1::Statistic statistic) {
  for (const v1::ResultColumn& column : block.columns()) {
    if (column.spec().statistic() == statistic) return column;
  }
  ADD_FAILURE() << "no column " << v1::Statistic_Name(statistic);
  static const v1::ResultColumn none;
  return none;
}

bool IsMissing(const v1::ResultColumn& column, size_t row) {
  const std::string& bitmap = column.missing_bitmap();
  return row / 8 < bitmap.size() && ((bitmap[row / 8] >> (row % 8)) & 1) != 0;
}

v1::GetRowIndexResponse RowIndex(const std::string& run) {
  v1::GetRowIndexRequest request;
  request.set_run(run);
  request.set_page_size(10'000);
  v1::GetRowIndexResponse response;
  EXPECT_TRUE(SharedServer().runs().GetRowIndex(SharedServer().Context(), request, &response).ok());
  EXPECT_EQ(response.next_page_token(), "");
  return response;
}

// Rows of an index by unit, segment, indicator and window.
using Key = std::tuple<std::string, std::string, std::string, std::string>;
std::map<Key, int> Rows(const v1::KeyColumns& keys) {
  std::map<Key, int> rows;
  for (int r = 0; r < keys.unit_index_size(); ++r) {
    rows[{keys.units(keys.unit_index(r)), keys.segments(keys.segment_index(r)),
          keys.indicators(keys.indicator_index(r)), keys.windows(keys.window_index(r))}] = r;
  }
  return rows;
}

const v1::Run& SharedRun() {
  static const auto& run = *new v1::Run(SharedServer().RunToEnd(SharedServer().SmallRun()));
  return run;
}

grpc::Status Refused(const v1::CreateRunRequest& request) {
  v1::Run run;
  return SharedServer().runs().CreateRun(SharedServer().Context(), request, &run);
}

TEST(SimulationServiceTest, EndsAtThePathLimitWithEveryPath) {
  const v1::Run& run = SharedRun();
  EXPECT_EQ(run.state(), v1::Run::STATE_SUCCEEDED) << run.error();
  EXPECT_EQ(run.termination().reason(), v1::Termination::REASON_PATH_LIMIT);
  EXPECT_EQ(run.provenance().path_count(), 512);
  EXPECT_EQ(run.progress().ratio(), 1);
  EXPECT_GT(run.cpu_seconds(), 0);
}

TEST(SimulationServiceTest, SaysEverythingNeededToRepeatTheAnswer) {
  const v1::Provenance& source = SharedRun().provenance();
  EXPECT_EQ(source.seed(), 7u);
  EXPECT_EQ(source.model(), kTruth);
  for (const std::string& hash :
       {source.data_hash(), source.model_hash(), source.objective_set_hash(), source.spec_hash()}) {
    EXPECT_EQ(hash.size(), 64u);
  }
  EXPECT_EQ(source.scenario_hash(), "");
  EXPECT_NE(source.reproducibility(), v1::REPRODUCIBILITY_LEVEL_UNSPECIFIED);
  EXPECT_NE(source.engine_version(), "");
  EXPECT_EQ(source.replay_arguments(0), "simulate");
  EXPECT_THAT(source.replay_arguments(), Contains("--seed"));
  EXPECT_THAT(source.replay_arguments(), Contains("--paths"));
}

TEST(SimulationServiceTest, KeepsProbabilitiesInsideTheirIntervals) {
  const v1::ResultBlock block = SharedServer().ReadAll(SharedRun().name());
  ASSERT_EQ(block.row_count(), SharedRun().row_count());
  ASSERT_GT(block.row_count(), 0);
  const auto& chance = ColumnOf(block, v1::STATISTIC_ATTAINMENT_PROBABILITY);
  const auto& low = ColumnOf(block, v1::STATISTIC_ATTAINMENT_LOW);
  const auto& high = ColumnOf(block, v1::STATISTIC_ATTAINMENT_HIGH);
  for (int r = 0; r < block.row_count(); ++r) {
    if (IsMissing(chance, r)) continue;
    EXPECT_LE(0, low.values(r));
    EXPECT_LE(low.values(r), chance.values(r));
    EXPECT_LE(chance.values(r), high.values(r));
    EXPECT_LE(high.values(r), 1);
    EXPECT_LT(high.values(r) - low.values(r), 0.1) << "512 paths leave at most 0.087";
  }
}

TEST(SimulationServiceTest, NamesTheSameAxisInIndexAndBlocks) {
  const v1::ResultBlock block = SharedServer().ReadAll(SharedRun().name());
  const v1::GetRowIndexResponse index = RowIndex(SharedRun().name());
  EXPECT_EQ(index.row_axis_hash(), block.row_axis_hash());
  EXPECT_EQ(index.total_row_count(), block.total_row_count());
  EXPECT_EQ(index.keys().unit_index_size(), block.row_count());
}

TEST(SimulationServiceTest, ReadsTheRowsOfAViewOnly) {
  const v1::GetRowIndexResponse index = RowIndex(SharedRun().name());
  v1::View view;
  view.add_units(index.keys().units(0));
  view.add_statistics()->set_statistic(v1::STATISTIC_MEAN);
  const v1::ResultBlock part = SharedServer().ReadAll(SharedRun().name(), view);
  ASSERT_EQ(part.columns_size(), 1);
  EXPECT_LT(part.row_count(), SharedRun().row_count());
  EXPECT_NE(part.row_axis_hash(), index.row_axis_hash());
  const v1::ResultBlock whole = SharedServer().ReadAll(SharedRun().name());
  int at = 0;
  for (int r = 0; r < whole.row_count(); ++r) {
    if (index.keys().unit_index(r) != 0) continue;
    ASSERT_LT(at, part.row_count());
    EXPECT_EQ(part.columns(0).values(at++), ColumnOf(whole, v1::STATISTIC_MEAN).values(r));
  }
  EXPECT_EQ(at, part.row_count());
}

TEST(SimulationServiceTest, ReadsPagesThatMakeTheWhole) {
  v1::ReadResultsRequest request;
  request.set_run(SharedRun().name());
  request.set_page_size(7);
  request.mutable_view()->add_statistics()->set_statistic(v1::STATISTIC_MEAN);
  const v1::ResultBlock whole = SharedServer().ReadAll(SharedRun().name(), request.view());
  std::vector<double> values;
  for (int page = 0; page < 3; ++page) {
    v1::ReadResultsResponse response;
    ASSERT_TRUE(
        SharedServer().runs().ReadResults(SharedServer().Context(), request, &response).ok());
    EXPECT_EQ(response.block().first_row(), 7 * page);
    for (const double value : response.block().columns(0).values()) values.push_back(value);
    request.set_page_token(response.next_page_token());
  }
  ASSERT_EQ(values.size(), 21u);
  for (size_t i = 0; i < values.size(); ++i) EXPECT_EQ(values[i], whole.columns(0).values(i));
}

TEST(SimulationServiceTest, RefusesAPageTokenOfAnotherCheckpoint) {
  v1::ReadResultsRequest request;
  request.set_run(SharedRun().name());
  request.set_page_token("another-table/1/2");
  v1::ReadResultsResponse response;
  EXPECT_EQ(
      SharedServer().runs().ReadResults(SharedServer().Context(), request, &response).error_code(),
      grpc::StatusCode::ABORTED);
}

TEST(SimulationServiceTest, GivesTheSameBitsForAnyNumberOfThreads) {
  DemoServer one(1), four(4);
  const v1::Run first = one.RunToEnd(one.SmallRun());
  const v1::Run second = four.RunToEnd(four.SmallRun());
  EXPECT_EQ(first.provenance().spec_hash(), second.provenance().spec_hash());
  const v1::ResultBlock a = one.ReadAll(first.name()), b = four.ReadAll(second.name());
  const v1::ResultBlock c = SharedServer().ReadAll(SharedRun().name());
  ASSERT_GT(a.columns_size(), 0);
  EXPECT_EQ(a.SerializeAsString(), b.SerializeAsString());
  EXPECT_EQ(a.SerializeAsString(), c.SerializeAsString());
}

TEST(SimulationServiceTest, ChangesTheAnswerWithTheSeed) {
  v1::CreateRunRequest request = SharedServer().SmallRun();
  request.mutable_run()->set_seed(8);
  const v1::Run run = SharedServer().RunToEnd(request);
  EXPECT_NE(run.provenance().spec_hash(), SharedRun().provenance().spec_hash());
  const v1::ResultBlock mine = SharedServer().ReadAll(run.name());
  const v1::ResultBlock other = SharedServer().ReadAll(SharedRun().name());
  EXPECT_NE(ColumnOf(mine, v1::STATISTIC_MEAN).SerializeAsString(),
            ColumnOf(other, v1::STATISTIC_MEAN).SerializeAsString());
}

// The mean of a run of 16 whole paths must be the mean of its 16 paths, replayed one by one.
TEST(SimulationServiceTest, ReplaysThePathsInsideTheRun) {
  v1::CreateRunRequest request = Forecast("2027");
  request.mutable_run()->set_estimator(v1::ESTIMATOR_SAMPLED);
  request.mutable_run()->mutable_targets()->add_levels("network");
  request.mutable_run()->mutable_precision()->set_max_path_count(16);
  const v1::Run run = SharedServer().RunToEnd(request);
  ASSERT_EQ(run.provenance().path_count(), 16);
  const v1::ResultBlock block = SharedServer().ReadAll(run.name());
  std::vector<double> sums(block.row_count());
  for (int path = 0; path < 16; ++path) {
    v1::ReplayPathRequest replay;
    replay.set_run(run.name());
    replay.set_path_index(path);
    v1::ReplayPathResponse response;
    ASSERT_TRUE(SharedServer().runs().ReplayPath(SharedServer().Context(), replay, &response).ok());
    ASSERT_EQ(response.block().row_count(), block.row_count());
    for (int r = 0; r < block.row_count(); ++r) sums[r] += response.block().columns(0).values(r);
  }
  const v1::ResultColumn& mean = ColumnOf(block, v1::STATISTIC_MEAN);
  for (int r = 0; r < block.row_count(); ++r) {
    EXPECT_NEAR(sums[r] / 16, mean.values(r), 1e-9 * (1 + std::abs(mean.values(r))));
  }
}

TEST(SimulationServiceTest, SaysHowItEstimates) {
  v1::CreateRunRequest request = SharedServer().SmallRun();
  const v1::Run closed = SharedServer().RunToEnd(request);
  EXPECT_EQ(closed.estimator(), v1::ESTIMATOR_CONDITIONAL);
  EXPECT_EQ(closed.provenance().estimator(), "conditional");
  EXPECT_EQ(closed.provenance().scramble_count(), 16);
  request.mutable_run()->set_estimator(v1::ESTIMATOR_SAMPLED);
  const v1::Run drawn = SharedServer().RunToEnd(request);
  EXPECT_EQ(drawn.provenance().estimator(), "sampled");
  EXPECT_EQ(drawn.provenance().scramble_count(), 0);
  EXPECT_NE(drawn.provenance().spec_hash(), closed.provenance().spec_hash());
  const auto has_law = [](const v1::Run& run) {
    return std::any_of(run.statistics().begin(), run.statistics().end(),
                       [](const auto& s) { return s.statistic() == v1::STATISTIC_LAW; });
  };
  EXPECT_TRUE(has_law(closed));
  EXPECT_FALSE(has_law(drawn));
}

TEST(SimulationServiceTest, RefusesAnEstimatorThatDoesNotExist) {
  v1::CreateRunRequest request = SharedServer().SmallRun();
  request.mutable_run()->set_estimator(static_cast<v1::Estimator>(9));
  v1::Run run;
  const grpc::Status status =
      SharedServer().runs().CreateRun(SharedServer().Context(), request, &run);
  EXPECT_EQ(status.error_code(), grpc::StatusCode::INVALID_ARGUMENT);
}

TEST(SimulationServiceTest, RefusesAPathThatIsNotInTheRun) {
  v1::ReplayPathRequest replay;
  replay.set_run(SharedRun().name());
  replay.set_path_index(512);
  v1::ReplayPathResponse response;
  EXPECT_EQ(
      SharedServer().runs().ReplayPath(SharedServer().Context(), replay, &response).error_code(),
      grpc::StatusCode::OUT_OF_RANGE);
}

// Expectation is linear, and every path adds up.
TEST(SimulationServiceTest, ForecastsPeriodsThatAddUpToTheirYear) {
  v1::CreateRunRequest request = Forecast("2027");
  request.mutable_run()->mutable_targets()->add_levels("network");
  request.mutable_run()->mutable_targets()->set_granularity(v1::TargetSpec::GRANULARITY_BOTH);
  const v1::Run run = SharedServer().RunToEnd(request);
  const v1::ResultBlock block = SharedServer().ReadAll(run.name());
  const v1::ResultColumn& mean = ColumnOf(block, v1::STATISTIC_MEAN);
  std::map<Key, double> years, sums;
  for (const auto& [key, row] : Rows(RowIndex(run.name()).keys())) {
    const auto& [unit, segment, indicator, window] = key;
    const bool is_year = window.find('-') == std::string::npos || window.find("..") != window.npos;
    (is_year ? years : sums)[{unit, segment, indicator, ""}] += mean.values(row);
  }
  ASSERT_FALSE(years.empty());
  ASSERT_EQ(years.size(), sums.size());
  for (const auto& [key, value] : years) {
    EXPECT_NEAR(sums[key], value, 1e-9 * (1 + std::abs(value))) << std::get<2>(key);
  }
}

// The demo's history ends in 2026-10: ten months of the year are known.
TEST(SimulationServiceTest, LandsTheCurrentYearOnWhatIsRealised) {
  const v1::Run run = SharedServer().RunToEnd(Forecast("2026"));
  const v1::ResultBlock block = SharedServer().ReadAll(run.name());
  const v1::ResultColumn& realised = ColumnOf(block, v1::STATISTIC_REALISED_TO_DATE);
  const v1::ResultColumn& mean = ColumnOf(block, v1::STATISTIC_MEAN);
  int known = 0, above = 0;
  for (int r = 0; r < block.row_count(); ++r) {
    if (IsMissing(realised, r) || realised.values(r) <= 0) continue;
    ++known;
    above += mean.values(r) >= realised.values(r);
  }
  EXPECT_GT(known, 0);
  EXPECT_GT(above, known * 9 / 10) << "counts and amounts only grow in two more months";
}

TEST(SimulationServiceTest, KnowsNothingRealisedOfAYearToCome) {
  const v1::Run run = SharedServer().RunToEnd(Forecast("2027"));
  const v1::ResultColumn realised =
      ColumnOf(SharedServer().ReadAll(run.name()), v1::STATISTIC_REALISED_TO_DATE);
  ASSERT_GT(realised.values_size(), 0);
  for (int r = 0; r < realised.values_size(); ++r) EXPECT_TRUE(IsMissing(realised, r));
}

TEST(SimulationServiceTest, ListsEveryProblemOfABadRequest) {
  v1::CreateRunRequest request = SharedServer().SmallRun();
  request.mutable_run()->mutable_precision()->set_max_path_count(0);
  request.mutable_run()->mutable_precision()->set_confidence_level(2);
  request.mutable_run()->mutable_targets()->add_levels("planet");
  const grpc::Status status = Refused(request);
  EXPECT_EQ(status.error_code(), grpc::StatusCode::INVALID_ARGUMENT);
  EXPECT_THAT(status.error_details(), HasSubstr("run.precision.max_path_count"));
  EXPECT_THAT(status.error_details(), HasSubstr("run.precision.confidence_level"));
  EXPECT_THAT(status.error_details(), HasSubstr("run.targets.levels"));
}

TEST(SimulationServiceTest, RefusesAModelThatDoesNotExist) {
  v1::CreateRunRequest request = SharedServer().SmallRun();
  request.mutable_run()->set_model("networks/demo/models/none");
  EXPECT_EQ(Refused(request).error_code(), grpc::StatusCode::NOT_FOUND);
}

TEST(SimulationServiceTest, RefusesAModelOfAnotherNetworkByName) {
  v1::CreateRunRequest request = SharedServer().SmallRun();
  request.mutable_run()->set_model("networks/other/models/truth");
  const grpc::Status status = Refused(request);
  EXPECT_EQ(status.error_code(), grpc::StatusCode::INVALID_ARGUMENT);
  EXPECT_THAT(status.error_message(), HasSubstr("model"));
}

TEST(SimulationServiceTest, ChecksWithoutSimulatingWhenAskedTo) {
  v1::CreateRunRequest request = SharedServer().SmallRun();
  request.set_validate_only(true);
  const v1::Run run = SharedServer().CreateRun(request);
  EXPECT_EQ(run.name(), "");
  EXPECT_EQ(run.row_count(), SharedRun().row_count());
}

TEST(SimulationServiceTest, ReturnsTheFirstRunToARepeatedRequest) {
  v1::CreateRunRequest request = SharedServer().SmallRun();
  request.set_request_id("once");
  const v1::Run first = SharedServer().CreateRun(request);
  const v1::Run again = SharedServer().CreateRun(request);
  EXPECT_EQ(first.name(), again.name());
}

// What a client that lost patience does: the same call again while the first is being served. The
// names of the runs, and the messages of the calls that failed.
std::set<std::string> AskAtOnce(const v1::CreateRunRequest& request, int callers) {
  std::vector<std::string> names(callers);
  std::vector<grpc::ClientContext*> contexts;
  for (int i = 0; i < callers; ++i) contexts.push_back(SharedServer().Context());
  std::vector<std::thread> threads;
  for (int i = 0; i < callers; ++i) {
    threads.emplace_back([&, i] {
      v1::Run run;
      const grpc::Status status = SharedServer().runs().CreateRun(contexts[i], request, &run);
      names[i] = status.ok() ? run.name() : status.error_message();
    });
  }
  for (std::thread& thread : threads) thread.join();
  return {names.begin(), names.end()};
}

TEST(SimulationServiceTest, ReturnsTheFirstRunToARequestRepeatedMeanwhile) {
  for (int round = 0; round < 10; ++round) {
    v1::CreateRunRequest request = SharedServer().SmallRun();
    request.mutable_run()->mutable_precision()->set_max_path_count(16);
    request.set_run_id("at-once-" + std::to_string(round));
    request.set_request_id(request.run_id());
    EXPECT_THAT(AskAtOnce(request, 4),
                testing::ElementsAre("networks/demo/runs/" + request.run_id()));
  }
}

TEST(SimulationServiceTest, GivesAnIdToOneOfSeveralRequestsAtOnce) {
  v1::CreateRunRequest request = SharedServer().SmallRun();
  request.set_run_id("contested");
  EXPECT_THAT(AskAtOnce(request, 4), testing::UnorderedElementsAre("networks/demo/runs/contested",
                                                                   HasSubstr("already exists")));
}

TEST(SimulationServiceTest, RefusesARequestIdUsedForAnotherRequest) {
  v1::CreateRunRequest request = SharedServer().SmallRun();
  request.set_request_id("twice");
  (void)SharedServer().CreateRun(request);
  request.mutable_run()->set_seed(99);
  EXPECT_EQ(Refused(request).error_code(), grpc::StatusCode::ALREADY_EXISTS);
}

TEST(SimulationServiceTest, RefusesAnIdThatIsTaken) {
  v1::CreateRunRequest request = SharedServer().SmallRun();
  request.set_run_id("taken");
  (void)SharedServer().RunToEnd(request);
  EXPECT_EQ(Refused(request).error_code(), grpc::StatusCode::ALREADY_EXISTS);
}

TEST(SimulationServiceTest, ListsTheNewestRunFirst) {
  const std::string older = SharedServer().RunToEnd(SharedServer().SmallRun()).name();
  const std::string newer = SharedServer().RunToEnd(SharedServer().SmallRun()).name();
  v1::ListRunsRequest request;
  request.set_parent(kDemo);
  request.set_page_size(2);
  v1::ListRunsResponse response;
  ASSERT_TRUE(SharedServer().runs().ListRuns(SharedServer().Context(), request, &response).ok());
  ASSERT_EQ(response.runs_size(), 2);
  EXPECT_EQ(response.runs(0).name(), newer);
  EXPECT_EQ(response.runs(1).name(), older);
}

TEST(SimulationServiceTest, CancelsARunThatWouldTakeLong) {
  v1::CreateRunRequest request = SharedServer().SmallRun();
  request.mutable_run()->mutable_precision()->set_max_path_count(1 << 24);
  v1::CancelRunRequest cancel;
  cancel.set_name(SharedServer().CreateRun(request).name());
  v1::Run cancelled;
  ASSERT_TRUE(SharedServer().runs().CancelRun(SharedServer().Context(), cancel, &cancelled).ok());
  EXPECT_EQ(cancelled.state(), v1::Run::STATE_CANCELLED);
  EXPECT_EQ(cancelled.termination().reason(), v1::Termination::REASON_CANCELLED);
  v1::Run again;
  ASSERT_TRUE(SharedServer().runs().CancelRun(SharedServer().Context(), cancel, &again).ok());
  EXPECT_EQ(again.state(), v1::Run::STATE_CANCELLED);
}

TEST(SimulationServiceTest, StopsAtTheTimeBudget) {
  v1::CreateRunRequest request = SharedServer().SmallRun();
  request.mutable_run()->mutable_precision()->set_max_path_count(1 << 24);
  request.mutable_run()->mutable_precision()->mutable_time_budget()->set_nanos(300'000'000);
  const v1::Run run = SharedServer().RunToEnd(request);
  EXPECT_EQ(run.state(), v1::Run::STATE_SUCCEEDED);
  EXPECT_EQ(run.termination().reason(), v1::Termination::REASON_TIME_LIMIT);
  EXPECT_GE(run.provenance().path_count(), 256);
  EXPECT_EQ(run.provenance().path_count() % 16, 0);
}

TEST(SimulationServiceTest, StopsAtThePrecisionAskedFor) {
  v1::CreateRunRequest request = SharedServer().SmallRun();
  request.mutable_run()->mutable_precision()->set_target_half_width(0.1);
  request.mutable_run()->mutable_precision()->set_max_path_count(1 << 16);
  const v1::Run run = SharedServer().RunToEnd(request);
  EXPECT_EQ(run.termination().reason(), v1::Termination::REASON_PRECISION_REACHED);
  EXPECT_TRUE(run.termination().converged());
  EXPECT_LE(run.termination().final_half_width(), 0.1);
  EXPECT_LT(run.provenance().path_count(), 1 << 16);
}

TEST(SimulationServiceTest, NamesTheMemoryLimitOfARunThatDoesNotFit) {
  DemoServer small(1, Limits{.run_bytes = 1 << 10});
  v1::Run run;
  const grpc::Status status = small.runs().CreateRun(small.Context(), small.SmallRun(), &run);
  EXPECT_EQ(status.error_code(), grpc::StatusCode::RESOURCE_EXHAUSTED);
  EXPECT_THAT(status.error_message(), HasSubstr("run_bytes"));
}

TEST(SimulationServiceTest, NamesTheLimitOfAResultTooLarge) {
  DemoServer small(1, Limits{.result_cells = 100});
  v1::Run run;
  const grpc::Status status = small.runs().CreateRun(small.Context(), small.SmallRun(), &run);
  EXPECT_EQ(status.error_code(), grpc::StatusCode::RESOURCE_EXHAUSTED);
  EXPECT_THAT(status.error_message(), HasSubstr("result_cells"));
}

}  // namespace
}  // namespace jalon::server
