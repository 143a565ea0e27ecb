// What never changes a bit of an answer: slices, order, other series, other targets, more paths.

#include "tests/sim/engine/same_bits.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "sim/engine/sampled.h"
#include "tests/sim/engine/tiny_bank.h"

namespace jalon::sim {
namespace {

using ::testing::ElementsAreArray;

std::vector<double> BlockInSlices(const Plan& plan, int64_t block, int64_t max_cells) {
  SampledBlock work(plan, block);
  while (!work.Step(max_cells)) {
  }
  return work.TakeOutcome().values;
}

TEST(SameBitsTest, WhateverTheSizeOfSlices) {
  const Plan plan = MakeRandomBank(11).plan();
  const std::vector<double> whole = BlockInSlices(plan, 3, int64_t{1} << 40);
  for (int64_t max_cells : {1, 100, 777, 12'288}) {
    EXPECT_TRUE(SameBits(BlockInSlices(plan, 3, max_cells), whole)) << max_cells;
  }
}

TEST(SameBitsTest, WorksInSlicesOfTheSizeAsked) {
  const Plan plan = MakeRandomBank(11).plan();
  SampledBlock work(plan, 0);
  int step_count = 1;
  while (!work.Step(1)) ++step_count;
  // One step per path of the shared stage, one per series, one for the targets.
  EXPECT_EQ(step_count, kPathsPerBlock + plan.series_count() + 1);
}

TEST(SameBitsTest, WhenAPathIsReplayedAlone) {
  for (uint64_t seed : {1, 2, 3, 4, 5}) {
    const Plan plan = MakeRandomBank(seed).plan();
    const std::vector<double> block = SimulateBlock(plan, 2, StopToken())->values;
    for (int lane : {0, 7, 15}) {
      const PathReplay replay = ReplayPath(plan, 2 * kPathsPerBlock + lane).value();
      for (int target = 0; target < plan.target_count(); ++target) {
        EXPECT_EQ(replay.target_values[target], block[target * kPathsPerBlock + lane]);
      }
    }
  }
}

TEST(SameBitsTest, WhenTheCellsOfAReplayAreAddedUp) {
  const TinyBank bank = MakeRandomBank(3);
  const Plan plan = bank.plan();
  const PathReplay replay = ReplayPath(plan, 5).value();
  for (int target = 0; target < plan.target_count(); ++target) {
    double sum = 0.0;
    for (int i = 0; i < plan.series_count(); ++i) {
      const SeriesKey& key = bank.revision.realisations.key(plan.series[i].row);
      if (!plan.targets[target].range.contains(key)) continue;
      double series_sum = 0.0;
      for (int t = 0; t < plan.period_count(); ++t) {
        series_sum += replay.cells[i * plan.period_count() + t];
      }
      sum += series_sum;
    }
    EXPECT_EQ(replay.target_values[target], sum);
  }
}

TEST(SameBitsTest, ForASeriesWhoseNetworkGainsABranch) {
  // The first branches of a larger bank are the smaller bank: same ids, same parameters.
  TinyBank small = MakeTinyBank({.region_count = 2, .branches_per_region = 2});
  TinyBank large = MakeTinyBank({.region_count = 3, .branches_per_region = 3});
  for (TinyBank* bank : {&small, &large}) {
    bank->model.national.laws[0] = {
        .autoregression = 0.5, .innovation_sd = 0.05, .persistent_sd = 0.1};
    bank->model.regional.laws[0].persistent_sd = 0.05;
    bank->model.branch_loading[0] = 0.1;
    AddDriver(*bank, {.beta_sd = 0.05});
    for (const char* unit : {"r1-b1", "r1-b2", "r2-b1", "r2-b2"}) {
      bank->targets.push_back(bank->YearOf(unit));
    }
  }
  large.targets.push_back(large.YearOf("bank"));
  const auto before = TargetPaths(small.plan(), 64);
  const auto after = TargetPaths(large.plan(), 64);
  for (size_t target = 0; target < before.size(); ++target) {
    EXPECT_TRUE(SameBits(before[target], after[target])) << target;
  }
}

TEST(SameBitsTest, ForATargetWhateverTheOthers) {
  const TinyBank all = MakeRandomBank(21);
  const auto together = TargetPaths(all.plan(), 32);
  for (size_t target = 0; target < all.targets.size(); ++target) {
    TinyBank alone = all;
    alone.targets = {all.targets[target]};
    EXPECT_TRUE(SameBits(TargetPaths(alone.plan(), 32)[0], together[target])) << target;
  }
}

TEST(SameBitsTest, ForAMonthWhateverTheWindowsAroundIt) {
  const TinyBank base = MakeRandomBank(22);
  const Window june = {Period::Month(2026, 6), Period::Month(2026, 6)};
  TinyBank alone = base;
  alone.targets = {base.On("bank", june)};
  TinyBank later = base;
  later.targets = {base.On("bank", june), base.On("bank", Year(2027)), base.On("bank", Year(2025))};
  EXPECT_TRUE(SameBits(TargetPaths(alone.plan(), 32)[0], TargetPaths(later.plan(), 32)[0]));
}

TEST(SameBitsTest, ForTheFirstPathsOfALongerRun) {
  const Plan plan = MakeRandomBank(23).plan();
  const auto shorter = TargetPaths(plan, 32);
  auto longer = TargetPaths(plan, 128);
  for (size_t target = 0; target < longer.size(); ++target) {
    longer[target].resize(32);
    EXPECT_TRUE(SameBits(shorter[target], longer[target]));
  }
}

TEST(SameBitsTest, WhenADriverIsShiftedByNothing) {
  for (bool moves_others : {false, true}) {
    const TinyBank free = MakeRandomBank(24);
    TinyBank shifted = free;
    shifted.scenario.drivers = {{.driver = "rate",
                                 .mode = DriverAssumption::Mode::kShift,
                                 .first = Period::Month(2026, 1),
                                 .values = {0.0},
                                 .moves_others = moves_others}};
    const auto before = TargetPaths(free.plan(), 32);
    const auto after = TargetPaths(shifted.plan(), 32);
    for (size_t target = 0; target < before.size(); ++target) {
      EXPECT_TRUE(SameBits(before[target], after[target])) << target;
    }
  }
}

TEST(SameBitsTest, ForIndicatorsADriverDoesNotTouch) {
  TinyBank free = MakeTinyBank({.kinds = {IndicatorKind::kCount, IndicatorKind::kAmount}});
  AddDriver(free, {.indicator = 0});
  free.targets = {free.YearOf("bank", 0), free.YearOf("bank", 1)};
  TinyBank imposed = free;
  imposed.scenario.drivers = {{.driver = "rate",
                               .mode = DriverAssumption::Mode::kImpose,
                               .first = Period::Month(2026, 1),
                               .values = {5.0}}};
  const auto before = TargetPaths(free.plan(), 64);
  const auto after = TargetPaths(imposed.plan(), 64);
  EXPECT_FALSE(SameBits(before[0], after[0]));
  EXPECT_TRUE(SameBits(before[1], after[1]));
}

TEST(SameBitsTest, ButNotForAnotherSeed) {
  TinyBank bank = MakeRandomBank(25);
  const auto before = TargetPaths(bank.plan(), 16);
  bank.seed ^= uint64_t{1} << 63;
  EXPECT_FALSE(SameBits(before[0], TargetPaths(bank.plan(), 16)[0]));
}

TEST(SameBitsTest, StopsABlockWhenAsked) {
  std::atomic<bool> flag{true};
  TinyBank bank = MakeTinyBank({.region_count = 8, .branches_per_region = 10});
  bank.targets = {bank.YearOf("bank")};
  const absl::StatusOr<BlockOutcome> outcome = SimulateBlock(bank.plan(), 0, StopToken(&flag));
  EXPECT_EQ(outcome.status().code(), absl::StatusCode::kCancelled);
}

TEST(SameBitsTest, RefusesToReplayAPathThatCannotBeAddressed) {
  const Plan plan = MakeRandomBank(26).plan();
  EXPECT_EQ(ReplayPath(plan, -1).status().code(), absl::StatusCode::kOutOfRange);
  EXPECT_EQ(ReplayPath(plan, kMaxPaths).status().code(), absl::StatusCode::kOutOfRange);
  EXPECT_TRUE(ReplayPath(plan, kMaxPaths - 1).ok());
}

}  // namespace
}  // namespace jalon::sim
