#include "sim/engine/sub_plan.h"

#include "gtest/gtest.h"
#include "sim/engine/sampled.h"
#include "tests/sim/engine/tiny_bank.h"

namespace jalon::sim {
namespace {

TEST(SubPlanTest, GivesTargetsTheirValuesBitForBit) {
  for (const uint64_t seed : {1, 2, 3, 4, 5}) {
    const TinyBank bank = MakeRandomBank(seed);
    const Plan plan = bank.plan();
    std::vector<int> kept;
    for (int i = 1; i < plan.target_count(); i += 3) kept.push_back(i);
    const Plan part = SubPlan(plan, kept);
    const BlockOutcome whole = SimulateBlock(plan, 2, StopToken()).value();
    const BlockOutcome found = SimulateBlock(part, 2, StopToken()).value();
    for (size_t k = 0; k < kept.size(); ++k) {
      for (int lane = 0; lane < kPathsPerBlock; ++lane) {
        EXPECT_EQ(found.values[k * kPathsPerBlock + lane],
                  whole.values[kept[k] * kPathsPerBlock + lane]);
      }
    }
  }
}

TEST(SubPlanTest, DrawsNoSeriesThatNoTargetNeeds) {
  TinyBank bank = MakeTinyBank({.region_count = 2, .branches_per_region = 3});
  bank.targets = {bank.YearOf("bank"), bank.YearOf("r1-b1"), bank.YearOf("r2")};
  const Plan plan = bank.plan();
  const std::vector<int> branch = {1};
  const std::vector<int> region = {2};
  EXPECT_EQ(SubPlan(plan, branch).series_step_count(), 1);
  EXPECT_EQ(SubPlan(plan, region).series_step_count(), 3);
}

}  // namespace
}  // namespace jalon::sim
