// Properties of the engine on random banks: whatever the model, the scenario and the targets.
#include <cmath>

#include "gtest/gtest.h"
#include "sim/engine/run.h"
#include "sim/engine/sampled.h"
#include "tests/sim/engine/thread_executor.h"
#include "tests/sim/engine/tiny_bank.h"

namespace jalon::sim {
namespace {

constexpr int kPaths = 32;

// One random bank per seed.
class EngineProperty : public ::testing::TestWithParam<int> {
 protected:
  TinyBank bank() const { return MakeRandomBank(1'000 + GetParam()); }
};

// Values of the year of `unit` on the first paths.
std::vector<double> YearOf(TinyBank bank, const std::string& unit, int indicator) {
  bank.targets = {bank.YearOf(unit, indicator)};
  return TargetPaths(bank.plan(), kPaths)[0];
}

TEST_P(EngineProperty, AParentIsTheSumOfItsChildrenOnEveryPath) {
  const TinyBank bank = this->bank();
  const Network& network = bank.revision.network;
  for (int k = 0; k < network.indicator_count(); ++k) {
    std::vector<double> sum(kPaths, 0.0);
    double scale = 1.0;
    for (int u = 1; u < network.unit_count(); ++u) {
      if (network.unit_parent(u) != 0) continue;
      const std::vector<double> child = YearOf(bank, network.unit(u).id, k);
      for (int p = 0; p < kPaths; ++p) {
        sum[p] += child[p];
        scale = std::max(scale, std::fabs(child[p]));
      }
    }
    const std::vector<double> parent = YearOf(bank, "bank", k);
    const bool counts = network.indicator(k).kind == IndicatorKind::kCount;
    for (int p = 0; p < kPaths; ++p) {
      if (counts) {
        EXPECT_EQ(parent[p], sum[p]);
      } else {
        EXPECT_NEAR(parent[p], sum[p], 1e-13 * scale);
      }
    }
  }
}

TEST_P(EngineProperty, CountsAreWholeAndFlowsAreNotNegative) {
  const TinyBank bank = this->bank();
  const Plan plan = bank.plan();
  const PathReplay replay = ReplayPath(plan, 3).value();
  for (int i = 0; i < plan.series_count(); ++i) {
    const Law law = plan.series[i].law;
    for (int t = 0; t < plan.period_count(); ++t) {
      const double cell = replay.cells[i * plan.period_count() + t];
      ASSERT_TRUE(std::isfinite(cell));
      ASSERT_TRUE(law != Law::kNegativeBinomial || cell == std::floor(cell)) << cell;
      ASSERT_TRUE(law == Law::kStudentT || cell >= 0.0) << cell;
    }
  }
}

TEST_P(EngineProperty, AHigherObjectiveIsNeverMoreLikely) {
  TinyBank bank = this->bank();
  for (Target& target : bank.targets) {
    target.direction = Direction::kHigherIsBetter;
    target.thresholds.clear();
    for (int j = -5; j < 40; ++j) target.thresholds.push_back(25.0 * j);
  }
  const Plan plan = bank.plan();
  TargetAccumulator accumulator(plan, {});
  for (int block = 0; block < 4; ++block) {
    ASSERT_TRUE(accumulator.Fold(*SimulateBlock(plan, block, StopToken())).ok());
  }
  for (const TargetEstimate& estimate : accumulator.Estimates()) {
    EXPECT_TRUE(std::is_sorted(estimate.probability.rbegin(), estimate.probability.rend()));
    EXPECT_TRUE(std::is_sorted(estimate.probability_low.rbegin(), estimate.probability_low.rend()));
    for (size_t j = 0; j < estimate.probability.size(); ++j) {
      EXPECT_LE(0.0, estimate.probability_low[j]);
      EXPECT_LE(estimate.probability_low[j], estimate.probability[j]);
      EXPECT_LE(estimate.probability[j], estimate.probability_high[j]);
      EXPECT_LE(estimate.probability_high[j], 1.0);
    }
  }
}

TEST_P(EngineProperty, APathIsReplayedBitForBit) {
  const Plan plan = bank().plan();
  const auto values = TargetPaths(plan, kPaths);
  for (int path : {0, 13, 31}) {
    const PathReplay replay = ReplayPath(plan, path).value();
    for (int target = 0; target < plan.target_count(); ++target) {
      EXPECT_EQ(replay.target_values[target], values[target][path]);
    }
  }
}

TEST_P(EngineProperty, ARealisedMonthIsTheSameOnEveryPath) {
  TinyBank bank = this->bank();
  bank.targets = {bank.On("bank", {Period::Month(2025, 10), Period::Month(2025, 12)}),
                  bank.On("bank", {Period::Month(2025, 12), Period::Month(2026, 1)}),
                  bank.On("bank", {Period::Month(2025, 12), Period::Month(2025, 12)}),
                  bank.On("bank", {Period::Month(2026, 1), Period::Month(2026, 1)})};
  const auto values = TargetPaths(bank.plan(), kPaths);
  const std::vector<double> realised =
      SumRealised(bank.revision.realisations, bank.targets[0].range, bank.targets[0].window);
  for (int p = 0; p < kPaths; ++p) {
    EXPECT_EQ(values[0][p], realised[0] + realised[1] + realised[2]);
    EXPECT_NEAR(values[1][p], values[2][p] + values[3][p], 1e-9 * (1.0 + std::fabs(values[1][p])));
  }
}

TEST_P(EngineProperty, ARiseOfEveryLevelNeverLowersAFlow) {
  TinyBank bank = this->bank();
  const auto before = TargetPaths(bank.plan(), kPaths);
  for (double& level : bank.model.level.mean) level += 0.1;
  const auto after = TargetPaths(bank.plan(), kPaths);
  for (size_t target = 0; target < before.size(); ++target) {
    for (int p = 0; p < kPaths; ++p) EXPECT_GE(after[target][p], before[target][p]);
  }
}

TEST_P(EngineProperty, RelabellingIndicatorOrderOfTargetsPermutesAnswers) {
  TinyBank bank = this->bank();
  const auto before = TargetPaths(bank.plan(), kPaths);
  std::reverse(bank.targets.begin(), bank.targets.end());
  auto after = TargetPaths(bank.plan(), kPaths);
  std::reverse(after.begin(), after.end());
  EXPECT_EQ(before, after);
}

TEST_P(EngineProperty, ThreadsNeverChangeAnEstimate) {
  const Plan plan = bank().plan();
  const RunOptions options{.max_paths = 64, .summary = {.quantile_levels = {0.1, 0.9}}};
  const auto ignore = [](const Checkpoint&) {};
  InlineExecutor alone;
  ThreadExecutor three(3);
  const auto a = RunToPrecision(plan, options, alone, {}, ignore);
  const auto b = RunToPrecision(plan, options, three, {}, ignore);
  ASSERT_TRUE(a.ok() && b.ok());
  for (int target = 0; target < plan.target_count(); ++target) {
    EXPECT_EQ(a->estimates[target].mean, b->estimates[target].mean);
    EXPECT_EQ(a->estimates[target].probability, b->estimates[target].probability);
    EXPECT_EQ(a->estimates[target].quantiles, b->estimates[target].quantiles);
  }
}

INSTANTIATE_TEST_SUITE_P(RandomBanks, EngineProperty, ::testing::Range(0, 25));

}  // namespace
}  // namespace jalon::sim
