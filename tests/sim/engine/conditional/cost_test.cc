// What a conditional run is said to cost, and what its laws are off.
#include <atomic>
#include <cmath>
#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "sim/engine/cell_cost.h"
#include "sim/engine/conditional/conditional.h"
#include "sim/engine/run.h"
#include "tests/sim/engine/conditional/kinds_bank.h"
#include "tests/sim/engine/tiny_bank.h"

namespace jalon::sim {
namespace {

// 8 regions x 40 branches x 3 indicators, a year of every unit at three thresholds.
TinyBank MiddlingBank() {
  TinyBank bank = MakeTinyBank(
      {.region_count = 8,
       .branches_per_region = 40,
       .kinds = {IndicatorKind::kCount, IndicatorKind::kAmount, IndicatorKind::kNetFlow},
       .mean = 30.0});
  for (LatentLaw& law : bank.model.national.laws) law.persistent_sd = 0.05;
  for (int unit = 0; unit < bank.revision.network.unit_count(); ++unit) {
    for (int k = 0; k < 3; ++k) {
      Target target = bank.YearOf(bank.revision.network.unit(unit).id, k);
      target.thresholds = {300.0, 360.0, 400.0};
      bank.targets.push_back(target);
    }
  }
  return bank;
}

double EstimateBytes(const std::vector<TargetEstimate>& estimates) {
  double bytes = 0.0;
  for (const TargetEstimate& estimate : estimates) {
    bytes += sizeof(TargetEstimate) +
             8.0 * (estimate.probability.size() * 3.0 + estimate.quantiles.size());
  }
  return bytes;
}

TEST(ConditionalCostTest, ForeseesBytesWithinAQuarter) {
  const Plan plan = MiddlingBank().plan();
  for (const std::vector<double>& levels : {std::vector<double>{}, {0.1, 0.5, 0.9}}) {
    const ConditionalPlan made = ConditionalPlan::Make(plan, levels).value();
    ConditionalAccumulator accumulator(made);
    const ConditionalBlock block = ComputeConditionalBlock(made, 0, StopToken()).value();
    accumulator.Fold(block);
    const double held =
        PlanBytes(plan) + made.allocated_bytes() + BlocksInHand(1) * ConditionalBlockBytes(block) +
        accumulator.allocated_bytes() + EstimateBytes(accumulator.EstimatesAt(0.95));
    const double predicted =
        PredictConditionalCost(plan, 1, static_cast<int>(levels.size())).peak_bytes;
    EXPECT_LT(held, 1.25 * predicted);
    EXPECT_GT(held, predicted / 1.25);
  }
}

TEST(ConditionalCostTest, GrowsWithThreadsAndTargets) {
  TinyBank bank = MiddlingBank();
  const Plan plan = bank.plan();
  const PlanCost one = PredictConditionalCost(plan, 1);
  EXPECT_GT(PredictConditionalCost(plan, 2).peak_bytes, one.peak_bytes);
  bank.targets.resize(bank.targets.size() / 2);
  const Plan half = bank.plan();
  EXPECT_LT(PredictConditionalCost(half, 1).peak_bytes, one.peak_bytes);
  EXPECT_LT(PredictConditionalCost(half, 1).cpu_ms_per_256_paths, one.cpu_ms_per_256_paths);
}

// The same targets at `count` thresholds each.
Plan PlanAtThresholds(int count) {
  TinyBank bank = MiddlingBank();
  for (Target& target : bank.targets) {
    target.thresholds.clear();
    for (int j = 0; j < count; ++j) target.thresholds.push_back(300.0 + 10.0 * j);
  }
  return bank.plan();
}

TEST(ConditionalCostTest, PreparesLongerForMoreThresholdsEachOfWhichCostsTheSame) {
  const auto cost = [](int count) {
    return PredictConditionalCost(PlanAtThresholds(count), 1).preparation_cpu_ms;
  };
  const double once = cost(4) - cost(1);
  EXPECT_GT(once, 0.0);
  EXPECT_NEAR(cost(7) - cost(4), once, 1e-9 * once);
}

TEST(ConditionalCostTest, PreparesAVariantThatTakesOverLawsForLittle) {
  const ConditionalCost one = PredictConditionalCosts(PlanAtThresholds(1), 1, 0);
  const ConditionalCost seven = PredictConditionalCosts(PlanAtThresholds(7), 1, 0);
  EXPECT_GT(one.variant_preparation_cpu_ms, 0.0);
  EXPECT_LT(one.variant_preparation_cpu_ms, 0.5 * one.run.preparation_cpu_ms);
  EXPECT_LT(seven.variant_preparation_cpu_ms - one.variant_preparation_cpu_ms,
            0.1 * (seven.run.preparation_cpu_ms - one.run.preparation_cpu_ms))
      << "thresholds are compared, their curves are not made";
}

TEST(ConditionalCostTest, CountsTargetsOfTheSameKindOneByOne) {
  TinyBank bank = MiddlingBank();
  const std::vector<Target> once = bank.targets;
  const ConditionalCost none = [&] {
    bank.targets.resize(3);
    return PredictConditionalCosts(bank.plan(), 1, 3);
  }();
  bank.targets = once;
  const ConditionalCost all = PredictConditionalCosts(bank.plan(), 1, 3);
  bank.targets.insert(bank.targets.end(), once.begin(), once.end());
  const ConditionalCost twice = PredictConditionalCosts(bank.plan(), 1, 3);
  const auto count = static_cast<double>(once.size());
  const double each = (all.checkpoint_cpu_ms - none.checkpoint_cpu_ms) / (count - 3.0);
  EXPECT_GT(each, 0.0);
  EXPECT_NEAR(twice.checkpoint_cpu_ms - all.checkpoint_cpu_ms, each * count, 1e-9 * each * count);
  EXPECT_GT(twice.run.preparation_cpu_ms, all.run.preparation_cpu_ms);
  EXPECT_GT(twice.run.cpu_ms_per_256_paths, all.run.cpu_ms_per_256_paths);
}

TEST(ConditionalCostTest, TakesLongerToACheckpointOfMoreQuantiles) {
  const Plan plan = MiddlingBank().plan();
  const auto cost = [&](int levels) {
    return PredictConditionalCosts(plan, 1, levels).checkpoint_cpu_ms;
  };
  EXPECT_GT(cost(0), 0.0);
  EXPECT_GT(cost(1) - cost(0), cost(2) - cost(1)) << "a mixture is put together once";
  EXPECT_NEAR(cost(9) - cost(2), 7.0 * (cost(2) - cost(1)), 1e-9 * cost(9));
}

TEST(ConditionalCostTest, CountsThePilotsOfARunWhosePathsNeedTheirStates) {
  Plan plan = MiddlingBank().plan();
  const double without = PredictConditionalCost(plan, 1).preparation_cpu_ms;
  plan.scores.joint_sets = {{{.target = 0, .value = 400.0}, {.target = 1, .value = 400.0}}};
  EXPECT_GT(PredictConditionalCost(plan, 1).preparation_cpu_ms, without);
}

// Laws against draws on the same shared states: 0.2 points and 4.5 standard errors (false alarm
// 7e-6 a check, some 100 checks; the seeds are fixed).
void ExpectSmallBias(const TinyBank& bank) {
  const Plan plan = bank.plan();
  const ConditionalPlan made = ConditionalPlan::MakeWherePossible(plan, {});
  const std::vector<LawBias> biases = BiasOf(made, 4'096, StopToken()).value();
  size_t row = 0;
  for (int i = 0; i < plan.target_count(); ++i) {
    for (size_t j = 0; j < plan.targets[i].thresholds.size(); ++j, ++row) {
      // Where draws never meet a threshold their own error says nothing.
      EXPECT_NEAR(biases[row].bias, 0.0, 0.002 + 4.5 * biases[row].standard_error + 1e-3)
          << i << " law " << static_cast<int>(made.law(i));
    }
  }
}

TinyBank AroundTheMiddle(TinyBank bank) {
  const std::vector<std::vector<double>> values = TargetPaths(bank.plan(), 64);
  for (size_t i = 0; i < bank.targets.size(); ++i) {
    bank.targets[i].thresholds = {Mean(values[i])};
  }
  return bank;
}

TEST(BiasTest, IsSmallForFlows) { ExpectSmallBias(AroundTheMiddle(MakeRandomBank(501))); }
TEST(BiasTest, IsSmallForEveryKind) { ExpectSmallBias(AroundTheMiddle(MakeKindsBank(502))); }

TEST(BiasTest, StopsWhenTold) {
  const Plan plan = AroundTheMiddle(MakeKindsBank(503)).plan();
  const ConditionalPlan made = ConditionalPlan::MakeWherePossible(plan, {});
  const std::atomic<bool> stop = true;
  EXPECT_TRUE(absl::IsCancelled(BiasOf(made, 4'096, StopToken(&stop)).status()));
}

}  // namespace
}  // namespace jalon::sim
