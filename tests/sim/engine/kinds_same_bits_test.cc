// What never changes a bit of an answer of stocks, ratios and derived indicators.

#include "gtest/gtest.h"
#include "sim/engine/run.h"
#include "sim/engine/sampled.h"
#include "tests/sim/engine/same_bits.h"
#include "tests/sim/engine/thread_executor.h"
#include "tests/sim/engine/tiny_bank.h"

namespace jalon::sim {
namespace {

// Every kind, in so many regions and branches; parameters depend on the ids alone.
TinyBank EveryKind(int regions, int branches) {
  TinyBank bank = MakeTinyBank(
      {.region_count = regions,
       .branches_per_region = branches,
       .kinds = {IndicatorKind::kCount, IndicatorKind::kCount, IndicatorKind::kAmount},
       .mean = 4.0,
       .others = {DerivedOf("income", "mean(loans) * yield / 1200 + 0.3 * k1"),
                  StockOf("customers", Measure::kCount, {"k1"}, {"k2"}),
                  StockOf("loans", Measure::kMoney, {}, {}), RatioOf("ratio", "k1", "customers")}});
  AddDriver(bank, {.id = "rate", .beta_sd = 0.02});
  AddRate(bank, "yield", 3.0, 0.2);
  for (LatentLaw& law : bank.model.national.laws) law.persistent_sd = 0.01;
  for (LatentLaw& law : bank.model.regional.laws) law.innovation_sd = 0.01;
  for (double& loading : bank.model.branch_loading) loading = 0.01;
  for (ModelSeries& series : bank.model.series) {
    if (series.law == Law::kStock) series.dispersion = 2.0;
    series.series_effect_sd = 0.005;
  }
  bank.scenario.events = {FixedEvent("reform", -0.2)};
  return bank;
}

const char* const kIndicators[] = {"k1", "k2", "k3", "customers", "loans", "ratio", "income"};

void AskAll(TinyBank& bank, const std::string& unit, const Window& window = Year(2026)) {
  for (const char* indicator : kIndicators) {
    Target target = bank.For(unit, indicator, window);
    target.thresholds = {0.5, 100.0};
    bank.targets.push_back(target);
  }
}

TEST(KindsSameBitsTest, WhateverTheThreads) {
  TinyBank bank = EveryKind(2, 2);
  AskAll(bank, "bank");
  AskAll(bank, "r1-b2");
  bank.targets.push_back(
      OnVariation(bank.revision, bank.For("bank", "customers", Year(2027)), 4100.0, {1.0, 0.9}));
  const Plan plan = bank.plan();
  const RunOptions options{.max_paths = 512, .summary = {{0.1, 0.5, 0.9}}};
  InlineExecutor alone;
  const Checkpoint one = RunToPrecision(plan, options, alone, {}, [](const auto&) {}).value();
  for (int threads : {2, 5}) {
    ThreadExecutor executor(threads);
    const Checkpoint many = RunToPrecision(plan, options, executor, {}, [](const auto&) {}).value();
    for (size_t t = 0; t < one.estimates.size(); ++t) {
      const TargetEstimate& a = one.estimates[t];
      const TargetEstimate& b = many.estimates[t];
      EXPECT_TRUE(SameBits(a.probability, b.probability));
      EXPECT_TRUE(SameBits(a.quantiles, b.quantiles));
      EXPECT_TRUE(SameBits({a.mean, a.standard_deviation, a.opening_mean, a.ro_undefined_share},
                           {b.mean, b.standard_deviation, b.opening_mean, b.ro_undefined_share}));
    }
  }
}

TEST(KindsSameBitsTest, WhateverTheSizeOfSlices) {
  TinyBank bank = EveryKind(2, 2);
  AskAll(bank, "bank");
  const Plan plan = bank.plan();
  const BlockOutcome whole = SimulateBlock(plan, 3, StopToken()).value();
  for (int64_t max_cells : {1, 100, 777}) {
    SampledBlock work(plan, 3);
    while (!work.Step(max_cells)) {
    }
    const BlockOutcome sliced = work.TakeOutcome();
    EXPECT_TRUE(SameBits(sliced.values, whole.values));
    EXPECT_TRUE(SameBits(sliced.parts, whole.parts));
  }
}

TEST(KindsSameBitsTest, WhenAPathIsReplayedAlone) {
  TinyBank bank = EveryKind(2, 2);
  AskAll(bank, "bank");
  bank.targets.push_back(
      OnVariation(bank.revision, bank.For("bank", "ratio", Year(2027)), 0.3, {1.0, 0.9}));
  const Plan plan = bank.plan();
  const BlockOutcome block = SimulateBlock(plan, 2, StopToken()).value();
  for (int lane : {0, 7, 15}) {
    const PathReplay replay = ReplayPath(plan, 2 * kPathsPerBlock + lane).value();
    for (int t = 0; t < plan.target_count(); ++t) {
      EXPECT_EQ(replay.target_values[t], block.values[t * kPathsPerBlock + lane]) << t;
    }
    for (int part = 0; part < plan.part_count; ++part) {
      EXPECT_EQ(replay.parts[part], block.parts[part * kPathsPerBlock + lane]) << part;
    }
  }
}

TEST(KindsSameBitsTest, ForBranchesOfANetworkThatGainsSome) {
  TinyBank small = EveryKind(2, 2);
  TinyBank large = EveryKind(3, 3);
  for (TinyBank* bank : {&small, &large}) {
    for (const char* unit : {"r1-b1", "r1-b2", "r2-b1", "r2-b2"}) AskAll(*bank, unit);
  }
  AskAll(large, "bank");
  const auto before = TargetPaths(small.plan(), 32);
  const auto after = TargetPaths(large.plan(), 32);
  for (size_t t = 0; t < before.size(); ++t) EXPECT_TRUE(SameBits(before[t], after[t])) << t;
}

TEST(KindsSameBitsTest, ForATargetWhateverTheOthers) {
  TinyBank all = EveryKind(2, 2);
  AskAll(all, "bank");
  AskAll(all, "r2");
  AskAll(all, "r1-b1", Year(2027));
  AskAll(all, "bank", Year(2025));
  const auto together = TargetPaths(all.plan(), 16);
  for (size_t t = 0; t < all.targets.size(); ++t) {
    TinyBank alone = all;
    alone.targets = {all.targets[t]};
    EXPECT_TRUE(SameBits(TargetPaths(alone.plan(), 16)[0], together[t])) << t;
  }
}

TEST(KindsSameBitsTest, ForFlowsWhetherOrNotTheyFeedAStock) {
  TinyBank fed = EveryKind(2, 2);
  fed.targets = {fed.For("bank", "k1"), fed.For("bank", "k2"), fed.For("bank", "k3")};
  const auto alone = TargetPaths(fed.plan(), 16);
  fed.targets.push_back(fed.For("bank", "customers"));
  const auto together = TargetPaths(fed.plan(), 16);
  for (int t = 0; t < 3; ++t) EXPECT_TRUE(SameBits(alone[t], together[t]));
}

}  // namespace
}  // namespace jalon::sim
