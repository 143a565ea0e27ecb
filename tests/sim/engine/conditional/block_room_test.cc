// Memory for a block comes in parts.
#include "sim/engine/conditional/block_room.h"

#include "gtest/gtest.h"
#include "tests/sim/engine/tiny_bank.h"

namespace jalon::sim {
namespace {

// A plan of one target with two thresholds: 32 probabilities, 16 means, 3 sums.
ConditionalPlan PlanOf(const Plan& plan) { return ConditionalPlan::MakeWherePossible(plan, {}); }

Plan OneTarget() {
  TinyBank bank = MakeTinyBank({});
  bank.targets.push_back(bank.YearOf("bank", 0));
  bank.targets.back().thresholds = {400.0, 900.0};
  return bank.plan();
}

TEST(BlockRoomTest, GrowsABlockByNoMoreThanItIsTold) {
  const Plan plan = OneTarget();
  const ConditionalPlan made = PlanOf(plan);
  BlockRoom room(made.state(), ThresholdsAsked::kAll);
  // 51 numbers, 8 at a time.
  for (int step = 0; step < 6; ++step) EXPECT_FALSE(room.Step(8)) << step;
  EXPECT_TRUE(room.Step(8));
}

TEST(BlockRoomTest, FindsABlockThatWasGivenGrownAlready) {
  const Plan plan = OneTarget();
  const ConditionalPlan made = PlanOf(plan);
  BlockRoom room(made.state(), ThresholdsAsked::kAll);
  while (!room.Step(8)) {
  }
  room.Give();
  BlockRoom next(made.state(), ThresholdsAsked::kAll);
  EXPECT_TRUE(next.Step(8));
}

TEST(BlockRoomTest, AsksForTheFirstThresholdsAlone) {
  const Plan plan = OneTarget();
  const ConditionalPlan made = PlanOf(plan);
  BlockRoom room(made.state(), ThresholdsAsked::kFirst);
  // 35 numbers.
  EXPECT_FALSE(room.Step(34));
  EXPECT_TRUE(room.Step(34));
}

}  // namespace
}  // namespace jalon::sim
