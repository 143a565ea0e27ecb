// What a run is said to cost before it starts: admission trusts it.
#include <cmath>
#include <cstdint>
#include <vector>

#include "gtest/gtest.h"
#include "sim/engine/cell_batch.h"
#include "sim/engine/plan.h"
#include "sim/engine/run.h"
#include "sim/engine/sampled.h"
#include "tests/sim/engine/tiny_bank.h"

namespace jalon::sim {
namespace {

constexpr int kPercentiles = 99;

std::vector<double> Percentiles() {
  std::vector<double> levels;
  for (int i = 1; i <= kPercentiles; ++i) levels.push_back(i / 100.0);
  return levels;
}

// 12 regions x 40 branches x 3 indicators: 1,440 series.
TinyBank MiddlingBank() {
  return MakeTinyBank(
      {.region_count = 12,
       .branches_per_region = 40,
       .kinds = {IndicatorKind::kCount, IndicatorKind::kAmount, IndicatorKind::kNetFlow},
       .mean = 1'000.0});
}

// Each month of 2026 and the year, for every unit above the branches.
std::vector<Target> MonthlyForecasts(const TinyBank& bank) {
  std::vector<Target> targets;
  for (int indicator = 0; indicator < 3; ++indicator) {
    for (int r = 0; r <= 12; ++r) {
      const std::string unit = r == 0 ? "bank" : "r" + std::to_string(r);
      for (int month = 1; month <= 12; ++month) {
        const Period period = Period::Month(2026, month);
        targets.push_back(bank.On(unit, {period, period}, indicator));
      }
      targets.push_back(bank.YearOf(unit, indicator));
    }
  }
  return targets;
}

int64_t BytesAfter(const Plan& plan, int block_count, const SummaryOptions& options) {
  TargetAccumulator accumulator(plan, options);
  for (int block = 0; block < block_count; ++block) {
    EXPECT_TRUE(accumulator.Fold(*SimulateBlock(plan, block, StopToken())).ok());
  }
  return accumulator.allocated_bytes();
}

TEST(CostTest, HoldsNoMoreMemoryForMorePaths) {
  TinyBank bank = MakeTinyBank({.kinds = {IndicatorKind::kCount, IndicatorKind::kAmount}});
  bank.targets = {bank.YearOf("bank", 0), bank.YearOf("bank", 1)};
  const Plan plan = bank.plan();
  const SummaryOptions options{.quantile_levels = Percentiles()};
  const int64_t after_272 = BytesAfter(plan, 17, options);
  EXPECT_EQ(BytesAfter(plan, 300, options), after_272);
}

// Amounts and net flows fill all bins; counts of small range fewer, hence the slack.
TEST(CostTest, ForeseesTheBytesOfTheAccumulatorWithinAQuarter) {
  TinyBank bank = MiddlingBank();
  bank.targets = MonthlyForecasts(bank);
  const Plan plan = bank.plan();
  const double predicted =
      PredictCost(plan, 1, kPercentiles).peak_bytes - PredictCost(plan, 1, 0).peak_bytes;
  // Levels of the estimates, which the accumulator does not hold.
  const double levels = static_cast<double>(plan.target_count()) * kPercentiles * sizeof(double);
  const double held = static_cast<double>(BytesAfter(plan, 17, {.quantile_levels = Percentiles()}) -
                                          BytesAfter(plan, 17, {}));
  EXPECT_GE(predicted - levels, held);
  EXPECT_LE(predicted - levels, 1.25 * held);
}

// 507 rows of monthly and yearly percentiles: a forecast by period of every aggregate.
TEST(CostTest, HoldsAMonthlyForecastOfEveryAggregateInAFewMegabytes) {
  TinyBank bank = MiddlingBank();
  bank.targets = MonthlyForecasts(bank);
  ASSERT_EQ(bank.targets.size(), 507u);
  EXPECT_LT(PredictCost(bank.plan(), 2, kPercentiles).peak_bytes, 8e6);
}

TEST(CostTest, AddsTheBlocksOfEachThread) {
  TinyBank bank = MiddlingBank();
  bank.targets = MonthlyForecasts(bank);
  const Plan plan = bank.plan();
  const double one = PredictCost(plan, 1).peak_bytes;
  const double two = PredictCost(plan, 2).peak_bytes;
  const double outcome = 507.0 * kPathsPerBlock * sizeof(double);
  EXPECT_GE(two - one, BlocksInHand(1) * outcome);
  EXPECT_DOUBLE_EQ(PredictCost(plan, 3).peak_bytes - two, two - one);
}

// With the cells, but for what a series draws once.
TEST(CostTest, GrowsInTimeWithTheCellsThatAreDrawn) {
  TinyBank bank = MakeTinyBank({.branches_per_region = 100});
  const auto months = [&](int count) {
    const Period first = Period::Month(2026, 1);
    bank.targets = {bank.On("bank", {first, first + (count - 1)})};
    return PredictCost(bank.plan(), 1).cpu_ms_per_256_paths;
  };
  const double cells = 100.0 * 16.0 * 256.0;
  const double sixteen = months(16);
  EXPECT_GT(sixteen * 1e6 / cells, 15.0);
  EXPECT_LT(sixteen * 1e6 / cells, 150.0);
  EXPECT_GT(months(8), 0.5 * sixteen);
  EXPECT_LT(months(8), 0.75 * sixteen);
  EXPECT_GT(months(32), 1.5 * sixteen);
  EXPECT_LT(months(32), 2.0 * sixteen);
}

TEST(CostTest, ChargesTheScalarQuantileWhereVectorsDoNotReach) {
  TinyBank bank = MakeTinyBank({.branches_per_region = 100, .kinds = {IndicatorKind::kAmount}});
  bank.targets = {bank.YearOf("bank")};
  const double reached = PredictCost(bank.plan(), 1).cpu_ms_per_256_paths;
  for (ModelSeries& series : bank.model.series) series.dispersion = 1e9;
  EXPECT_GT(PredictCost(bank.plan(), 1).cpu_ms_per_256_paths, 3.0 * reached);
}

TEST(CostTest, CountsTheLawsOfCompounds) {
  TinyBank bank =
      MakeTinyBank({.branches_per_region = 5, .kinds = {IndicatorKind::kAmount}, .mean = 20.0});
  bank.targets = {bank.YearOf("bank")};
  const PlanCost without = PredictCost(bank.plan(), 1);
  double shape = 0.5;
  for (ModelSeries& series : bank.model.series) {
    series.law = Law::kCompoundGamma;
    series.shape = shape += 0.25;
  }
  const Plan plan = bank.plan();
  const CellLaws laws = MakeCellLaws(plan);
  const PlanCost with = PredictCost(plan, 1);
  const double counted = with.peak_bytes - without.peak_bytes;
  EXPECT_GE(counted, laws.allocated_bytes());
  EXPECT_LE(counted, 1.25 * laws.allocated_bytes());
  EXPECT_GT(with.preparation_cpu_ms, 5.0 * 10.0);
  EXPECT_LT(without.preparation_cpu_ms, 10.0);
}

TEST(CostTest, ChargesNothingForWhatIsRealised) {
  TinyBank bank = MakeTinyBank({.branches_per_region = 100});
  bank.targets = {bank.YearOf("bank")};
  const double drawn = PredictCost(bank.plan(), 1).cpu_ms_per_256_paths;
  bank.targets = {bank.On("bank", Year(2025))};
  EXPECT_LT(PredictCost(bank.plan(), 1).cpu_ms_per_256_paths, 0.01 * drawn);
}

int SlicesOfABlock(const Plan& plan, const CellLaws* laws = nullptr) {
  SampledBlock work(plan, 0, nullptr, laws);
  int count = 1;
  while (!work.Step()) ++count;
  return count;
}

// So that a cancelled run frees its core as fast whatever the laws.
TEST(CostTest, CutsShorterSlicesOfCostlyLaws) {
  TinyBank bank =
      MakeTinyBank({.branches_per_region = 200, .kinds = {IndicatorKind::kAmount}, .mean = 20.0});
  bank.targets = {bank.YearOf("bank")};
  const int plain = SlicesOfABlock(bank.plan());
  for (ModelSeries& series : bank.model.series) {
    series.law = Law::kCompoundGamma;
    series.shape = 2.0;
    series.dispersion = 10.0;
  }
  const Plan plan = bank.plan();
  EXPECT_GT(SlicesOfABlock(plan), 4 * plain);
  const CellLaws laws = MakeCellLaws(plan);
  EXPECT_LT(SlicesOfABlock(plan, &laws), plain);
}

}  // namespace
}  // namespace jalon::sim
