// The knowledge interval: as wide as what parameters do, and nothing else.
#include "sim/engine/conditional/knowledge.h"

#include <cmath>
#include <cstdint>
#include <map>
#include <memory>
#include <utility>
#include <vector>

#include "gtest/gtest.h"
#include "sim/base/math.h"
#include "sim/engine/conditional/estimator.h"
#include "sim/engine/run.h"
#include "tests/sim/engine/tiny_bank.h"

namespace jalon::sim {
namespace {

Checkpoint RunOn(const Plan& plan, int64_t paths) {
  InlineExecutor executor;
  const RunOptions options{.max_paths = paths};
  return RunToPrecision(std::make_unique<ConditionalEstimator>(plan, options.summary), options,
                        executor, {}, [](const Checkpoint&) {})
      .value();
}

// Forty branches of counts; a year of the whole bank is near normal given the shared state.
TinyBank Bank() {
  TinyBank bank = MakeTinyBank({.region_count = 4, .branches_per_region = 10, .mean = 50.0});
  bank.targets = {bank.YearOf("bank")};
  bank.targets[0].thresholds = {24'000.0};
  return bank;
}

// One factor that moves the level of every series by `loading`.
void AddLevelFactor(TinyBank& bank, double loading) {
  bank.model.level.rank = 1;
  bank.model.level.shared_factor.assign(bank.model.series.size(), loading);
}

// The first checkpoint does not wait for what nobody can read yet.
TEST(KnowledgeTest, MeetsEveryDrawOnceBetweenTheFirstCheckpointAndTheSecond) {
  std::map<std::pair<int, int64_t>, int> met;
  for (int64_t block = 0; block < 300; ++block) {
    const std::vector<KnowledgeShare> shares = KnowledgeSharesOf(block);
    if (block < 16 || block >= 256) {
      EXPECT_TRUE(shares.empty()) << block;
    }
    for (const KnowledgeShare& share : shares) ++met[{share.draw, share.paths_block}];
    if (block != 63) continue;
    EXPECT_EQ(met.size(), 64u) << "1,024 paths";
    for (int draw = 0; draw < 64; ++draw) EXPECT_EQ((met[{draw, 0}]), 1) << draw;
  }
  EXPECT_EQ(met.size(), 4u * 64u);
  for (const auto& [share, count] : met) EXPECT_EQ(count, 1);
}

// What is predicted is what is computed.
TEST(KnowledgeTest, CostsThePathsOfItsShares) {
  const auto share_paths = [](int64_t path_count) {
    int64_t paths = 0;
    for (int64_t block = 0; block < path_count / kPathsPerBlock; ++block) {
      paths += static_cast<int64_t>(KnowledgeSharesOf(block).size()) * kPathsPerBlock;
    }
    return paths;
  };
  for (const int64_t path_count : {16, 256, 1'024, 4'096, 100'000}) {
    EXPECT_EQ(share_paths(path_count), KnowledgePathsOf(path_count)) << path_count;
  }
  for (const int64_t path_count : {272, 400}) {
    EXPECT_LE(share_paths(path_count), KnowledgePathsOf(path_count)) << path_count;
  }
}

TEST(KnowledgeTest, IsNotComputedWithoutThresholds) {
  TinyBank bank = Bank();
  bank.targets[0].thresholds.clear();
  const Plan plan = bank.plan();
  EXPECT_EQ(PredictKnowledgeCpuMs(plan), 0.0);
  RunOptions options{.max_paths = 1'024};
  options.summary.keep_scrambles = true;
  InlineExecutor executor;
  const auto run = RunToPrecision(std::make_unique<ConditionalEstimator>(plan, options.summary),
                                  options, executor, {}, [](const Checkpoint&) {});
  EXPECT_EQ(run.value().scrambles.value().knowledge_blocks, 0);
}

TEST(KnowledgeTest, IsWhatTheLevelsFactorDoes) {
  constexpr double kLoading = 0.02;
  TinyBank bank = Bank();
  AddLevelFactor(bank, kLoading);
  const Plan plan = bank.plan();
  const TargetEstimate estimate = RunOn(plan, 1'024).estimates[0];
  // Given z, the year has mean 24,000 exp(loading z - loading^2 / 2); counts of the tiny bank have
  // variance mean (dispersion 1).
  const auto chance = [](double z) {
    const double mean = 24'000.0 * std::exp(kLoading * z - 0.5 * kLoading * kLoading);
    return NormalCdf((mean - 23'999.5) / std::sqrt(mean));
  };
  EXPECT_NEAR(estimate.knowledge_low, chance(-1.2816), 0.02);
  EXPECT_NEAR(estimate.knowledge_high, chance(1.2816), 0.02);
}

TEST(KnowledgeTest, IsNothingWhereNothingIsUnknown) {
  TinyBank bank = Bank();
  bank.model.national.laws[0].persistent_sd = 0.05;
  const TargetEstimate estimate = RunOn(bank.plan(), 1'024).estimates[0];
  EXPECT_GT(estimate.probability[0], 0.05);
  EXPECT_LT(estimate.probability[0], 0.95);
  EXPECT_NEAR(estimate.knowledge_low, estimate.probability[0], 1e-12);
  EXPECT_NEAR(estimate.knowledge_high, estimate.probability[0], 1e-12);
}

// Where most of the spread is the future's own, knowing the parameters says little.
TEST(KnowledgeTest, IsNarrowerWhereTheFutureVariesMore) {
  TinyBank calm = Bank();
  AddLevelFactor(calm, 0.02);
  TinyBank wild = calm;
  wild.model.national.laws[0].persistent_sd = 0.1;
  const TargetEstimate known = RunOn(calm.plan(), 4'096).estimates[0];
  const TargetEstimate blurred = RunOn(wild.plan(), 4'096).estimates[0];
  EXPECT_LT(blurred.knowledge_high - blurred.knowledge_low,
            0.5 * (known.knowledge_high - known.knowledge_low));
}

TEST(KnowledgeTest, WaitsUntilEveryDrawIsThere) {
  TinyBank bank = Bank();
  AddLevelFactor(bank, 0.02);
  const Plan plan = bank.plan();
  EXPECT_TRUE(std::isnan(RunOn(plan, 1'008).estimates[0].knowledge_low));
  EXPECT_FALSE(std::isnan(RunOn(plan, 1'024).estimates[0].knowledge_low));
}

}  // namespace
}  // namespace jalon::sim
